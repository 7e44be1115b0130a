"""What is new for a member: the unread topics with their first unread words, in one look.

The home and the page of everything unread ask here; the head of every page asks how many topics
there are. The count is that of :mod:`forums.selectors.unread`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db import connection
from machina.apps.forum_conversation.models import Topic

from forums.models import Contribution, Membership, ReadMark, TopicFollow, TopicState
from forums.policy import Access
from forums.quoting import first_words
from hub.lib.paging import PagedList, nearest

if TYPE_CHECKING:
    from hub.members.models import Member

# Topics on a page of what is unread, and on the home.
UNREAD_TOPICS = 20
HOME_TOPICS = 8
# The head of a page counts no further.
COUNTED = 99
# Topics with something above the horizon and the mark, none of them muted.
_FRESH = f"""
    SELECT state.topic_id, state.forum_id, place.member_id,
        CASE WHEN mark.number > place.horizon THEN mark.number ELSE place.horizon END AS seen
    FROM {Membership._meta.db_table} place
    JOIN {TopicState._meta.db_table} state
        ON state.forum_id = place.forum_id AND state.last_number > place.horizon
    LEFT JOIN {ReadMark._meta.db_table} mark
        ON mark.topic_id = state.topic_id AND mark.member_id = place.member_id
    WHERE place.member_id = %s AND place.left_at IS NULL AND NOT place.is_muted {{forums}}
      AND (mark.number IS NULL OR mark.number < state.last_number)
      AND NOT EXISTS (
        SELECT 1 FROM {TopicFollow._meta.db_table} follow
        WHERE follow.topic_id = state.topic_id AND follow.member_id = place.member_id
          AND follow.level = 'muted'
      )
"""  # noqa: S608 - made of constants
_NEW = """
    said.topic_id = fresh.topic_id AND said.state = 'accepted' AND said.number > fresh.seen
    AND said.imported IS NULL AND said.author_id <> fresh.member_id
"""
# One statement for the sums of all discussions and the topics of one page.
_NEWS = f"""
    WITH fresh AS ({_FRESH}), counted AS (
        SELECT fresh.topic_id, fresh.forum_id, COUNT(*) AS fresh_count,
            MIN(said.number) AS first_number, MAX(said.number) AS last_number
        FROM fresh JOIN {Contribution._meta.db_table} said ON {_NEW}
        GROUP BY fresh.topic_id, fresh.forum_id
    )
    SELECT 0, forum_id, SUM(fresh_count), COUNT(*), 0 FROM counted GROUP BY forum_id
    UNION ALL SELECT topic_id, forum_id, fresh_count, first_number, last_number FROM (
        SELECT * FROM counted ORDER BY last_number DESC LIMIT %s OFFSET %s
    ) on_page
"""  # noqa: S608 - made of constants
_COUNT = f"""
    SELECT COUNT(*) FROM (
        SELECT 1 FROM ({_FRESH.format(forums="")}) fresh
        WHERE EXISTS (SELECT 1 FROM {Contribution._meta.db_table} said WHERE {_NEW}) LIMIT %s
    ) counted
"""  # noqa: S608 - made of constants


@dataclass(frozen=True)
class UnreadTopic:
    """A topic with something new: how much, and the first of it."""

    topic: Topic
    count: int
    first: Contribution

    @property
    def words(self) -> str:
        """The first line of the author's own words."""
        return first_words(self.first.text, self.first.format)


@dataclass(frozen=True)
class News:
    """What is new for a member: a page of topics, the newest first, and how much there is in all.

    Args: by_forum, ``dict[int, int]  # forum key -> contributions``.
    """

    topics: PagedList[UnreadTopic] = field(default_factory=PagedList)
    by_forum: Mapping[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many contributions are new."""
        return sum(self.by_forum.values())


def news_for(member: "Member", access: Access, *, page: int = 1, size: int = UNREAD_TOPICS) -> News:
    """Return what is new for a member in the discussions they take part in.

    Queries: 2 at most, whatever the number of topics; 1 more for a page behind the last.
    """
    forums = sorted(access.roles.keys() & access.rights.keys())
    if not forums:
        return News()
    start = (max(1, min(page, 10**6)) - 1) * size
    marks = ", ".join(["%s"] * len(forums))
    sql = _NEWS.format(forums=f"AND place.forum_id IN ({marks})")
    with connection.cursor() as cursor:
        cursor.execute(sql, [member.pk, *forums, size, start])
        rows = cursor.fetchall()
    by_forum = {row[1]: int(row[2]) for row in rows if not row[0]}
    total = sum(row[3] for row in rows if not row[0])
    number, pages = nearest(page, total, size)
    if number < page:
        return news_for(member, access, page=number, size=size)
    on_page = sorted((row for row in rows if row[0]), key=itemgetter(4), reverse=True)
    counts = {row[3]: int(row[2]) for row in on_page}
    return News(PagedList(_topics(counts), number, pages, total), by_forum)


def _topics(counts: dict[int, int]) -> list[UnreadTopic]:
    """Return the topics of first unread contributions, in their order. Queries: 1 at most."""
    if not counts:
        return []
    rows = Contribution.objects.filter(pk__in=counts, state=Contribution.State.ACCEPTED)
    rows = rows.select_related("post__topic__forum", "author").defer("post___content_rendered")
    firsts = {row.number: row for row in rows}
    return [
        UnreadTopic(firsts[number].post.topic, count, firsts[number])
        for number, count in counts.items()
        if number in firsts
    ]


def unread_topics_count(member: "Member") -> int:
    """Count the topics with something new, up to :data:`COUNTED` and one more.

    It asks of places, not of rights: the head of a page has no other question. Queries: 1.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [member.pk, COUNTED + 1])
        return int(cursor.fetchone()[0])
