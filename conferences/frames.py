"""Events as frames: what sockets push, what the catch-up by HTTP gives, and what the server's pages show.

A frame is a JSON object that is the same for every reader of the room: data and the contribution's own safe HTML,
no word of the interface and nothing that depends on who reads (``performance.md``: one encoded frame).

::

    seq           number in the log of the conference_session, from 1, without gaps
    kind          conferences.models.Event.Kind
    at            moment, ISO 8601 in UTC
    actor         who did it: {id, name, initials, country, role}; null for the clock
    member        whose floor it is about, null for none
    request       key of the floor request, null for none
    item          {id, number, title, topic}, null for none
    contribution  {number, subject, html, origin, author, folded, files}, null for none
    data          by (chair, clock, removal), seconds, until
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from conferences.models import AgendaItem, Event
from forums.selectors import roles_in

if TYPE_CHECKING:
    from hub.members.models import Member

# What is joined so that a frame costs no query of its own.
JOINED = ("actor", "floor_request__member", "agenda_item", "contribution__post", "contribution__author")


def iso(moment: datetime) -> str:
    """Return a moment as frames have it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def joined(events: QuerySet[Event]) -> QuerySet[Event]:
    """Join what frames show. Queries: 2, whatever the number of events."""
    return events.select_related(*JOINED).prefetch_related("contribution__attachments")


def _person(member: "Member | None", roles: dict[int, str]) -> dict[str, Any] | None:
    if member is None:
        return None
    return {
        "id": member.pk,
        "name": member.name,
        "initials": member.initials,
        "country": str(member.country or ""),
        "role": roles.get(member.pk, ""),
    }


def _item(item: AgendaItem | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {"id": item.pk, "number": item.number, "title": item.title, "topic": item.topic_id}


def _contribution(event: Event, roles: dict[int, str]) -> dict[str, Any] | None:
    said = event.contribution
    if said is None:
        return None
    return {
        "number": said.number,
        "subject": said.subject,
        "html": said.html,
        "origin": said.origin,
        "author": _person(said.author, roles),
        "folded": bool(said.folded),
        "files": len(said.attachments.all()),
    }


def _people(event: Event) -> set[int]:
    found = {event.actor_id}
    if event.floor_request is not None:
        found.add(event.floor_request.member_id)
    if event.contribution is not None:
        found.add(event.contribution.author_id)
    return {key for key in found if key is not None}


def frames_of(events: Iterable[Event], *, forum_id: int) -> list[dict[str, Any]]:
    """Return events as frames. Queries: 1 (roles), when the events are :func:`joined`."""
    rows = list(events)
    roles = roles_in(forum_id, {pk for event in rows for pk in _people(event)}) if rows else {}
    return [
        {
            "seq": event.seq,
            "kind": event.kind,
            "at": iso(event.at),
            "actor": _person(event.actor, roles),
            "member": _person(event.floor_request.member if event.floor_request else None, roles),
            "request": event.floor_request_id,
            "item": _item(event.agenda_item),
            "contribution": _contribution(event, roles),
            "data": event.data,
        }
        for event in rows
    ]


def encode(frame: dict[str, Any]) -> str:
    """Return a frame as the text that goes to every socket."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
