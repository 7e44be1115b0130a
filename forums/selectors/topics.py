"""The topics of a discussion, in pages, each with what is new in it."""

from typing import TYPE_CHECKING

from machina.apps.forum_conversation.models import Topic

from forums.policy import access_of
from forums.selectors.discussions import Discussion, discussion_in
from forums.selectors.unread import new_in_topics
from hub.lib.errors import NotFound
from hub.lib.paging import PagedList, listed
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


def topics_for(
    member: "Member | None", discussion: Discussion, *, page: int = 1, size: int = TOPICS
) -> PagedList[Topic]:
    """Return a page of the topics of a discussion, sticky first, each with its count of ``new``.

    The texts stay where they are. Queries: 4 at most, whatever the number of topics, beside those
    of the access.
    """
    rows = Topic.objects.filter(forum_id=discussion.pk, approved=True).order_by(
        "-type", "-last_post_on", "-pk"
    )
    # Keys alone are sorted and cut, in the index (forums.migrations.0018); the rows are fetched by
    # them.
    keys = listed(rows.values_list("pk", flat=True), page=page, size=size)
    on_page = Topic.objects.filter(pk__in=keys).select_related("last_post__poster", "poster")
    on_page = on_page.defer("last_post__content", "last_post___content_rendered")
    topics = {topic.pk: topic for topic in on_page}
    news: dict[int, int] = {}
    if member is not None and discussion.role:
        news = new_in_topics(member, access_of(member), discussion.pk, keys)
    for topic in topics.values():
        topic.new = news.get(topic.pk, 0)
    return PagedList(
        [topics[pk] for pk in keys if pk in topics], keys.number, keys.pages, keys.total
    )


def topic_for(member: "Member | None", topic_id: int) -> tuple[Topic, Discussion]:
    """Return a topic and its discussion.

    Raises: NotFound for hidden, held and missing alike. Queries: 1, and those of the access.
    """
    topic = _by_key.first(topic_id)
    if topic is None:
        raise NotFound
    # One whose first contribution is held does not exist yet; an empty one waits for its first.
    if not topic.approved and topic.first_post_id is not None:
        raise NotFound
    return topic, discussion_in(member, getattr(topic.forum, "policy", None))
