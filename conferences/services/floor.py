"""The floor: ask, withdraw, give, return, end; one at a time, in any order the chair likes."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from conferences import errors, rules
from conferences.frames import iso
from conferences.models import FLOOR_SECONDS, ConferenceSession, Event, FloorRequest
from conferences.services.log import append, lock
from hub.lib.errors import NotFound, Stale
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from hub.members.models import Member

_S = FloorRequest.State


def holder_of(conference_session: ConferenceSession) -> FloorRequest | None:
    """Return the request that has the floor, None for nobody."""
    return conference_session.floor_requests.filter(state=_S.GIVEN).select_related("member").first()


def floor_of(member: "Member", conference_session: ConferenceSession) -> FloorRequest | None:
    """Return the member's request if it has the floor, else None."""
    holder = holder_of(conference_session)
    if holder is None or holder.member_id != member.pk:
        return None
    return holder


def _active_request(member: "Member", conference_session: ConferenceSession) -> FloorRequest | None:
    """Return the member's request that waits or has the floor, None for none."""
    rows = FloorRequest.objects.filter(
        conference_session=conference_session, member=member, state__in=FloorRequest.ACTIVE
    )
    return rows.select_related("member").first()


def finish(
    request: FloorRequest,
    state: str,
    kind: str,
    *,
    conference_session: ConferenceSession,
    now: datetime,
    actor: "Member | None",
    by: str = "",
) -> None:
    """End a request of a locked conference_session and log it."""
    request.state, request.ended_at = state, now
    request.save(update_fields=["state", "ended_at"])
    append(
        conference_session,
        kind,
        at=now,
        actor=actor,
        floor_request=request,
        data={"by": by} if by else {},
    )


def _locked(request_id: int) -> tuple[FloorRequest, ConferenceSession]:
    conference_session_id = (
        FloorRequest.objects.filter(pk=request_id)
        .values_list("conference_session_id", flat=True)
        .first()
    )
    if conference_session_id is None:
        raise NotFound
    conference_session = lock(conference_session_id)
    return FloorRequest.objects.select_related("member").get(pk=request_id), conference_session


@transaction.atomic
def ask_for_floor(*, conference_session_id: int, member: "Member", now: datetime) -> FloorRequest:
    """Put the member on the speakers' list; who is on it already stays where they are.

    Raises: NotFound (hidden), NotAllowed (an observer), NotNow (not open, closed), TooMany (asks
    again and again).
    """
    conference_session = lock(conference_session_id)
    rules.check_speaks(member, conference_session.conference.forum_id)
    rules.check_open(conference_session)
    active = _active_request(member, conference_session)
    if active is not None:
        return active
    rules.check_asks(conference_session, member, now)
    request = FloorRequest.objects.create(
        conference_session=conference_session, member=member, asked_at=now
    )
    append(conference_session, Event.Kind.FLOOR_ASKED, at=now, actor=member, floor_request=request)
    return request


@transaction.atomic
def withdraw_request(*, request_id: int, actor: "Member", now: datetime) -> FloorRequest:
    """Take a waiting request off the list: one's own, or anybody's by those who lead.

    Raises: NotFound (hidden), NotAllowed (somebody else's), NotNow (no longer waiting).
    """
    request, conference_session = _locked(request_id)
    forum_id = conference_session.conference.forum_id
    if request.member_id == actor.pk:
        rules.check_speaks(actor, forum_id)
        state, by = _S.WITHDRAWN, ""
    else:
        rules.check_leads(actor, forum_id)
        state, by = _S.WITHDRAWN_BY_CHAIR, "chair"
    if request.state != _S.WAITING:
        raise errors.not_waiting()
    finish(
        request,
        state,
        Event.Kind.FLOOR_WITHDRAWN,
        conference_session=conference_session,
        now=now,
        actor=actor,
        by=by,
    )
    return request


@transaction.atomic
def give_floor(
    *, request_id: int, actor: "Member", now: datetime, seconds: int = FLOOR_SECONDS
) -> FloorRequest:
    """Give the floor to a waiting member for ``seconds``.

    Raises: NotFound, NotAllowed (who does not lead), NotNow (closed, somebody has it, no longer
    waiting), Invalid.
    """
    request, conference_session = _locked(request_id)
    rules.check_leads(actor, conference_session.conference.forum_id)
    rules.check_open(conference_session)
    rules.check_seconds(seconds)
    if request.state != _S.WAITING:
        raise errors.not_waiting()
    holder = holder_of(conference_session)
    if holder is not None:
        raise errors.floor_taken(holder.member.name)
    request.state, request.given_at, request.seconds = _S.GIVEN, now, seconds
    request.save(update_fields=["state", "given_at", "seconds"])
    append(
        conference_session,
        Event.Kind.FLOOR_GIVEN,
        at=now,
        actor=actor,
        floor_request=request,
        data={"seconds": seconds, "until": iso(request.until or now)},
    )
    return request


@transaction.atomic
def return_floor(*, conference_session_id: int, member: "Member", now: datetime) -> FloorRequest:
    """Give the floor back before its time is over.

    Raises: NotFound, NotAllowed, NotNow (the member does not have it).
    """
    conference_session = lock(conference_session_id)
    rules.check_speaks(member, conference_session.conference.forum_id)
    held = floor_of(member, conference_session)
    if held is None:
        raise errors.no_floor()
    finish(
        held,
        _S.DONE,
        Event.Kind.FLOOR_RETURNED,
        conference_session=conference_session,
        now=now,
        actor=member,
    )
    return held


@transaction.atomic
def end_floor(
    *, conference_session_id: int, actor: "Member", now: datetime, request_id: int | None = None
) -> FloorRequest | None:
    """Take the floor from whoever has it; None when nobody had it any more.

    Args: request_id, the request whose floor the actor saw; None is whoever has it.

    Raises: NotFound, NotAllowed (who does not lead), Stale (somebody else has it by now).
    """
    conference_session = lock(conference_session_id)
    rules.check_leads(actor, conference_session.conference.forum_id)
    holder = holder_of(conference_session)
    if holder is None:
        return None
    if request_id not in (None, holder.pk):
        sentence = _(
            "%s has the floor now, so nobody’s turn was ended. Check who is speaking, "
            "then decide again."
        )
        raise Stale(sentence % isolate(holder.member.name))
    finish(
        holder,
        _S.DONE,
        Event.Kind.FLOOR_ENDED,
        conference_session=conference_session,
        now=now,
        actor=actor,
        by="chair",
    )
    return holder


@transaction.atomic
def leave(*, conference_session_id: int, member: "Member", now: datetime) -> None:
    """Take a member who left the forum off the list, and end their floor."""
    conference_session = lock(conference_session_id)
    active = _active_request(member, conference_session)
    if active is None:
        return
    state, kind = _S.WITHDRAWN, Event.Kind.FLOOR_WITHDRAWN
    if active.state == _S.GIVEN:
        state, kind = _S.DONE, Event.Kind.FLOOR_ENDED
    finish(
        active,
        state,
        kind,
        conference_session=conference_session,
        now=now,
        actor=None,
        by="removal",
    )
