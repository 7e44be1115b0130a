"""Short prompts between the hub's processes, over the channel layer.

A message here is only a hint that a row exists: the layer delivers at most once, so whoever listens
also looks at the rows when it starts and now and then. Each process holds one channel and adds it
to one group per topic, however many sockets or workers listen (``performance.md``, "Live"). This is
the only module that knows the layer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from hub.lib.quiet import NowAndThen

log = logging.getLogger(__name__)
Handler = Callable[[dict[str, Any]], Awaitable[None]]
# Seconds that the layer has for one message or one subscription; a host that swallows packets
# answers never.
SEND_SECONDS = 5.0
# Prompts that wait to be sent; more are dropped, since rows are looked at anyway.
MAX_PENDING = 1_000
# Seconds between two attempts to subscribe what could not be subscribed.
MEND_SECONDS = 1.0
# The layer logs its lost connection with a traceback every second.
logging.getLogger("channels_redis.pubsub").addFilter(NowAndThen())


class Bus:
    """The one subscription of this process."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._channel = ""
        self._handlers: dict[str, list[Handler]] = {}
        self._ready = asyncio.Event()
        # Topics that are listened to and whose group could not be joined.
        self._missing: set[str] = set()
        self._pending = 0
        self._complaints = NowAndThen()

    async def run(self) -> None:
        """Listen until cancelled; a layer that is down is tried again every second."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    await self._listen()
                except Exception as error:
                    self._complain(
                        "The channel layer does not answer (%s); trying again", type(error).__name__
                    )
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
        self._missing.clear()
        self._ready.set()
        mending = asyncio.create_task(self._mend())
        try:
            while True:
                message = await layer.receive(self._channel)
                await self._hand_over(message["topic"], message["payload"])
        finally:
            mending.cancel()

    async def _hand_over(self, topic: str, payload: dict[str, Any]) -> None:
        for handler in list(self._handlers.get(topic, ())):
            try:
                await handler(payload)
            except Exception:
                log.exception("A listener of %s failed", topic)

    async def _mend(self) -> None:
        """Join the groups that could not be joined, once the layer answers again."""
        while True:
            await asyncio.sleep(MEND_SECONDS)
            for topic in list(self._missing):
                await self._join(topic)

    async def _join(self, topic: str) -> None:
        joined = await self._call_layer("group_add", topic, self._channel)
        self._missing.discard(topic)
        if not joined and topic in self._handlers:
            self._missing.add(topic)

    async def _call_layer(self, method: str, topic: str, value: object) -> bool:
        """Ask the layer for something, and return whether it did it in time.

        Never raises: the row is the truth.
        """
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await getattr(get_channel_layer(), method)(f"hub.{topic}", value)
        except Exception as error:
            self._complain(
                "The prompt %s could not be sent or asked for: %s", topic, type(error).__name__
            )
            return False
        return True

    def _complain(self, text: str, *values: object) -> None:
        if self._complaints.allows():
            log.warning(text, *values)

    async def subscribe(self, topic: str, handler: Handler) -> None:
        """Call ``handler`` with each payload published under ``topic`` ([a-z0-9.-])."""
        handlers = self._handlers.setdefault(topic, [])
        handlers.append(handler)
        if len(handlers) == 1 and self._ready.is_set():
            await self._join(topic)

    async def unsubscribe(self, topic: str, handler: Handler) -> None:
        """Stop calling ``handler``; the last one of a topic leaves its group."""
        handlers = self._handlers.get(topic, [])
        if handler in handlers:
            handlers.remove(handler)
        if handlers:
            return
        if topic not in self._handlers:
            return
        del self._handlers[topic]
        if self._ready.is_set():
            self._missing.discard(topic)
            await self._call_layer("group_discard", topic, self._channel)

    def publish(self, topic: str, payload: dict[str, Any]) -> None:
        """Send from any thread, at once; never raises, since the row is the truth."""
        loop = self._loop
        if loop is None or not loop.is_running():
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                async_to_sync(self._send)(topic, payload)
                return
        if self._pending < MAX_PENDING:
            asyncio.run_coroutine_threadsafe(self._send(topic, payload), loop)

    async def _send(self, topic: str, payload: dict[str, Any]) -> None:
        self._pending += 1
        try:
            message = {"type": "hub.message", "topic": topic, "payload": payload}
            is_sent = await self._call_layer("group_send", topic, message)
            if not is_sent and self._loop is asyncio.get_running_loop():
                # Whoever listens in this process hears it all the same.
                await self._hand_over(topic, payload)
        finally:
            self._pending -= 1


def check_layer() -> str:
    """Send a message to ourselves, wait two seconds for it, and return what went wrong.

    Returns: empty for nothing.
    """

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


def wake(worker: str) -> None:
    """Tell a queue worker, wherever it runs, that it has work, after the commit."""
    publish_on_commit(f"wake.{worker}")
