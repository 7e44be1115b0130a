"""Say in the session whether the domain of an author vouches for a mail.

Asked only when it can matter: the client has not signed in, the mail names one author, the author's domain can be in
DNS, and the address is a member's. It never refuses anything itself, never raises, and is never slower than
:data:`PATIENCE`; what could not be found out proves nothing, so that the mail is held.

Source: RFC 9989 §5.3 (evaluation), decision record 0009.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from django.conf import settings

from hub.lib.clients import is_in
from listserv.inbound.delivery import Checks, Delivery
from listserv.trust import arc, dkim, dmarc, results, spf
from listserv.trust.canonical import Message, plain_author
from listserv.trust.resolver import Resolver, Unanswered, is_nowhere, shared

log = logging.getLogger(__name__)
# Seconds for everything about one mail.
PATIENCE = 12.0
ARC_PATIENCE = 3.0
# Recipients that take reports of machines: their author is nobody's member.
_MACHINES = frozenset({"bounces", "returned"})


async def check(
    delivery: Delivery, *, is_member: Callable[[str], Awaitable[bool]], resolver: Resolver | None = None
) -> Checks | None:
    """Return what the author's domain says of a mail, None when that was not asked.

    Args: is_member, whether an address is a member's; resolver, in place of the host's name servers.
    """
    if settings.HUB_DMARC == "off" or delivery.auth_id is not None or delivery.size > settings.HUB_MAIL_MAX_SIZE:
        return None
    if all(recipient.kind in _MACHINES for recipient in delivery.recipients):
        return None
    known = plain_author(delivery.raw).rpartition("@")[2]
    if known and resolver is None and _is_nowhere(known) and not _is_relay(delivery.handed_over_by):
        return Checks(domain=known)
    message = Message(delivery.raw)
    domain = dmarc.ascii_domain(message.author.rpartition("@")[2])
    if not domain:
        return None
    nothing = Checks(domain=domain)
    found = results.believed(
        message,
        peer=delivery.handed_over_by,
        networks=settings.HUB_TRUSTED_RELAYS,
        authserv_id=settings.HUB_AUTHSERV_ID,
    )
    if found is None and (settings.HUB_DMARC == "relay" or (_is_nowhere(domain) and resolver is None)):
        return nothing
    if not await is_member(message.author):
        return None
    evaluation = _Evaluation(delivery, message, nothing, resolver or shared())
    try:
        async with asyncio.timeout(PATIENCE):
            checks = await evaluation.run(found)
        return await evaluation.with_arc(checks) if checks.dmarc == "fail" else checks
    except (Unanswered, TimeoutError):
        return replace(nothing, dmarc="temperror")
    except Exception:
        # A fault of ours must not lose the mail: it proves nothing.
        log.exception("The checks of a mail from %s failed", domain)
        return replace(nothing, dmarc="temperror")


def _is_relay(peer: str) -> bool:
    return bool(settings.HUB_TRUSTED_RELAYS) and is_in(peer, settings.HUB_TRUSTED_RELAYS)


def _is_nowhere(domain: str) -> bool:
    return is_nowhere(domain) and not settings.HUB_DNS


class _Evaluation:
    """One mail and its author's domain."""

    def __init__(self, delivery: Delivery, message: Message, nothing: Checks, resolver: Resolver) -> None:
        self.delivery = delivery
        self.message = message
        self.checks = nothing
        self.resolver = resolver

    async def run(self, relayed: list[results.Result] | None) -> Checks:
        """Return the results, a relay's where it has given one for DMARC. Raises: Unanswered."""
        told = results.one(relayed or [], "dmarc")
        if told is not None and self._is_about_author(told):
            return await self._told(told, relayed or [])
        if settings.HUB_DMARC == "relay":
            return self.checks
        found = await dmarc.discover(self.checks.domain, self.resolver)
        if found is None:
            return self.checks
        spf_result, signed = await asyncio.gather(self._spf(found, relayed), self._dkim(found))
        checks = replace(self.checks, spf=spf_result, dkim=_best([row.result for row in signed]), policy=found.policy)
        return replace(checks, dmarc=await self._dmarc(found, spf_result, signed))

    async def with_arc(self, checks: Checks) -> Checks:
        """Add whether intermediaries' seals are whole, for whoever looks up why a mail was not believed.

        It has a time of its own: it must not turn a failure into an unknown.
        """
        try:
            async with asyncio.timeout(ARC_PATIENCE):
                return replace(checks, arc=await arc.verify(self.message, self.resolver))
        except TimeoutError:
            return replace(checks, arc="temperror")

    def _is_about_author(self, told: results.Result) -> bool:
        """Whether a relay has read the same author: two readers may differ about a hostile From."""
        about = told.properties.get("header.from", "")
        return dmarc.ascii_domain(about.rpartition("@")[2]) == self.checks.domain

    async def _told(self, told: results.Result, relayed: list[results.Result]) -> Checks:
        """Take over a relay's results."""
        values = {row.method: row.value for row in reversed(relayed)}
        policy = told.policy
        if told.value == "fail" and not policy and settings.HUB_DMARC == "own":
            found = await dmarc.discover(self.checks.domain, self.resolver)
            policy = found.policy if found is not None else ""
        return replace(
            self.checks,
            spf=values.get("spf", "none"),
            dkim=values.get("dkim", "none"),
            dmarc=told.value,
            policy=policy,
        )

    def _may_align(self, domain: str, found: dmarc.Found) -> bool:
        """Whether it can matter what a domain says: nobody makes us ask about domains of his own."""
        return domain == found.organization or domain.endswith(f".{found.organization}")

    async def _spf(self, found: dmarc.Found, relayed: list[results.Result] | None) -> str:
        """Return the result for the envelope sender: a trusted relay's where it has one, else our own.

        Ours needs the client's address: behind a relay, the one that XFORWARD or XCLIENT has named.
        A client on this host or a private network is some relay that nobody has named: there is nothing to ask about.
        """
        if not self._may_align(self._envelope_domain, found):
            return "none"
        if _is_relay(self.delivery.handed_over_by):
            told = results.one(relayed or [], "spf")
            about = told.properties.get("smtp.mailfrom", "").rpartition("@")[2] if told else ""
            same = dmarc.ascii_domain(about) == self._envelope_domain
            if told is not None and same:
                return told.value
            if not self.delivery.relay:
                return "unknown"
        if not spf.is_public(self.delivery.peer):
            return "unknown"
        return await spf.check_host(
            ip=self.delivery.peer,
            mail_from=f"{self.delivery.mail_from.rpartition('@')[0]}@{self._envelope_domain}",
            helo=self.delivery.helo,
            resolver=self.resolver,
        )

    @property
    def _envelope_domain(self) -> str:
        return dmarc.ascii_domain(self.delivery.mail_from.rpartition("@")[2])

    async def _dkim(self, found: dmarc.Found) -> list[dkim.Signed]:
        return await dkim.verify(
            message=self.message,
            resolver=self.resolver,
            now=self.delivery.received_at,
            wanted=lambda domain: self._may_align(domain, found),
        )

    async def _dmarc(self, found: dmarc.Found, spf_result: str, signed: list[dkim.Signed]) -> str:
        """Return pass when one aligned domain passes; fail only when none can, temperror when one still might."""
        pending = False
        claims = [(row.domain, row.result, found.record.strict_dkim) for row in signed]
        claims.append((self._envelope_domain, spf_result, found.record.strict_spf))
        for domain, result, strict in claims:
            if result not in {"pass", "temperror", "unknown"}:
                continue
            if await dmarc.is_aligned(domain, self.checks.domain, found, self.resolver, strict=strict):
                if result == "pass":
                    return "pass"
                pending = True
        return "temperror" if pending else "fail"


def _best(values: list[str]) -> str:
    return next((value for value in ("pass", "fail", "temperror", "permerror") if value in values), "none")
