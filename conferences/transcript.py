"""The transcript of a conference as data: what proceedings are compiled from.

A conference is longer than its sessions: what came by web and mail on an item between them belongs
to it as much. So an item has everything accepted in its topic, in the order in which it was said;
``seq`` is set on what stands in a log, that is, what was said during a session.

Order and numbers are those of what happened, not of the plan: conference_sessions as they were
opened, items as they were taken, one that was taken again once more; what was not taken stands at
the end. People have the name and role they had then.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from conferences.models import AgendaItem, Conference, ConferenceSession, Event
from forums.edits import Edit, edit_of
from forums.policy import role_now
from forums.selectors import contributions_after, readers_of
from forums.speakers import Speaker

if TYPE_CHECKING:
    from forums.outlets import Contribution, Membership

# More contributions on one item than any conference has had; a bound for memory, not a page.
MOST = 10_000
# Who is named first.
RANKS = ("chair", "moderator", "rapporteur", "secretariat", "participant", "observer", "")


@dataclass(frozen=True)
class Participation:
    """Somebody who took part: who they were then, and how often they spoke."""

    member_id: int
    speaker: Speaker
    interventions: int

    @property
    def name(self) -> str:
        """The name to print."""
        return self.speaker.name

    @property
    def role(self) -> str:
        """Of forums.Membership.Role or the Secretariat, empty for who only visited."""
        return self.speaker.role

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2, empty when unknown."""
        return self.speaker.country

    @property
    def organisation(self) -> str:
        """Whom the person worked for, empty when unknown."""
        return self.speaker.organisation


@dataclass(frozen=True)
class Intervention:
    """A contribution as the transcript has it."""

    number: int
    speaker: Speaker  # with the name and role of that moment
    at: datetime
    origin: str  # web, mail, live
    subject: str
    text: str  # Markdown, as written
    html: str  # safe HTML, as shown
    # Number in the log of the conference_session, None for what was said outside of it.
    seq: int | None
    edited: Edit | None = None  # the last change, marked as such when it came after the gavel

    @property
    def url(self) -> str:
        """The permanent address."""
        return reverse("forums:contribution", args=(self.number,))

    @property
    def role(self) -> str:
        """The role of who said it, then."""
        return self.speaker.role


@dataclass(frozen=True)
class ItemRecord:
    """An agenda item, as it was taken, with everything said on it.

    Args: taken_at, None for one that was not taken; is_resumed, whether it had been taken before.
    """

    item: AgendaItem
    interventions: list[Intervention]
    taken_at: datetime | None = None
    is_resumed: bool = False


@dataclass(frozen=True)
class SessionRecord:
    """A conference_session with its items, in the order in which they were taken."""

    conference_session: ConferenceSession
    items: list[ItemRecord]


@dataclass(frozen=True)
class Transcript:
    """A whole conference."""

    conference: Conference
    participants: list[Participation]
    sessions: list[SessionRecord] = field(default_factory=list)

    @property
    def interventions(self) -> list[Intervention]:
        """All of them, in the order of the record."""
        return [
            intervention
            for session in self.sessions
            for record in session.items
            for intervention in record.interventions
        ]


def transcript_of(conference: Conference) -> Transcript:
    """Return the transcript of a conference whose reader has been checked.

    Queries: 5, and at most 2 for each agenda item.
    """
    sessions = sorted(conference.conference_sessions.all(), key=_happened)
    items = list(
        AgendaItem.objects.filter(conference_session__conference=conference)
        .select_related("topic", "conference_session")
        .order_by("number", "pk")
    )
    order = {session.pk: place for place, session in enumerate(sessions)}
    items.sort(key=lambda item: order[item.conference_session_id])
    log = _Log(conference)
    contributions = _contributions(items, log.places)
    records = [
        SessionRecord(
            session,
            _item_records(
                [item for item in items if item.conference_session_id == session.pk],
                contributions,
                log,
            ),
        )
        for session in sessions
    ]
    return Transcript(conference, _participants(conference, contributions, log), records)


def _happened(session: ConferenceSession) -> tuple[bool, datetime, int]:
    """Order by the opening; what was not held comes last, as it was planned."""
    return session.opened_at is None, session.began_at, session.pk


