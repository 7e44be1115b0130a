"""The discussions that a member may read, one by one and in pages, and who takes part in them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from machina.apps.forum.models import Forum

from forums import rules
from forums.drafts import Draft
from forums.models import ForumPolicy, Membership
from forums.policy import APPROVE, READ, UNHELD, Access, access_of, open_to_members
from forums.registration import Way, way_in
from forums.selectors.unread import new_counts_for
from hub.lib import clock
from hub.lib.errors import NotFound
from hub.lib.hooks import registered
from hub.lib.paging import PagedList, nearest
from hub.lib.prepared import Prepared
from hub.members.regions import region_of

if TYPE_CHECKING:
    from hub.members.models import Member

# Discussions on a page of the list, people on a page of participants.
DISCUSSIONS = 20
PEOPLE = 50
_policy_of = Prepared(
    lambda forum_id: ForumPolicy.objects.filter(forum_id=forum_id).select_related("forum__parent")
)
_sizes = Prepared(
    lambda forums: (
        Membership.objects.filter(forum_id__in=forums, left_at=None)
        .order_by()
        .values_list("forum_id")
        .annotate(count=Count("pk"))
    )
)


# In no order: it would have to look at all of them. One more says whether there are others.
_first_people = Prepared(
    lambda forum_id: (
        Membership.objects.filter(forum_id=forum_id, left_at=None)
        .select_related("member")
        .order_by()[: PEOPLE + 1]
    )
)


@dataclass(frozen=True)
class Discussion:
    """A forum as a member sees it.

    What a page does not show is not asked: ``new``, ``members`` and ``aside`` are read when they
    are first looked at, unless a list has read them for all of its rows.

    Args:
        role: the member's role there, empty for none.
        counts: ``dict[str, int]  # "new" or "members" -> count``, as far as they are known.
    """

    forum: Forum
    policy: ForumPolicy
    role: str
    rights: frozenset[str] = frozenset()
    reader: "Member | None" = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def pk(self) -> int:
        """The forum's key."""
        return int(self.forum.pk)

    @cached_property
    def new(self) -> int:
        """How many contributions the member has not read.

        Queries: 1 at most, and those of the access.
        """
        if "new" in self.counts:
            return self.counts["new"]
        if self.reader is None or not self.role:
            return 0
        return new_counts_for(self.reader, access_of(self.reader), forums={self.pk}).get(self.pk, 0)

    @cached_property
    def members(self) -> int:
        """How many take part. Queries: 1 at most."""
        if "members" in self.counts:
            return self.counts["members"]
        return sum(count for _forum_id, count in _sizes.rows([self.pk]))

    @cached_property
    def aside(self) -> dict[str, Any]:
        """What other rooms say of it. Queries: those of the rooms (``HUB_FORUM_ASIDES``)."""
        aside: dict[str, Any] = {}
        for describe in registered("HUB_FORUM_ASIDES"):
            aside.update(describe(forum_id=self.pk, member=self.reader))
        return aside

    @cached_property
    def silence(self) -> str:
        """Why the member cannot begin anything here now, empty when they can. Queries: 0."""
        if self.reader is None:
            return ""
        return silence_in(self.reader, self.policy, self.rights)

    @cached_property
    def way(self) -> Way:
        """How the reader comes into it, who takes no part yet. Queries: 0, and the access."""
        if self.reader is None or self.role:
            return Way.NONE
        return way_in(access_of(self.reader), self.policy, clock.now())

    @property
    def is_held_first(self) -> bool:
        """Whether the moderators read what the member writes here before it appears."""
        return not self.may(UNHELD)

    def may(self, right: str) -> bool:
        """Whether the member has a right here."""
        return right in self.rights


def silence_in(member: "Member", policy: ForumPolicy, rights: frozenset[str]) -> str:
    """Return why a member cannot begin anything in a forum now, empty when they can.

    Args: rights, those of the member in the forum. Queries: 0.
    """
    draft = Draft(forum_id=policy.forum_id, text="")
    access = Access({policy.forum_id: rights})
    return rules.silence(rules.DraftQuestion(draft, member, None, policy, access, clock.now()))


