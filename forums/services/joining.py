"""Come into a discussion and leave it: take part, ask, withdraw; decide on those who ask.

The web and mail call the same: SUBSCRIBE asks, ADMIT decides.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from forums.models import ForumPolicy, JoinRequest, Membership
from forums.outlets import outlets
from forums.policy import ADMIT, access_of
from forums.registration import Way, may_know_of, refusal_of, way_in
from forums.services.log import note_act
from forums.services.places import close_request, give_place
from forums.services.provision import admit_member
from hub.lib.characters import without_controls
from hub.lib.dates import format_moment
from hub.lib.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member

# After a decision, or after taking a request back, somebody may ask again once this has passed.
ASK_AGAIN_AFTER = timedelta(days=1)
# Characters of the words of who asks, and of the reason of who declines.
STATEMENT_LENGTH = 2_000


@transaction.atomic
def take_part(*, forum_id: int, member: "Member", now: datetime) -> Membership:
    """Make a member a participant at once, where the discussion lets members do so.

    Raises: NotFound (hidden, or missing), NotAllowed (those who lead are asked first, or others
    name people), NotNow (code ``registration-closed``). Who takes part already keeps the role.
    """
    policy, access = ForumPolicy.objects.filter(forum_id=forum_id).first(), access_of(member)
    if policy is None or not may_know_of(access, forum_id):
        raise NotFound
    places = Membership.objects.select_related("member")
    membership = places.filter(forum_id=forum_id, member=member, left_at=None).first()
    if membership is not None:
        return membership
    refusal = refusal_of(policy, now)
    if refusal is not None:
        raise refusal
    if way_in(access, policy, now) is not Way.TAKE_PART:
        raise NotAllowed(
            _("The people who lead this discussion decide who takes part. Ask to be admitted.")
        )
    return give_place(forum_id=forum_id, member=member, now=now)


@transaction.atomic
def ask_to_join(
    *, forum_id: int, member: "Member", now: datetime, statement: str = "", quiet: bool = False
) -> JoinRequest:
    """Ask those who lead a discussion to be admitted; they are told once.

    Whoever names a discussion may ask, since a list's name can be known: the pages check who may
    know of it, and answers by mail say nothing of it.

    Args: quiet, for what was asked before the hub existed: nobody is told.

    Returns: the request that waits; the earlier one for who has asked already.

    Raises: NotFound (no such discussion), Conflict (takes part already), NotAllowed (others name
    people), NotNow (codes ``asked-lately``, ``registration-closed``).
    """
    policy = ForumPolicy.objects.filter(forum_id=forum_id).first()
    if policy is None:
        raise NotFound
    if Membership.objects.filter(forum_id=forum_id, member=member, left_at=None).exists():
        raise Conflict(_("You already take part in this discussion."))
    last = last_request(forum_id=forum_id, member=member)
    if last is not None and last.is_open:
        return last
    if last is not None:
        _check_asks_again(last, now)
    refusal = refusal_of(policy, now)
    if refusal is not None:
        raise refusal
    join_request, is_new = JoinRequest.objects.get_or_create(
        forum_id=forum_id,
        member=member,
        state=JoinRequest.State.WAITING,
        defaults={"statement": _words(statement), "created_at": now},
    )
    if is_new and not quiet:
        for outlet in outlets():
            outlet.ask_to_join(join_request, now=now)
    return join_request


def last_request(*, forum_id: int, member: "Member") -> JoinRequest | None:
    """Return what a member asked last in a forum, locked until the commit. Queries: 1."""
    rows = JoinRequest.objects.select_for_update().filter(forum_id=forum_id, member=member)
    return rows.order_by("-created_at", "-pk").first()


def asks_again_at(join_request: JoinRequest) -> datetime:
    """Return from when on a member may ask again after a request that was answered."""
    return (join_request.decided_at or join_request.created_at) + ASK_AGAIN_AFTER


def _check_asks_again(last: JoinRequest, now: datetime) -> None:
    if last.state == JoinRequest.State.ADMITTED:
        # Admitted, and gone since: nothing was refused.
        return
    again_at = asks_again_at(last)
    if now < again_at:
        sentence = _("You have asked already. You can ask again from %s.")
        raise NotNow(sentence % format_moment(again_at), code="asked-lately")


def _words(text: str) -> str:
    return mask(without_controls(text)).strip()[:STATEMENT_LENGTH]


@transaction.atomic
def withdraw_request(*, forum_id: int, member: "Member", now: datetime) -> JoinRequest:
    """Take a request back that was not answered.

    Raises: NotFound (nothing waits).
    """
    join_request = last_request(forum_id=forum_id, member=member)
    if join_request is None or not join_request.is_open:
        raise NotFound
    close_request(join_request, JoinRequest.State.WITHDRAWN, actor=None, now=now)
    return join_request


@transaction.atomic
def admit_requests(*, request_ids: Sequence[int], actor: "Member", now: datetime) -> list[str]:
    """Admit those who asked; each is told in their language.

    Returns: the names of those who take part now; somebody else may have decided on the others.

    Raises: NotFound (one of them is not the actor's to decide on).
    """
    names = []
    for pk in sorted(set(request_ids)):
        join_request = _to_decide(pk, actor)
        if not join_request.is_open:
            continue
        # This closes the request, as every way of admitting somebody does.
        admit_member(
            forum_id=join_request.forum_id, member=join_request.member, now=now, actor=actor
        )
        names.append(join_request.member.get_full_name())
    return names


@transaction.atomic
def decline_request(*, request_id: int, actor: "Member", reason: str, now: datetime) -> JoinRequest:
    """Refuse a request and tell its member the reason.

    Raises: NotFound, Invalid (no reason), Conflict (decided already).
    """
    join_request = _still_waiting(request_id, actor)
    words = _words(reason)
    if not words:
        raise Invalid(_("Write the person a reason."))
    close_request(join_request, JoinRequest.State.DECLINED, actor=actor, now=now, reason=words)
    _note(join_request, "request.decline", actor, now, reason=words)
    return join_request


@transaction.atomic
def ignore_request(*, request_id: int, actor: "Member", now: datetime) -> JoinRequest:
    """Take a request off the queue without an answer; its member is not told.

    Raises: NotFound, Conflict (decided already).
    """
    join_request = _still_waiting(request_id, actor)
    join_request.state = JoinRequest.State.IGNORED
    join_request.decided_by, join_request.decided_at = actor, now
    join_request.save(update_fields=["state", "decided_by", "decided_at"])
    _note(join_request, "request.ignore", actor, now)
    return join_request


@transaction.atomic
def unignore_request(*, request_id: int, actor: "Member", now: datetime) -> JoinRequest:
    """Put a request that was ignored back on the queue.

    Raises: NotFound, Conflict (decided meanwhile).
    """
    join_request = _to_decide(request_id, actor)
    if join_request.state == JoinRequest.State.IGNORED:
        join_request.state = JoinRequest.State.WAITING
        join_request.decided_by = join_request.decided_at = None
        join_request.save(update_fields=["state", "decided_by", "decided_at"])
    elif join_request.state != JoinRequest.State.WAITING:
        raise _decided()
    return join_request


def _to_decide(pk: int, actor: "Member") -> JoinRequest:
    rows = JoinRequest.objects.select_for_update(of=("self",))
    join_request = rows.select_related("member", "forum__policy").filter(pk=pk).first()
    if join_request is None or not access_of(actor).may(ADMIT, join_request.forum_id):
        raise NotFound
    return join_request


def _still_waiting(pk: int, actor: "Member") -> JoinRequest:
    join_request = _to_decide(pk, actor)
    if join_request.state != JoinRequest.State.WAITING:
        raise _decided()
    return join_request


def _decided() -> Conflict:
    return Conflict(_("This request has been answered or withdrawn. Nothing was changed."))


def _note(
    join_request: JoinRequest, act: str, actor: "Member", now: datetime, *, reason: str = ""
) -> None:
    note_act(
        forum_id=join_request.forum_id,
        act=act,
        actor=actor,
        now=now,
        member=join_request.member,
        reason=reason,
    )
