"""Let allauth count in the database.

Its own limits live in a cache that forgets when it is full or away. All of them (sign-in, second
factor, password reset, addresses, reauthentication) come down to two functions, which
:func:`install` replaces; a test holds that they are still where they were. ``ACCOUNT_RATE_LIMITS``
stays where the amounts are set.
"""

import unicodedata
from typing import Any

from allauth.core.exceptions import RateLimited
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import Rate, RateLimitUsage
from django.http import HttpRequest

from hub.lib import limits
from hub.lib.limits import Limit

NAME = "allauth"
# Over these limits allauth leaves a mail out and answers as always.
SILENT = frozenset({"confirm_email"})


class _Usage:
    """What one rate has counted, to be taken back."""

    def __init__(self, limit: Limit, key: str) -> None:
        self.limit = limit
        self.key = key

    def rollback(self) -> None:
        """Take it back."""
        limits.give_back(self.limit, self.key)


def _counted(
    request: HttpRequest, app: str, action: str, rate: Rate, key: Any, user: Any
) -> tuple[Limit, str]:
    """Return the limit and its key, in one spelling of what was typed."""
    if key is not None:
        key = unicodedata.normalize("NFKC", key).casefold()
    row = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, key=key, user=user)
    return Limit(NAME, rate.amount, max(1, int(rate.duration))), row


def consume_single_rate(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    rate: Rate,
    key: Any = None,
    user: Any = None,
    dry_run: bool = False,
    raise_exception: bool = False,
) -> _Usage | None:
    """Count one under one rate; None, or RateLimited, when there was no room."""
    limit, row = _counted(request, app, action, rate, key, user)
    seconds = limits.wait((limit, row)) if dry_run else limits.take(limit, row)
    if not seconds:
        return _Usage(limit, row)
    if action not in SILENT and not dry_run:
        # For the answer: hub.middleware writes it into Retry-After.
        request.retry_after = seconds  # type: ignore[attr-defined]
    if raise_exception:
        raise RateLimited
    return None


def clear(
    request: HttpRequest,
    *,
    app: str,
    action: str,
    config: Any = None,
    key: Any = None,
    user: Any = None,
) -> None:
    """Forget what an action has counted."""
    for rate in ratelimit.get_rates(app=app, action=action, config=config):
        limits.clear(*_counted(request, app, action, rate, key, user))


def install() -> None:
    """Replace allauth's own functions with both."""
    assert callable(ratelimit._consume_single_rate) and callable(ratelimit.clear)
    assert "usage" in RateLimitUsage.__dataclass_fields__
    ratelimit._consume_single_rate = consume_single_rate
    ratelimit.clear = clear