@dataclass(frozen=True)
class Overview:
    """A page of discussions beside what is new in all of them."""

    listed: PagedList[Discussion]
    new: int

    @property
    def mine(self) -> list[Discussion]:
        """Those on the page in which the member takes part."""
        return [discussion for discussion in self.listed if discussion.role]

    @property
    def others(self) -> list[Discussion]:
        """Those on the page that are open to read besides."""
        return [discussion for discussion in self.listed if not discussion.role]


def discussions_for(
    member: "Member | None", *, page: int = 1, size: int = DISCUSSIONS
) -> PagedList[Discussion]:
    """Return a page of the discussions the person may read; see :func:`overview_for`."""
    return overview_for(member, page=page, size=size).listed


def overview_for(member: "Member | None", *, page: int = 1, size: int = DISCUSSIONS) -> Overview:
    """Return a page of the discussions the person may read, those they take part in first.

    Queries: 4 for a member, 3 for the public, whatever the number.
    """
    access = access_of(member)
    total = len(access.having(READ))
    number, pages = nearest(page, total, size)
    # Nobody takes part in a forum without a key.
    mine, readable = sorted(access.roles) or [0], sorted(access.having(READ))
    policies = _policies((number - 1) * size, number * size).models(mine, readable)
    news: dict[int, int] = {}
    if member is not None:
        news = new_counts_for(member, access)
    sizes: dict[int, int] = dict(_sizes.rows([policy.forum_id for policy in policies]))
    rows = [
        Discussion(
            policy.forum,
            policy,
            access.roles.get(policy.forum_id, ""),
            access.rights[policy.forum_id],
            member,
            {"new": news.get(policy.forum_id, 0), "members": sizes.get(policy.forum_id, 0)},
        )
        for policy in policies
    ]
    return Overview(PagedList(rows, number, pages, total), sum(news.values()))


def own_overview_for(member: "Member", news: Mapping[int, int]) -> Overview:
    """Return the first page of the discussions of a member, for who knows already what is new.

    Nobody is counted in them. Args: news, ``dict[int, int]  # forum key -> contributions``.

    Queries: 1, and those of the access.
    """
    access = access_of(member)
    total = len(access.having(READ))
    number, pages = nearest(1, total, DISCUSSIONS)
    mine, readable = sorted(access.roles) or [0], sorted(access.having(READ))
    rows = [
        Discussion(
            policy.forum,
            policy,
            access.roles.get(policy.forum_id, ""),
            access.rights[policy.forum_id],
            member,
            {"new": news.get(policy.forum_id, 0), "members": 0},
        )
        for policy in _policies(0, DISCUSSIONS).models(mine, readable)
    ]
    return Overview(PagedList(rows, number, pages, total), sum(news.values()))


@lru_cache(maxsize=64)
def _policies(start: int, end: int) -> Prepared:
    """Return the question for a page of some discussions, those of ``mine`` before others."""

    def ordered(mine: list[int], forums: list[int]) -> "QuerySet[ForumPolicy]":
        is_other = Case(When(forum_id__in=mine, then=Value(0)), default=Value(1))
        rows = ForumPolicy.objects.filter(forum_id__in=forums)
        rows = rows.select_related(
            "forum__last_post__topic", "forum__last_post__poster", "forum__parent"
        )
        rows = rows.defer("forum__last_post__content", "forum__last_post___content_rendered")
        newest_first = F("forum__last_post_on").desc(nulls_last=True), "-forum_id"
        return rows.order_by(is_other, *newest_first)[start:end]

    return Prepared(ordered, whole=True)


def discussion_for(member: "Member | None", forum_id: int) -> Discussion:
    """Return one discussion.

    Raises: NotFound for hidden and missing alike. Queries: 1, and those of the access.
    """
    return discussion_in(member, _policy_of.first(forum_id))


def discussion_in(member: "Member | None", policy: ForumPolicy | None) -> Discussion:
    """Return the discussion of a policy, which brings its forum; None for a forum without one.

    Raises: NotFound for hidden and missing alike. Queries: none but those of the access.
    """
    access = access_of(member)
    if policy is None or not access.may(READ, policy.forum_id):
        raise NotFound
    role, rights = access.roles.get(policy.forum_id, ""), access.rights[policy.forum_id]
    return Discussion(policy.forum, policy, role, rights, member)


def participants_of(discussion: Discussion) -> QuerySet[Membership]:
    """Return who takes part in a discussion read through :func:`discussion_for`; pages cut it."""
    rows = Membership.objects.filter(forum_id=discussion.pk, left_at=None)
    return rows.select_related("member").order_by("member__name", "pk")


