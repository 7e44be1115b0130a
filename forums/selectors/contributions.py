"""Contributions: by page of their topic, by number, by Message-ID, and the newest of a forum."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from machina.apps.forum_conversation.models import Post, Topic

from forums.models import ANSWERABLE, Attachment, Contribution
from forums.policy import APPROVE, READ, access_of
from hub.lib.errors import NotFound
from hub.lib.paging import nearest
from hub.lib.prepared import Prepared
from hub.members.models import Member
from hub.search.outlet import document_of
from hub.search.services import IndexEntry

PAGE = 20
# Stubs on one page.
STUBS = 5 * PAGE


@dataclass(frozen=True)
class PagedContributions:
    """A page of contributions, in the order they were said."""

    contributions: list[Contribution]
    number: int = 1
    pages: int = 1
    total: int = 0


def _shown() -> QuerySet[Contribution]:
    rows = Contribution.objects.filter(state=Contribution.State.ACCEPTED)
    rows = rows.select_related("post__topic", "post__updated_by", "author", "parent__author")
    return rows.defer(*_unread(*_PEOPLE)).prefetch_related("attachments")


_ANSWERED = {
    "number",
    "author",
    "message_id",
    *(f"author_{part}" for part in ("name", "role", "country", "organisation")),
}
_PERSON = {"id", "name", "anonymised_at", "is_active", "is_staff"}
_AUTHOR = _PERSON | {"email", "country", "organisation", "language"}
# Of people, and of what is answered: where they are joined, the columns that pages and mails read.
_PEOPLE: tuple[tuple[str, type[Model], set[str]], ...] = (
    ("parent__", Contribution, _ANSWERED),
    ("parent__author__", Member, _PERSON),
    ("author__", Member, _AUTHOR),
)
# What the page of a topic reads of a contribution: of its text, what was made of it.
_ON_PAGE: tuple[tuple[str, type[Model], set[str]], ...] = (
    (
        "",
        Contribution,
        _ANSWERED
        | set("forum topic post parent origin state".split())
        | set("folded revision created_at format".split()),
    ),
    ("post__", Post, set("id topic _content_rendered updated updated_by update_reason".split())),
    ("post__updated_by__", Member, _PERSON),
    ("parent__", Contribution, _ANSWERED),
    ("parent__author__", Member, _PERSON),
    ("author__", Member, _PERSON),
)


def _unread(*joined: tuple[str, type[Model], set[str]]) -> list[str]:
    """Return the columns that nobody reads; they would cost as much as the others.

    Args: joined, for each model where it is joined, and the names of what is read of it.
    """
    return [
        f"{path}{field.name}"
        for path, model, names in joined
        for field in model._meta.concrete_fields
        if field.name not in names
    ]


_by_number = Prepared(lambda numbers: _shown().filter(pk__in=numbers))
# Of a topic that is at hand: it is not read with each of its contributions.
_in_topic = Prepared(
    lambda topic_id, numbers: (
        Contribution.objects.filter(
            topic_id=topic_id, pk__in=numbers, state=Contribution.State.ACCEPTED
        )
        .select_related("post__updated_by", "author", "parent__author")
        .defer(*_unread(*_ON_PAGE))
    )
)
_files = Prepared(
    lambda numbers: Attachment.objects.filter(contribution_id__in=numbers).order_by("pk")
)


def shown_in(topic: Topic) -> QuerySet[Contribution]:
    """Return what is shown in a permitted topic, for the caller to cut; an index orders it."""
    return Contribution.objects.filter(topic=topic, state=Contribution.State.ACCEPTED)


_first_page = Prepared(
    lambda topic_id: (
        Contribution.objects.filter(topic_id=topic_id, state=Contribution.State.ACCEPTED)
        .order_by("number")
        .values_list("number")[:PAGE]
    )
)


def numbers_on(topic: Topic, page: int) -> list[int]:
    """Return the numbers on a page of a permitted topic, in the order they were said. Queries: 1.

    Numbers alone are cut, in the index, from whichever end of the topic is nearer; the rows are
    fetched by number.
    """
    if page == 1:
        return [number for (number,) in _first_page.rows(topic.pk)]
    rows, start = shown_in(topic).values_list("number", flat=True), (page - 1) * PAGE
    rest = topic.posts_count - start
    if start <= rest:
        return list(rows.order_by("number")[start : start + PAGE])
    skipped = max(rest - PAGE, 0)
    return list(rows.order_by("-number")[skipped : max(rest, 0)])[::-1]


def contributions_of(topic: Topic, *, page: int = 1) -> PagedContributions:
    """Return a page of an already permitted topic, in the order they were said. Queries: 3.

    The total is the topic's counter, so a long topic costs no COUNT.
    """
    page, pages = nearest(page, topic.posts_count, PAGE)
    numbers = numbers_on(topic, page)
    rows = contributions_by_number(numbers)
    return PagedContributions(
        [rows[number] for number in numbers if number in rows], page, pages, topic.posts_count
    )


def contributions_after(topic: Topic, number: int, *, limit: int = 100) -> list[Contribution]:
    """Return what was said in a permitted topic after a contribution, for the live page.

    Queries: 2.
    """
    return list(_shown().filter(topic=topic, number__gt=number).order_by("number")[:limit])


def page_of(contribution: Contribution) -> int:
    """Return the page of its topic on which a contribution stands.

    Queries: 1, answered by the index alone.
    """
    rows = Contribution.objects.filter(
        topic_id=contribution.topic_id, state=Contribution.State.ACCEPTED
    )
    return rows.filter(number__lt=contribution.number).count() // PAGE + 1


def contribution_for(member: "Member | None", number: int) -> Contribution:
    """Return one contribution the person may read; authors and moderators also see a held one.

    Raises: NotFound for hidden and missing alike.
    """
    joined = ("post__topic__forum", "post__updated_by", "author", "parent__author")
    rows = Contribution.objects.select_related(*joined)
    contribution = rows.filter(pk=number).first()
    if contribution is None or not _may_see(member, contribution):
        raise NotFound
    return contribution


def _may_see(member: "Member | None", contribution: Contribution) -> bool:
    """Whether a person may see a contribution, which may be held. Queries: those of the access."""
    access, forum_id = access_of(member), contribution.post.topic.forum_id
    if not access.may(READ, forum_id):
        return False
    if contribution.state == Contribution.State.ACCEPTED or access.may(APPROVE, forum_id):
        return True
    return member is not None and contribution.author_id == member.pk


def stub_for(member: "Member | None", number: int) -> Contribution | None:
    """Return a withdrawn contribution in whose place the person sees a stub, None for any other.

    Queries: 1, and those of the access.
    """
    rows = Contribution.objects.filter(pk=number, state=Contribution.State.WITHDRAWN)
    row = rows.select_related("post__topic__forum", "author", "withdrawal__by").first()
    if row is None or not access_of(member).may(READ, row.forum_id):
        return None
    return row


def stubs_in(topic: Topic, numbers: list[int], *, is_last: bool) -> list[Contribution]:
    """Return what was withdrawn between the contributions on a page of a permitted topic.

    That is from the last one before them, on the last page to the end, in the order they were said.

    Args: numbers, on the page, ascending. Queries: 1.
    """
    rows = Contribution.objects.filter(topic_id=topic.pk, state=Contribution.State.WITHDRAWN)
    if numbers:
        earlier = shown_in(topic).filter(number__lt=numbers[0]).order_by("-number")
        before = Subquery(earlier.values("number")[:1])
        rows = rows.filter(number__gt=Coalesce(before, 0))
    if not is_last:
        rows = rows.filter(number__lt=numbers[-1])
    rows = rows.select_related("author", "withdrawal__by").order_by("number")[:STUBS]
    return list(rows)


def stubs_by_number(numbers: list[int]) -> dict[int, Contribution]:
    """Return withdrawn contributions by number, for a permitted topic. Queries: 1."""
    rows = Contribution.objects.filter(pk__in=numbers, state=Contribution.State.WITHDRAWN)
    return {row.number: row for row in rows.select_related("author", "withdrawal__by")}


def contributions_by_number(numbers: list[int]) -> dict[int, Contribution]:
    """Return accepted contributions by number, for rooms that have checked the reader."""
    rows = _by_number.models(numbers)
    prefetch_related_objects(rows, "attachments")
    return {row.number: row for row in rows}


def contributions_in(topic: Topic, numbers: list[int]) -> dict[int, Contribution]:
    """Return accepted contributions of a permitted topic by number, as its page shows them.

    Of their texts, what was made of them; with their ``files``. Queries: 2 at most.
    """
    rows = {row.number: row for row in _in_topic.models(topic.pk, numbers)}
    for row in rows.values():
        row.post.topic = row.topic = topic
        row.files = []
    for file in _files.models(rows.keys()):
        rows[file.contribution_id].files.append(file)
    return rows


def contribution_by_message_id(forum_id: int, message_ids: list[str]) -> Contribution | None:
    """Return the newest named contribution of a forum, which may be withdrawn, or moved since.

    References pick a thread nowhere else (design.md §3.6).
    """
    rows = Contribution.objects.filter(
        Q(forum_id=forum_id) | Q(moved_from_id=forum_id),
        message_id__in=message_ids,
        state__in=ANSWERABLE,
    )
    return rows.select_related("post__topic").order_by("-number").first()


def newest_number(forum_id: int) -> int:
    """Return the number of the newest accepted contribution in a forum, 0 for none. Queries: 1."""
    rows = Contribution.objects.filter(
        forum_id=forum_id, state=Contribution.State.ACCEPTED
    ).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def search_documents() -> Iterator[IndexEntry]:
    """Give every accepted contribution for a full reindex, in constant memory."""
    rows = Contribution.objects.filter(state=Contribution.State.ACCEPTED).select_related(
        "post__topic", "author"
    )
    return (document_of(row) for row in rows.order_by("number").iterator(chunk_size=500))
