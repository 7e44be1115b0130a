"""Short prompts between the hub's processes, over the channel layer.

A message here is only a hint that a row exists: the layer delivers at most once, so whoever listens also looks at the
rows when it starts and now and then. Each process holds one channel and adds it to one group per topic, however many
sockets or pumps listen (``performance.md``, "Live"). This is the only module that knows the layer.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

log = logging.getLogger(__name__)
Handler = Callable[[dict[str, Any]], Awaitable[None]]


class Bus:
    """The one subscription of this process."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._channel = ""
        self._handlers: dict[str, list[Handler]] = {}
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled; a layer that is down is tried again every second."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                with contextlib.suppress(Exception):
                    await self._listen()
                log.warning("The channel layer does not answer; trying again")
                self._ready.clear()
                await asyncio.sleep(1)
        finally:
            self._loop = None
            self._ready = asyncio.Event()

    async def _listen(self) -> None:
        layer = get_channel_layer()
        self._channel = await layer.new_channel("hub.bus")
        for topic in list(self._handlers):
            await layer.group_add(f"hub.{topic}", self._channel)
        self._ready.set()
        while True:
            message = await layer.receive(self._channel)
            for handler in list(self._handlers.get(message["topic"], ())):
                try:
                    await handler(message["payload"])
                except Exception:
                    log.exception("A listener of %s failed", message["topic"])

    async def subscribe(self, topic: str, handler: Handler) -> None:
        """Call ``handler`` with each payload published under ``topic`` ([a-z0-9.-])."""
        handlers = self._handlers.setdefault(topic, [])
        handlers.append(handler)
        if len(handlers) == 1 and self._ready.is_set():
            await get_channel_layer().group_add(f"hub.{topic}", self._channel)

    async def unsubscribe(self, topic: str, handler: Handler) -> None:
        """Stop calling ``handler``; the last one of a topic leaves its group."""
        handlers = self._handlers.get(topic, [])
        if handler in handlers:
            handlers.remove(handler)
        if not handlers and self._handlers.pop(topic, None) is not None and self._ready.is_set():
            await get_channel_layer().group_discard(f"hub.{topic}", self._channel)

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Send from any thread, at once; never raises, since the row is the truth."""
        loop = self._loop
        if loop is None or not loop.is_running():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                async_to_sync(self._send)(topic, payload)
                return
        asyncio.run_coroutine_threadsafe(self._send(topic, payload), loop)

    async def _send(self, topic: str, payload: dict[str, Any]) -> None:
        try:
            message = {"type": "hub.message", "topic": topic, "payload": payload}
            await get_channel_layer().group_send(f"hub.{topic}", message)
        except Exception:
            log.exception("The prompt %s could not be sent", topic)


def check_layer() -> str:
    """Send a message to ourselves and wait two seconds for it; return what went wrong, empty for nothing."""

    async def echo() -> str:
        layer = get_channel_layer()
        try:
            async with asyncio.timeout(2):
                channel = await layer.new_channel("hub.probe")
                await layer.send(channel, {"type": "hub.probe"})
                await layer.receive(channel)
        except TimeoutError:
            return "no answer"
        except Exception as error:
            return type(error).__name__
        return ""

    return async_to_sync(echo)()


bus = Bus()


def publish_on_commit(topic: str, payload: dict[str, Any] | None = None) -> None:
    """Send a prompt once the rows it speaks of are committed."""
    transaction.on_commit(lambda: bus.publish(topic, payload or {}))


def wake(pump: str) -> None:
    """Tell the worker, wherever it runs, that ``pump`` has work, after the commit."""
    publish_on_commit(f"wake.{pump}")
