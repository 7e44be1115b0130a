"""What a domain asks receivers to do with mail that it does not vouch for, for whoever writes as
one of its people.

A copy under the author's own address from a domain with ``quarantine`` or ``reject`` would be lost
on its way.
"""

import asyncio
import logging
import time

from django.conf import settings

from listserv.mail.auth import dmarc
from listserv.mail.auth.resolver import Resolver, Unanswered, is_nowhere, shared

log = logging.getLogger(__name__)
# Seconds a policy is kept, and one that could not be found out.
KEPT = 3_600.0
UNKNOWN_KEPT = 60.0
MOST_KEPT = 5_000
# Seconds that the look-up may take.
PATIENCE = 5.0
_kept: dict[str, tuple[float, str | None]] = {}


def policy_of(domain: str, *, resolver: Resolver | None = None) -> str | None:
    """Return ``none``, ``quarantine`` or ``reject``; None for a domain that says nothing. Never
    raises.

    What cannot be found out, because DNS does not answer or is not to be asked (``HUB_DMARC``),
    counts as ``reject``: the careful form is right for every domain. For threads without an event
    loop.
    """
    domain = dmarc.ascii_domain(domain)
    if not domain or (is_nowhere(domain) and not settings.HUB_DNS and resolver is None):
        return None
    if settings.HUB_DMARC != "own" and resolver is None:
        return "reject"
    moment = time.monotonic()
    cached = _kept.get(domain) if resolver is None else None
    if cached is not None and moment < cached[0]:
        return cached[1]
    policy, seconds = _looked_up(domain, resolver or shared())
    if resolver is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[domain] = (moment + seconds, policy)
    return policy


def _looked_up(domain: str, resolver: Resolver) -> tuple[str | None, float]:
    async def look() -> dmarc.Found | None:
        async with asyncio.timeout(PATIENCE):
            return await dmarc.discover(domain, resolver)

    try:
        policy = asyncio.run(look())
    except (Unanswered, TimeoutError) as error:
        log.warning("The DMARC policy of %s could not be looked up: %s", domain, error)
        return "reject", UNKNOWN_KEPT
    return (policy.policy if policy is not None else None), KEPT
