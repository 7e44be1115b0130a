"""Observe each request and socket: an identifier for the log, counters and the time it took."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hub.lib import metrics
from hub.lib.clients import is_in
from hub.lib.logs import belonging_to
from hub.runtime.forwarded import peer_of

App = Callable[
    [dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]],
    Awaitable[None],
]
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
FIELD = "X-Request-ID"


def identifier(peer: str, offered: str) -> str:
    """Return the identifier of a request.

    It is that of a proxy in ``HUB_TRUSTED_PROXIES``, else a new one. Nobody else names a request:
    lines of the log would be put together that do not belong together.
    """
    if _IDENTIFIER.fullmatch(offered) and is_in(peer, settings.HUB_TRUSTED_PROXIES):
        return offered
    return secrets.token_hex(8)


class ObservingMiddleware:
    """The very first: it sees the proxy itself, and the answer as it goes out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, then count."""
        name = identifier(
            request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_REQUEST_ID", "")
        )
        began = time.perf_counter()
        with belonging_to(name):
            response = self.get_response(request)
        route = _route(request, response)
        metrics.requests.labels(route, f"{response.status_code // 100}xx").inc()
        metrics.request_seconds.labels(route).observe(time.perf_counter() - began)
        response.headers[FIELD] = name
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Count errors of the database that a view did not handle."""
        metrics.note_error(exception, "web")


def _route(request: HttpRequest, response: HttpResponse) -> str:
    """Return the name of the route; all addresses that are none count as one."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or match.route or "unnamed"
    if response.status_code >= 400:
        return "none"
    for prefix in (settings.STATIC_URL, "/healthz", "/metrics"):
        if request.path.startswith(prefix):
            return prefix.strip("/")
    return "none"


def observe_socket(inner: App) -> App:
    """Count the frames of a socket, and let its lines belong together."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        frames_in, frames_out = (
            metrics.socket_frames.labels("in"),
            metrics.socket_frames.labels("out"),
        )

        async def receive_counted() -> Any:
            message = await receive()
            if message["type"] == "websocket.receive":
                frames_in.inc()
            return message

        async def send_counted(message: Any) -> None:
            if message["type"] == "websocket.send":
                frames_out.inc()
            await send(message)

        offered = next(
            (value for name, value in scope["headers"] if name.lower() == b"x-request-id"), b""
        )
        peer, _port = peer_of(scope)
        with (
            belonging_to(identifier(peer, offered.decode("latin-1"))),
            metrics.sockets.track_inprogress(),
        ):
            await inner(scope, receive_counted, send_counted)

    return app
