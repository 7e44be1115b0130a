"""The one query of the search, for the two databases. Words come folded, so none of them is syntax."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

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
    # CROSS JOIN keeps the order of the two: FTS5 gives its rows newest first, and the search stops when a page is full.
    "sqlite": _Match(
        f"{TEXT} CROSS JOIN {_DOCUMENTS} d ON d.position = {TEXT}.rowid", f"{TEXT} MATCH %s", f"{TEXT}.rowid"
    ),
    "postgresql": _Match(f"{_DOCUMENTS} d", "d.vector @@ to_tsquery('simple', %s)", "d.position"),
}


class Statement:
    """What a person may find of a question, ready to be counted and read.

    The forum of a contribution is read from its topic in the same statement, never from the index (finding S11).

    Args: forums: keys of the forums the person may read now; scopes: of documents that belong to no topic.
    """

    def __init__(self, query: Query, *, forums: set[int], scopes: set[str], kind: str) -> None:
        text = query.for_sqlite() if connection.vendor == "sqlite" else query.for_postgres()
        topics = SearchDocument._meta.get_field("topic").related_model._meta.db_table
        self._match = _MATCHES[connection.vendor]
        self._sql = f"""
            SELECT {self._match.order} AS position FROM {self._match.tables} LEFT JOIN {topics} t ON t.id = d.topic_id
            WHERE {self._match.condition}
            AND (t.forum_id IN ({_marks(forums)}) OR (d.topic_id IS NULL AND d.scope IN ({_marks(scopes)})))
            {"AND d.kind = %s" if kind else ""}
        """  # noqa: S608 - made of constants and marks
        self._params: list[Any] = [text, *sorted(forums), *sorted(scopes), *([kind] if kind else [])]

    def positions(self, *, offset: int, limit: int, few: bool) -> list[int]:
        """Return the positions of a page of matches, newest first.

        Args: few: that there are few is known; finding all and sorting them is then the quick way.
        """
        sql = f"{self._sql} ORDER BY {self._match.order} DESC"
        if few and connection.vendor == "postgresql":
            # It cannot guess how rare the beginning of a word is, and would walk the whole table for forty matches.
            sql = f"WITH found AS MATERIALIZED ({self._sql}) SELECT position FROM found ORDER BY position DESC"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT %s OFFSET %s", [*self._params, limit, offset])
            return [row[0] for row in cursor.fetchall()]

    def count(self, *, most: int) -> int:
        """Count the matches, no further than ``most``: a common word would cost most of a search."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) FROM ({self._sql} LIMIT %s) AS found", [*self._params, most])  # noqa: S608
            return int(cursor.fetchone()[0])


def _marks(values: set[int] | set[str]) -> str:
    """Return the marks of an IN list; NULL, which equals nothing, for none."""
    return ", ".join(["%s"] * len(values)) or "NULL"
