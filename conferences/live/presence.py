"""How many people are in a room: each process counts, the bus adds up, once a second at most."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from conferences.live import limits
from hub.lib.bus import bus

# Names this process to the others.
ME = secrets.token_hex(4)


class Presence:
    """The count of one room in this process; a person with two windows is one."""

    def __init__(self, topic: str, count: Callable[[], int], show: Callable[[str], None]) -> None:
        self._topic = topic
        self._count = count
        self._show = show
        self._others: dict[str, tuple[int, float]] = {}  # process -> people, loop time in seconds
        self._changed = asyncio.Event()
        self.shown = 0

    def change(self) -> None:
        """Note that somebody came or went here."""
        self._changed.set()

    def hear(self, payload: dict[str, Any]) -> None:
        """Take another process's count; to one not heard of before we tell ours."""
        process = str(payload.get("process"))
        if process == ME:
            return
        if process not in self._others:
            self.announce()
        self._others[process] = (int(payload["present"]), asyncio.get_running_loop().time())
        self._changed.set()

    def announce(self) -> None:
        """Tell the other processes our count; also now and then, since a prompt can be lost."""
        self._publish(self._count())

    def _publish(self, present: int) -> None:
        # A bus that is not running (the process ends) has nobody to tell.
        with contextlib.suppress(RuntimeError):
            bus.publish(self._topic, {"present": present, "process": ME})

    def leave(self) -> None:
        """Tell the others that nobody is here any more."""
        self._publish(0)

    def total(self) -> int:
        """Return how many are present, in all processes heard of lately."""
        late = asyncio.get_running_loop().time() - limits.FORGET
        return self._count() + sum(people for people, at in self._others.values() if at > late)

    async def run(self) -> None:
        """Show changes, one a second at most, until cancelled."""
        count_sent = -1
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._count() != count_sent:
                count_sent = self._count()
                self.announce()
            if self.total() != self.shown:
                self.shown = self.total()
                self._show(
                    json.dumps({"kind": "presence", "present": self.shown}, separators=(",", ":"))
                )
            await asyncio.sleep(limits.PRESENCE)
