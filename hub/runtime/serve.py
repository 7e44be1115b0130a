"""Run any of the hub's parts in one event loop: web, smtpd, worker."""

import asyncio
import contextlib
import ipaddress
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import uvicorn
from django.conf import settings
from django.utils.module_loading import import_string

from hub.lib.bus import bus
from hub.lib.heartbeats import EVERY, beat
from hub.runtime.worker import run_worker

log = logging.getLogger(__name__)
Part = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
# Bytes a socket may send in one frame; our clients send a few dozen.
FRAME_LIMIT = 16_384


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers: they belong to the process, which runs more than the web."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield


async def run_web(stop: asyncio.Event) -> None:
    """Serve HTTP and sockets until ``stop`` is set; open sockets get a few seconds."""
    config = uvicorn.Config(
        import_string(settings.ASGI_APPLICATION),
        host=settings.HUB_WEB.host,
        port=settings.HUB_WEB.port,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=FRAME_LIMIT,
        # A frame goes to every socket of a room as it is: compressing it once for each costs more than it saves.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        # hub.runtime.forwarded reads them, from the proxies that HUB_TRUSTED_PROXIES names.
        proxy_headers=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    waiting.cancel()
    await serving


async def run_smtp(stop: asyncio.Event) -> None:
    """Serve the mail door until ``stop`` is set, and say that it works as long as it greets."""
    greeting = asyncio.create_task(_greet())
    try:
        await import_string("listserv.inbound.server.serve")(stop)
    finally:
        greeting.cancel()


async def _greet() -> None:
    """Ask the mail door for its greeting now and then, as a client would; a door that does not greet gives no beat."""
    listens = settings.HUB_SMTP
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listens.host, listens.host)  # noqa: S104 - asked, not bound
    while True:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(EVERY):
                reader, writer = await asyncio.open_connection(host, listens.port)
                ours = ipaddress.ip_address(writer.get_extra_info("sockname")[0].partition("%")[0])
                if any(ours in network for network in settings.HUB_SMTP_PROXY):
                    writer.write(b"PROXY UNKNOWN\r\n")
                greeted = (await reader.readline()).startswith(b"220")
                writer.write(b"QUIT\r\n")
                writer.close()
            if greeted:
                await asyncio.to_thread(beat, "smtp")
        await asyncio.sleep(EVERY)


PARTS: dict[str, Part] = {"web": run_web, "smtpd": run_smtp, "worker": run_worker}


async def _run(names: tuple[str, ...]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    listening = asyncio.create_task(bus.run())
    parts = {name: asyncio.create_task(PARTS[name](stop), name=name) for name in names}
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({*parts.values(), waiting}, return_when=asyncio.FIRST_COMPLETED)
    # A part that ended by itself takes the process with it: a half-working hub would look alive.
    stop.set()
    results = await asyncio.gather(*parts.values(), return_exceptions=True)
    listening.cancel()
    waiting.cancel()
    await asyncio.gather(listening, waiting, return_exceptions=True)
    for name, result in zip(parts, results, strict=True):
        if isinstance(result, BaseException):
            raise SystemExit(f"The part {name} stopped: {result!r}") from result


def run(*names: str) -> None:
    """Run the named parts until SIGINT or SIGTERM; the second one ends at once."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(names))