class _Log:
    """What the logs of a conference say of statements, takings of items and participants.

    Args:
        places: contribution number -> key of the item and number in the log.
        takings: item key -> number in the log and moment of each taking.
        participants: member key -> name, role … at the last closing.

    Queries: 2.
    """

    def __init__(self, conference: Conference) -> None:
        self.places: dict[int, tuple[int, int]] = {}
        self.takings: dict[int, list[tuple[int, datetime]]] = {}
        self.participants: dict[int, dict[str, str]] = {}
        rows = Event.objects.filter(
            conference_session__conference=conference, agenda_item__isnull=False
        )
        rows = rows.exclude(kind=Event.Kind.EDITED).order_by("conference_session", "seq")
        for kind, number, item_id, seq, at in rows.values_list(
            "kind", "contribution_id", "agenda_item_id", "seq", "at"
        ):
            if kind == Event.Kind.ITEM_TAKEN:
                self.takings.setdefault(item_id, []).append((seq, at))
            if number is not None:
                self.places[number] = (item_id, seq)
        closings = Event.objects.filter(
            conference_session__conference=conference,
            kind__in=(Event.Kind.CLOSED, Event.Kind.CLOSED_BY_CLOCK),
        )
        for people in closings.order_by("at", "pk").values_list("people", flat=True):
            self.participants |= {
                int(key): standing for key, standing in people.get("participants", {}).items()
            }

    def seq_of(self, contribution: "Contribution") -> int | None:
        """Return the number of a statement in a log, None for what was said outside of it."""
        place = self.places.get(contribution.number)
        if place is None:
            return None
        return place[1]


def _contributions(
    items: list[AgendaItem], places: dict[int, tuple[int, int]]
) -> "dict[int, list[Contribution]]":
    """Put each contribution under one item: that of the log, else the first with its topic."""
    by_item: dict[int, list[Contribution]] = {item.pk: [] for item in items}
    topics_done: set[int] = set()
    for item in items:
        if item.topic_id in topics_done:
            continue
        topics_done.add(item.topic_id)
        for row in contributions_after(item.topic, 0, limit=MOST):
            item_id, _seq = places.get(row.number, (item.pk, 0))
            by_item[item_id if item_id in by_item else item.pk].append(row)
    return by_item


def _item_records(
    items: list[AgendaItem], contributions: "dict[int, list[Contribution]]", log: _Log
) -> list[ItemRecord]:
    """Return the items of a conference_session as they were taken, then those that were not."""
    records: list[tuple[int, ItemRecord]] = []
    for item in items:
        takings = log.takings.get(item.pk, [])
        rows: list[list[Intervention]] = [[] for _turn_of_item in range(max(1, len(takings)))]
        for row in contributions[item.pk]:
            rows[_turn(row, takings, log)].append(_intervention(row, item.conference_session, log))
        if not takings:
            records.append((2**31, ItemRecord(item, rows[0])))
        for turn, (seq, at) in enumerate(takings):
            records.append((seq, ItemRecord(item, rows[turn], at, is_resumed=turn > 0)))
    return [record for _seq, record in sorted(records, key=lambda pair: pair[0])]


def _turn(row: "Contribution", takings: list[tuple[int, datetime]], log: _Log) -> int:
    """Return in which taking of its item something was said.

    That is the last one before it, the first for what came earlier.
    """
    seq = log.seq_of(row)
    if seq is None:
        count = sum(at <= row.created_at for _seq, at in takings)
    else:
        count = sum(taken_seq <= seq for taken_seq, _at in takings)
    return max(0, count - 1)


def _intervention(row: "Contribution", session: ConferenceSession, log: _Log) -> Intervention:
    return Intervention(
        number=row.number,
        speaker=row.speaker,
        at=row.created_at,
        origin=row.origin,
        subject=row.subject,
        text=row.text,
        html=row.html,
        seq=log.seq_of(row),
        edited=edit_of(row, sealed_at=session.closed_at),
    )


def _participants(
    conference: Conference, contributions: "dict[int, list[Contribution]]", log: _Log
) -> list[Participation]:
    """Return who took part, leaders first.

    They have the role they had when they spoke, else at the last closing, else now. A leader at
    any of these is named as that.
    """
    rows = sorted(
        (row for group in contributions.values() for row in group), key=lambda row: row.created_at
    )
    counts = Counter(row.author_id for row in rows)
    standings: dict[int, list[Speaker]] = {}
    for row in rows:
        standings.setdefault(row.author_id, []).append(row.speaker)
    for member_id, stood in log.participants.items():
        speaker = Speaker(**{name: stood.get(name, "") for name in _STANDING})
        standings.setdefault(member_id, []).append(speaker)
    for membership in readers_of(conference.forum_id):
        if membership.member_id not in standings:
            standings[membership.member_id] = [_standing_now(membership)]
    participations = [
        Participation(pk, _highest(speakers), counts[pk]) for pk, speakers in standings.items()
    ]
    return sorted(participations, key=lambda person: (RANKS.index(person.role), person.name))


_STANDING = ("name", "role", "country", "organisation")


def _standing_now(membership: "Membership") -> Speaker:
    member = membership.member
    role = role_now(member, str(membership.role))
    return Speaker(member.name, role, str(member.country or ""), str(member.organisation))


def _highest(standings: list[Speaker]) -> Speaker:
    """Return who somebody was last, in the highest role they had."""
    last = standings[-1]
    role = min((standing.role for standing in standings), key=RANKS.index)
    return Speaker(last.name, role, last.country, last.organisation)
