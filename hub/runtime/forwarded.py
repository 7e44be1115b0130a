"""Put the true client and scheme into each request and socket.

``HUB_TRUSTED_PROXIES`` names the proxies. From any other peer the fields that speak of a client are
dropped unread, and so are those that the hub never reads (``Forwarded``, ``X-Real-IP``,
``X-Forwarded-Host``): code further in asks ``REMOTE_ADDR`` and ``request.is_secure()`` alone.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hub.lib.clients import Client, is_in, is_private, resolve
from hub.lib.quiet import NowAndThen

log = logging.getLogger(__name__)
App = Callable[
    [dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]],
    Awaitable[None],
]
_PREFIX = "x-forwarded-"
_NAMES = frozenset(
    {"forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "client-ip"}
)
# Where HttpRequest.META tells that a proxy stood between.
FORWARDED = "hub.forwarded"
WARNING_PAUSE_SECONDS = 3_600


untrusted_warnings = NowAndThen(WARNING_PAUSE_SECONDS)


def _warn_of(peer: str) -> None:
    """Log a near peer that forwards for others without being trusted.

    It is on this host or in a private network.
    """
    if is_private(peer) and untrusted_warnings.allows():
        log.warning(
            "X-Forwarded-For comes from %s, which HUB_TRUSTED_PROXIES does not name: it is "
            "ignored, all clients behind that proxy count as one, and their requests as not secure",
            peer,
        )


def is_forwarding(name: str) -> bool:
    """Whether a field, in small letters, is one by which proxies speak of the client."""
    return name.startswith(_PREFIX) or name in _NAMES


def is_near(request: HttpRequest) -> bool:
    """Whether the request comes straight from this host or a private network.

    One that came through a proxy for the world does not.
    """
    if request.META.get(FORWARDED):
        return False
    return is_private(request.META.get("REMOTE_ADDR", ""))


def _client(peer: str, forwarded_for: str, forwarded_proto: str) -> Client:
    client = resolve(peer, forwarded_for, forwarded_proto, settings.HUB_TRUSTED_PROXIES)
    if forwarded_for and not is_in(peer, settings.HUB_TRUSTED_PROXIES):
        _warn_of(peer)
    return client


class ClientMiddleware:
    """The first of all: what comes after it sees the client that the hub believes in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Resolve, then pass on."""
        meta = request.META
        peer = meta.get("REMOTE_ADDR", "")
        fields = {key: value for key, value in meta.items() if key.startswith("HTTP_")}
        spoken = [
            key
            for key in fields
            if is_forwarding(key.removeprefix("HTTP_").lower().replace("_", "-"))
        ]
        client = _client(
            peer, meta.get("HTTP_X_FORWARDED_FOR", ""), meta.get("HTTP_X_FORWARDED_PROTO", "")
        )
        for key in spoken:
            del meta[key]
        # A trusted proxy that names no client speaks for somebody all the same.
        meta[FORWARDED] = bool(spoken) or is_in(peer, settings.HUB_TRUSTED_PROXIES)
        meta["REMOTE_ADDR"] = meta["REMOTE_HOST"] = client.host
        if client.scheme:
            # Where Django looks for the scheme (SECURE_PROXY_SSL_HEADER); nobody but this line
            # writes it.
            meta["HTTP_X_FORWARDED_PROTO"] = client.scheme
        return self.get_response(request)


def resolve_socket(inner: App) -> App:
    """Do for a socket what :class:`ClientMiddleware` does for a request."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if not is_forwarding(_text(name).lower())
        ]
        peer, port = peer_of(scope)
        client = _client(
            peer, _joined(scope, b"x-forwarded-for"), _joined(scope, b"x-forwarded-proto")
        )
        scheme = {"https": "wss", "http": "ws"}.get(client.scheme, scope.get("scheme", "ws"))
        await inner(
            {**scope, "headers": headers, "client": (client.host, port), "scheme": scheme},
            receive,
            send,
        )

    return app


def peer_of(scope: dict[str, Any]) -> tuple[str, int]:
    """Return address and port of the peer of a socket; empty where the server names none."""
    return scope.get("client") or ("", 0)


def _joined(scope: dict[str, Any], wanted: bytes) -> str:
    return ",".join(_text(value) for name, value in scope["headers"] if name.lower() == wanted)


def _text(value: bytes) -> str:
    return value.decode("latin-1")
