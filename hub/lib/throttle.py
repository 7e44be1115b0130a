"""Slow a flood of requests: counted in the memory of each process, at no cost for the database.

Each client has a bucket that fills again evenly. The number of buckets is bounded; the client that
was quiet longest is forgotten first, which gives it nothing that waiting would not. What protects a
password or must hold for all processes together is counted in :mod:`hub.lib.limits`. Decision
record 0018 lists all limits and where each is counted.
"""

import functools
import math
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase

from hub.lib.clients import client_key, is_signed_in
from hub.lib.errors import TooMany

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
# Clients remembered at a time by one throttle.
MAX_CLIENTS = 10_000


_throttles: "weakref.WeakSet[Throttle]" = weakref.WeakSet()


class Throttle:
    """So many in a span of seconds for each client.

    Args: amount, 0 for no limit; seconds.
    """

    def __init__(self, amount: int, seconds: float = 60.0) -> None:
        self.amount = amount
        self.seconds = seconds
        self._buckets: dict[str, tuple[float, float]] = {}  # client -> what is left, when that was
        self._lock = threading.Lock()
        _throttles.add(self)

    def wait(self, client: str, *, moment: float | None = None) -> int:
        """Take one and return 0, or return the whole seconds until there is one again.

        Args: moment, the monotonic clock's seconds.
        """
        if not self.amount:
            return 0
        if moment is None:
            moment = time.monotonic()
        with self._lock:
            tokens, since = self._buckets.pop(client, (float(self.amount), moment))
            tokens = min(float(self.amount), tokens + (moment - since) * self.amount / self.seconds)
            is_allowed = tokens >= 1
            if is_allowed:
                tokens -= 1
            # Put back at the end: the first ones are those that were quiet longest.
            self._buckets[client] = (tokens, moment)
            if len(self._buckets) > MAX_CLIENTS:
                del self._buckets[next(iter(self._buckets))]
        if is_allowed:
            return 0
        return max(1, math.ceil((1 - tokens) * self.seconds / self.amount))

    def reset(self) -> None:
        """Forget every client."""
        with self._lock:
            self._buckets.clear()


def requester(request: HttpRequest) -> str:
    """Return what stands for who asks: the member, else the client."""
    if is_signed_in(request):
        return f"member:{request.user.pk}"
    return client_key(request.META.get("REMOTE_ADDR", ""))


def throttled(amount: int, seconds: float = 60.0) -> Callable[[View], View]:
    """Let each member or client ask a view so often in a span of seconds.

    More is answered with 429.
    """
    throttle = Throttle(amount, seconds)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            wait = throttle.wait(requester(request))
            if wait:
                raise TooMany(seconds=wait)
            return view(request, *args, **kwargs)

        return cast(View, limited)

    return decorate


def reset_all() -> None:
    """Forget every client of every throttle of this process."""
    for throttle in list(_throttles):
        throttle.reset()
