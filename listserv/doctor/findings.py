"""The domain doctor: can the world reach this hub by mail, and will it believe what the hub sends?

Each examination answers one question with one :class:`Finding`; what is wrong comes with what to
do, and with the DNS record to paste. It changes nothing and sends nothing but a greeting.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.lib import clock
from hub.lib.clients import is_in
from hub.lib.endpoints import DkimKey, Endpoint
from hub.lib.heartbeats import working_hosts
from listserv.mail.auth import spf
from listserv.mail.auth.resolver import Resolver, Unanswered, is_nowhere, shared
from listserv.mail.auth.spf import is_public
from listserv.models import InboundMail, RelayTrouble

log = logging.getLogger(__name__)
# Seconds for one examination, and for one greeting.
PATIENCE = 15.0
GREETING = 5.0
LATELY = timedelta(days=7)
GOOD, ADVICE, WRONG, UNKNOWN = "good", "advice", "wrong", "unknown"


@dataclass(frozen=True)
class Finding:
    """The answer to one question.

    Args:
        topic: a short name such as ``MX``.
        state: ``good``; ``advice``, it works and could be better; ``wrong``; ``unknown``, it could
            not be found out.
        text: a sentence, ``values`` what stands in it.
        records: DNS records, or lines of settings, to paste.
    """

    topic: str
    state: str
    text: str | Promise
    values: dict[str, Any] = field(default_factory=dict)
    records: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What was found, in the language in force."""
        return str(self.text) % self.values if self.values else str(self.text)

    @property
    def isolated(self) -> str:
        """The sentence for a page, where names and
        addresses keep their direction (Unicode's isolates).
        """
        values = {name: f"\u2068{value}\u2069" for name, value in self.values.items()}
        return str(self.text) % values if values else str(self.text)


class Line(Protocol):
    """Whoever can greet a mail server."""

    async def greet(self, host: str, port: int, *, tls: bool = False) -> str:
        """Return the name with which a mail server greets. Raises: OSError, TimeoutError."""
        ...


class DoctorWire:
    """The network."""

    async def greet(self, host: str, port: int, *, tls: bool = False) -> str:
        """Return the name with which a mail server greets; see :class:`Line`."""
        async with asyncio.timeout(GREETING):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls or None)
            try:
                code, _space, rest = (
                    (await reader.readline()).decode("utf-8", "replace").strip().partition(" ")
                )
                writer.write(b"QUIT\r\n")
                if code[:3] != "220":
                    raise OSError(f"{code} {rest}"[:200])
                return rest.partition(" ")[0] or code[4:].partition(" ")[0]
            finally:
                writer.close()


