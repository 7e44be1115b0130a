"""The topics of a discussion, in pages, each with what is new in it."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Count
from machina.apps.forum_conversation.models import Topic

from forums.policy import access_of
from forums.redirects import present_key
from forums.selectors.discussions import Discussion, discussion_in
from forums.selectors.unread import new_in_topics
from hub.lib.errors import NotFound
from hub.lib.paging import PagedList, nearest
from hub.lib.prepared import Prepared

if TYPE_CHECKING:
    from hub.members.models import Member

# Topics on a page of a discussion.
TOPICS = 50
# With all that its page asks of its discussion, and with the number of what is newest in it.
_by_key = Prepared(
    lambda topic_id: Topic.objects.filter(pk=topic_id).select_related(
        "forum__policy", "forum__parent", "state"
    )
)


# The texts stay where they are.
_on_page = Prepared(
    lambda keys: (
        Topic.objects.filter(pk__in=keys)
        .select_related("last_post__poster", "poster")
        .defer("last_post__content", "last_post___content_rendered")
    )
)
_count = Prepared(
    lambda forum_id: (
        Topic.objects.filter(forum_id=forum_id, approved=True)
        .order_by()
        .values_list("forum_id")
        .annotate(count=Count("pk"))
    )
)


@lru_cache(maxsize=64)
def _keys(start: int, end: int) -> Prepared:
    """Return the question for the keys of some topics of a forum, sticky ones first.

    Keys alone are sorted and cut, in the index (forums.migrations.0018); the rows are fetched by
    them.
    """
    return Prepared(
        lambda forum_id: (
            Topic.objects.filter(forum_id=forum_id, approved=True)
            .order_by("-type", "-last_post_on", "-pk")
            .values_list("pk")[start:end]
        )
    )


def _keys_on(forum_id: int, page: int, size: int) -> PagedList[int]:
    """Return the keys of the topics on a page. Queries: 2, 1 where all fit on the first page."""
    keys: list[int] = []
    if page <= 1:
        # One more says whether there are others.
        keys = [key for (key,) in _keys(0, size + 1).rows(forum_id)]
        if len(keys) <= size:
            return PagedList(keys, 1, 1, len(keys))
    total = sum(count for _forum_id, count in _count.rows(forum_id))
    number, pages = nearest(page, total, size)
    if number > 1 or not keys:
        keys = [key for (key,) in _keys((number - 1) * size, number * size).rows(forum_id)]
    return PagedList(keys[:size], number, pages, total)


def topics_for(
    member: "Member | None", discussion: Discussion, *, page: int = 1, size: int = TOPICS
) -> PagedList[Topic]:
    """Return a page of the topics of a discussion, sticky first, each with its count of ``new``.

    The texts stay where they are. Queries: 4 at most, 3 where all of them fit on the first page,
    beside those of the access.
    """
    keys = _keys_on(discussion.pk, page, size)
    topics = {topic.pk: topic for topic in _on_page.models(keys)}
    news: dict[int, int] = {}
    if member is not None and discussion.role:
        news = new_in_topics(member, access_of(member), discussion.pk, keys)
    for topic in topics.values():
        topic.new = news.get(topic.pk, 0)
    return PagedList(
        [topics[pk] for pk in keys if pk in topics], keys.number, keys.pages, keys.total
    )


def topic_for(member: "Member | None", topic_id: int) -> tuple[Topic, Discussion]:
    """Return a topic and its discussion; for one that was merged, where its contributions are.

    Raises: NotFound for hidden, held and missing alike. Queries: 1, and those of the access.
    """
    topic = _by_key.first(topic_id)
    if topic is not None and topic.status == Topic.TOPIC_MOVED:
        topic = _by_key.first(present_key(topic_id) or 0)
    if topic is None:
        raise NotFound
    # One whose first contribution is held does not exist yet; an empty one waits for its first.
    if not topic.approved and topic.first_post_id is not None:
        raise NotFound
    return topic, discussion_in(member, getattr(topic.forum, "policy", None))
