"""What the room's pages show, put together from the selectors: templates get this and make no query."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from conferences import words
from conferences.frames import iso
from conferences.models import Conference, ConferenceSession, FloorRequest
from conferences.selectors import Room
from forums.edits import Edit
from forums.selectors import moderators_of, readers_of

if TYPE_CHECKING:
    from hub.members.models import Member

# An empty statement and place on the list: the script fills copies of the markup that the server writes.
BLANK_PERSON = {"id": 0, "name": "", "initials": "", "country": "", "role": ""}


@dataclass(frozen=True)
class Line:
    """An event as a reader meets it; ``said`` is the statement it carries, None for none."""

    frame: dict[str, Any]
    moment: datetime
    sentence: str
    said: dict[str, Any] | None
    role: str  # of who said it, as a word
    door: str  # as a word
    edit: Edit | None = None  # the last edit of the statement


def _edit(said: dict[str, Any] | None) -> Edit | None:
    edit = said["edit"] if said else None
    if edit is None:
        return None
    at = datetime.fromisoformat(edit["at"])
    return Edit(by=edit["by"], at=at, reason=edit["reason"], by_author=edit["own"], is_after_close=edit["after"])


def dress(frame: dict[str, Any]) -> Line:
    """Return a frame with what depends on the reader's language and zone."""
    said = frame["contribution"] if frame["kind"] != "edited" else None
    table = words.table()
    return Line(
        frame=frame,
        moment=datetime.fromisoformat(frame["at"]),
        sentence=words.sentence(frame),
        said=said,
        role=str(table["roles"].get(said["author"]["role"], "")) if said else "",
        door=str(table["doors"].get(said["origin"], "")) if said else "",
        edit=_edit(said),
    )


def blank() -> Line:
    """Return the empty statement that stands in the page's template."""
    said = {
        "number": 0,
        "subject": "",
        "html": "",
        "origin": "live",
        "author": BLANK_PERSON,
        "folded": False,
        "files": 0,
        "edit": None,
    }
    return Line({"seq": 0, "kind": "intervention"}, timezone.now(), "", said, "", "")


def _person(member: "Member", role: str) -> dict[str, Any]:
    return {
        "id": member.pk,
        "name": member.name,
        "initials": member.initials,
        "country": str(member.country or ""),
        "role": role,
    }


def _place(request: FloorRequest) -> dict[str, Any]:
    return {
        "request": request.pk,
        "member": _person(request.member, ""),
        "seconds": request.seconds,
        "until": iso(request.until) if request.until else None,
    }


def state_of(room: Room, member: "Member | None", *, now: datetime) -> dict[str, Any]:
    """Return what the script starts from: where the log stands, the floor, and the words of this page."""
    row = room.conference_session
    return {
        "seq": row.last_seq,
        "state": row.state,
        "now": iso(now),
        "closes": iso(row.closes_at),
        "me": member.pk if member else 0,
        "leads": room.leads,
        "holder": _place(room.holder) if room.holder else None,
        "waiting": [_place(request) for request in room.waiting],
        "socket": f"/live/session/{row.pk}/",
        "events": reverse("conferences:events", args=(row.pk,)),
        "zone": timezone.get_current_timezone_name(),
        "language": get_language() or "en",
        **words.table(),
    }


@dataclass(frozen=True)
class Crew:
    """Who conducts a conference."""

    chairs: list["Member"]
    facilitators: list["Member"]
    size: int  # people who get what is said, by whichever door

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
    found: dict[str, list[Conference]] = {"open": [], "coming": [], "closed": []}
    for conference in conferences:
        found[conference.state_at(now)].append(conference)
    found["coming"].reverse()
    return {"running": found["open"], "coming": found["coming"], "finished": found["closed"]}


def open_one(conference: Conference) -> ConferenceSession | None:
    """Return the conference_session that sits now, from the prefetched timetable."""
    return next((row for row in conference.conference_sessions.all() if row.is_open), None)
