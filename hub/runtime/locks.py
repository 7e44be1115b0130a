"""One at a time, on this host and among all hosts that share a database."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

Progress = Callable[[str], Any]
# Any number that nothing else of this database locks (PostgreSQL, 64 bits): "hub prep" in ASCII.
PREPARE_KEY = 0x6875622070726570
# Seconds between two tries while another process has the lock.
RETRY_SECONDS = 0.5
WAITING = "Another process is preparing this hub. Waiting for it."


@contextmanager
def only_preparer(progress: Progress) -> Iterator[None]:
    """Keep the data folder and the database to one ``prepare`` at a time.

    Others wait and say so.
    """
    with only_on_host(progress):
        if connection.vendor == "postgresql":
            with _database_lock(progress):
                yield
        else:
            yield


@contextmanager
def only_on_host(progress: Progress) -> Iterator[None]:
    """Keep the data folder to one at a time."""
    settings.HUB_DATA.mkdir(parents=True, exist_ok=True)
    with (settings.HUB_DATA / "prepare.lock").open("w") as file:
        _wait(lambda: _locks(file), progress)
        yield


def _wait(take: Callable[[], bool], progress: Progress) -> None:
    if take():
        return
    progress(WAITING)
    while not take():
        time.sleep(RETRY_SECONDS)


def _locks(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _database_lock(progress: Progress) -> Iterator[None]:
    """Hold a lock of the database in a transaction of its own.

    So it holds behind a transaction pooler as well.
    """
    holder = connection.copy()
    holder.set_autocommit(False)
    try:
        with holder.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")

            def take() -> bool:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [PREPARE_KEY])
                return bool(cursor.fetchone()[0])

            _wait(take, progress)
        yield
    finally:
        holder.close()