@dataclass(frozen=True)
class Site:
    """What the installation says of itself, and whom to ask.

    ``unnamed``: clients within this host or its networks that bring mail and are no relay that was
    named. ``nameless``: relays that were named, and have brought mail without saying for whom.
    ``trouble``: with which words the relay refuses the hub's mail just now; empty when it does not.
    ``doors``: the hosts on which a mail door works.
    """

    domain: str
    host: str
    door: Endpoint
    relay: Endpoint | None
    tls_relay: bool
    keys: tuple[DkimKey, ...]
    certificate: Any
    dns: Resolver
    line: Line
    now: datetime
    unnamed: tuple[str, ...] = ()
    nameless: tuple[str, ...] = ()
    trouble: str = ""
    doors: tuple[str, ...] = ()

    @classmethod
    def here(cls, *, dns: Resolver | None = None, line: Line | None = None) -> "Site":
        """Return this installation."""
        relay = settings.HUB_RELAY
        return cls(
            domain=settings.HUB_MAIL_DOMAIN.lower(),
            host=(urlsplit(settings.HUB_URL).hostname or "").lower(),
            door=settings.HUB_SMTP,
            relay=relay,
            tls_relay=getattr(relay, "security", "") == "tls",
            keys=tuple(settings.HUB_DKIM),
            certificate=settings.HUB_SMTP_CERT,
            dns=dns or shared(),
            line=line or DoctorWire(),
            now=clock.now(),
            trouble=_trouble(),
            doors=working_hosts("smtp"),
            **_neighbours(clock.now()),
        )

    @property
    def is_example(self) -> bool:
        """Whether the mail domain can be in no DNS."""
        return is_nowhere(self.domain)

    @property
    def suggested_host(self) -> str:
        """A name for the host that takes mail, where none
        is known: the web's, or one beside the lists'.
        """
        try:
            spf.client_address(self.host)
        except ValueError:
            if "." in self.host and not is_nowhere(self.host):
                return self.host
        parent = self.domain.partition(".")[2]
        return f"mail.{parent if '.' in parent else self.domain}"

    async def mail_hosts(self) -> list[str]:
        """Return the hosts that take mail for the
        domain, the preferred first. Raises: Unanswered.
        """
        rows = [row.split(" ", 1) for row in await self.dns.ask(self.domain, "MX")]
        rows.sort(key=lambda row: int(row[0]))
        return [row[1].lower() for row in rows if len(row) == 2 and row[1] not in ("", ".")]

    async def addresses(self, host: str) -> list[str]:
        """Return the addresses of a host, or the address that it is. Raises: Unanswered."""
        try:
            return [str(spf.client_address(host))]
        except ValueError:
            return [*await self.dns.ask(host, "A"), *await self.dns.ask(host, "AAAA")]

    async def senders(self) -> list[str]:
        """Return the public addresses that our mail leaves from: the relay's, or those of the hosts
        that take mail.

        Raises: Unanswered.
        """
        hosts = [self.relay.host] if self.relay is not None else []
        addresses = [ip for host in hosts for ip in await self.addresses(host)]
        addresses = [ip for ip in addresses if is_public(ip)]
        if not addresses:
            addresses = [
                ip for host in await self.mail_hosts() for ip in await self.addresses(host)
            ]
        return list(dict.fromkeys(addresses))


def _trouble() -> str:
    """Return what the relay says when it refuses us; empty when it does not. Queries: 1."""
    row = RelayTrouble.objects.filter(kind=RelayTrouble.Kind.REFUSES).first()
    return (row.reply or "5xx") if row is not None else ""


def _neighbours(now: datetime) -> dict[str, tuple[str, ...]]:
    """Return who has brought mail of others lately: unnamed, or named and silent about its client.

    Queries: 1.

    Bounces are the relay's own.
    """
    lately = InboundMail.objects.filter(received_at__gt=now - LATELY).exclude(
        proof=InboundMail.Proof.AUTH
    )
    lately = lately.exclude(envelope_from="")
    peers = lately.order_by("peer").values_list("peer", flat=True).distinct()[:100]
    is_relay = {peer: is_in(peer, settings.HUB_TRUSTED_RELAYS) for peer in peers}
    return {
        "unnamed": tuple(peer for peer in is_relay if not is_relay[peer] and not is_public(peer)),
        "nameless": tuple(peer for peer in is_relay if is_relay[peer]),
    }


Examination = Callable[[Site], Awaitable[Finding]]


async def examine(site: Site, examinations: dict[str, Examination]) -> AsyncIterator[Finding]:
    """Give the findings as they come; every examination
    ends within :data:`PATIENCE` seconds and none raises.
    """
    running = [asyncio.ensure_future(_one(topic, ask, site)) for topic, ask in examinations.items()]
    try:
        for finished in asyncio.as_completed(running):
            yield await finished
    finally:
        for task in running:
            task.cancel()


async def _one(topic: str, ask: Examination, site: Site) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask(site)
    except (Unanswered, TimeoutError):
        return Finding(
            topic,
            UNKNOWN,
            _(
                "DNS did not answer. Check the name servers of this host, or set HUB_DNS, and look "
                "again."
            ),
        )
    except Exception as error:
        log.exception("The examination of %s failed", topic)
        return Finding(
            topic, UNKNOWN, _("This could not be looked at: %(error)s"), {"error": str(error)[:200]}
        )
