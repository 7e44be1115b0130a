"""One archive with everything of a hub, and back: the database, attachments, media, the secret key.

SQLite is copied by its own online backup, PostgreSQL by ``pg_dump``, so both may run while the archive is made. The
outbox and the static files are not part of it: the one shows what was sent, the other is made anew.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from hub.lib.errors import Conflict, Invalid, Unavailable

KEPT = ("attachments", "media", "secret_key", "demo.json")
VERSION = 1


def write_archive(path: Path, *, now: datetime) -> int:
    """Write the archive, readable by its owner only, and return its size in bytes.

    Raises: Unavailable when ``pg_dump`` is needed and missing or fails.
    """
    meta = {"version": VERSION, "made_at": now.isoformat(), "url": settings.HUB_URL, "vendor": connection.vendor}
    partial = path.with_name(path.name + ".partial")
    partial.touch(mode=0o600)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(partial, "w:gz") as archive:
        content = json.dumps(meta).encode()
        info = tarfile.TarInfo("meta.json")
        info.size, info.mtime = len(content), int(now.timestamp())
        archive.addfile(info, io.BytesIO(content))
        archive.add(_dump(Path(folder)), arcname="database")
        for name in KEPT:
            if (settings.HUB_DATA / name).exists():
                archive.add(settings.HUB_DATA / name, arcname=f"data/{name}")
    partial.replace(path)
    return path.stat().st_size


def read_archive(path: Path, *, replace: bool) -> None:
    """Bring a hub back from an archive, into an empty one unless ``replace``.

    The hub must be stopped. The archive is looked through before anything is changed.

    Raises: Invalid (not an archive of ours, or of the other database), Conflict (the hub is not empty), Unavailable.
    """
    with tempfile.TemporaryDirectory(dir=settings.HUB_DATA) as scratch:
        folder = Path(scratch)
        try:
            with tarfile.open(path, "r:gz") as archive:
                archive.extractall(folder, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise Invalid("This file is not an archive of a hub.") from error
        _check(folder)
        if not replace and _in_use():
            raise Conflict("This hub has content. Stop it and say --replace to lose it for the archive's.")
        connection.close()
        _load(folder / "database")
        for name in KEPT:
            source, target = folder / "data" / name, settings.HUB_DATA / name
            if target.is_dir():
                shutil.rmtree(target)
            if source.exists():
                source.replace(target)


def _check(folder: Path) -> None:
    try:
        meta = json.loads((folder / "meta.json").read_text())
        version, vendor = meta["version"], meta["vendor"]
    except (OSError, ValueError, KeyError) as error:
        raise Invalid("This file is not an archive of a hub.") from error
    if version != VERSION or vendor != connection.vendor or not (folder / "database").exists():
        raise Invalid(f"This archive is of version {version} on {vendor}; this hub runs on {connection.vendor}.")


def _in_use() -> bool:
    tables = connection.introspection.table_names()
    if "members_member" not in tables:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM members_member LIMIT 1")
        return cursor.fetchone() is not None


def _dump(folder: Path) -> Path:
    target = folder / "database"
    if connection.vendor == "sqlite":
        with sqlite3.connect(str(connection.settings_dict["NAME"])) as live, sqlite3.connect(target) as copy:
            live.backup(copy)
    else:
        _postgres("pg_dump", "--format=custom", "--no-owner", f"--file={target}")
    return target


def _load(source: Path) -> None:
    if connection.vendor == "sqlite":
        place = Path(str(connection.settings_dict["NAME"]))
        for rest in (place, place.with_name(place.name + "-wal"), place.with_name(place.name + "-shm")):
            rest.unlink(missing_ok=True)
        shutil.move(source, place)
    else:
        _postgres(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", "--dbname=", str(source)
        )


def _postgres(program: str, *arguments: str) -> None:
    given = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    env = {**os.environ, **{variable: str(given[key]) for variable, key in named.items() if given.get(key)}}
    arguments = tuple(f"--dbname={given['NAME']}" if item == "--dbname=" else item for item in arguments)
    try:
        done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise Unavailable(f"{program} is not installed here; install PostgreSQL's client programs.") from error
    if done.returncode:
        raise Unavailable(f"{program} failed: {done.stderr.strip()[-500:]}")
