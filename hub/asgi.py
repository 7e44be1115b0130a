"""The hub as an ASGI application: pages by Django, sockets by the live room; composition only."""

import logging
import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import django
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator

from hub.private import write_private

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
# Under a server of another make, which does not come by manage.py.
write_private()
django.setup(set_prefix=False)

# The rooms' models can be imported only once Django is set up, which the line above does.
from conferences.live.routing import urlpatterns as socket_urls  # noqa: E402
from hub.runtime.bodies import BodyLimit  # noqa: E402
from hub.runtime.forwarded import resolve_socket  # noqa: E402
from hub.runtime.observing import observe_socket  # noqa: E402
from hub.runtime.request_threads import ThreadedHandler  # noqa: E402

App = Callable[
    [dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]],
    Awaitable[None],
]


def sane_origin(inner: App) -> App:
    """Refuse an ``Origin`` that is no address before the validator stumbles over it."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        for name, value in scope["headers"]:
            if name == b"origin":
                try:
                    _ = urlsplit(value.decode("latin-1")).port
                except ValueError:
                    await send({"type": "websocket.close"})
                    return
        await inner(scope, receive, send)

    return app


def is_ours(record: logging.LogRecord) -> bool:
    """Keep a peer's bytes that are no text out of the log of errors.

    The socket is closed with 1007 all the same.
    """
    return not str(record.msg).startswith("Invalid UTF-8")


logging.getLogger("uvicorn.error").addFilter(is_ours)

pages: Any = ThreadedHandler()
application = ProtocolTypeRouter(
    {
        "http": BodyLimit(pages),
        "websocket": observe_socket(
            resolve_socket(
                sane_origin(
                    AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(socket_urls)))
                )
            )
        ),
    }
)
