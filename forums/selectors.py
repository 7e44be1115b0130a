"""What a member may see of the discussions: the only readers, for pages, mails, feeds, sockets and search alike."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, Case, Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import ngettext
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Topic

from forums.models import Contribution, ForumPolicy, Membership, ReadMark
from forums.policy import APPROVE, READ, Access, access_of, open_to_members
from hub.lib.errors import NotFound
from hub.lib.home import Block, Kind
from hub.lib.hooks import registered
from hub.search.outlet import document_of
from hub.search.services import Document

if TYPE_CHECKING:
    from hub.members.models import Member

PAGE = 20


@dataclass(frozen=True)
class Discussion:
    """A forum as a member sees it."""

    forum: Forum
    policy: ForumPolicy
    role: str  # the member's role there, empty for none
    new: int  # contributions the member has not read
    rights: frozenset[str] = frozenset()
    members: int = 0
    aside: dict[str, Any] = field(default_factory=dict)

    @property
    def pk(self) -> int:
        """The forum's key."""
        return int(self.forum.pk)

    def may(self, right: str) -> bool:
        """Whether the member has a right here."""
        return right in self.rights


@dataclass(frozen=True)
class Page:
    """A page of contributions, by number; ``before`` and ``after`` are the numbers to ask the next pages with."""

    contributions: list[Contribution]
    number: int = 1
    pages: int = 1
    total: int = 0


def _seen() -> Coalesce:
    """The number up to which ``outer member`` has read the topic, by mark."""
    marks = ReadMark.objects.filter(topic=OuterRef("post__topic_id"), member=OuterRef("reader"))
    return Coalesce(Subquery(marks.values("number")[:1]), 0, output_field=BigIntegerField())


def new_counts_for(member: "Member", access: Access, *, by: str = "post__topic__forum_id") -> dict[int, int]:
    """Count the contributions the member has not read: ``dict[int, int]  # forum or topic key -> count``.

    What was there before the member joined is not new, nor what was imported, nor what the member wrote. Queries: 1.
    """
    forums = {pk for pk in access.roles if pk in access.rights}
    if not forums:
        return {}
    horizon = Case(
        *(When(post__topic__forum_id=pk, then=Value(access.horizons[pk])) for pk in forums),
        default=Value(0),
        output_field=BigIntegerField(),
    )
    unread = (
        Contribution.objects.filter(post__topic__forum_id__in=forums, state="accepted", imported__isnull=True)
        .exclude(author=member)
        .annotate(reader=Value(member.pk))
        .annotate(seen=Greatest(_seen(), horizon))
        .filter(number__gt=F("seen"))
    )
    return dict(unread.values_list(by).annotate(count=Count("pk")).order_by().values_list(by, "count"))


def discussions_for(member: "Member | None") -> list[Discussion]:
    """Return the discussions the person may read, those taken part in first, then by last contribution.

    Queries: 5 for a member, 3 for the public, whatever the number.
    """
    access = access_of(member)
    policies = ForumPolicy.objects.filter(forum_id__in=access.having(READ)).select_related(
        "forum__last_post__topic", "forum__last_post__poster", "forum__parent"
    )
    fresh = new_counts_for(member, access) if member else {}
    present = Membership.objects.filter(left_at=None).values_list("forum_id")
    sizes = dict(present.annotate(n=Count("pk")).values_list("forum_id", "n"))
    found = [
        Discussion(
            policy.forum,
            policy,
            access.roles.get(policy.forum_id, ""),
            fresh.get(policy.forum_id, 0),
            access.rights[policy.forum_id],
            sizes.get(policy.forum_id, 0),
        )
        for policy in policies
    ]
    found.sort(key=lambda d: d.forum.last_post_on.timestamp() if d.forum.last_post_on else 0.0, reverse=True)
    found.sort(key=lambda d: not d.role)
    return found


def discussion_for(member: "Member | None", forum_id: int) -> Discussion:
    """Return one discussion with what other rooms say of it.

    Raises: NotFound for hidden and missing alike. Queries: 5 and those of the registered asides.
    """
    access = access_of(member)
    policy = ForumPolicy.objects.filter(forum_id=forum_id).select_related("forum__parent").first()
    if policy is None or not access.may(READ, forum_id):
        raise NotFound
    aside: dict[str, Any] = {}
    for describe in registered("HUB_FORUM_ASIDES"):
        aside.update(describe(forum_id=forum_id, member=member))
    fresh = new_counts_for(member, access).get(forum_id, 0) if member else 0
    size = Membership.objects.filter(forum_id=forum_id, left_at=None).count()
    return Discussion(policy.forum, policy, access.roles.get(forum_id, ""), fresh, access.rights[forum_id], size, aside)


