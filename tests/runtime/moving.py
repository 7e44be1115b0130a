"""Hubs in folders of their own for the tests of backup and restore, driven by the commands an operator types."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.databases import FOLDER, ROOT, schema
from tests.flow.running import POSTGRES

# Differ between a hub and its copy by intention.
OWN = {"listserv_deliveryhold", "hub_lib_heartbeat"}


def environment(data: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a command of the hub in a data folder."""
    names = ("DATABASE_URL", "REDIS_URL", "HUB_DEMO")
    env = {name: value for name, value in os.environ.items() if name not in names}
    return {**env, "HUB_DATA": str(data), **variables}


def manage(data: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a management command of the hub in a data folder."""
    env = environment(data, **variables)
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


def run(data: Path, *command: str, **variables: str) -> str:
    """Run a command that must succeed; return what it printed."""
    done = manage(data, *command, **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def migrate(data: Path) -> None:
    """Give a data folder an empty database: a copy of the one that tests on SQLite begin with, where there is one."""
    pristine = FOLDER / f"hub_test_{schema()}_pristine.sqlite3"
    if not pristine.exists():
        run(data, "migrate", "-v0")
        return
    database = data / "hub.sqlite3"
    shutil.copy(pristine, database)
    database.chmod(0o600)


def shell(data: Path, code: str, **variables: str) -> str:
    """Run Python in the hub and return what it printed."""
    return run(data, "shell", "-v0", "-c", code, **variables)


@contextmanager
def postgres_database() -> Iterator[str]:
    """Give the address of a new PostgreSQL database."""
    name = f"hub_move_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield POSTGRES.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def rows_in(archive: Path) -> dict[str, list[str]]:
    """Return the lines of each table in an archive, without what a restore adds on purpose."""
    rows = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            table = Path(member.name).stem
            if member.name.endswith(".jsonl") and table not in OWN:
                content = tar.extractfile(member)
                assert content is not None
                rows[table] = [normal(line) for line in content.read().decode().splitlines()]
    return rows


def normal(line: str) -> str:
    """Return a row with JSON columns in one spelling: PostgreSQL keeps the meaning of jsonb, not its blanks."""
    values = json.loads(line)
    return json.dumps([_spelled(value) for value in values])


def _spelled(value: object) -> object:
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.dumps(json.loads(value), sort_keys=True)
        except ValueError:
            return value
    return value
