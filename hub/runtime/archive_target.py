"""Build a restored database beside the present one, and put it in its place only when it is whole.

On SQLite that is another file, on PostgreSQL another schema of the same database. Whatever fails
before, the present content is as it was.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from hub.lib.errors import Conflict, Unavailable

# The schema that Django's tables are in.
HOME = "public"
# Apps of which a database that has been a hub's knows at least one.
OWN_APPS = frozenset({"members", "forums", "listserv", "hublib"})


@contextmanager
def replacement() -> Iterator[None]:
    """Point Django at an empty database, which takes the place of the present one at the end.

    Raises: Unavailable (PostgreSQL does not let this role make a schema, or a pooler stands before
    it), Conflict (another program has its tables there).
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
    if settings.HUB_DB_BOUNCER:
        raise Unavailable(
            "A restore needs a connection of its own, not one of a pooler. Let DATABASE_URL name "
            "PostgreSQL itself, and leave HUB_DB_BOUNCER out, for this command."
        )
    apps = _apps_in_home()
    if apps and not apps & OWN_APPS:
        raise Conflict(
            "Another program has its tables in this database. Give the hub a database of its own."
        )
    _drop_left_behind()
    schema = f"hub_restore_{secrets.token_hex(4)}"
    try:
        _execute(f'CREATE SCHEMA "{schema}"')
    except DatabaseError as error:
        raise Unavailable(
            "The database role may not make a schema, which a restore is built in. "
            f'Grant it: GRANT CREATE ON DATABASE "{connection.settings_dict["NAME"]}" TO the role.'
        ) from error
    options = {
        key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "pool"
    }
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


def _apps_in_home() -> set[str]:
    """Return the apps whose migrations the home schema has had; none in an empty database."""
    if "django_migrations" not in _names(HOME):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT app FROM public.django_migrations")
        return {row[0] for row in cursor.fetchall()}


def _drop_left_behind() -> None:
    """Drop what a restore that was killed has left.

    Whoever is here holds the lock of this database.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ '^hub_restore_[0-9a-f]{8}$' "
            "AND pg_get_userbyid(nspowner) = current_user"
        )
        left = [row[0] for row in cursor.fetchall()]
    _execute(*(f'DROP SCHEMA "{schema}" CASCADE' for schema in left))


def _move_in(schema: str) -> None:
    """Exchange the hub's tables in the home schema for the built ones, in one transaction.

    Tables of others stay: those that are named neither as a built one nor after an app that was
    there.
    """
    built = _names(schema)
    prefixes = tuple(f"{app}_" for app in _apps_in_home())
    old = [name for name in _names(HOME) if name in built or name.startswith(prefixes)]
    drops = [f'DROP TABLE "{HOME}"."{name}" CASCADE' for name in old]
    moves = [f'ALTER TABLE "{schema}"."{name}" SET SCHEMA "{HOME}"' for name in built]
    with transaction.atomic():
        _execute(*drops, *moves)