def participants_of(discussion: Discussion) -> QuerySet[Membership]:
    """Return who takes part in a discussion already read through :func:`discussion_for`."""
    rows = Membership.objects.filter(forum_id=discussion.pk, left_at=None)
    return rows.select_related("member").order_by("member__name")


def regions_of(discussion: Discussion) -> Counter[str]:
    """Count participants by UN regional group code; empty code for none."""
    return Counter(row.member.region for row in participants_of(discussion))


def roles_in(forum_id: int, member_ids: set[int]) -> dict[int, str]:
    """Return the roles to show beside names in a forum: ``dict[int, str]  # member key -> role``."""
    rows = Membership.objects.filter(forum_id=forum_id, member_id__in=member_ids)
    return dict(rows.values_list("member_id", "role"))


def topics_for(member: "Member | None", discussion: Discussion) -> list[Topic]:
    """Return the topics of a discussion, sticky first, each with ``new`` (count of unread). Queries: 2."""
    topics = list(
        Topic.objects.filter(forum_id=discussion.pk, approved=True)
        .select_related("last_post__poster", "poster")
        .order_by("-type", "-last_post_on")
    )
    fresh: dict[int, int] = {}
    if member is not None and discussion.role:
        fresh = new_counts_for(member, access_of(member), by="post__topic_id")
    for topic in topics:
        topic.new = fresh.get(topic.pk, 0)
    return topics


def topic_for(member: "Member | None", topic_id: int) -> tuple[Topic, Discussion]:
    """Return a topic and its discussion.

    Raises: NotFound for hidden, held and missing alike.
    """
    topic = Topic.objects.filter(pk=topic_id).select_related("forum").first()
    if topic is None or not (topic.approved or topic.first_post_id is None):
        raise NotFound
    return topic, discussion_for(member, topic.forum_id)


def _shown() -> QuerySet[Contribution]:
    rows = Contribution.objects.filter(state=Contribution.State.ACCEPTED)
    rows = rows.select_related("post__topic", "post__updated_by", "author", "parent__author")
    return rows.prefetch_related("attachments")


def numbers_on(topic: Topic, page: int) -> list[int]:
    """Return the numbers on a page of a permitted topic, in the order they were said. Queries: 1.

    Numbers alone are sliced and the rows fetched by number: at the end of a topic of 20,000 that took 19 ms, a slice of
    whole rows 190 ms (SQLite).
    """
    rows = Contribution.objects.filter(post__topic_id=topic.pk, state=Contribution.State.ACCEPTED).order_by("number")
    return list(rows.values_list("number", flat=True)[(page - 1) * PAGE : page * PAGE])


