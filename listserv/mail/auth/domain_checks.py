"""Say in the session whether the domain of an author vouches for a mail.

Asked only when it can matter: the client has not signed in, the mail names one author, the author's
domain can be in DNS, and the address is a member's. It never refuses anything itself, never raises,
and is never slower than :data:`PATIENCE`; what could not be found out proves nothing, so that the
mail is held.

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
from listserv.mail.auth.canonical import SignedMessage, plain_author
from listserv.mail.auth.resolver import Resolver, Unanswered, is_nowhere, shared

log = logging.getLogger(__name__)
# Seconds for everything about one mail.
PATIENCE = 12.0


@dataclass(frozen=True)
class DomainChecks:
    """What the sender's domain says about the mail (RFC 7208, 6376, 7489), or a trusted relay in
    our stead.

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
        """Whether the domain of From vouches for the mail (RFC 7489 §3.1)."""
        return self.dmarc == "pass"

    @property
    def is_forged(self) -> bool:
        """Whether the domain disowns the mail: nothing it
        authorised passes, and it asks that such mail be kept out.
        """
        return self.dmarc == "fail" and self.policy in {"quarantine", "reject"}

    @property
    def is_denied(self) -> bool:
        """Whether the domain says what vouches for its mail,
        and nothing of that does here, whatever it asks for.
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
    """Return what the author's domain says of a mail, None when that was not asked.

    Args: is_member, whether an address is a member's; resolver, in place of the host's name
    servers.
    """
    if _is_beside_the_point(envelope):
        return None
    known = plain_author(envelope.raw).rpartition("@")[2]
    if known and resolver is None and _is_nowhere(known) and not _is_relay(envelope.handed_over_by):
        return DomainChecks(domain=known)
    message = SignedMessage(envelope.raw)
    domain = dmarc.ascii_domain(message.author.rpartition("@")[2])
    if not domain:
        return None
    nothing = DomainChecks(domain=domain)
    relayed = authentication_results.believed(
        message,
        peer=envelope.handed_over_by,
        networks=settings.HUB_TRUSTED_RELAYS,
        authserv_id=settings.HUB_AUTHSERV_ID,
    )
    if relayed is None and (
        settings.HUB_DMARC == "relay" or (_is_nowhere(domain) and resolver is None)
    ):
        return nothing
    if not await is_member(message.author):
        return None
    return await _evaluated(_Evaluation(envelope, message, nothing, resolver or shared()), relayed)


def _is_beside_the_point(envelope: CheckedEnvelope) -> bool:
    if settings.HUB_DMARC == "off" or envelope.auth_id is not None:
        return True
    return envelope.size > settings.HUB_MAIL_MAX_SIZE


async def _evaluated(
    evaluation: "_Evaluation", relayed: list[authentication_results.AuthenticationResult] | None
) -> DomainChecks:
    """Return the results of an evaluation within :data:`PATIENCE`; it never raises."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await evaluation.run(relayed)
    except (Unanswered, TimeoutError):
        pass
    except Exception:
        # A fault of ours must not lose the mail: it proves nothing.
        log.exception("The checks of a mail from %s failed", evaluation.checks.domain)
    return replace(evaluation.checks, dmarc="temperror")


def _is_relay(peer: str) -> bool:
    return bool(settings.HUB_TRUSTED_RELAYS) and is_in(peer, settings.HUB_TRUSTED_RELAYS)


def _is_nowhere(domain: str) -> bool:
    return is_nowhere(domain) and not settings.HUB_DNS


