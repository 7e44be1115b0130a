"""The transcript of a conference as data: what proceedings are compiled from.

A conference is longer than its sittings: what came by web and mail on an item between them belongs to it as much. So
an item has everything accepted in its topic, in the order in which it was said; ``seq`` is set on what stands in a
log, that is, what was said during a sitting.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from conferences.models import AgendaItem, Conference, ConferenceSession, Event
from forums.selectors import contributions_after, readers_of, roles_in

if TYPE_CHECKING:
    from forums.outlets import Contribution
    from hub.members.models import Member

# More contributions on one item than any conference has had; a bound for memory, not a page.
MOST = 10_000


@dataclass(frozen=True)
class Participation:
    """Somebody who took part: who, as what, and how often they spoke."""

    member: "Member"
    role: str  # forums.Membership.Role, empty for who only visited
    interventions: int

    @property
    def name(self) -> str:
        """The name to print."""
        return str(self.member.name)

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2, empty when unknown."""
        return str(self.member.country or "")

    @property
    def organisation(self) -> str:
        """Whom the person works for, empty when unknown."""
        return str(self.member.organisation)


@dataclass(frozen=True)
class Intervention:
    """A contribution as the transcript has it."""

    number: int
    author: "Member"
    role: str
    at: datetime
    origin: str  # web, mail, live
    subject: str
    text: str  # Markdown, as written
    html: str  # safe HTML, as shown
    seq: int | None  # number in the log of the conference_session, None for what was said outside of it

    @property
    def url(self) -> str:
        """The permanent address."""
        return f"/c/{self.number}/"


@dataclass(frozen=True)
class ItemRecord:
    """An agenda item with everything said on it."""

    item: AgendaItem
    interventions: list[Intervention]


@dataclass(frozen=True)
class SessionRecord:
    """A conference_session with its items; ``events`` is the number of events in its log."""

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
        """All of them, in the order of the agenda."""
        return [said for session in self.sessions for record in session.items for said in record.interventions]


def transcript_of(conference: Conference) -> Transcript:
    """Return the transcript of a conference whose reader has been checked.

    Queries: 5 and two for each agenda item.
    """
    conference_sessions = list(conference.conference_sessions.all())
    items = list(
        AgendaItem.objects.filter(conference_session__conference=conference)
        .select_related("topic", "conference_session")
        .order_by("conference_session__opens_at", "number", "pk")
    )
    logged = {
        number: (item_id, seq)
        for number, item_id, seq in Event.objects.filter(
            conference_session__conference=conference, contribution__isnull=False
        )
        .exclude(kind=Event.Kind.EDITED)
        .values_list("contribution_id", "agenda_item_id", "seq")
    }
    said = _said(items, logged)
    authors = {row.author_id for rows in said.values() for row in rows}
    roles = roles_in(conference.forum_id, authors)
    records = {
        item.pk: ItemRecord(item, [_intervention(row, roles, logged) for row in said[item.pk]]) for item in items
    }
    sessions = [
        SessionRecord(row, [records[item.pk] for item in items if item.conference_session_id == row.pk])
        for row in conference_sessions
    ]
    return Transcript(conference, _participants(conference, said, roles), sessions)


def _said(items: list[AgendaItem], logged: dict[int, tuple[int, int]]) -> "dict[int, list[Contribution]]":
    """Put each contribution under one item: the one whose sitting heard it, else the first with its topic."""
    said: dict[int, list[Contribution]] = {item.pk: [] for item in items}
    seen: set[int] = set()
    for item in items:
        if item.topic_id in seen:
            continue
        seen.add(item.topic_id)
        for row in contributions_after(item.topic, 0, limit=MOST):
            heard_under, _seq = logged.get(row.number, (item.pk, 0))
            said[heard_under if heard_under in said else item.pk].append(row)
    return said


def _intervention(row: "Contribution", roles: dict[int, str], logged: dict[int, tuple[int, int]]) -> Intervention:
    return Intervention(
        number=row.number,
        author=row.author,
        role=roles.get(row.author_id, ""),
        at=row.created_at,
        origin=row.origin,
        subject=row.subject,
        text=row.text,
        html=row.html,
        seq=logged[row.number][1] if row.number in logged else None,
    )


def _participants(
    conference: Conference, said: "dict[int, list[Contribution]]", roles: dict[int, str]
) -> list[Participation]:
    """Return who takes part now and who spoke, leaders first: also who has left since."""
    rows = [row for contributions in said.values() for row in contributions]
    counts = Counter(row.author_id for row in rows)
    people = {row.author_id: (row.author, roles.get(row.author_id, "")) for row in rows}
    people |= {row.member_id: (row.member, str(row.role)) for row in readers_of(conference.forum_id)}
    order = ("chair", "moderator", "rapporteur", "participant", "observer", "")
    found = [Participation(member, role, counts[member.pk]) for member, role in people.values()]
    return sorted(found, key=lambda person: (order.index(person.role), person.name))
