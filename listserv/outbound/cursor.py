"""Move the cursor of a mailing while its copies go out, at next to no cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connections

_SAVE = (
    "UPDATE listserv_mailing SET cursor = %s, sent = sent + %s, claimed_until = %s WHERE id = %s "
    "AND claimed_by = %s"
)
_SAVE_SQLITE = _SAVE.replace("%s", "?")
# For this transaction alone; what comes later is on disk when its commit returns.
_SAVE_POSTGRES = f"{_SAVE} AND set_config('synchronous_commit', 'off', true) = 'off'"


@contextmanager
def at_ease() -> Iterator[None]:
    """Let SQLite not wait for the disk meanwhile: the next commit outside writes it there too.

    A killed process has written it all the same, and when the machine itself goes down, no more
    than a batch goes out twice. Else 10,000 copies would wait 400 times for the disk. PostgreSQL is
    told so by each :func:`save_cursor`.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.vendor != "sqlite" or database.in_atomic_block:
        yield
        return
    database.ensure_connection()
    driver = database.connection
    driver.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        # A connection that was closed meanwhile is opened anew with what it begins with.
        if database.connection is driver:
            driver.execute("PRAGMA synchronous=FULL")


def save_cursor(pk: int, name: str, *, cursor: int, sent: int, until: datetime) -> bool:
    """Move the cursor of a mailing past copies that were all taken; False when the claim is lost.

    SQLite's own driver does it: Django's cursors would double the cost. Queries: 1.
    """
    database = connections[DEFAULT_DB_ALIAS]
    values = (cursor, sent, database.ops.adapt_datetimefield_value(until), pk, name)
    if database.vendor == "sqlite":
        database.ensure_connection()
        with database.wrap_database_errors:
            return bool(database.connection.execute(_SAVE_SQLITE, values).rowcount)
    with database.cursor() as statement:
        statement.execute(_SAVE_POSTGRES, values)
        return bool(statement.rowcount)
