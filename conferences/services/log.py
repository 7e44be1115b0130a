"""Write the log: one event, the next number, a prompt after the commit.

Order of locks: a topic first (:func:`forums.services.publish` takes it), then the
conference_session. Whoever has to publish does so before it calls :func:`lock`; the other way
round, a mail and the chair would wait for each other.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from conferences import frames
from conferences.models import AgendaItem, ConferenceSession, Event, FloorRequest
from forums.policy import role_now
from forums.selectors import roles_in
from hub.lib.bus import publish_on_commit
from hub.lib.errors import NotFound

if TYPE_CHECKING:
    from forums.outlets import Contribution
    from hub.members.models import Member


# Events that are read at a time when a person is forgotten.
FORGET_BATCH = 200


def topic_of(conference_session_id: int) -> str:
    """Return the bus topic on which the rooms of a conference_session listen."""
    return f"room.session.{conference_session_id}"


def find(conference_session_id: int) -> ConferenceSession:
    """Return a conference_session with its conference, not locked. Raises: NotFound."""
    rows = ConferenceSession.objects.select_related("conference__forum__policy", "current_item")
    conference_session = rows.filter(pk=conference_session_id).first()
    if conference_session is None:
        raise NotFound
    return conference_session


def lock(conference_session_id: int) -> ConferenceSession:
    """Return a conference_session to which nobody else appends until the transaction ends.

    Raises: NotFound.
    """
    rows = ConferenceSession.objects.select_related("conference__forum__policy", "current_item")
    rows = rows.select_for_update(of=("self",))
    conference_session = rows.filter(pk=conference_session_id).first()
    if conference_session is None:
        raise NotFound
    return conference_session


def _next_number(conference_session: ConferenceSession) -> int:
    number = conference_session.next_seq
    conference_session.next_seq = number + 1
    conference_session.save(update_fields=["next_seq"])
    return number


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
    participants: dict[str, dict[str, str]] | None = None,
) -> Event:
    """Add an event to a locked conference_session; unless ``quiet``, push it after the commit.

    The number comes from the locked row, so a rollback gives it back: the log has no gaps.

    Queries: 4 at most.

    Args: participants, for a closing: who took part, and in which role (:attr:`Event.people`).
    """
    standing = _standing(conference_session, actor, floor_request)
    seq = _next_number(conference_session)
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
        people={**standing, "participants": participants or {}},
    )
    if not quiet:
        push = {"seq": seq, "frame": frames.encode(frames.frame_of(event))}
        publish_on_commit(topic_of(conference_session.pk), push)
    return event


def _standing(
    conference_session: ConferenceSession,
    actor: "Member | None",
    floor_request: FloorRequest | None,
) -> dict[str, dict[str, str]]:
    """Return name, role and country of those named in an event, as of now.

    Queries: 1 when anybody is named.
    """
    members: dict[str, Member] = {}
    if actor is not None:
        members["actor"] = actor
    if floor_request is not None:
        members["member"] = floor_request.member
    if not members:
        return {}
    roles = roles_in(
        conference_session.conference.forum_id, {member.pk for member in members.values()}
    )
    return {
        place: {
            "name": "" if member.anonymised_at else member.name,
            "role": role_now(member, roles.get(member.pk, "")),
            "country": str(member.country or ""),
        }
        for place, member in members.items()
    }


@transaction.atomic
def forget_names(member: "Member", now: datetime) -> None:
    """Take the name and organisation of a person who leaves for good out of the logs.

    Their acts stay (``HUB_FORGET``).
    """
    names_member = (
        Q(actor=member)
        | Q(floor_request__member=member)
        | Q(people__participants__has_key=str(member.pk))
    )
    events = Event.objects.filter(names_member).select_related("floor_request")
    for event in events.iterator(chunk_size=FORGET_BATCH):
        for standing in _standings_of(event, member):
            standing["name"] = ""
            if "organisation" in standing:
                standing["organisation"] = ""
        Event.objects.filter(pk=event.pk).update(people=event.people)


def _standings_of(event: Event, member: "Member") -> list[dict[str, str]]:
    """Return what an event says of a person: as actor, as speaker, as participant."""
    standings = [event.people.get("participants", {}).get(str(member.pk))]
    if event.actor_id == member.pk:
        standings.append(event.people.get("actor"))
    if event.floor_request is not None and event.floor_request.member_id == member.pk:
        standings.append(event.people.get("member"))
    return [standing for standing in standings if standing]
