"""A body that is too large is refused before it is read, by what it declares and by what really comes."""

import asyncio
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hub.members.sessions import SessionStore
from hub.runtime import bodies
from hub.runtime.bodies import BodyLimit, limit_for


class Inner:
    """An application that reads a body to its end, as Django does, and says how many bytes came."""

    def __init__(self) -> None:
        self.came = 0
        self.called = False

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.called = True
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.came += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"read"})


def _post(path: str, *, declared: int | None, chunks: list[bytes] = [b""], cookie: str = "", language: str = "") -> Any:  # noqa: B006
    """Send a request; returns the inner application, the status, the headers and the body of the answer."""
    headers = [(b"host", b"localhost")]
    if declared is None:
        headers.append((b"transfer-encoding", b"chunked"))
    else:
        headers.append((b"content-length", str(declared).encode()))
    if cookie:
        headers.append((b"cookie", f"sessionid={cookie}".encode()))
    if language:
        headers.append((b"accept-language", language.encode()))
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    inner, sent, waiting = Inner(), [], list(chunks)

    async def receive() -> dict[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(BodyLimit(inner)(scope, receive, send))
    return inner, sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"].decode()


def test_a_declared_size_over_the_limit_is_refused_without_reading():
    for path in ("/accounts/login/", "/apply/", "/mail/confirm/x/y/", "/sessions/1/intervene/", "/"):
        inner, status, headers, body = _post(path, declared=limit_for(path, is_member=True) + 1)
        assert (inner.called, status) == (False, 413), path
        assert "too large" in body
        assert b"Connection" not in headers
    _inner, status, headers, _body = _post("/", declared=10**12)
    assert (status, headers[b"Connection"]) == (413, b"close")


def test_a_body_in_chunks_is_counted_while_it_comes():
    limit = limit_for("/apply/", is_member=False)
    chunk = b"x" * 100_000
    inner, status, headers, _body = _post("/apply/", declared=None, chunks=[chunk] * (limit // 100_000 + 50))
    assert (status, headers[b"Connection"]) == (413, b"close")
    assert inner.came <= limit
    assert _post("/apply/", declared=None, chunks=[chunk, b"end"])[:2][1] == 200


def test_a_sender_is_listened_to_a_little_longer_so_that_the_answer_arrives_and_then_no_more():
    limit = limit_for("/apply/", is_member=False)
    sizes = []

    async def flood() -> dict[str, Any]:
        sizes.append(100_000)
        return {"type": "http.request", "body": b"x" * 100_000, "more_body": True}

    async def ignore(message: dict[str, Any]) -> None:
        pass

    headers = [(b"host", b"localhost"), (b"transfer-encoding", b"chunked")]
    scope = {"type": "http", "method": "POST", "path": "/apply/", "headers": headers, "query_string": b""}
    asyncio.run(BodyLimit(Inner())(scope, flood, ignore))
    assert limit * bodies.PATIENCE <= sum(sizes) <= limit * (bodies.PATIENCE + 2)


def test_a_declared_size_that_is_too_small_deceives_nobody():
    limit = limit_for("/apply/", is_member=False)
    _inner, status, _headers, _body = _post("/apply/", declared=5, chunks=[b"x" * (limit + 1)])
    assert status == 413


@pytest.mark.django_db(transaction=True)
def test_room_for_files_is_given_to_members_alone_and_where_files_are_taken(make_member):
    member = make_member("Amina Diallo")
    session = SessionStore()
    session["_auth_user_id"] = str(member.pk)
    session.create()
    stranger = SessionStore()
    stranger.create()
    size = 20_000_000
    for path in ("/discussions/1/new/", "/topics/4-water/", "/admin/images/add/"):
        assert _post(path, declared=size, cookie=session.session_key)[1] == 200, path
        assert _post(path, declared=None, chunks=[b"x" * 2_000_000], cookie=session.session_key)[1] == 200, path
        for cookie in ("", "made-up", stranger.session_key, 'bad"cookie;;='):
            assert _post(path, declared=size, cookie=cookie)[1] == 413, (path, cookie)
        assert _post(path, declared=10**9, cookie=session.session_key)[1] == 413
    assert _post("/preferences/", declared=size, cookie=session.session_key)[1] == 413


def test_the_api_and_the_reader_get_their_own_language():
    _inner, status, headers, body = _post("/api/v1/discussions", declared=5_000_000)
    assert (status, headers[b"Content-Type"]) == (413, b"application/json")
    assert json.loads(body)["code"] == "too-large"
    assert 'lang="ar" dir="rtl"' in _post("/apply/", declared=5_000_000, language="ar")[3]


@pytest.mark.django_db
def test_more_files_than_are_read_get_a_clear_answer():
    client = Client()
    files = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(21)]
    answer = client.post("/apply/", {"files": files})
    assert answer.status_code == 413
    assert "Too many files" in answer.content.decode()
    answer = client.post("/apply/", {"statement": "x" * 600_000})
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
