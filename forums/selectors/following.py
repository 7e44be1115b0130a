"""Who follows a topic in another way than its discussion."""

from collections import defaultdict
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from forums.models import Membership, TopicFollow
from hub.lib.prepared import Prepared

if TYPE_CHECKING:
    from hub.members.models import Member

Level = TopicFollow.Level
_level = Prepared(
    lambda member_id, topic_id: TopicFollow.objects.filter(
        member_id=member_id, topic_id=topic_id
    ).values_list("level")
)


def follow_level(member: "Member", topic_id: int) -> str:
    """Return how a member follows a topic, empty for as its discussion. Queries: 1."""
    return next((str(level) for (level,) in _level.rows(member.pk, topic_id)), "")


def watching(topic_id: int) -> "QuerySet[TopicFollow, int]":
    """Return the keys of those who get each contribution to a topic; a part of other queries.

    Queries: none by itself.
    """
    rows = TopicFollow.objects.filter(topic_id=topic_id, level=Level.WATCHING)
    return rows.values_list("member_id", flat=True)


def muting(topic_id: int) -> "QuerySet[TopicFollow, int]":
    """Return the keys of those who have muted a topic; a part of other queries.

    Queries: none by itself.
    """
    rows = TopicFollow.objects.filter(topic_id=topic_id, level=Level.MUTED)
    return rows.values_list("member_id", flat=True)


def topics_apart(topics: Collection[int], members: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the topics that come in no digest: muted ones, and those whose mail comes singly.

    Args: topics and members, the keys of those asked for.

    Returns: ``dict[int, frozenset[int]]  # member key -> topic keys``. Queries: 1 at most.
    """
    if not topics or not members:
        return {}
    rows = TopicFollow.objects.filter(member_id__in=members, topic_id__in=topics)
    apart: dict[int, set[int]] = defaultdict(set)
    for member_id, topic_id in rows.values_list("member_id", "topic_id"):
        apart[member_id].add(topic_id)
    return {member_id: frozenset(keys) for member_id, keys in apart.items()}


def muted_forums(member: "Member") -> set[int]:
    """Return the discussions in which nothing counts as new to a member. Queries: 1."""
    rows = Membership.objects.filter(member=member, left_at=None, is_muted=True)
    return set(rows.values_list("forum_id", flat=True))