def first_participants_of(discussion: Discussion) -> list[Membership]:
    """Return all who take part, by name, if they fit on a page of people; else nobody.

    Queries: 1.
    """
    rows: list[Membership] = _first_people.models(discussion.pk)
    if len(rows) > PEOPLE:
        return []
    return sorted(rows, key=lambda row: row.member.name)


def regions_of(discussion: Discussion) -> Counter[str]:
    """Count participants by UN regional group code; empty code for none. Queries: 1."""
    rows = Membership.objects.filter(forum_id=discussion.pk, left_at=None).order_by()
    sizes: Counter[str] = Counter()
    for country, count in rows.values_list("member__country").annotate(count=Count("pk")):
        sizes[region_of(country)] += count
    return sizes


def roles_in(forum_id: int, member_ids: set[int]) -> dict[int, str]:
    """Return the roles to show beside names in a forum: member key -> role."""
    rows = Membership.objects.filter(forum_id=forum_id, member_id__in=member_ids)
    return dict(rows.values_list("member_id", "role"))


def may_read_forum(member: "Member | None", forum_id: int) -> bool:
    """Whether the person may read a forum; sockets and mail ask this at each delivery."""
    return access_of(member).may(READ, forum_id)


def may_in_forum(member: "Member | None", right: str, forum_id: int) -> bool:
    """Whether the person has a right (:mod:`forums.policy`) in a forum."""
    return access_of(member).may(right, forum_id)


def readers_among(forum_id: int, member_ids: set[int]) -> set[int]:
    """Return which of the members may read a forum now; fan-out asks this for each batch.

    The rule is :func:`forums.policy.access_of` turned round: the forum and each forum above it must
    be open to the member, by preset, by membership or as the Secretariat.

    Queries: 1, and 1 for each level.
    """
    members = get_user_model().objects.filter(pk__in=member_ids, is_active=True)
    forum = _forum(forum_id)
    if forum is None or not hasattr(forum, "policy"):
        return set()
    while forum is not None:
        policy = getattr(forum, "policy", None)
        if policy is not None and not open_to_members(policy.preset):
            inside = Membership.objects.filter(
                forum_id=forum.pk, left_at=None, member_id__in=member_ids
            )
            members = members.filter(Q(is_staff=True) | Q(pk__in=inside.values("member_id")))
        forum = _forum(forum.parent_id)
    return set(members.values_list("pk", flat=True))


def closed_above(forum_id: int) -> list[int]:
    """Return the keys of a forum and those above it that not every member may read.

    Queries: 1, and 1 for each level.
    """
    closed = []
    forum = _forum(forum_id)
    while forum is not None:
        policy = getattr(forum, "policy", None)
        if policy is not None and not open_to_members(policy.preset):
            closed.append(int(forum.pk))
        forum = _forum(forum.parent_id)
    return closed


def _forum(key: int | None) -> "Forum | None":
    """Return a forum with its policy, None for none. Queries: 1, none without a key."""
    if key is None:
        return None
    forum: Forum | None = Forum.objects.select_related("policy").filter(pk=key).first()
    return forum


def led_names(member: "Member", *, but: int) -> list[tuple[int, str]]:
    """Return the discussions that a member leads but one, each as key and name, by name.

    Queries: 1, and those of the access.
    """
    keys = access_of(member).having(APPROVE) - {but}
    rows = Forum.objects.filter(pk__in=sorted(keys)).order_by("name", "pk")
    return list(rows.values_list("pk", "name"))


def readers_of(forum_id: int) -> QuerySet[Membership]:
    """Return the current memberships of a forum, for fan-out; observers read too."""
    return Membership.objects.filter(
        forum_id=forum_id, left_at=None, member__is_active=True
    ).select_related("member")


def moderators_of(forum_id: int) -> QuerySet[Membership]:
    """Return those who lead a forum."""
    return readers_of(forum_id).filter(
        Q(role=Membership.Role.MODERATOR) | Q(role=Membership.Role.CHAIR)
    )


def search_scopes_for(member: "Member | None") -> set[str]:
    """Return the search scopes the person may read: one per forum."""
    return {f"forum:{pk}" for pk in access_of(member).having(READ)}
