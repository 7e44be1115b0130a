"""Say during the SMTP session whether the domain of an author vouches for a message.

Asked only when it can matter: the client has not signed in, the message names one author, the
author's domain can be in DNS, and the address is a member's. It never refuses anything itself,
never raises, and is never slower than :data:`CHECK_SECONDS`; what could not be found out proves
nothing, so that the message is held.

Source: RFC 9989 §5.3 (evaluation), decision record 0009.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from django.conf import settings

from hub.lib.clients import is_in
from listserv.mail.auth import authentication_results, dkim, dmarc, spf
from listserv.mail.auth.authentication_results import AuthenticationResult
from listserv.mail.auth.canonical import SignedMessage, plain_author
from listserv.mail.auth.resolver import Resolver, Unanswered, is_unreachable, shared

log = logging.getLogger(__name__)
# Seconds for everything about one message.
CHECK_SECONDS = 12.0
# Results that say something, the most telling first.
_TELLING_RESULTS = ("pass", "fail", "temperror", "permerror")
# Results with which a domain passes, or might have passed if it had been possible to ask.
_OPEN_RESULTS = frozenset({"pass", "temperror", "unknown"})


@dataclass(frozen=True)
class DomainChecks:
    """What the sender's domain says about a message (RFC 7208, 6376, 7489), or a trusted relay.

    Args:
        spf, dkim, dmarc: results as RFC 8601 names them: ``pass``, ``fail``, ``none``,
            ``temperror`` …
        domain: the domain of From that was looked at, as DNS knows it.
        policy: what that domain asks for when DMARC fails: ``none``, ``quarantine``, ``reject``;
            empty without one.
    """

    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"
    domain: str = ""
    policy: str = ""

    @property
    def is_aligned(self) -> bool:
        """Whether the domain of From vouches for the message (RFC 7489 §3.1)."""
        return self.dmarc == "pass"

    @property
    def is_forged(self) -> bool:
        """Whether the domain disowns the message.

        Nothing it authorised passes, and it asks that such mail be kept out.
        """
        return self.dmarc == "fail" and self.policy in {"quarantine", "reject"}

    @property
    def is_denied(self) -> bool:
        """Whether the domain says what vouches for its mail, and nothing of that does here.

        Whatever it asks for.
        """
        return self.dmarc == "fail"

    def __str__(self) -> str:
        policy = self.policy or "none"
        return (
            f"spf={self.spf} dkim={self.dkim} dmarc={self.dmarc} (p={policy}) "
            f"header.from={self.domain}"
        )


class CheckedEnvelope(Protocol):
    """What is asked of a message and the session that brought it."""

    @property
    def auth_id(self) -> int | None:
        """Who signed in, None for nobody."""

    @property
    def raw(self) -> bytes:
        """The message."""

    @property
    def size(self) -> int:
        """Bytes received."""

    @property
    def received_at(self) -> datetime:
        """When its last byte came, in UTC."""

    @property
    def mail_from(self) -> str:
        """The reverse path, empty for ``<>``."""

    @property
    def helo(self) -> str:
        """The name the client gave itself."""

    @property
    def peer(self) -> str:
        """Address of the client."""

    @property
    def relay(self) -> str:
        """Address of the trusted relay that named the client, empty for none."""

    @property
    def handed_over_by(self) -> str:
        """The address at the other end of the connection."""


async def check(
    envelope: CheckedEnvelope,
    *,
    is_member: Callable[[str], Awaitable[bool]],
    resolver: Resolver | None = None,
) -> DomainChecks | None:
    """Return what the author's domain says of a message, None when that was not asked.

    Args: is_member, whether an address is a member's; resolver, in place of the host's name
    servers.
    """
    if not _is_in_question(envelope):
        return None
    plain_domain = plain_author(envelope.raw).rpartition("@")[2]
    if _is_unreachable(plain_domain, resolver) and not _is_relay(envelope.handed_over_by):
        return DomainChecks(domain=plain_domain)
    message = SignedMessage(envelope.raw)
    domain = dmarc.ascii_domain(message.author.rpartition("@")[2])
    if not domain:
        return None
    relayed = authentication_results.trusted_results(
        message,
        peer=envelope.handed_over_by,
        networks=settings.HUB_TRUSTED_RELAYS,
        authserv_id=settings.HUB_AUTHSERV_ID,
    )
    nothing = DomainChecks(domain=domain)
    if not relayed and not _asks_dns(domain, resolver):
        return nothing
    if not await is_member(message.author):
        return None
    evaluation = _Evaluation(envelope, message, nothing, resolver or shared(), relayed)
    return await _evaluated(evaluation)


def _is_in_question(envelope: CheckedEnvelope) -> bool:
    """Whether it matters what the author's domain says.

    Nobody has signed in, and the message is not too large.
    """
    if settings.HUB_DMARC == "off":
        return False
    if envelope.auth_id is not None:
        return False
    return envelope.size <= settings.HUB_MAIL_MAX_SIZE


def _asks_dns(domain: str, resolver: Resolver | None) -> bool:
    """Whether DNS is asked about a domain for which there are no results of a relay."""
    if settings.HUB_DMARC == "relay":
        return False
    return not _is_unreachable(domain, resolver)


async def _evaluated(evaluation: "_Evaluation") -> DomainChecks:
    """Return the results of an evaluation within :data:`CHECK_SECONDS`; it never raises."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await evaluation.run()
    except (Unanswered, TimeoutError):
        pass
    except Exception:
        # A fault of ours must not lose the message: it proves nothing.
        log.exception("The checks of a mail from %s failed", evaluation.checks.domain)
    return replace(evaluation.checks, dmarc="temperror")


