"""Run any of the hub's parts in one event loop: web, smtpd, worker."""

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import uvicorn
from django.conf import settings
from django.utils.module_loading import import_string

from hub.lib.bus import bus
from hub.lib.heartbeats import EVERY, beat, farewell
from hub.runtime import connections, starting
from hub.runtime.memory import keep_small
from hub.runtime.worker import run_worker

log = logging.getLogger(__name__)
Part = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
# Bytes a socket may send in one frame; our clients send a few dozen.
FRAME_LIMIT = 16_384
# Seconds between two pings of a socket, and until one without an answer is closed: a dead line ends
# within both.
PING_SECONDS, PONG_SECONDS = 10.0, 10.0
# Seconds from the wish to stop, or the failure of a part, to the end of the process: no wait at the
# end is longer.
LAST = 8.0
# Seconds that the bus gets for each time it is asked to end.
BUS_LAST = 1.0


class _Server(uvicorn.Server):
    """Uvicorn without its signal handlers.

    They belong to the process, which runs more than the web.
    """

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
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        # A frame goes to every socket of a room as it is: compressing it once for each costs more
        # than it saves.
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        # hub.runtime.forwarded reads them, from the proxies that HUB_TRUSTED_PROXIES names.
        proxy_headers=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=starting.bound("HUB_WEB", settings.HUB_WEB)))
    waiting = asyncio.create_task(stop.wait())
    pulse = asyncio.create_task(_pulse("web"))
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        waiting.cancel()
        pulse.cancel()
        await asyncio.to_thread(farewell, "web")


async def run_smtp(stop: asyncio.Event) -> None:
    """Serve SMTP until ``stop`` is set, and say that it works as long as it greets.

    Raises: StartError.
    """
    greeting = asyncio.create_task(_greet())
    try:
        await import_string("listserv.gateway.server.serve")(stop)
    except OSError as error:
        raise starting.cannot_listen("HUB_SMTP", settings.HUB_SMTP, error) from error
    finally:
        greeting.cancel()
        await asyncio.to_thread(farewell, "smtp")


async def _greet() -> None:
    """Ask the SMTP gateway for its greeting now and then, as a client would.

    One that does not greet does not work.
    """
    listens = settings.HUB_SMTP
    # Asked, not bound.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listens.host, listens.host)  # noqa: S104
    while True:
        greeted = False
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(EVERY):
                reader, writer = await asyncio.open_connection(host, listens.port)
                ours = ipaddress.ip_address(writer.get_extra_info("sockname")[0].partition("%")[0])
                if any(ours in network for network in settings.HUB_SMTP_PROXY):
                    writer.write(b"PROXY UNKNOWN\r\n")
                greeted = (await reader.readline()).startswith(b"220")
                writer.write(b"QUIT\r\n")
                writer.close()
        await asyncio.to_thread(beat, "smtp", works=greeted)
        await asyncio.sleep(EVERY)


async def _pulse(kind: str) -> None:
    """Say now and then that a part is alive."""
    while True:
        await asyncio.to_thread(beat, kind)
        await asyncio.sleep(EVERY)


PARTS: dict[str, Part] = {"web": run_web, "smtpd": run_smtp, "worker": run_worker}


async def _run(names: tuple[str, ...]) -> int:
    """Run the parts and return the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            _leave("Stopped at once.")
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    listening = asyncio.create_task(bus.run())
    parts = {name: asyncio.create_task(PARTS[name](stop), name=name) for name in names}
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({*parts.values(), waiting}, return_when=asyncio.FIRST_COMPLETED)
    # A part that ended by itself takes the process with it: a half-working hub would look alive.
    stop.set()
    code = _report(parts)
    _end_within(LAST)
    await asyncio.wait(parts.values())
    code = max(code, _report({name: part for name, part in parts.items() if not code}))
    waiting.cancel()
    await _ended(listening)
    return code


def _report(parts: dict[str, "asyncio.Task[None]"]) -> int:
    """Say of each part that has failed why; return 1 when one has."""
    failed = 0
    for name, part in parts.items():
        error = part.exception() if part.done() and not part.cancelled() else None
        if isinstance(error, starting.StartError):
            _print_error(starting.cannot_start(name, error))
        elif error is not None:
            log.error("The part %s failed", name, exc_info=error)
            _print_error(f"{starting.LABELS[name]} stopped: {error!r}")
        failed = max(failed, int(error is not None))
    return failed


async def _ended(listening: "asyncio.Task[None]") -> None:
    """End the bus.

    Its layer can swallow a cancellation while it subscribes, so it is asked again.
    """
    for _attempt in range(3):
        listening.cancel()
        await asyncio.wait({listening}, timeout=BUS_LAST)
        if listening.done():
            return


def _print_error(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _end_within(seconds: float) -> None:
    """End the process after so many seconds, whatever still waits.

    That may be threads, sockets, a layer that does not answer. Nothing is lost by it: what was
    answered is on disk, and what is under way is taken up again from its row.
    """
    timer = threading.Timer(
        seconds, _leave, (f"Not all of it ended within {seconds:.0f} seconds; stopped at once.",)
    )
    timer.daemon = True
    timer.start()


def _leave(line: str) -> None:
    _print_error(line)
    os._exit(1)


def run(*names: str) -> None:
    """Run the named parts until SIGINT or SIGTERM; the second one ends at once.

    Raises: SystemExit with one line when the parts cannot start, and with 1 when one has failed.
    """
    try:
        starting.check_storage()
        starting.check_addresses(names)
        starting.check_services(names)
        end_metrics = starting.serve_metrics()
    except starting.StartError as error:
        raise SystemExit(
            starting.cannot_start(names[0] if len(names) == 1 else "up", error)
        ) from None
    code = 0
    keep_small()
    connections.settle(names)
    with contextlib.suppress(KeyboardInterrupt):
        code = asyncio.run(_run(names))
    connections.close()
    end_metrics()
    if code:
        raise SystemExit(code)
