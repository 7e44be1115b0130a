"""Look up what a domain asks receivers to do with mail that it does not vouch for.

For whoever writes as one of its people: a delivery under the author's own address from a domain
with ``quarantine`` or ``reject`` would be lost on its way.
"""

import asyncio
import logging
import time

from django.conf import settings

from listserv.mail.auth import dmarc
from listserv.mail.auth.resolver import Resolver, Unanswered, is_unreachable, shared

log = logging.getLogger(__name__)
# Seconds for which a policy is kept, and one that could not be looked up.
CACHE_SECONDS = 3_600.0
UNKNOWN_CACHE_SECONDS = 60.0
MAX_CACHED = 5_000
# Seconds that the look-up may take.
LOOKUP_SECONDS = 5.0
_cache: dict[str, tuple[float, str | None]] = {}


def policy_of(domain: str, *, resolver: Resolver | None = None) -> str | None:
    """Return ``none``, ``quarantine`` or ``reject``; None for a domain that says nothing.

    What cannot be found out, because DNS does not answer or is not to be asked (``HUB_DMARC``),
    counts as ``reject``: the careful form is right for every domain. Never raises. For threads
    without an event loop.

    Args: resolver, to be asked in place of the host's name servers; its answers are not kept.
    """
    domain = dmarc.ascii_domain(domain)
    if not domain:
        return None
    if resolver is not None:
        return _looked_up(domain, resolver)[0]
    if is_unreachable(domain):
        return None
    if settings.HUB_DMARC != "own":
        return "reject"
    return _cached_policy(domain)


def _cached_policy(domain: str) -> str | None:
    moment = time.monotonic()
    cached = _cache.get(domain)
    if cached is not None and moment < cached[0]:
        return cached[1]
    policy, seconds = _looked_up(domain, shared())
    if len(_cache) >= MAX_CACHED:
        _cache.clear()
    _cache[domain] = (moment + seconds, policy)
    return policy


def _looked_up(domain: str, resolver: Resolver) -> tuple[str | None, float]:
    """Return a domain's policy, and for how many seconds it may be kept."""

    async def look_up() -> dmarc.AuthorPolicy | None:
        async with asyncio.timeout(LOOKUP_SECONDS):
            return await dmarc.discover(domain, resolver)

    try:
        policy = asyncio.run(look_up())
    except (Unanswered, TimeoutError) as error:
        log.warning("The DMARC policy of %s could not be looked up: %s", domain, error)
        return "reject", UNKNOWN_CACHE_SECONDS
    if policy is None:
        return None, CACHE_SECONDS
    return policy.policy, CACHE_SECONDS
