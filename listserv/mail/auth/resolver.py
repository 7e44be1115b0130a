"""Ask DNS with short time limits and a cache; tests and the doctor give another :class:`Resolver`.

A question has three outcomes: records, none (an empty list), or :class:`Unanswered`, which proves
nothing either way. When the name server itself is silent, nobody asks it for
:data:`SILENCE_SECONDS`: a message must not wait for each of ten questions. A silent zone of
somebody else does not count for that; the root is asked to tell one from the other.

Source: RFC 1035, RFC 2308 (negative answers), RFC 6761 (names that are in no DNS).
"""

import time
from collections.abc import Sequence
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdata
import dns.resolver
from django.conf import settings

# Seconds for one question, tries included.
QUESTION_SECONDS = 4.0
# Seconds for the question that tells whether the name server is there at all.
PROBE_SECONDS = 1.0
# Seconds for which a silent name server is not asked, nor one name that had no answer.
SILENCE_SECONDS = 30.0
# Seconds for which an answer is kept, whatever its own time to live says; an empty one as long as
# the shortest.
MIN_CACHE_SECONDS = 60.0
MAX_CACHE_SECONDS = 3_600.0
MAX_CACHED = 5_000
# Domains kept for documents and tests; a demo network lives there. They are asked for nothing.
_NOWHERE = frozenset({"example", "invalid", "localhost", "test", "onion", "alt"})


# What is no name is in no DNS.
_NO_NAMES = (
    dns.name.BadEscape, dns.name.BadLabelType, dns.name.EmptyLabel, dns.name.IDNAException,
    dns.name.LabelTooLong, dns.name.NameTooLong,
)  # fmt: skip


class Unanswered(Exception):
    """DNS gave no answer, which says nothing about the name."""


class Resolver(Protocol):
    """Whoever answers a question about a name."""

    async def ask(self, name: str, kind: str) -> list[str]:
        """Return the records as text; empty when there are none.

        The strings of a TXT are joined, names have no last dot.

        Args: kind, ``TXT``, ``A``, ``AAAA``, ``MX`` (as ``preference name``), ``PTR`` or ``NS``.

        Raises: Unanswered.
        """
        ...


def is_nowhere(domain: str) -> bool:
    """Whether a domain can be in no DNS (RFC 6761, RFC 9476).

    It has no policy, and nothing vouches for it.
    """
    return domain.rstrip(".").rpartition(".")[2].lower() in _NOWHERE


def is_unreachable(domain: str) -> bool:
    """Whether a domain is in no DNS that this host asks.

    The servers of ``HUB_DNS`` may know what others do not.
    """
    return is_nowhere(domain) and not settings.HUB_DNS


class Dns:
    """The name servers of the host, or those of ``HUB_DNS``."""

    def __init__(
        self, servers: Sequence[tuple[str, int]] = (), *, lifetime: float = QUESTION_SECONDS
    ) -> None:
        self.lifetime = lifetime
        self._servers = tuple(servers)
        self._cache: dict[tuple[str, str], tuple[float, list[str] | None]] = {}
        self._silent_until = 0.0

    async def ask(self, name: str, kind: str) -> list[str]:
        """Return the records of a name; see :class:`Resolver`."""
        if not self._servers and is_nowhere(name):
            return []
        key = (name.lower().rstrip("."), kind)
        moment = time.monotonic()
        cached = self._cache.get(key)
        if cached is not None and moment < cached[0]:
            if cached[1] is None:
                raise Unanswered(f"{name} {kind}")
            return cached[1]
        if moment < self._silent_until:
            raise Unanswered("the name server is silent")
        return await self._fetch(key)

    async def _fetch(self, key: tuple[str, str]) -> list[str]:
        try:
            answers, seconds = await self._question(*key, self.lifetime)
        except Unanswered:
            self._remember(key, None, SILENCE_SECONDS)
            await self._probe()
            raise
        self._remember(key, answers, min(max(seconds, MIN_CACHE_SECONDS), MAX_CACHE_SECONDS))
        return answers

    def _remember(self, key: tuple[str, str], answers: list[str] | None, seconds: float) -> None:
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        self._cache[key] = (time.monotonic() + seconds, answers)

    async def _probe(self) -> None:
        try:
            await self._question(".", "NS", PROBE_SECONDS)
        except Unanswered:
            self._silent_until = time.monotonic() + SILENCE_SECONDS

    async def _question(self, name: str, kind: str, lifetime: float) -> tuple[list[str], float]:
        """Return records and their time to live in seconds."""
        try:
            resolver = self._resolver(lifetime)
            answer = await resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return [], MIN_CACHE_SECONDS
        except (*_NO_NAMES, UnicodeError):
            # Whoever writes such a name must not get "no answer" for it, which refuses nothing.
            return [], MIN_CACHE_SECONDS
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(f"{name} {kind}: {error}") from error
        if answer.rrset is None:
            return [], MIN_CACHE_SECONDS
        return [_text(row, kind) for row in answer.rrset], float(answer.rrset.ttl)

    def _resolver(self, lifetime: float) -> dns.asyncresolver.Resolver:
        host_resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        if self._servers:
            host_resolver.nameservers = [host for host, _port in self._servers]
            host_resolver.nameserver_ports = dict(self._servers)
        host_resolver.timeout = lifetime / 2
        host_resolver.lifetime = lifetime
        return host_resolver


def _text(row: dns.rdata.Rdata, kind: str) -> str:
    if kind == "TXT":
        # A record's strings follow each other without a space (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
        return b"".join(row.strings).decode("utf-8", "replace")  # type: ignore[attr-defined]
    if kind == "MX":
        host = row.exchange.to_text(omit_final_dot=True)  # type: ignore[attr-defined]
        return f"{row.preference} {host}"  # type: ignore[attr-defined]
    return row.to_text().rstrip(".")


_shared: dict[tuple[object, ...], Dns] = {}


def shared() -> Dns:
    """Return the resolver of this process, which remembers what it has asked."""
    servers = tuple((where.host, where.port) for where in settings.HUB_DNS)
    if servers not in _shared:
        _shared[servers] = Dns(servers)
    return _shared[servers]