def _is_relay(peer: str) -> bool:
    return is_in(peer, settings.HUB_TRUSTED_RELAYS)


def _is_unreachable(domain: str, resolver: Resolver | None) -> bool:
    """Whether a domain is in no DNS that could be asked.

    A resolver of the caller's is always asked.
    """
    if resolver is not None:
        return False
    return is_unreachable(domain)


class _Evaluation:
    """One message and its author's domain; ``relayed`` are the results of a trusted relay."""

    def __init__(
        self,
        envelope: CheckedEnvelope,
        message: SignedMessage,
        nothing: DomainChecks,
        resolver: Resolver,
        relayed: list[AuthenticationResult],
    ) -> None:
        self.envelope = envelope
        self.message = message
        self.checks = nothing
        self.resolver = resolver
        self.relayed = relayed

    async def run(self) -> DomainChecks:
        """Return the results, a relay's where it has given one for DMARC. Raises: Unanswered."""
        relayed_dmarc = authentication_results.agreed_result(self.relayed, "dmarc")
        if relayed_dmarc is not None and self._is_about_author(relayed_dmarc):
            return await self._relayed_checks(relayed_dmarc)
        if settings.HUB_DMARC == "relay":
            return self.checks
        policy = await dmarc.discover(self.checks.domain, self.resolver)
        if policy is None:
            return self.checks
        spf_result, signatures = await asyncio.gather(self._spf(policy), self._dkim(policy))
        checks = replace(
            self.checks,
            spf=spf_result,
            dkim=_most_telling([row.result for row in signatures]),
            policy=policy.policy,
        )
        return replace(checks, dmarc=await self._dmarc(policy, spf_result, signatures))

    def _is_about_author(self, relayed: AuthenticationResult) -> bool:
        """Whether a relay has read the same author: two readers may differ about a hostile From."""
        about = relayed.properties.get("header.from", "")
        return dmarc.ascii_domain(about.rpartition("@")[2]) == self.checks.domain

    async def _relayed_checks(self, relayed_dmarc: AuthenticationResult) -> DomainChecks:
        """Return a relay's results as ours."""
        values = {row.method: row.value for row in reversed(self.relayed)}
        return replace(
            self.checks,
            spf=values.get("spf", "none"),
            dkim=values.get("dkim", "none"),
            dmarc=relayed_dmarc.value,
            policy=await self._policy_of(relayed_dmarc),
        )

    async def _policy_of(self, relayed_dmarc: AuthenticationResult) -> str:
        """Return what the domain asks for; where the relay does not say it after a failure, ask."""
        if relayed_dmarc.policy:
            return relayed_dmarc.policy
        if relayed_dmarc.value != "fail":
            return ""
        if settings.HUB_DMARC != "own":
            return ""
        discovered = await dmarc.discover(self.checks.domain, self.resolver)
        if discovered is None:
            return ""
        return discovered.policy

    def _may_align(self, domain: str, policy: dmarc.AuthorPolicy) -> bool:
        """Whether it can matter what a domain says.

        Nobody makes us ask about domains of his own.
        """
        return dmarc.is_within(domain, policy.organization)

    async def _spf(self, policy: dmarc.AuthorPolicy) -> str:
        """Return the result for the envelope sender: a trusted relay's, else our own.

        Ours needs the client's address: behind a relay, the one that XFORWARD or XCLIENT has named.
        A client on this host or a private network is some relay that nobody has named: there is
        nothing to ask about.
        """
        if not self._may_align(self._envelope_domain, policy):
            return "none"
        if _is_relay(self.envelope.handed_over_by):
            relayed_result = self._relayed_spf()
            if relayed_result:
                return relayed_result
            if not self.envelope.relay:
                return "unknown"
        if not spf.is_public(self.envelope.peer):
            return "unknown"
        return await spf.check_host(
            ip=self.envelope.peer,
            mail_from=f"{self.envelope.mail_from.rpartition('@')[0]}@{self._envelope_domain}",
            helo=self.envelope.helo,
            resolver=self.resolver,
        )

    def _relayed_spf(self) -> str:
        """Return a relay's result for the envelope sender that we read, empty without one."""
        result = authentication_results.agreed_result(self.relayed, "spf")
        if result is None:
            return ""
        about = result.properties.get("smtp.mailfrom", "").rpartition("@")[2]
        if dmarc.ascii_domain(about) != self._envelope_domain:
            return ""
        return result.value

    @property
    def _envelope_domain(self) -> str:
        return dmarc.ascii_domain(self.envelope.mail_from.rpartition("@")[2])

    async def _dkim(self, policy: dmarc.AuthorPolicy) -> list[dkim.CheckedSignature]:
        return await dkim.verify(
            message=self.message,
            resolver=self.resolver,
            now=self.envelope.received_at,
            wanted=lambda domain: self._may_align(domain, policy),
        )

    async def _dmarc(
        self, policy: dmarc.AuthorPolicy, spf_result: str, signatures: list[dkim.CheckedSignature]
    ) -> str:
        """Return pass when one aligned domain passes.

        Fail only when none can, temperror when one still might.
        """
        is_open = False
        claims = [(row.domain, row.result, policy.record.strict_dkim) for row in signatures]
        claims.append((self._envelope_domain, spf_result, policy.record.strict_spf))
        for domain, result, strict in claims:
            if result not in _OPEN_RESULTS:
                continue
            if await dmarc.is_aligned(
                domain, self.checks.domain, policy, self.resolver, strict=strict
            ):
                if result == "pass":
                    return "pass"
                is_open = True
        return "temperror" if is_open else "fail"


def _most_telling(results: list[str]) -> str:
    return next((result for result in _TELLING_RESULTS if result in results), "none")
