"""Sender Policy Framework: may this client send mail for the domain of the envelope sender?

Our own, and asynchronous: the limits of look-ups are counted over the whole evaluation, and a
message waits for the answer. Explanations (``exp=``) are not fetched: what a stranger wrote is no
part of our replies.

Source: RFC 7208.
"""

import ipaddress
import re
from dataclasses import dataclass, field, replace
from itertools import chain

from listserv.mail.auth.dmarc import is_within
from listserv.mail.auth.resolver import Resolver, Unanswered
from listserv.mail.auth.spf_macros import (
    Address,
    BadRecordError,
    SpfFacts,
    check_domain,
    expand,
    pieces,
)

# Look-ups, look-ups without an answer, and names of one answer (RFC 7208 §4.6.4).
MAX_LOOKUPS = 10
MAX_VOID = 2
MAX_NAMES = 10
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
        "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
# The version of addresses that a mechanism names.
_NETWORKS = {"ip4": 4, "ip6": 6}
_WITH_DOMAIN = frozenset({"include", "exists", "ptr"})
_WITH_CIDR = frozenset({"a", "mx"})
_MODIFIER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}")
# A domain-spec, the length of IPv4 networks, that of IPv6 networks.
_CIDR = re.compile(r"(.*?)(?:/([0-9]{1,4}))?(?://([0-9]{1,4}))?", re.DOTALL)


class _Permanent(Exception):
    """The record, or what it leads to, cannot be evaluated."""


@dataclass(frozen=True)
class Term:
    """One mechanism of a record.

    Args:
        result: the result when it matches.
        domain: its domain-spec, empty for the domain being looked at.
        lengths: of networks, for IPv4 and for IPv6.
    """

    result: str
    name: str
    domain: str = ""
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None
    lengths: tuple[int, int] = (32, 128)


@dataclass(frozen=True)
class SpfRecord:
    """A parsed record; ``redirect`` is a domain-spec."""

    terms: tuple[Term, ...]
    redirect: str | None = None

    @property
    def has_all(self) -> bool:
        """Whether it decides about every client."""
        return any(term.name == "all" for term in self.terms)


def client_address(text: str) -> Address:
    """Return the address of a client; IPv4 within IPv6 is IPv4 (RFC 7208 §4.1).

    Raises: ValueError.
    """
    ip = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip


def is_public(peer: str) -> bool:
    """Whether a client is somewhere in the world, not on this host or a network of its own."""
    try:
        address = client_address(peer)
    except ValueError:
        return False
    return not any(address in network for network in _PRIVATE)


def parse(text: str) -> SpfRecord:
    """Return a record that begins with ``v=spf1``. Raises: BadRecordError for any fault in it."""
    if not text.isascii():
        raise BadRecordError(text)
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    for word in text.split(" ")[1:]:
        if not word:
            continue
        name, equals, value = word.partition("=")
        if equals and _MODIFIER_NAME.fullmatch(name):
            _modifier(modifiers, name.lower(), value)
        else:
            terms.append(_term(word))
    return SpfRecord(tuple(terms), modifiers.get("redirect"))


def _modifier(modifiers: dict[str, str], name: str, value: str) -> None:
    if name not in {"redirect", "exp"}:
        pieces(value)
        return
    if name in modifiers:
        raise BadRecordError(name)
    modifiers[name] = check_domain(value)


def _term(word: str) -> Term:
    """Return the mechanism that a word of a record is. Raises: BadRecordError."""
    result = _RESULTS.get(word[0])
    body = word[1:] if result else word
    name = body.partition(":")[0].partition("/")[0]
    parameters = body[len(name) :]
    term = Term(result or "pass", name.lower())
    if term.name == "all" and not parameters:
        return term
    if term.name in _NETWORKS:
        return replace(term, network=_network(term.name, parameters))
    if term.name in _WITH_DOMAIN:
        return replace(term, domain=_domain_spec(term.name, parameters))
    if term.name in _WITH_CIDR:
        domain, lengths = _cidr(parameters)
        return replace(term, domain=domain, lengths=lengths)
    raise BadRecordError(word)


