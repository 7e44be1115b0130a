"""Who may come into which discussion, who has asked to, and what waits for those who decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from forums.models import ForumPolicy, JoinRequest
from forums.policy import ADMIT, access_of
from forums.registration import Way, is_open, may_know_of, obstacle, way_in
from forums.selectors.discussions import Discussion
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.paging import PagedList, listed

if TYPE_CHECKING:
    from hub.members.models import Member

# Requests on a page of the queue, and discussions on a page of those that can be asked for.
REQUESTS = 20
LISTED = 20


@dataclass(frozen=True)
class Entrance:
    """How a member who takes no part stands before a discussion that they may know of.

    Args: last, what they asked last, None for nothing.
    """

    policy: ForumPolicy
    way: Way
    last: JoinRequest | None = None

    @property
    def waiting(self) -> JoinRequest | None:
        """The request that was not answered; its member does not learn that it was ignored."""
        if self.last is None or not self.last.is_open:
            return None
        return self.last

    @property
    def declined(self) -> JoinRequest | None:
        """The request that was declined, while nothing was asked since."""
        if self.last is None or self.last.state != JoinRequest.State.DECLINED:
            return None
        return self.last

    @property
    def obstacle(self) -> str:
        """Why the member can neither take part by themselves nor ask to, empty when they can."""
        return obstacle(self.policy, clock.now())

    @property
    def name(self) -> str:
        """The discussion's name."""
        return str(self.policy.forum.name)


def entrance_for(member: "Member", forum_id: int) -> Entrance:
    """Return how a member stands before a discussion: also one that is listed and not open to read.

    Raises: NotFound for hidden and missing alike. Queries: 2, and those of the access.
    """
    access = access_of(member)
    if not may_know_of(access, forum_id):
        raise NotFound
    policy = ForumPolicy.objects.select_related("forum").filter(forum_id=forum_id).first()
    if policy is None:
        raise NotFound
    return Entrance(
        policy, way_in(access, policy, clock.now()), last_asked(member, [forum_id]).get(forum_id)
    )


def entrance_at(discussion: Discussion) -> Entrance | None:
    """Return how the reader of a permitted discussion stands before it, None for a participant."""
    member = discussion.reader
    if member is None or discussion.role:
        return None
    way = way_in(access_of(member), discussion.policy, clock.now())
    if way is Way.TAKE_PART:
        return Entrance(discussion.policy, way)
    if discussion.may(ADMIT):
        # Who admits people is not told to ask for it.
        return None
    return Entrance(discussion.policy, way, last_asked(member, [discussion.pk]).get(discussion.pk))


def joins_at_will(forum_id: int) -> bool:
    """Whether members come and go by themselves in a forum. Queries: 1."""
    policy = ForumPolicy.objects.filter(forum_id=forum_id).first()
    return policy is not None and is_open(policy)


def may_take_part(member: "Member", forum_id: int) -> bool:
    """Whether a member who takes no part in a forum may do so at once."""
    access = access_of(member)
    if forum_id in access.roles:
        return False
    policy = ForumPolicy.objects.filter(forum_id=forum_id).first()
    return policy is not None and way_in(access, policy, clock.now()) is Way.TAKE_PART


def last_asked(member: "Member", forum_ids: Sequence[int]) -> dict[int, JoinRequest]:
    """Return what a member asked last in some forums.

    Returns: ``dict[int, JoinRequest]  # forum key -> request``. Queries: 1.
    """
    rows = JoinRequest.objects.filter(member=member, forum_id__in=forum_ids)
    return {row.forum_id: row for row in rows.order_by("created_at", "pk")}


def has_asked(member: "Member", forum_id: int) -> bool:
    """Whether a request of the member waits for those who lead a forum. Queries: 1."""
    rows = JoinRequest.objects.filter(member=member, forum_id=forum_id, state__in=JoinRequest.OPEN)
    return rows.exists()


def may_know_of_forum(member: "Member", forum_id: int) -> bool:
    """Whether a member may know that a forum exists; what is written to them depends on it."""
    return may_know_of(access_of(member), forum_id)


def listed_for(member: "Member | None", *, page: int = 1) -> PagedList[Entrance]:
    """Return a page of the closed discussions that a member may ask for, by name.

    Queries: those of the access where there are none, else 3 more.
    """
    access = access_of(member)
    if member is None or not access.listed:
        return PagedList()
    rows = ForumPolicy.objects.filter(forum_id__in=sorted(access.listed))
    policies = listed(rows.select_related("forum").order_by("forum__name"), page=page, size=LISTED)
    asked = last_asked(member, [policy.forum_id for policy in policies])
    entrances = [
        Entrance(policy, way_in(access, policy, clock.now()), asked.get(policy.forum_id))
        for policy in policies
    ]
    return PagedList(entrances, policies.number, policies.pages, policies.total)


def _waiting_for(member: "Member", forum_id: int | None) -> "QuerySet[JoinRequest]":
    forums = access_of(member).having(ADMIT)
    if forum_id is not None:
        forums &= {forum_id}
    return JoinRequest.objects.filter(state=JoinRequest.State.WAITING, forum_id__in=sorted(forums))


def requests_for(
    member: "Member", *, forum_id: int | None = None, page: int = 1
) -> PagedList[JoinRequest]:
    """Return a page of the requests that a member decides on, oldest first.

    Args: forum_id, of one discussion; None for all they lead. Queries: 2, and those of the access.
    """
    rows = _waiting_for(member, forum_id).select_related("member", "forum")
    return listed(rows.order_by("created_at", "pk"), page=page, size=REQUESTS)


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return what those who lead find on their home: how many ask to take part.

    Queries: those of the access, and 1 for who leads something.
    """
    if not access_of(member).having(ADMIT):
        return []
    oldest = _waiting_for(member, None).aggregate(count=Count("pk"), at=Min("created_at"))
    if not oldest["count"]:
        return []
    title = ngettext(
        "%d person asks to take part in your discussions",
        "%d people ask to take part in your discussions",
        oldest["count"],
    )
    url = reverse("forums:requests")
    return [Block(BlockKind.ASKED, with_count(title, oldest["count"]), url, at=oldest["at"])]
