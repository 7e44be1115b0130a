"""Bound what a request may carry, before it is read.

Django reads a body to its end before any view or middleware sees the request, onto the disk if it
is large. Here the size is looked at first: the declared one, and what really comes. Room for files
is given only at the addresses that take files, and only to a session that is a member's; everything
else has room for a text.
"""

import asyncio
import contextlib
import io
import json
import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, cast

from channels.db import database_sync_to_async
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import defaults

from forums.rules import MAX_FILES
from hub.lib.counts import with_count
from hub.middleware import PrivateCacheMiddleware
from hub.runtime.forwarded import ClientMiddleware

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
# Where files come with a request.
UPLOADS = re.compile(
    r"/(?:discussions/[0-9]+/new/|topics/[0-9]+(?:-[^/]*)?/|c/[0-9]+/edit/|proceedings/|admin/)"
)
# Bytes beside the text and the files: other fields, and what separates them.
OVERHEAD = 200_000
# Bytes of a body of the API, which takes none so far.
API_BYTES = 100_000
# So many times the limit is thrown away while a sender reads the answer, for so many seconds; then
# it is cut off.
PATIENCE = 4
DRAIN_SECONDS = 5.0
# What gives an answer the fields that keep browsers and caches in bounds, from the inner to the
# outer.
GUARDS = (
    XFrameOptionsMiddleware,
    CSPMiddleware,
    SecurityMiddleware,
    PrivateCacheMiddleware,
    ClientMiddleware,
)


def limit_for(path: str, *, is_member: bool) -> int:
    """Return the bytes that a body at an address may have."""
    if path.startswith("/api/"):
        return API_BYTES
    text = 4 * settings.HUB_TEXT_MAX_SIZE + OVERHEAD
    if is_member and UPLOADS.match(path):
        return text + MAX_FILES * settings.HUB_FILE_MAX_SIZE
    return text


class BodyLimit:
    """Answers 413 to a body that is too large; what is within the limit goes on as it comes."""

    def __init__(self, inner: App) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Look at the declared size, then count what comes."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.inner(scope, receive, send)
            return
        declared = _declared(scope)
        limit = await _limit(scope, declared)
        if declared is not None and declared > limit:
            await _refuse(scope, receive, send, limit, is_hopeless=declared > PATIENCE * limit)
            return
        await self._count(scope, receive, send, limit)

    async def _count(self, scope: dict[str, Any], receive: Receive, send: Send, limit: int) -> None:
        received, is_over = 0, False

        async def counted() -> Message:
            nonlocal received, is_over
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                is_over = True
                # Django lets go of what it has read.
                return {"type": "http.disconnect"}
            return message

        await self.inner(scope, counted, send)
        if is_over:
            await _refuse(scope, receive, send, limit, is_hopeless=True)


async def _limit(scope: dict[str, Any], declared: int | None) -> int:
    """Return the bytes that a body may have; who sends it is asked only where that decides."""
    limit = limit_for(scope["path"], is_member=False)
    room = limit_for(scope["path"], is_member=True)
    if room == limit:
        return limit
    if declared is not None and not limit < declared <= room:
        return limit
    if await _is_member(scope):
        return room
    return limit


def _declared(scope: dict[str, Any]) -> int | None:
    """Return the declared size, None for a body that comes in chunks."""
    for name, value in scope["headers"]:
        if name.lower() == b"content-length":
            return _size(value)
    if any(name.lower() == b"transfer-encoding" for name, _value in scope["headers"]):
        return None
    return 0


def _size(value: bytes) -> int:
    """Return a declared size; one that cannot be read is larger than any limit."""
    if value.isdigit() and len(value) < 19:
        return int(value)
    return 10**18


async def _is_member(scope: dict[str, Any]) -> bool:
    """Whether the request's session is a member's. Queries: 1."""
    cookie = SimpleCookie()
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            try:
                cookie.load(value.decode("latin-1"))
            except CookieError:
                return False
    session_cookie = cookie.get(settings.SESSION_COOKIE_NAME)
    if session_cookie is None:
        return False
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_cookie.value)
    return bool(await database_sync_to_async(store.get, thread_sensitive=False)("_auth_user_id"))


async def _refuse(
    scope: dict[str, Any], receive: Receive, send: Send, limit: int, *, is_hopeless: bool
) -> None:
    """Answer 413 in the reader's language; JSON where the address speaks it."""
    request = ASGIRequest(scope, io.BytesIO())
    with translation.override(translation.get_language_from_request(request)):
        size = max(1, limit // 1_000)
        sentence = _("What you have sent is too large: the limit here is %d kB.") % size
        if scope["path"].startswith("/api/"):
            kind, body = "application/json", json.dumps({"code": "too-large", "message": sentence})
        else:
            kind, body = (
                "text/html; charset=utf-8",
                render_to_string("413.html", {"sentence": sentence}),
            )
    response = _guarded(request, HttpResponse(body, content_type=kind, status=413))
    response.headers["Content-Length"] = str(len(response.content))
    if is_hopeless:
        response.headers["Connection"] = "close"
    headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.items()
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": response.content, "more_body": True})
    await _drain(receive, PATIENCE * limit)
    await send({"type": "http.response.body", "body": b""})


def _guarded(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give an answer that no view has made the fields that every other one has.

    The same middleware sets them.
    """
    handler: Any = lambda _request: response  # noqa: E731 - the innermost of the chain
    for middleware in GUARDS:
        handler = middleware(handler)
    return cast(HttpResponse, handler(request))


async def _drain(receive: Receive, most: int) -> None:
    """Throw away a little of what still comes.

    A connection closed under a sender takes the answer with it.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while most > 0:
                message = await receive()
                most -= len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django could not read: 413 with the reason where there was too much, else 400."""
    if isinstance(exception, TooManyFilesSent):
        sentence = ngettext(
            "Too many files. A contribution can have %d file at most.",
            "Too many files. A contribution can have %d files at most.",
            MAX_FILES,
        )
        sentence = with_count(sentence, MAX_FILES)
    elif isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_000
        sentence = _("What you have sent is too large: the limit here is %d kB.") % size
    else:
        return defaults.bad_request(request, exception)
    return render(request, "413.html", {"sentence": sentence}, status=413)
