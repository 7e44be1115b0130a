"""Build a restored database beside the present one, and put it in its place only when it is whole.

On SQLite that is another file, on PostgreSQL another schema of the same database. Whatever fails before, the present
content is as it was.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection

from hub.lib.errors import Unavailable

# The schema that Django's tables are in.
HOME = "public"


@contextmanager
def replacement() -> Iterator[None]:
    """Point Django at an empty database; at the end of the block it takes the place of the present one.

    Raises: Unavailable (PostgreSQL does not let this role make a schema).
    """
    builder = _sqlite_file if connection.vendor == "sqlite" else _postgres_schema
    with builder():
        yield


@contextmanager
def _pointed_at(**changes: Any) -> Iterator[None]:
    """Reconnect with other settings for a while."""
    before = {name: connection.settings_dict[name] for name in changes}
    connection.close()
    connection.settings_dict.update(changes)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def _beside(path: Path) -> list[Path]:
    """Return the files that SQLite keeps next to a database."""
    return [path.with_name(path.name + suffix) for suffix in ("-wal", "-shm")]


@contextmanager
def _sqlite_file() -> Iterator[None]:
    place = Path(str(connection.settings_dict["NAME"]))
    built = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        with _pointed_at(NAME=str(built)):
            yield
            # What stands in the write-ahead log alone would be left behind.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        built.chmod(0o600)
        for leftover in _beside(place):
            leftover.unlink(missing_ok=True)
        built.replace(place)
    finally:
        for leftover in (built, *_beside(built)):
            leftover.unlink(missing_ok=True)


@contextmanager
def _postgres_schema() -> Iterator[None]:
    schema = f"hub_restore_{secrets.token_hex(4)}"
    try:
        _execute(f'CREATE SCHEMA "{schema}"')
    except DatabaseError as error:
        raise Unavailable(
            "The database role may not make a schema, which a restore is built in. "
            f'Grant it: GRANT CREATE ON DATABASE "{connection.settings_dict["NAME"]}" TO the role.'
        ) from error
    options = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "pool"}
    options["options"] = f"{options.get('options', '')} -c search_path={schema}".strip()
    try:
        with _pointed_at(OPTIONS=options, CONN_MAX_AGE=0):
            yield
        _move_in(schema)
    finally:
        _execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _names(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
        return [row[0] for row in cursor.fetchall()]


def _move_in(schema: str) -> None:
    """Take the tables of the home schema away and move the built ones there, in one transaction."""
    drops = [f'DROP TABLE "{HOME}"."{name}" CASCADE' for name in _names(HOME)]
    moves = [f'ALTER TABLE "{schema}"."{name}" SET SCHEMA "{HOME}"' for name in _names(schema)]
    _execute("BEGIN", *drops, *moves, "COMMIT")
