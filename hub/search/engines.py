"""The one query of the search, for the two databases.
Words come folded, so none of them is syntax.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from hub.search.models import SearchDocument
from hub.search.query import Query

# Name of the FTS5 table on SQLite; migration 0002 makes it.
TEXT = "hubsearch_text"
_DOCUMENTS = SearchDocument._meta.db_table


@dataclass(frozen=True)
class _Match:
    """How a database finds words: the tables, the condition, and what gives the order."""

    tables: str
    condition: str
    order: str


_MATCHES = {
    # CROSS JOIN keeps the order of the two: FTS5 gives its rows newest first, and the search stops
    # when a page is full.
    "sqlite": _Match(
        f"{TEXT} CROSS JOIN {_DOCUMENTS} d ON d.position = {TEXT}.rowid",
        f"{TEXT} MATCH %s",
        f"{TEXT}.rowid",
    ),
    "postgresql": _Match(f"{_DOCUMENTS} d", "d.vector @@ to_tsquery('simple', %s)", "d.position"),
}


# Documents with all words of a phrase in which the words are looked at one by one, and how many of
# the newest documents are searched for them first when the words are common. Reading the vector of
# a long document costs 15 microseconds.
CANDIDATES = 2_000
NEWEST = 50_000


@dataclass(frozen=True)
class PhraseMatches:
    """Positions of what has a phrase, newest first.

    ``is_complete`` unless only the newest candidates were read.
    """

    positions: list[int]
    is_complete: bool


class SearchStatement:
    """What a person may find of a question, ready to be counted and read.

    The forum of a contribution is read from its topic in the same statement, never from the index
    (finding S11).

    Args: forums: keys of the forums the person may read now; scopes: of documents that belong to no
    topic.
    """

    def __init__(self, query: Query, *, forums: set[int], scopes: set[str], kind: str) -> None:
        text = query.for_sqlite() if connection.vendor == "sqlite" else query.for_postgres()
        topics = SearchDocument._meta.get_field("topic").related_model._meta.db_table
        self._match = _MATCHES[connection.vendor]
        self._exact = text
        # Phrases are verified in a second step on PostgreSQL; FTS5 keeps places of words in its
        # index.
        self.is_verified = query.has_phrase and connection.vendor == "postgresql"
        columns = f"{self._match.order} AS position"
        if self.is_verified:
            text = query.words_for_postgres()
            columns += ", d.vector"
        kind_condition = ""
        kinds: list[str] = []
        if kind:
            kind_condition = "AND d.kind = %s"
            kinds.append(kind)
        self._sql = f"""
            SELECT {columns} FROM {self._match.tables} LEFT JOIN {topics} t ON t.id = d.topic_id
            WHERE {self._match.condition}
            AND (
                t.forum_id IN ({_marks(forums)})
                OR (d.topic_id IS NULL AND d.scope IN ({_marks(scopes)}))
            )
            {kind_condition}
        """  # noqa: S608 - made of constants and marks
        self._params: list[Any] = [text, *sorted(forums), *sorted(scopes), *kinds]

    def positions(self, *, offset: int, limit: int, few: bool) -> list[int]:
        """Return the positions of a page of matches, newest first.

        Args: few: that there are few is known; finding all and sorting them is then the quick way.
        """
        sql = f"{self._sql} ORDER BY {self._match.order} DESC"
        if few and connection.vendor == "postgresql":
            # It cannot guess how rare the beginning of a word is, and would walk the whole table
            # for forty matches.
            sql = (
                f"WITH found AS MATERIALIZED ({self._sql}) "  # noqa: S608
                "SELECT position FROM found ORDER BY position DESC"
            )
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*self._params, limit, offset])
            return [row[0] for row in cursor.fetchall()]

    def verified(self, *, most: int) -> PhraseMatches:
        """Return what has the phrases of the question, ``most`` at most.

        Of common words it is looked for among the newest alone. Its index says to PostgreSQL which
        documents have all the words, and not where they stand: to know, it reads the vectors of
        tens of thousands. Queries: 2 for rare words, 7 at most, of which 3 are settings.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            # Anything but the index of the words would read the vectors to find the words.
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
            count, positions = self._verify(
                cursor, f"LIMIT {CANDIDATES + 1}", [], most, at_most=CANDIDATES
            )
            if count <= CANDIDATES:
                return PhraseMatches(positions, is_complete=True)
            # The index of the positions alone knows where the newest end; without it, all are
            # sorted.
            cursor.execute("SET LOCAL enable_indexscan = on")
            cursor.execute(
                f"SELECT position FROM {_DOCUMENTS} "  # noqa: S608
                f"ORDER BY position DESC OFFSET {NEWEST} LIMIT 1"
            )
            row = cursor.fetchone()
            cursor.execute("SET LOCAL enable_indexscan = off")
            newest = f"ORDER BY d.position DESC LIMIT {CANDIDATES}"
            if row is not None:
                bound = f"AND d.position > %s {newest}"
                count, positions = self._verify(cursor, bound, list(row), most, at_most=CANDIDATES)
            if row is None or count < CANDIDATES:
                count, positions = self._verify(cursor, newest, [], most, at_most=CANDIDATES)
        return PhraseMatches(positions, is_complete=False)

    def _verify(
        self, cursor: Any, end: str, params: list[Any], most: int, *, at_most: int
    ) -> tuple[int, list[int]]:
        """Return how many candidates there are, and those that have the phrases.

        Where there are too many to look, there are none of the latter.
        """
        cursor.execute(
            f"""
            WITH candidate AS MATERIALIZED ({self._sql} {end})
            SELECT (SELECT COUNT(*) FROM candidate), ARRAY(
                SELECT position FROM candidate
                WHERE (SELECT COUNT(*) FROM candidate) <= %s AND vector @@ to_tsquery('simple', %s)
                ORDER BY position DESC LIMIT %s
            )
            """,  # noqa: S608 - made of constants and marks
            [*self._params, *params, at_most, self._exact, most],
        )
        count, positions = cursor.fetchone()
        return int(count), list(positions)

    def count(self, *, most: int) -> int:
        """Count the matches, no further than ``most``.

        Counting all of a common word would cost most of a search.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT COUNT(*) FROM ({self._sql} LIMIT %s) AS found",  # noqa: S608
                [*self._params, most],
            )
            return int(cursor.fetchone()[0])


def _marks(values: set[int] | set[str]) -> str:
    """Return the marks of an IN list; NULL, which equals nothing, for none."""
    return ", ".join(["%s"] * len(values)) or "NULL"
