"""The domain doctor: can the world reach this hub by mail, and will it believe what the hub sends?

Each examination answers one question with one :class:`Finding`; what is wrong comes with what to
do, and with the DNS record to paste. It changes nothing and sends nothing but a greeting.
"""

import asyncio
import contextlib
import logging
import re
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
EXAMINATION_SECONDS = 15.0
GREETING_SECONDS = 5.0
LATELY = timedelta(days=7)
# The code of a greeting, and the name of the host, which may follow either mark.
_GREETING = re.compile(r"220[^ ]? ?(?P<name>[^ ]*)")
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
        """The finding in the language in force."""
        return self._with(self.values)

    @property
    def isolated(self) -> str:
        """The sentence for a page, where names and addresses keep their direction."""
        return self._with({name: f"\u2068{value}\u2069" for name, value in self.values.items()})

    def _with(self, values: dict[str, Any]) -> str:
        # A sentence without values may have a percent sign of its own.
        if not values:
            return str(self.text)
        return str(self.text) % values


class Line(Protocol):
    """Whoever can greet a mail server."""

    async def greet(self, host: str, port: int, *, tls: bool = False) -> str:
        """Return the name with which a mail server greets. Raises: OSError, TimeoutError."""
        ...


class DoctorWire:
    """The network."""

    async def greet(self, host: str, port: int, *, tls: bool = False) -> str:
        """Return the name with which a mail server greets; see :class:`Line`."""
        async with asyncio.timeout(GREETING_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls or None)
            try:
                line = (await reader.readline()).decode("utf-8", "replace").strip()
                writer.write(b"QUIT\r\n")
                greeting = _GREETING.match(line)
                if greeting is None:
                    raise OSError(line[:200])
                return greeting["name"]
            finally:
                writer.close()


@dataclass(frozen=True)
class Site:
    """What the installation says of itself, and whom to ask.

    ``unnamed``: clients within this host or its networks that bring mail and are no relay that was
    named. ``nameless``: relays that were named, and have brought mail without saying for whom.
    ``trouble``: with which words the relay refuses the hub's mail just now; empty when it does not.
    ``gateway_hosts``: the hosts on which a gateway works.
    """

    domain: str
    host: str
    gateway: Endpoint
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
    gateway_hosts: tuple[str, ...] = ()

    @classmethod
    def here(cls, *, dns: Resolver | None = None, line: Line | None = None) -> "Site":
        """Return this installation."""
        relay = settings.HUB_RELAY
        return cls(
            domain=settings.HUB_MAIL_DOMAIN.lower(),
            host=(urlsplit(settings.HUB_URL).hostname or "").lower(),
            gateway=settings.HUB_SMTP,
            relay=relay,
            tls_relay=getattr(relay, "security", "") == "tls",
            keys=tuple(settings.HUB_DKIM),
            certificate=settings.HUB_SMTP_CERT,
            dns=dns or shared(),
            line=line or DoctorWire(),
            now=clock.now(),
            trouble=_trouble(),
            gateway_hosts=working_hosts("smtp"),
            **_neighbours(clock.now()),
        )

    @property
    def is_example(self) -> bool:
        """Whether the mail domain can be in no DNS."""
        return is_nowhere(self.domain)

    @property
    def suggested_host(self) -> str:
        """A name for the host that takes mail: the web's, or one beside the lists'."""
        if _is_public_name(self.host):
            return self.host
        parent = self.domain.partition(".")[2]
        if "." not in parent:
            parent = self.domain
        return f"mail.{parent}"

    @property
    def sending_host(self) -> str:
        """A name for the host that sends: the relay's, or that of the host that takes mail."""
        if self.relay is None:
            return self.suggested_host
        return self.relay.host or self.suggested_host

    async def mail_hosts(self) -> list[str]:
        """Return the hosts that take mail for the domain, the preferred first.

        Raises: Unanswered.
        """
        rows = [row.partition(" ") for row in await self.dns.ask(self.domain, "MX")]
        rows.sort(key=lambda row: int(row[0]))
        # A dot alone says that the domain takes no mail (RFC 7505).
        return [host.lower() for _preference, _space, host in rows if host not in ("", ".")]

    async def addresses(self, host: str) -> list[str]:
        """Return the addresses of a host, or the address that it is. Raises: Unanswered."""
        try:
            return [str(spf.client_address(host))]
        except ValueError:
            return [*await self.dns.ask(host, "A"), *await self.dns.ask(host, "AAAA")]

    async def senders(self) -> list[str]:
        """Return the public addresses that our mail leaves from.

        Those are the relay's, or else those of the hosts that take mail.

        Raises: Unanswered.
        """
        if self.relay is not None:
            public = [ip for ip in await self.addresses(self.relay.host) if is_public(ip)]
            if public:
                return list(dict.fromkeys(public))
        addresses = [ip for host in await self.mail_hosts() for ip in await self.addresses(host)]
        return list(dict.fromkeys(addresses))


def _is_public_name(host: str) -> bool:
    """Whether a host is called by a name that may stand in DNS, and not by an address."""
    with contextlib.suppress(ValueError):
        spf.client_address(host)
        return False
    return "." in host and not is_nowhere(host)


def _trouble() -> str:
    """Return what the relay says when it refuses us; empty when it does not. Queries: 1."""
    row = RelayTrouble.objects.filter(kind=RelayTrouble.Kind.REFUSES).first()
    if row is None:
        return ""
    return row.reply or "5xx"


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
    nameless = tuple(peer for peer in peers if is_in(peer, settings.HUB_TRUSTED_RELAYS))
    others = [peer for peer in peers if peer not in nameless]
    unnamed = tuple(peer for peer in others if not is_public(peer))
    return {"unnamed": unnamed, "nameless": nameless}


Examination = Callable[[Site], Awaitable[Finding]]


async def examine(site: Site, examinations: dict[str, Examination]) -> AsyncIterator[Finding]:
    """Give the findings as they come.

    Every examination ends within :data:`EXAMINATION_SECONDS` seconds, and none raises.
    """
    running = [
        asyncio.ensure_future(_answer(topic, ask, site)) for topic, ask in examinations.items()
    ]
    try:
        for finished in asyncio.as_completed(running):
            yield await finished
    finally:
        for task in running:
            task.cancel()


async def _answer(topic: str, ask: Examination, site: Site) -> Finding:
    try:
        async with asyncio.timeout(EXAMINATION_SECONDS):
            return await ask(site)
    except (Unanswered, TimeoutError):
        return Finding(
            topic,
            UNKNOWN,
            _(
                "DNS did not answer. Check the name servers of this host, or set "
                "HUB_DNS, and check again."
            ),
        )
    except Exception as error:
        log.exception("The examination of %s failed", topic)
        return Finding(
            topic, UNKNOWN, _("This could not be checked: %(error)s"), {"error": str(error)[:200]}
        )
