"""Test databases: migrated once per schema into a pristine copy, then copied for each run and worker.

276 migrations take ten seconds; a copy takes a tenth of one. The pristine copy is named after the migrations, so it is
never of another schema; a run takes the first number that no other run holds.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.gettempdir())


def schema() -> str:
    """Return a name for the schema that the migrations of this tree make."""
    digest = sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("hub/*/migrations/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


@contextmanager
def _locked(name: str, *, wait: bool) -> Iterator[bool]:
    with (FOLDER / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            yield False
        else:
            yield True


def _connect(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _migrate(name: str) -> None:
    _connect(name)
    call_command("migrate", verbosity=0, interactive=False)
    if connection.vendor == "sqlite":
        # What stands in the write-ahead log alone would not be copied.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connections.close_all()


def _sqlite(kind: str, slot: int) -> None:
    pristine = FOLDER / f"{kind}_pristine.sqlite3"
    if not pristine.exists():
        partial = pristine.with_suffix(".new")
        partial.unlink(missing_ok=True)
        _migrate(str(partial))
        partial.rename(pristine)
        for rest in FOLDER.glob(f"{partial.name}-*"):
            rest.unlink()
    copy = FOLDER / f"{kind}_{slot}.sqlite3"
    for rest in FOLDER.glob(f"{copy.name}*"):
        rest.unlink()
    shutil.copy(pristine, copy)
    _connect(str(copy))


def _postgres(kind: str, slot: int) -> None:
    pristine, copy = f"{kind}_pristine", f"{kind}_{slot}"
    _connect("postgres")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [pristine])
        ready = cursor.fetchone()
        if not ready:
            cursor.execute(f'DROP DATABASE IF EXISTS "{pristine}"')
            cursor.execute(f'CREATE DATABASE "{pristine}"')
    if not ready:
        _migrate(pristine)
        _connect("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{pristine}" IS_TEMPLATE true')
        cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{pristine}"')
    _connect(copy)


@contextmanager
def held_copy() -> Iterator[str]:
    """Point Django at a fresh copy of a migrated database that is this run's alone."""
    is_file = connection.vendor == "sqlite"
    kind = f"hub_test_{schema()}"
    make: Callable[[str, int], Any] = _sqlite if is_file else _postgres
    for slot in range(100):
        with _locked(f"{kind}_{connection.vendor}_{slot}", wait=False) as mine:
            if not mine:
                continue
            with _locked(f"{kind}_{connection.vendor}", wait=True):
                make(kind, slot)
            yield str(connection.settings_dict["NAME"])
            connections.close_all()
            return
    raise RuntimeError("All test databases are taken")


# What migrations and post_migrate have made: without it neither permissions nor Wagtail's tree work.
_KEPT = {"django_migrations", "django_content_type", "auth_permission", "forum_permission_forumpermission"}


def empty_tables() -> None:
    """Empty what a transactional test has filled; Django's own flush truncates 130 tables and takes a second."""
    quote = connection.ops.quote_name
    names = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - _KEPT)
    with connection.cursor() as cursor:
        looks = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quote(name)})" for name in names)
        cursor.execute(" UNION ALL ".join(looks))
        filled = [row[0] for row in cursor.fetchall()]
    if not filled:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE " + ", ".join(map(quote, filled)) + " CASCADE")
        return
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for name in filled:
            cursor.execute(f"DELETE FROM {quote(name)}")
