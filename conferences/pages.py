"""What the room's pages show, put together from the selectors: templates make no query."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from conferences import words
from conferences.frames import iso
from conferences.models import Conference, ConferenceSession, FloorRequest
from conferences.selectors import RoomView
from forums.edits import Edit
from forums.forms import new_key
from forums.pages import silenced
from forums.selectors import moderators_of, readers_of, topic_for
from hub.lib.errors import NotFound
from hub.lib.full_urls import socket_url

if TYPE_CHECKING:
    from hub.members.models import Member

# An empty statement and place on the list: the script fills copies of the markup that the server
# writes.
BLANK_PERSON = {"id": 0, "name": "", "initials": "", "country": "", "role": ""}


@dataclass(frozen=True)
class LogLine:
    """An event as a reader meets it; ``statement`` is what was said with it, None for none."""

    frame: dict[str, Any]
    moment: datetime
    sentence: str
    statement: dict[str, Any] | None
    role: str  # of who said it, as a word
    channel: str  # as a word
    edit: Edit | None = None  # the last edit of the statement


def _edit(statement: dict[str, Any]) -> Edit | None:
    edit = statement["edit"]
    if edit is None:
        return None
    return Edit(
        by=edit["by"],
        at=datetime.fromisoformat(edit["at"]),
        reason=edit["reason"],
        by_author=edit["own"],
        is_after_close=edit["after"],
    )


def log_line(frame: dict[str, Any]) -> LogLine:
    """Return a frame with what depends on the reader's language and zone."""
    moment, sentence = datetime.fromisoformat(frame["at"]), words.sentence(frame)
    statement = frame["contribution"]
    if statement is None or frame["kind"] == "edited":
        return LogLine(frame, moment, sentence, None, role="", channel="")
    table = words.table()
    return LogLine(
        frame=frame,
        moment=moment,
        sentence=sentence,
        statement=statement,
        role=str(table["roles"].get(statement["author"]["role"], "")),
        channel=str(table["channels"].get(statement["origin"], "")),
        edit=_edit(statement),
    )


def blank() -> LogLine:
    """Return the empty statement that stands in the page's template."""
    statement = {
        "number": 0,
        "subject": "",
        "html": "",
        "origin": "live",
        "author": BLANK_PERSON,
        "folded": False,
        "files": 0,
        "edit": None,
    }
    return LogLine({"seq": 0, "kind": "intervention"}, timezone.now(), "", statement, "", "")


def _person(member: "Member", role: str) -> dict[str, Any]:
    return {
        "id": member.pk,
        "name": member.name,
        "initials": member.initials,
        "country": str(member.country or ""),
        "role": role,
    }


def _place(request: FloorRequest | None) -> dict[str, Any] | None:
    """Return a place on the speakers' list, None for no request."""
    if request is None:
        return None
    until = request.until
    return {
        "request": request.pk,
        "member": _person(request.member, ""),
        "seconds": request.seconds,
        "until": None if until is None else iso(until),
    }


def state_of(room: RoomView, member: "Member | None", *, now: datetime) -> dict[str, Any]:
    """Return what the script starts from: the log, the floor, and the words of this page."""
    row = room.conference_session
    return {
        "seq": row.last_seq,
        "state": row.state,
        "now": iso(now),
        "closes": iso(row.closes_at),
        "me": 0 if member is None else member.pk,
        "leads": room.leads,
        "holder": _place(room.holder),
        "waiting": [_place(request) for request in room.waiting],
        "socket": socket_url("session", row.pk),
        "events": reverse("conferences:events", args=(row.pk,)),
        "zone": timezone.get_current_timezone_name(),
        "language": get_language() or "en",
        **words.table(),
    }


@dataclass(frozen=True)
class UnsentText:
    """Where a text can go that was not sent in time: the topic of the last item under discussion.

    Args:
        address: of its topic; empty where the member cannot write.
        reason: why they cannot, in the words of the rules.
        key: makes the form sent twice one contribution.
    """

    conference_session_id: int
    address: str
    reason: str
    key: str

    @classmethod
    def of(cls, room: RoomView, member: "Member | None", *, now: datetime) -> "UnsentText | None":
        """Return it for those who may speak in the room, None for all others.

        Queries: 0, 2 after the gavel.
        """
        if not room.speaks:
            return None
        address, reason = _place_for_unsent(room, member, now)
        return cls(room.conference_session.pk, address, reason, key=new_key())


def _place_for_unsent(room: RoomView, member: "Member | None", now: datetime) -> tuple[str, str]:
    """Return the address of the topic that takes an unsent text, or why there is none."""
    row = room.conference_session
    item = row.current_item or next(iter(room.items), None)
    if item is None:
        return "", ""
    if row.is_closed:
        reason = _silence(item.topic_id, member, now)
        if reason:
            return "", reason
    return reverse("forums:topic_by_key", args=(item.topic_id,)), ""


def _silence(topic_id: int, member: "Member | None", now: datetime) -> str:
    """Return why a member cannot write in a topic, empty when they can."""
    try:
        topic, discussion = topic_for(member, topic_id)
    except NotFound:
        return _("Its topic is not shown yet.")
    return silenced(discussion, topic, member, now)


@dataclass(frozen=True)
class Crew:
    """Who conducts a conference."""

    chairs: list["Member"]
    facilitators: list["Member"]
    size: int  # people who get what is said, by whichever channel

    @classmethod
    def of(cls, conference: Conference) -> "Crew":
        """Return it for a permitted conference. Queries: 2."""
        rows = list(moderators_of(conference.forum_id))
        return cls(
            chairs=[row.member for row in rows if row.role == "chair"],
            facilitators=[row.member for row in rows if row.role == "moderator"],
            size=readers_of(conference.forum_id).count(),
        )


def by_state(conferences: list[Conference], now: datetime) -> dict[str, list[Conference]]:
    """Sort conferences into running, coming and finished; the coming ones soonest first."""
    by_period: dict[str, list[Conference]] = {"open": [], "coming": [], "closed": []}
    for conference in conferences:
        by_period[conference.state_at(now)].append(conference)
    by_period["coming"].reverse()
    return {
        "running": by_period["open"],
        "coming": by_period["coming"],
        "finished": by_period["closed"],
    }


def open_session_of(conference: Conference) -> ConferenceSession | None:
    """Return the conference_session that sits now, from the prefetched timetable."""
    return next((row for row in conference.conference_sessions.all() if row.is_open), None)