def contributions_of(topic: Topic, *, page: int = 1) -> Page:
    """Return a page of an already permitted topic, in the order they were said. Queries: 3.

    The total is the topic's counter, so a long topic costs no COUNT.
    """
    pages = max(1, -(-topic.posts_count // PAGE))
    page = min(max(page, 1), pages)
    numbers = numbers_on(topic, page)
    found = contributions_by_number(numbers)
    return Page([found[number] for number in numbers if number in found], page, pages, topic.posts_count)


def contributions_after(topic: Topic, number: int, *, limit: int = 100) -> list[Contribution]:
    """Return what was said in a permitted topic after a contribution, for the live page. Queries: 2."""
    return list(_shown().filter(post__topic_id=topic.pk, number__gt=number).order_by("number")[:limit])


def page_of(contribution: Contribution) -> int:
    """Return the page of its topic on which a contribution stands."""
    before = Contribution.objects.filter(
        post__topic_id=contribution.topic_id, state="accepted", number__lt=contribution.number
    ).count()
    return before // PAGE + 1


def first_new_for(member: "Member", topic: Topic) -> int | None:
    """Return the number of the first contribution in a permitted topic that the member has not read."""
    mark = ReadMark.objects.filter(member=member, topic=topic).values_list("number", flat=True).first() or 0
    joined = Membership.objects.filter(member=member, forum_id=topic.forum_id)
    seen = max(mark, joined.values_list("horizon", flat=True).first() or 0)
    rows = Contribution.objects.filter(
        post__topic_id=topic.pk, state="accepted", number__gt=seen, imported__isnull=True
    )
    return rows.exclude(author=member).order_by("number").values_list("number", flat=True).first()


def contribution_for(member: "Member | None", number: int) -> Contribution:
    """Return one contribution the person may read; authors and moderators also see a held one.

    Raises: NotFound for hidden and missing alike.
    """
    joined = ("post__topic__forum", "post__updated_by", "author", "parent__author")
    rows = Contribution.objects.select_related(*joined)
    contribution = rows.filter(pk=number).first()
    access = access_of(member)
    if contribution is None or not access.may(READ, contribution.post.topic.forum_id):
        raise NotFound
    if contribution.state != Contribution.State.ACCEPTED:
        own = member is not None and contribution.author_id == member.pk
        if not own and not access.may(APPROVE, contribution.post.topic.forum_id):
            raise NotFound
    return contribution


def contributions_by_number(numbers: list[int]) -> dict[int, Contribution]:
    """Return accepted contributions by number, for rooms that have checked the reader (proceedings, live log)."""
    return {row.number: row for row in _shown().filter(pk__in=numbers)}


def contribution_by_message_id(forum_id: int, message_ids: list[str]) -> Contribution | None:
    """Return the newest named contribution inside one forum: references pick a thread nowhere else (design.md §3.6)."""
    rows = Contribution.objects.filter(forum_id=forum_id, message_id__in=message_ids, state="accepted")
    return rows.select_related("post__topic").order_by("-number").first()


def held_for(member: "Member") -> list[Contribution]:
    """Return what waits for the member's decision, oldest first. Queries: 3."""
    rows = Contribution.objects.filter(state="held", post__topic__forum_id__in=access_of(member).having(APPROVE))
    return list(rows.select_related("post__topic__forum", "post__updated_by", "author").order_by("created_at"))


def own_held(member: "Member") -> QuerySet[Contribution]:
    """Return the member's own contributions that wait for a moderator."""
    return Contribution.objects.filter(author=member, state="held").select_related("post__topic__forum")


def may_read_forum(member: "Member | None", forum_id: int) -> bool:
    """Whether the person may read a forum; sockets and mail ask this at each delivery."""
    return access_of(member).may(READ, forum_id)


def may_in_forum(member: "Member | None", right: str, forum_id: int) -> bool:
    """Whether the person has a right (:mod:`forums.policy`) in a forum."""
    return access_of(member).may(right, forum_id)


def readers_among(forum_id: int, member_ids: set[int]) -> set[int]:
    """Return which of the members may read a forum now: fan-out asks this for each batch. Queries: 1 for a level.

    The rule is :func:`forums.policy.access_of` turned round: the forum and each forum above it must be open to the
    member, by preset, by membership or as the Secretariat.
    """
    members = get_user_model().objects.filter(pk__in=member_ids, is_active=True)
    forum: Forum | None = Forum.objects.select_related("parent", "policy").filter(pk=forum_id).first()
    if forum is None or not hasattr(forum, "policy"):
        return set()
    while forum is not None:
        policy = getattr(forum, "policy", None)
        if policy is not None and not open_to_members(policy.preset):
            inside = Membership.objects.filter(forum_id=forum.pk, left_at=None, member_id__in=member_ids)
            members = members.filter(Q(is_staff=True) | Q(pk__in=inside.values("member_id")))
        forum = Forum.objects.select_related("policy").filter(pk=forum.parent_id).first() if forum.parent_id else None
    return set(members.values_list("pk", flat=True))


def readers_of(forum_id: int) -> QuerySet[Membership]:
    """Return the current memberships of a forum, for fan-out; observers read too."""
    return Membership.objects.filter(forum_id=forum_id, left_at=None, member__is_active=True).select_related("member")


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return what the discussions ask of a member: held contributions to decide on, own ones that wait. Queries: 4."""
    blocks = []
    waiting = Contribution.objects.filter(state="held", post__topic__forum_id__in=access_of(member).having(APPROVE))
    oldest = waiting.aggregate(count=Count("pk"), at=Min("created_at"))
    if oldest["count"]:
        title = ngettext(
            "%d contribution waits for your decision", "%d contributions wait for your decision", oldest["count"]
        )
        blocks.append(Block(Kind.ASKED, title % oldest["count"], reverse("forums:held"), at=oldest["at"]))
    own = own_held(member).count()
    if own:
        title = ngettext(
            "%d contribution of yours waits for the moderators",
            "%d contributions of yours wait for the moderators",
            own,
        )
        blocks.append(Block(Kind.ASKED, title % own, reverse("forums:discussions")))
    return blocks


def search_scopes_for(member: "Member | None") -> set[str]:
    """Return the search scopes the person may read: one per forum."""
    return {f"forum:{pk}" for pk in access_of(member).having(READ)}


def search_documents() -> Iterator[Document]:
    """Give every accepted contribution for a full reindex, in constant memory."""
    rows = Contribution.objects.filter(state=Contribution.State.ACCEPTED).select_related("post__topic", "author")
    return (document_of(row) for row in rows.order_by("number").iterator(chunk_size=500))


def newest_number(forum_id: int) -> int:
    """Return the number of the newest accepted contribution in a forum, 0 for none."""
    rows = Contribution.objects.filter(post__topic__forum_id=forum_id, state="accepted")
    return rows.aggregate(top=Max("number"))["top"] or 0


def moderators_of(forum_id: int) -> QuerySet[Membership]:
    """Return those who lead a forum."""
    return readers_of(forum_id).filter(Q(role=Membership.Role.MODERATOR) | Q(role=Membership.Role.CHAIR))
