"""Count what a member has not read by the last numbers of topics (decision record 0028).

What was there before the member joined is not new, nor what was imported, nor what the member
wrote. A topic or a discussion that the member has muted has nothing new.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection
from machina.apps.forum_conversation.models import Topic

from forums.models import Contribution, Membership, ReadMark, TopicFollow, TopicState
from forums.policy import Access, access_of
from hub.lib.prepared import Prepared

if TYPE_CHECKING:
    from hub.members.models import Member

# Django's own joins ask for each table twice. Beginning with the memberships, both databases look
# at the topics above the horizon alone, then at those above the mark, and count in what is left
# from there on, in an index.
_UNREAD = f"""
    SELECT fresh.{{group}}, SUM((
        SELECT COUNT(*) FROM {Contribution._meta.db_table} said
        WHERE said.topic_id = fresh.topic_id
          AND said.state = 'accepted' AND said.number > fresh.seen
            AND said.imported IS NULL AND said.author_id <> fresh.member_id
    ))
    FROM (
        SELECT state.topic_id, state.forum_id, place.member_id, state.last_number,
            CASE WHEN mark.number > place.horizon THEN mark.number ELSE place.horizon END AS seen
        FROM {Membership._meta.db_table} place
        JOIN {TopicState._meta.db_table} state
            ON state.forum_id = place.forum_id AND state.last_number > place.horizon
        LEFT JOIN {ReadMark._meta.db_table} mark
            ON mark.topic_id = state.topic_id AND mark.member_id = place.member_id
        WHERE place.member_id = %s AND place.left_at IS NULL AND NOT place.is_muted
          AND place.forum_id IN ({{forums}}) {{topics}}
    ) fresh
    WHERE fresh.last_number > fresh.seen AND NOT EXISTS (
        SELECT 1 FROM {TopicFollow._meta.db_table} follow
        WHERE follow.topic_id = fresh.topic_id AND follow.member_id = fresh.member_id
          AND follow.level = 'muted'
    )
    GROUP BY fresh.{{group}}
"""  # noqa: S608 - made of constants

_mark = Prepared(
    lambda member_id, topic_id: ReadMark.objects.filter(
        member_id=member_id, topic_id=topic_id
    ).values_list("number")
)
_first_after = Prepared(
    lambda topic_id, seen, member_id: (
        Contribution.objects.filter(
            topic_id=topic_id, state="accepted", number__gt=seen, imported__isnull=True
        )
        .exclude(author_id=member_id)
        .order_by("number")
        .values_list("number")[:1]
    )
)


def new_counts_for(
    member: "Member", access: Access, *, forums: Collection[int] | None = None
) -> dict[int, int]:
    """Count the contributions the member has not read: forum key -> count.

    Args: forums, the only ones to count in; else all in which the member takes part.

    Queries: 1 at most.
    """
    counted = access.roles.keys() & access.rights.keys()
    if forums is not None:
        counted &= set(forums)
    return _count(member, "forum_id", counted)


def new_in_topics(
    member: "Member", access: Access, forum_id: int, topics: Collection[int]
) -> dict[int, int]:
    """Count what is new in some topics of a forum: topic key -> count. Queries: 1 at most."""
    if not topics:
        return {}
    counted = access.roles.keys() & access.rights.keys() & {forum_id}
    return _count(member, "topic_id", counted, topics)


def _count(
    member: "Member", group: str, forums: Collection[int], topics: Collection[int] = ()
) -> dict[int, int]:
    if not forums:
        return {}
    among = ""
    if topics:
        among = f"AND state.topic_id IN ({_marks(topics)})"
    sql = _UNREAD.format(group=group, forums=_marks(forums), topics=among)
    with connection.cursor() as cursor:
        cursor.execute(sql, [member.pk, *sorted(forums), *topics])
        return {key: int(count) for key, count in cursor.fetchall() if count}


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))


@dataclass(frozen=True)
class ReadingPlace:
    """Where a member stands in a topic.

    Args:
        mark: the number up to which they have read it, 0 where they have not.
        first_new: of the first contribution that is new to them, None where nothing is.
    """

    mark: int
    first_new: int | None


def reading_place(member: "Member", topic: Topic) -> ReadingPlace:
    """Return where a member stands in a permitted topic.

    Queries: 1 where nothing is new, else 2; and those of the access.
    """
    mark = max((number for (number,) in _mark.rows(member.pk, topic.pk)), default=0)
    seen = max(mark, access_of(member).horizons.get(topic.forum_id, 0))
    state = getattr(topic, "state", None)
    if state is None or state.last_number <= seen:
        return ReadingPlace(mark, None)
    rows = _first_after.rows(topic.pk, seen, member.pk)
    return ReadingPlace(mark, next((number for (number,) in rows), None))


def first_new_for(member: "Member", topic: Topic) -> int | None:
    """Return the number of the first contribution in a permitted topic that is new to the member.

    It asks what :func:`reading_place` asks.
    """
    return reading_place(member, topic).first_new