class _Evaluation:
    """One mail and its author's domain."""

    def __init__(
        self,
        envelope: CheckedEnvelope,
        message: SignedMessage,
        nothing: DomainChecks,
        resolver: Resolver,
    ) -> None:
        self.envelope = envelope
        self.message = message
        self.checks = nothing
        self.resolver = resolver

    async def run(
        self, relayed: list[authentication_results.AuthenticationResult] | None
    ) -> DomainChecks:
        """Return the results, a relay's where it has given one for DMARC. Raises: Unanswered."""
        relayed_result = authentication_results.one(relayed or [], "dmarc")
        if relayed_result is not None and self._is_about_author(relayed_result):
            return await self._told(relayed_result, relayed or [])
        if settings.HUB_DMARC == "relay":
            return self.checks
        policy = await dmarc.discover(self.checks.domain, self.resolver)
        if policy is None:
            return self.checks
        spf_result, signed = await asyncio.gather(self._spf(policy, relayed), self._dkim(policy))
        checks = replace(
            self.checks,
            spf=spf_result,
            dkim=_best([row.result for row in signed]),
            policy=policy.policy,
        )
        return replace(checks, dmarc=await self._dmarc(policy, spf_result, signed))

    def _is_about_author(self, relayed_result: authentication_results.AuthenticationResult) -> bool:
        """Whether a relay has read the same author: two readers may differ about a hostile From."""
        about = relayed_result.properties.get("header.from", "")
        return dmarc.ascii_domain(about.rpartition("@")[2]) == self.checks.domain

    async def _told(
        self,
        relayed_result: authentication_results.AuthenticationResult,
        relayed: list[authentication_results.AuthenticationResult],
    ) -> DomainChecks:
        """Take over a relay's results."""
        values = {row.method: row.value for row in reversed(relayed)}
        policy = relayed_result.policy
        if relayed_result.value == "fail" and not policy and settings.HUB_DMARC == "own":
            discovered = await dmarc.discover(self.checks.domain, self.resolver)
            policy = discovered.policy if discovered is not None else ""
        return replace(
            self.checks,
            spf=values.get("spf", "none"),
            dkim=values.get("dkim", "none"),
            dmarc=relayed_result.value,
            policy=policy,
        )

    def _may_align(self, domain: str, policy: dmarc.Found) -> bool:
        """Whether it can matter what a domain says:
        nobody makes us ask about domains of his own.
        """
        return domain == policy.organization or domain.endswith(f".{policy.organization}")

    async def _spf(
        self, policy: dmarc.Found, relayed: list[authentication_results.AuthenticationResult] | None
    ) -> str:
        """Return the result for the envelope sender: a trusted relay's where it has one, else our
        own.

        Ours needs the client's address: behind a relay, the one that XFORWARD or XCLIENT has named.
        A client on this host or a private network is some relay that nobody has named: there is
        nothing to ask about.
        """
        if not self._may_align(self._envelope_domain, policy):
            return "none"
        if _is_relay(self.envelope.handed_over_by):
            relayed_result = authentication_results.one(relayed or [], "spf")
            about = (
                relayed_result.properties.get("smtp.mailfrom", "").rpartition("@")[2]
                if relayed_result
                else ""
            )
            same = dmarc.ascii_domain(about) == self._envelope_domain
            if relayed_result is not None and same:
                return relayed_result.value
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

    @property
    def _envelope_domain(self) -> str:
        return dmarc.ascii_domain(self.envelope.mail_from.rpartition("@")[2])

    async def _dkim(self, policy: dmarc.Found) -> list[dkim.CheckedSignature]:
        return await dkim.verify(
            message=self.message,
            resolver=self.resolver,
            now=self.envelope.received_at,
            wanted=lambda domain: self._may_align(domain, policy),
        )

    async def _dmarc(
        self, policy: dmarc.Found, spf_result: str, signed: list[dkim.CheckedSignature]
    ) -> str:
        """Return pass when one aligned domain passes; fail
        only when none can, temperror when one still might.
        """
        pending = False
        claims = [(row.domain, row.result, policy.record.strict_dkim) for row in signed]
        claims.append((self._envelope_domain, spf_result, policy.record.strict_spf))
        for domain, result, strict in claims:
            if result not in {"pass", "temperror", "unknown"}:
                continue
            if await dmarc.is_aligned(
                domain, self.checks.domain, policy, self.resolver, strict=strict
            ):
                if result == "pass":
                    return "pass"
                pending = True
        return "temperror" if pending else "fail"


def _best(values: list[str]) -> str:
    return next(
        (value for value in ("pass", "fail", "temperror", "permerror") if value in values), "none"
    )
