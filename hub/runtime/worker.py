"""Run the queue workers, each in a thread of its own, woken by prompts.

The work of one is ``work(now) -> int``: it does a bounded piece of work and returns how much it
did. While it returns more than 0 it is called again at once; else it waits for a prompt, at most
:data:`IDLE` seconds (a prompt can be lost, a row cannot). Rows are claimed, so any number of
processes may run. The heartbeat of the process says whether all of them do their work.
"""

import asyncio
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, connections

from hub.lib import hooks, metrics
from hub.lib.bus import bus
from hub.lib.clock import now
from hub.lib.heartbeats import EVERY, beat, farewell
from hub.lib.pooled import give_back
from hub.lib.repeats import Repeats
from hub.runtime import memory

log = logging.getLogger(__name__)
IDLE = 1.0
# Seconds after which a queue worker that has not come back counts as stuck.
STUCK = 300.0
# Heartbeats between two times that a process gives memory back that it does not use.
BEATS_BETWEEN_TRIMS = 15


class QueueWorker(threading.Thread):
    """A thread that takes work of one kind until the process stops."""

    def __init__(self, kind: str, work: Callable[..., int]) -> None:
        super().__init__(name=f"worker-{kind}", daemon=True)
        self.kind = kind
        self.work = work
        self.woken = threading.Event()
        self.ended = threading.Event()
        self.repeats = Repeats(log, f"The queue worker {kind}")
        self.stopping = False
        self.called_at = time.monotonic()

    async def wake(self, _: dict[str, Any]) -> None:
        """Answer a prompt."""
        self.woken.set()

    @property
    def healthy(self) -> bool:
        """Whether the thread lives and is not stuck in one call."""
        return self.is_alive() and time.monotonic() - self.called_at < STUCK

    def run(self) -> None:
        """Do the work until stopped.

        After an error the next call comes later, and later still after more of them.
        """
        while not self.stopping:
            # Cleared before the call: a prompt that comes during it is not lost.
            self.woken.clear()
            if self._call() == 0 and not self.stopping:
                if self.repeats.failures:
                    # Prompts go on while the database is away: none of them makes the next try come
                    # sooner.
                    self.ended.wait(self.repeats.wait)
                else:
                    self.woken.wait(IDLE)
        connections.close_all()

    def _call(self) -> int:
        self.called_at = time.monotonic()
        try:
            close_old_connections()
            done = self.work(now())
        except Exception as error:
            metrics.worker_failures.labels(self.kind).inc()
            metrics.note_error(error, "worker")
            self.repeats.failed(
                error, expected=isinstance(error, OperationalError | InterfaceError)
            )
            return 0
        else:
            self.repeats.worked()
            return done
        finally:
            give_back()

    def stop(self) -> None:
        """Ask the thread to end after its present call."""
        self.stopping = True
        self.ended.set()
        self.woken.set()


async def run_worker(stop: asyncio.Event) -> None:
    """Run all queue workers until ``stop`` is set, then let each finish its present call."""
    workers = [QueueWorker(kind, work) for kind, work in hooks.queue_workers().items()]
    for worker in workers:
        await bus.subscribe(f"wake.{worker.kind}", worker.wake)
        worker.start()
    try:
        for beats in itertools.count():
            if stop.is_set():
                break
            are_healthy = all(worker.healthy for worker in workers)
            await asyncio.to_thread(beat, "worker", works=are_healthy)
            if beats % BEATS_BETWEEN_TRIMS == 0:
                await asyncio.to_thread(memory.trim)
            try:
                async with asyncio.timeout(EVERY):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            await asyncio.to_thread(worker.join, 10)
        await asyncio.to_thread(farewell, "worker")
