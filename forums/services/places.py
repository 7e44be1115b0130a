"""Give a member a place in a forum: the rows, for those who have decided that it is theirs."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from forums.models import Contribution, ForumPolicy, JoinRequest, Membership
from forums.outlets import outlets
from forums.services.reading import last_number_in

if TYPE_CHECKING:
    from hub.members.models import Member


def give_place(
    *,
    forum_id: int,
    member: "Member",
    now: datetime,
    role: str = Membership.Role.PARTICIPANT,
    actor: "Member | None" = None,
) -> Membership:
    """Let a member into a forum, again or in another role, in the caller's transaction.

    A request to take part that waits is decided with it. Args: actor, None for the hub itself.
    """
    newest = last_number_in(forum_id)
    membership, is_new = Membership.objects.select_for_update().get_or_create(
        forum_id=forum_id,
        member=member,
        defaults={"role": role, "joined_at": now, "horizon": newest},
    )
    if not is_new:
        membership.role = role
        if membership.left_at is not None:
            membership.left_at, membership.joined_at, membership.horizon = None, now, newest
        membership.save()
    for outlet in outlets():
        outlet.change_membership(membership, now=now)
    settle_requests(forum_id=forum_id, member_ids=[member.pk], actor=actor, now=now)
    return membership


def place_by_writing(contribution: Contribution, *, now: datetime) -> None:
    """Make the author of a shown contribution a participant, where members come in by themselves.

    Who leads or is of the Secretariat wrote by that role, and what an archive brings was said
    elsewhere.
    """
    if contribution.author_role or contribution.imported is not None:
        return
    places = Membership.objects.filter(
        forum_id=contribution.forum_id, member_id=contribution.author_id, left_at=None
    )
    opens = ForumPolicy.objects.filter(
        forum_id=contribution.forum_id, registration=ForumPolicy.Registration.OPEN
    )
    if not places.exists() and opens.exists():
        give_place(forum_id=contribution.forum_id, member=contribution.author, now=now)


def settle_requests(
    *, forum_id: int, member_ids: Collection[int], actor: "Member | None", now: datetime
) -> None:
    """Note that members who had asked to take part now do, in the caller's transaction.

    Queries: 1, and those of the outlets for each who had asked.
    """
    rows = JoinRequest.objects.select_for_update(of=("self",)).filter(
        forum_id=forum_id, member_id__in=member_ids, state__in=JoinRequest.OPEN
    )
    for join_request in rows.select_related("member", "forum__policy"):
        close_request(join_request, JoinRequest.State.ADMITTED, actor=actor, now=now)


def forget_requests(member: "Member", now: datetime) -> None:
    """Take back what a person who leaves for good has asked, and forget why, on both sides."""
    rows = JoinRequest.objects.filter(member=member)
    rows.filter(state__in=JoinRequest.OPEN).update(
        state=JoinRequest.State.WITHDRAWN, decided_at=now
    )
    rows.update(statement="", reason="")


def close_request(
    join_request: JoinRequest,
    state: str,
    *,
    actor: "Member | None",
    now: datetime,
    reason: str = "",
) -> None:
    """Write what has become of a request, and let the outlets tell its member."""
    join_request.state, join_request.decided_by, join_request.decided_at = state, actor, now
    join_request.reason = reason
    join_request.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    if actor is None or actor.pk == join_request.member_id:
        return
    for outlet in outlets():
        outlet.answer_request(join_request, now=now)
