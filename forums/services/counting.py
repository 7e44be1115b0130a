"""Keep the counters of topics and forums exact where contributions leave, come back or move.

Whoever calls these holds the row of the topic locked, and takes that of the forum after it, in the
order of their keys: :func:`forums.services.publish` does the same, and counts beside these.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Max, QuerySet
from machina.apps.forum.models import Forum
from machina.apps.forum_conversation.models import Topic

from forums.models import Contribution, TopicState


def lock_topics(keys: Iterable[int]) -> dict[int, Topic]:
    """Return topics by key, locked until the transaction ends, in the order of their keys.

    Queries: 1.
    """
    # Rows that only refer to a topic may be written meanwhile.
    rows = Topic.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(keys))
    return {topic.pk: topic for topic in rows.order_by("pk")}


def lock_forums(keys: Iterable[int]) -> None:
    """Lock the counters of forums until the transaction ends, in the order of their keys.

    Whoever moves contributions does so before: who writes holds a forum at the commit, where the
    database looks at the contribution that is answered.

    Queries: 1.
    """
    rows = Forum.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(keys))
    list(rows.order_by("pk").values_list("pk"))


def shown_count(topic_id: int) -> int:
    """Return how many contributions of a topic are shown. Queries: 1."""
    return _shown(topic_id).count()


def _shown(topic_id: int) -> "QuerySet[Contribution]":
    return Contribution.objects.filter(topic_id=topic_id, state=Contribution.State.ACCEPTED)


def count_topic(topic_id: int) -> int:
    """Count the contributions of a locked topic again, find the last, and what is new in it.

    Returns: how many are shown. Queries: 5.
    """
    rows = _shown(topic_id)
    count = rows.count()
    values: dict[str, Any] = {"posts_count": count, "last_post": None, "last_post_on": None}
    last = rows.order_by("-post__created", "-number").values_list("post_id", "post__created")
    for post_id, created in last[:1]:
        values |= {"last_post": post_id, "last_post_on": created}
    Topic.objects.filter(pk=topic_id).update(**values)
    news = rows.filter(imported__isnull=True).aggregate(last=Max("number"))
    TopicState.objects.filter(topic_id=topic_id).update(last_number=news["last"] or 0)
    return count


def count_first(topic_id: int) -> None:
    """Find the first contribution of a locked topic again, shown or not. Queries: 3."""
    rows = Contribution.objects.filter(topic_id=topic_id).order_by("post__created", "number")
    shown = rows.filter(state=Contribution.State.ACCEPTED)
    first = [
        *shown.values_list("post_id", flat=True)[:1],
        *rows.values_list("post_id", flat=True)[:1],
    ]
    Topic.objects.filter(pk=topic_id).update(first_post=next(iter(first), None))


def count_forums(changes: dict[int, tuple[int, int]]) -> None:
    """Add to the counters of forums, and find what was said last in each.

    Args: changes, ``dict[int, tuple[int, int]]  # forum key -> contributions, topics``.

    Queries: 1, and 2 for each forum.
    """
    lock_forums(changes)
    for forum_id, (posts, topics) in changes.items():
        values: dict[str, Any] = {"last_post": None, "last_post_on": None}
        newest = Topic.objects.filter(forum_id=forum_id, approved=True, last_post__isnull=False)
        newest = newest.order_by("-last_post_on", "-pk").values_list("last_post_id", "last_post_on")
        for post_id, moment in newest[:1]:
            values = {"last_post": post_id, "last_post_on": moment}
        Forum.objects.filter(pk=forum_id).update(
            direct_posts_count=F("direct_posts_count") + posts,
            direct_topics_count=F("direct_topics_count") + topics,
            **values,
        )
