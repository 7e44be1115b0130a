"""Events as frames: what sockets push, the catch-up by HTTP gives and the server's pages show.

A frame is a JSON object that is the same for every reader of the room: data and the contribution's
own safe HTML, no word of the interface and nothing that depends on who reads (``performance.md``:
one encoded frame).

::

    seq           number in the log of the conference_session, from 1, without gaps
    kind          conferences.models.Event.Kind
    at            moment, ISO 8601 in UTC
    actor         who did it, as they stood then: {id, name, initials, country, role}; null for the
                  clock
    member        whose floor it is about, the same; null for none
    request       key of the floor request, null for none
    item          {id, number, title, topic}, null for none
    contribution  {number, subject, html, origin, author, folded, files, edit}, null for none; edit
                  is null or
                  {by, own, at, reason, after}: name, whether the author, moment, why, whether after
                  the gavel
    data          by (chair, clock, removal), seconds, until
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from conferences.models import AgendaItem, Event
from forums.edits import edit_of
from hub.lib.initials import initials_of

if TYPE_CHECKING:
    from forums.outlets import Contribution
    from hub.members.models import Member

# What is joined so that a frame costs no query of its own.
JOINED = (
    "conference_session", "actor", "floor_request__member", "agenda_item",
    "contribution__post__updated_by", "contribution__author",
)  # fmt: skip

# Stands for the words of a withdrawn statement, in every language.
WITHDRAWN = "<p>[…]</p>"


def iso(moment: datetime) -> str:
    """Return a moment as frames have it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def joined(events: QuerySet[Event]) -> QuerySet[Event]:
    """Join what frames show. Queries: 2, whatever the number of events."""
    return events.select_related(*JOINED).prefetch_related("contribution__attachments")


def person_of(member: "Member", standing: Mapping[str, str]) -> dict[str, Any]:
    """Return a person with the name, role and country of that moment.

    It is today's name where the log has none, and for who has left for good.
    """
    name = standing.get("name") or member.name
    if member.anonymised_at:
        name = member.name
    return {
        "id": member.pk,
        "name": name,
        "initials": initials_of(name),
        "country": standing.get("country", ""),
        "role": standing.get("role", ""),
    }


def _person(event: Event, place: str, member: "Member | None") -> dict[str, Any] | None:
    """Return who stands in one place of an event, ``actor`` or ``member``, None for nobody."""
    if member is None:
        return None
    return person_of(member, event.people.get(place, {}))


def _item(item: AgendaItem | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {"id": item.pk, "number": item.number, "title": item.title, "topic": item.topic_id}


def _edit(contribution: "Contribution", closed_at: datetime | None) -> dict[str, Any] | None:
    """Return the last edit of a statement, None for one that stands as it was heard."""
    edit = edit_of(contribution, sealed_at=closed_at)
    if edit is None:
        return None
    return {
        "by": edit.by,
        "own": edit.by_author,
        "at": iso(edit.at),
        "reason": edit.reason,
        "after": edit.is_after_close,
    }


def _contribution(event: Event) -> dict[str, Any] | None:
    contribution = event.contribution
    if contribution is None:
        return None
    speaker = contribution.speaker
    standing = {"name": speaker.name, "role": speaker.role, "country": speaker.country}
    return {
        "number": contribution.number,
        "origin": contribution.origin,
        "author": person_of(contribution.author, standing),
        **_words(contribution, event.conference_session.closed_at),
    }


def _words(contribution: "Contribution", closed_at: datetime | None) -> dict[str, Any]:
    """Return what a statement says; of a withdrawn one, nothing is left but a mark."""
    if contribution.is_withdrawn:
        return {"subject": "", "html": WITHDRAWN, "folded": False, "files": 0, "edit": None}
    return {
        "subject": contribution.subject,
        "html": contribution.html,
        "folded": bool(contribution.folded),
        "files": len(contribution.attachments.all()),
        "edit": _edit(contribution, closed_at),
    }


def frame_of(event: Event) -> dict[str, Any]:
    """Return an event as a frame. Queries: none for one that is :func:`joined`."""
    floor_request = event.floor_request
    speaker = None if floor_request is None else floor_request.member
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": iso(event.at),
        "actor": _person(event, "actor", event.actor),
        "member": _person(event, "member", speaker),
        "request": event.floor_request_id,
        "item": _item(event.agenda_item),
        "contribution": _contribution(event),
        "data": event.data,
    }


def frames_of(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Return events as frames."""
    return [frame_of(event) for event in events]


def encode(frame: dict[str, Any]) -> str:
    """Return a frame as the text that goes to every socket."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))
