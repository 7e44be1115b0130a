"""A request is served in one thread, and its thread keeps what is dear to make."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path

from hub.runtime import connections as held
from hub.runtime.request_threads import ThreadedHandler

seen: list[str] = []


def note() -> None:
    seen.append(threading.current_thread().name)


def view(_request: HttpRequest) -> HttpResponse:
    note()
    return HttpResponse("page")


def failing(_request: HttpRequest) -> HttpResponse:
    raise ValueError("a mistake in a view")


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(open(request.GET["name"], "rb"))


def middleware(get_response: Any) -> Any:
    def through(request: HttpRequest) -> HttpResponse:
        note()
        return get_response(request)

    return through


urlpatterns = [path("", view), path("failing/", failing), path("file/", file)]


@pytest.fixture
def handler(settings) -> ThreadedHandler:
    seen.clear()
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "django.middleware.security.SecurityMiddleware",
        f"{__name__}.middleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        f"{__name__}.middleware",
    ]
    return ThreadedHandler()


async def ask(handler: ThreadedHandler, address: str = "/", query: bytes = b"") -> tuple[int, bytes]:
    """Return status and body of what is served at an address."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": address,
        "raw_path": address.encode(),
        "query_string": query,
        "headers": [(b"host", b"127.0.0.1")],
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    await handler(scope, receive, send)
    return messages[0]["status"], b"".join(message.get("body", b"") for message in messages[1:])


@contextmanager
def listened(signal: Any) -> Iterator[None]:
    """Note in which thread a signal is sent."""

    def listener(**_values: Any) -> None:
        note()

    signal.connect(listener)
    try:
        yield
    finally:
        signal.disconnect(listener)


async def test_a_request_goes_to_a_thread_once(handler, monkeypatch):
    loop, hops = asyncio.get_running_loop(), []
    run_in_executor = loop.run_in_executor

    def counted(executor: Any, *work: Any) -> Any:
        hops.append(executor)
        return run_in_executor(executor, *work)

    monkeypatch.setattr(loop, "run_in_executor", counted)
    assert await ask(handler) == (200, b"page")
    assert len(hops) == 1


async def test_signals_middleware_and_view_of_a_request_share_a_thread(handler):
    with listened(request_started), listened(request_finished):
        await ask(handler)
    assert len(seen) == 5 and len(set(seen)) == 1 and seen[0].startswith("page")


async def test_several_requests_are_served_at_a_time(handler, monkeypatch):
    together = threading.Barrier(4, timeout=10)
    monkeypatch.setattr("tests.runtime.test_request_threads.note", together.wait)
    assert await asyncio.gather(*(ask(handler) for _ in range(4))) == [(200, b"page")] * 4


async def test_the_mistake_of_a_view_is_answered_and_the_next_request_served(handler, caplog):
    status, _body = await ask(handler, "/failing/")
    assert status == 500
    assert await ask(handler) == (200, b"page")


async def test_what_is_no_text_is_refused(handler, caplog):
    with listened(request_finished):
        status, _body = await ask(handler, query=b"\xff")
    assert status == 400 and len(seen) == 1


async def test_a_file_arrives_whole_and_is_closed(handler, tmp_path):
    name = tmp_path / "file"
    name.write_bytes(b"x" * 200_000)
    with listened(request_finished), pytest.warns(Warning, match="synchronous iterators"):
        status, body = await ask(handler, "/file/", f"name={name}".encode())
    assert status == 200 and body == name.read_bytes() and len(seen) == 3


@pytest.mark.sqlite
def test_a_thread_on_sqlite_keeps_its_connection_as_other_processes_do(settings, monkeypatch):
    database = {"ENGINE": "django.db.backends.sqlite3", "CONN_MAX_AGE": 0, "OPTIONS": {}}
    monkeypatch.setattr(held, "connections", FakeConnections(database))
    settings.HUB_DB_CONN_MAX_AGE = 45
    held.settle(["web"])
    assert database["CONN_MAX_AGE"] == 45


class FakeConnections:
    def __init__(self, database: dict[str, Any]) -> None:
        self.settings = {"default": database}

    def close_all(self) -> None:
        pass
