"""Run database work of the SMTP server in a few threads of its own.

Their connections are kept from call to call, and closed in order.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections
from django.db.utils import Error as DatabaseError

from hub.lib.pooled import give_back

Result = TypeVar("Result")
THREADS = 4


def refresh_connections() -> None:
    """Drop connections that are too old or broken; a local file's has no age and stays."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "sqlite":
            connection.close_if_unusable_or_obsolete()


class DatabaseThreads:
    """A small pool; each thread keeps its connection from call to call."""

    def __init__(self, count: int = THREADS, *, name: str = "smtp-db") -> None:
        self.count = count
        # Calls that were asked for and have not come back.
        self.pending = 0
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    async def run(self, work: Callable[..., Result], *args: Any) -> Result:
        """Call ``work`` in a thread and return what it returns."""
        self.pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._pool, self._call, work, *args
            )
        finally:
            self.pending -= 1

    @staticmethod
    def _call(work: Callable[..., Result], *args: Any) -> Result:
        refresh_connections()
        try:
            return work(*args)
        except DatabaseError:
            connections.close_all()
            raise
        finally:
            give_back()

    def close(self) -> None:
        """End the threads, each closing its own connection: Django lets no other thread do it."""
        gate = threading.Barrier(self.count)

        def leave() -> None:
            gate.wait(10)
            connections.close_all()

        for _thread in range(self.count):
            self._pool.submit(leave)
        self._pool.shutdown(wait=True)
