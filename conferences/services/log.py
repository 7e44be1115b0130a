"""Write the log: one event, the next number, a prompt after the commit.

Order of locks: a topic first (:func:`forums.services.publish` takes it), then the conference_session. Whoever has to
publish does so before it calls :func:`lock`; the other way round, a mail and the chair would wait for each other.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from conferences import frames
from conferences.models import AgendaItem, ConferenceSession, Event, FloorRequest
from hub.lib.bus import publish_on_commit
from hub.lib.errors import NotFound

if TYPE_CHECKING:
    from forums.outlets import Contribution
    from hub.members.models import Member


def topic_of(conference_session_id: int) -> str:
    """Return the bus topic on which the rooms of a conference_session listen."""
    return f"room.session.{conference_session_id}"


def find(conference_session_id: int) -> ConferenceSession:
    """Return a conference_session with its conference, not locked. Raises: NotFound."""
    rows = ConferenceSession.objects.select_related("conference__forum__policy", "current_item")
    found = rows.filter(pk=conference_session_id).first()
    if found is None:
        raise NotFound
    return found


def lock(conference_session_id: int) -> ConferenceSession:
    """Return a conference_session that nobody else appends to until the end of the transaction. Raises: NotFound."""
    rows = ConferenceSession.objects.select_related("conference__forum__policy", "current_item")
    found = rows.select_for_update(of=("self",)).filter(pk=conference_session_id).first()
    if found is None:
        raise NotFound
    return found


def append(
    conference_session: ConferenceSession,
    kind: str,
    *,
    at: datetime,
    actor: "Member | None" = None,
    floor_request: FloorRequest | None = None,
    agenda_item: AgendaItem | None = None,
    contribution: "Contribution | None" = None,
    quiet: bool = False,
    data: dict[str, Any] | None = None,
) -> Event:
    """Add an event to a locked conference_session and push its frame after the commit, unless ``quiet``.

    The number comes from the locked row, so a rollback gives it back: the log has no gaps. Queries: 4.
    """
    seq = conference_session.next_seq
    conference_session.next_seq = seq + 1
    conference_session.save(update_fields=["next_seq"])
    event = Event.objects.create(
        conference_session=conference_session,
        seq=seq,
        kind=kind,
        at=at,
        actor=actor,
        floor_request=floor_request,
        agenda_item=agenda_item,
        contribution=contribution,
        data=data or {},
    )
    if not quiet:
        (frame,) = frames.frames_of([event], forum_id=conference_session.conference.forum_id)
        publish_on_commit(topic_of(conference_session.pk), {"seq": seq, "frame": frames.encode(frame)})
    return event
