"""The worker: every pump in a thread of its own, woken by prompts, with a heartbeat that tells the
truth.

A pump is ``pump(now) -> int``: it does a bounded piece of work and returns how much it did. While
it returns more than 0 it is called again at once; else it waits for a prompt, at most :data:`IDLE`
seconds (a prompt can be lost, a row cannot). Pumps claim their rows, so any number of workers may
run.
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
# Seconds after which a pump that has not come back counts as stuck.
STUCK = 300.0
# Heartbeats between two times that a process gives memory back that it does not use.
BEATS_BETWEEN_TRIMS = 15


class Pump(threading.Thread):
    """One pump, called until the worker stops."""

    def __init__(self, name: str, work: Callable[..., int]) -> None:
        super().__init__(name=f"pump-{name}", daemon=True)
        self.pump = name
        self.work = work
        self.woken = threading.Event()
        self.ended = threading.Event()
        self.repeats = Repeats(log, f"The queue worker {name}")
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
        """Call the pump until stopped; after an error the next
        call comes later, and later still after more of them.
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
            metrics.worker_failures.labels(self.pump).inc()
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
    """Run all pumps until ``stop`` is set, then let each finish its present call."""
    pumps = [Pump(name, work) for name, work in hooks.pumps().items()]
    for pump in pumps:
        await bus.subscribe(f"wake.{pump.pump}", pump.wake)
        pump.start()
    try:
        for beats in itertools.count():
            if stop.is_set():
                break
            await asyncio.to_thread(beat, "worker", works=all(pump.healthy for pump in pumps))
            if beats % BEATS_BETWEEN_TRIMS == 0:
                await asyncio.to_thread(memory.trim)
            try:
                async with asyncio.timeout(EVERY):
                    await stop.wait()
            except TimeoutError:
                continue
    finally:
        for pump in pumps:
            pump.stop()
        for pump in pumps:
            await asyncio.to_thread(pump.join, 10)
        await asyncio.to_thread(farewell, "worker")
