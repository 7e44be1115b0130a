"""The end of a process is bounded, whatever still waits."""

import asyncio
import os
import subprocess
import sys
from typing import Any

import pytest

from hub.runtime import serve


class Stubborn:
    """A bus whose layer swallows the first cancellations."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def run(self) -> None:
        while self.times:
            try:
                await asyncio.sleep(3_600)
            except asyncio.CancelledError:
                self.times -= 1
        await asyncio.sleep(3_600)


async def test_bus_that_swallows_a_cancellation_is_asked_again(monkeypatch):
    monkeypatch.setattr(serve, "BUS_LAST", 0.05)
    listening = asyncio.create_task(Stubborn(2).run())
    await asyncio.sleep(0)
    await serve._ended(listening)
    assert listening.cancelled()


async def test_bus_that_swallows_all_of_them_is_waited_for_no_longer(monkeypatch):
    monkeypatch.setattr(serve, "BUS_LAST", 0.01)
    bus = Stubborn(5)
    listening = asyncio.create_task(bus.run())
    await asyncio.sleep(0)
    await serve._ended(listening)
    assert not listening.done()
    while not listening.done():
        listening.cancel()
        await asyncio.sleep(0)


@pytest.mark.parametrize("wait", ["part", "thread"])
def test_process_ends_by_itself_though_something_waits_for_ever(wait, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import asyncio, os, signal, sys, threading
os.environ["HUB_DATA"] = {str(tmp_path)!r}
sys.path.insert(0, os.getcwd())
import django
django.setup()
from hub.runtime import serve, starting
serve.LAST = 0.5
starting.check_storage = starting.check_services = starting.check_addresses = lambda *_: None

async def stuck(stop):
    await stop.wait()
    if {wait == "thread"!r}:
        threading.Thread(target=threading.Event().wait).start()
        return
    await asyncio.Event().wait()

async def ask(stop):
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()

serve.PARTS.update(web=stuck, worker=ask)
serve.run("web", "worker")
"""
    )
    done = _run(program)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        1, "Not all of it ended within 0 seconds; stopped at once.",
    )  # fmt: skip


def _run(program: Any) -> Any:
    return subprocess.run(
        [sys.executable, str(program)], cwd=serve.settings.BASE_DIR, capture_output=True, text=True, check=False,
        timeout=60, env={**os.environ, "DJANGO_SETTINGS_MODULE": "hub.settings", "REDIS_URL": ""},
    )  # fmt: skip
