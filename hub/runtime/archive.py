"""One archive with everything of a hub, and back, on either database.

A gzipped tar holds ``meta.json``, the rows of every table (:mod:`hub.runtime.archive_rows`),
attachments and media, and the keys that the hub made itself. It is read back into the schema it was
made from and then migrated, so an older archive comes into a newer hub, and SQLite's into
PostgreSQL or the other way (decision 0026). The outbox and the static files are not part of it: the
one shows what was sent, the other is made anew.
"""

import errno
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from hub.lib.errors import Conflict, Invalid, Unavailable
from hub.lib.hooks import registered
from hub.runtime import archive_files, archive_rows
from hub.runtime.archive_target import replacement
from hub.runtime.prepare import migrate

VERSION = 2
# Rows that a server-side cursor of PostgreSQL hands over at once.
CHUNK = 2_000
# The beginning of the name of a folder that an archive is unpacked into.
SCRATCH = ".hub-restore-"
Applied = list[tuple[str, str]]
Progress = Callable[[str], Any]


@dataclass(frozen=True)
class Contents:
    """What an archive holds: its size in bytes, rows in all, files, and the names of its keys."""

    size: int
    rows: int
    files: int
    keys: tuple[str, ...]


# --- Out ------------------------------------------------------------------------------------------


def write_archive(path: Path, *, now: datetime) -> Contents:
    """Write the archive, readable by its owner only; the hub may go on meanwhile.

    Raises: OSError.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".hub-backup-") as scratch:
        folder = Path(scratch)
        (folder / "rows").mkdir()
        with _snapshot(folder) as select:
            applied = [
                (str(app), str(name))
                for app, name in select("SELECT app, name FROM django_migrations")
            ]
            tables = archive_rows.tables_of(_apps_at(applied))
            counts = archive_rows.write_rows(tables, folder / "rows", select)
        meta = {
            "version": VERSION,
            "made_at": now.isoformat(),
            "url": settings.HUB_URL,
            "vendor": connection.vendor,
            "migrations": sorted(applied),
            "rows": counts,
        }
        (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
        with _new_file(path) as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            archive.add(folder / "meta.json", arcname="meta.json")
            archive.add(folder / "rows", arcname="rows")
            files = archive_files.add_files(archive)
            keys = archive_files.add_keys(archive)
    return Contents(path.stat().st_size, sum(counts.values()), files, keys)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file nobody else has opened or named before; it takes its name when it is whole."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    finally:
        Path(partial).unlink(missing_ok=True)


@contextmanager
def _snapshot(folder: Path) -> Iterator[archive_rows.Select]:
    """Give a function that reads the database as it is at one moment."""
    if connection.vendor == "sqlite":
        copy = folder / "copy.sqlite3"
        name = str(connection.settings_dict["NAME"])
        with closing(sqlite3.connect(name)) as live, closing(sqlite3.connect(copy)) as target:
            live.backup(target)
            yield target.execute
        copy.unlink()
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield _rows_of


def _rows_of(statement: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(CHUNK):
            yield from batch


# --- In -------------------------------------------------------------------------------------------


def read_archive(path: Path, *, replace: bool, now: datetime, progress: Progress) -> dict[str, int]:
    """Bring a hub back from an archive, and return its rows by table.

    The hub must be stopped, and empty unless ``replace``. All is built beside what is there,
    migrated and looked through; only then does it take its place.

    Raises: Invalid (not an archive, or of a newer hub), Conflict (the hub is not empty),
    Unavailable.
    """
    # What a restore that was killed has left: all of an archive, for anybody to read who gets at
    # the folder.
    for left in settings.HUB_DATA.glob(f"{SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.HUB_DATA, prefix=SCRATCH) as scratch:
        folder = Path(scratch)
        _unpack(path, folder)
        meta = _meta(folder)
        if not replace and _in_use():
            raise Conflict(
                "This hub has content. Stop it and say --replace to lose it for the archive's."
            )
        applied = [(str(app), str(name)) for app, name in meta["migrations"]]
        _check_known(applied)
        with replacement():
            _build(folder / "rows", applied, set(meta["rows"]))
            migrate(progress)
            for after in registered("HUB_AFTER_RESTORE"):
                after(now=now)
            call_command("update_index", verbosity=0)
        archive_files.put_back(folder / "data")
    return dict(meta["rows"])


def _unpack(path: Path, folder: Path) -> None:
    """Write the archive's plain files under the folder.

    With links, devices and ways out of it, it is not an archive of ours. ``extractall(filter=…)``
    came with Python 3.11.4.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                _unpack_member(archive, member, folder)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise Unavailable("The disk of the data folder (HUB_DATA) is full.") from error
        raise Invalid("This file is not an archive of a hub, or it is cut short.") from error


def _unpack_member(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        raise Invalid("This file is not an archive of a hub.")
    target = folder.joinpath(*name.parts)
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    if not member.isfile():
        raise Invalid("This file is not an archive of a hub.")
    target.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    if content is not None:
        with target.open("xb") as file:
            shutil.copyfileobj(content, file)


def _meta(folder: Path) -> dict[str, Any]:
    try:
        meta = dict(json.loads((folder / "meta.json").read_text(encoding="utf-8")))
        version = int(meta["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("This file is not an archive of a hub.") from error
    if version == 1:
        raise Invalid(
            "This archive was made by release 0.1. Restore it with that release, then make a new "
            "archive with this one."
        )
    if version != VERSION:
        raise Invalid(
            f"This archive has form {version}; this hub reads form {VERSION}. Install the newer "
            f"release."
        )
    for name, count in meta["rows"].items():
        if archive_rows.count_rows(folder / "rows" / f"{name}.jsonl") != count:
            raise Invalid(f"The archive is not whole: rows of {name} are missing.")
    return meta


def _in_use() -> bool:
    if "members_member" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM members_member LIMIT 1")
        return cursor.fetchone() is not None


def _build(rows: Path, applied: Applied, names: set[str]) -> None:
    """Make the schema the archive is from, and fill it."""
    executor = MigrationExecutor(connection)
    executor.migrate(_leaves(applied, executor.loader))
    apps = _apps_at(applied)
    tables = archive_rows.tables_of(apps)
    odd = sorted({table.name for table in tables} ^ names)
    if odd:
        raise Invalid(
            f"The archive has other tables than its migrations make: {', '.join(odd[:5])}."
        )
    with connection.constraint_checks_disabled(), transaction.atomic():
        archive_rows.empty_tables(tables)
        for table in tables:
            archive_rows.load_rows(table, rows / f"{table.name}.jsonl")
        archive_rows.finish(apps)


# --- Migrations -----------------------------------------------------------------------------------


def _check_known(applied: Applied) -> None:
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    unknown = sorted(set(applied) - set(loader.graph.nodes) - set(loader.disk_migrations))
    if unknown:
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:3])
        raise Invalid(
            f"This archive is of a newer release than this hub: it has {names}. Install that "
            f"release first."
        )


def _leaves(applied: Applied, loader: MigrationLoader) -> Applied:
    """Return the last applied migration of each app."""
    nodes = set(applied) & set(loader.graph.nodes)
    inner = {
        parent.key
        for node in nodes
        for parent in loader.graph.node_map[node].parents
        if parent.key[0] == node[0]
    }
    return sorted(nodes - inner)


def _apps_at(applied: Applied) -> Apps:
    """Return the models as they were when these migrations were applied."""
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    return loader.project_state(_leaves(applied, loader)).apps