def _network(name: str, parameters: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return the network of ``ip4:192.0.2.0/24`` or ``ip6:…``. Raises: BadRecordError."""
    address, slash, length = parameters[1:].partition("/")
    if not parameters.startswith(":") or "%" in address:
        raise BadRecordError(parameters)
    try:
        ip = ipaddress.ip_address(address)
        if ip.version != _NETWORKS[name]:
            raise BadRecordError(parameters)
        bits = _length(length, ip.max_prefixlen) if slash else ip.max_prefixlen
        return ipaddress.ip_network((ip, bits), strict=False)
    except ValueError as error:
        raise BadRecordError(parameters) from error


def _domain_spec(name: str, parameters: str) -> str:
    """Return the domain-spec of ``include:…``; ``ptr`` may have none. Raises: BadRecordError."""
    if name == "ptr" and not parameters:
        return ""
    if not parameters.startswith(":"):
        raise BadRecordError(parameters)
    return check_domain(parameters[1:])


def _length(text: str | None, most: int) -> int:
    """Return the length of a network in bits, ``most`` for None. Raises: BadRecordError."""
    if text is None:
        return most
    if not _LENGTH.fullmatch(text):
        raise BadRecordError(text)
    length = int(text)
    if length > most:
        raise BadRecordError(text)
    return length


def _cidr(parameters: str) -> tuple[str, tuple[int, int]]:
    """Return the domain-spec and the lengths of ``:mail.example/24//64``; all may be missing.

    A name may hold slashes itself. Raises: BadRecordError.
    """
    match = _CIDR.fullmatch(parameters)
    assert match is not None
    domain, four, six = match.groups()
    lengths = (_length(four, 32), _length(six, 128))
    if not domain:
        return "", lengths
    if not domain.startswith(":"):
        raise BadRecordError(parameters)
    return check_domain(domain[1:]), lengths


@dataclass
class SpfEvaluation:
    """One evaluation: who asks for what, and how many look-ups are left."""

    resolver: Resolver
    facts: SpfFacts
    lookups: int = field(default=0)
    void: int = field(default=0)

    async def run(self) -> str:
        """Return the result as RFC 8601 names it."""
        try:
            return await self._check_host(self.facts.domain)
        except (_Permanent, BadRecordError):
            return "permerror"
        except Unanswered:
            return "temperror"

    async def _check_host(self, domain: str) -> str:
        if not _is_name(domain):
            return "none"
        records = [text for text in await self.resolver.ask(domain, "TXT") if _is_record(text)]
        if not records:
            return "none"
        if len(records) > 1:
            raise _Permanent(domain)
        record = parse(records[0])
        facts = replace(self.facts, domain=domain)
        for term in record.terms:
            if await self._matches(term, facts):
                return term.result
        if record.redirect is not None and not record.has_all:
            return await self._redirect(await self._expand(record.redirect, facts))
        return "neutral"

    async def _redirect(self, domain: str) -> str:
        self._count()
        result = await self._check_host(domain)
        if result == "none":
            raise _Permanent(domain)
        return result

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise _Permanent("too many look-ups")

    async def _ask(self, name: str, kind: str) -> list[str]:
        if _fits(name):
            answers = await self.resolver.ask(name, kind)
            if answers:
                return answers
        self.void += 1
        if self.void > MAX_VOID:
            raise _Permanent("too many look-ups without an answer")
        return []

    async def _expand(self, text: str, facts: SpfFacts) -> str:
        if "%{p" in text.lower():
            names = await self._validated(facts)
            facts = replace(facts, validated=_best(names, facts.domain))
        return expand(text, facts)

    async def _matches(self, term: Term, facts: SpfFacts) -> bool:
        if term.name == "all":
            return True
        if term.network is not None:
            return facts.ip in term.network
        self._count()
        name = facts.domain
        if term.domain:
            name = await self._expand(term.domain, facts)
        if term.name == "include":
            return await self._include(name)
        if term.name == "exists":
            return bool(await self._ask(name, "A"))
        if term.name == "ptr":
            return any(_is_within(client, name) for client in await self._validated(facts))
        return await self._addresses(term, name, facts.ip)

    async def _include(self, domain: str) -> bool:
        result = await self._check_host(domain)
        if result == "none":
            raise _Permanent(domain)
        return result == "pass"

    async def _addresses(self, term: Term, name: str, ip: Address) -> bool:
        hosts = [name]
        if term.name == "mx":
            hosts = [row.partition(" ")[2] for row in await self._ask(name, "MX")]
            if len(hosts) > MAX_NAMES:
                raise _Permanent("too many MX")
        length = term.lengths[0] if ip.version == 4 else term.lengths[1]
        for host in hosts:
            for address in await self._ask(host, _kind(ip)):
                if ip in ipaddress.ip_network((address, length), strict=False):
                    return True
        return False

    async def _validated(self, facts: SpfFacts) -> list[str]:
        """Return the names of the client that lead back to it (RFC 7208 §5.5).

        A failure gives none.
        """
        try:
            names = await self._ask(facts.ip.reverse_pointer, "PTR")
        except Unanswered:
            return []
        validated = []
        for name in names[:MAX_NAMES]:
            try:
                addresses = await self.resolver.ask(name, _kind(facts.ip))
            except Unanswered:
                continue
            if any(ipaddress.ip_address(address) == facts.ip for address in addresses):
                validated.append(name)
        return validated


def _kind(ip: Address) -> str:
    return "A" if ip.version == 4 else "AAAA"


def _is_record(text: str) -> bool:
    return text.partition(" ")[0].lower() == "v=spf1"


def _fits(domain: str) -> bool:
    labels = domain.removesuffix(".").split(".")
    return all(0 < len(label.encode()) < 64 for label in labels)


def _is_name(domain: str) -> bool:
    return "." in domain.removesuffix(".") and _fits(domain)


def _is_within(name: str, domain: str) -> bool:
    return is_within(name.lower().rstrip("."), domain.lower().rstrip("."))


def _best(names: list[str], domain: str) -> str:
    """Return the name a ``p`` macro stands for (RFC 7208 §7.3).

    The domain itself, one within it, any, or unknown.
    """
    exact = [name for name in names if name.lower().rstrip(".") == domain.lower()]
    within = [name for name in names if _is_within(name, domain)]
    return next(chain(exact, within, names), "unknown")


async def check_host(*, ip: str, mail_from: str, helo: str, resolver: Resolver) -> str:
    """Return what the domain of an envelope sender says of a client; never raises.

    Args: ip, the client; mail_from, an address, empty for ``<>``, which is looked at as the HELO
    name's postmaster.

    Returns: ``pass fail softfail neutral none temperror permerror`` (RFC 8601 §2.7.2).
    """
    local, at, domain = mail_from.rpartition("@")
    if not at:
        domain = helo
    try:
        address = client_address(ip)
    except ValueError:
        return "none"
    facts = SpfFacts(address, f"{local or 'postmaster'}@{domain}", helo, domain)
    return await SpfEvaluation(resolver, facts).run()
