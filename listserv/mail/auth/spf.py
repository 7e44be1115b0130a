"""Sender Policy Framework: may this client send mail for the domain of the envelope sender?

Own, and asynchronous: the limits of look-ups are counted over the whole evaluation, and a mail
waits for the answer. Explanations (``exp=``) are not fetched: what a stranger wrote is no part of
our replies.

Source: RFC 7208.
"""

import ipaddress
import re
from dataclasses import dataclass, field, replace

from listserv.mail.auth.resolver import Resolver, Unanswered
from listserv.mail.auth.spf_macros import (
    Address,
    BadRecordError,
    SpfFacts,
    check_domain,
    expand,
    pieces,
)

# RFC 7208 §4.6.4.
MAX_LOOKUPS = 10
MAX_VOID = 2
MAX_NAMES = 10
_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
_RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_WITH_DOMAIN = frozenset({"include", "exists"})
_LONG, _SHORT = re.compile(r"//[0-9]{1,4}\Z"), re.compile(r"/[0-9]{1,4}\Z")
_WITH_CIDR = frozenset({"a", "mx"})


class _Permanent(Exception):
    """The record, or what it leads to, cannot be evaluated."""


@dataclass(frozen=True)
class Term:
    """One mechanism: its result when it matches, name,
    domain-spec, and the network lengths for IPv4 and IPv6.
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


def client_address(text: str) -> Address:
    """Return the address of a client; IPv4 within
    IPv6 is IPv4 (RFC 7208 §4.1). Raises: ValueError.
    """
    ip = ipaddress.ip_address(text.partition("%")[0])
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def is_public(peer: str) -> bool:
    """Whether a client is somewhere in the world, not on this host or a network of its own."""
    try:
        address = client_address(peer)
    except ValueError:
        return False
    return not any(
        address.version == network.version and address in network for network in _PRIVATE
    )


def parse(text: str) -> SpfRecord:
    """Return a record that begins with ``v=spf1``. Raises: BadRecordError for any fault in it."""
    if not text.isascii():
        raise BadRecordError(text)
    terms: list[Term] = []
    modifiers: dict[str, str] = {}
    for word in text.split(" ")[1:]:
        name, equals, value = word.partition("=")
        if not word:
            continue
        if (
            equals
            and name[:1].isalpha()
            and name.replace("-", "").replace("_", "").replace(".", "").isalnum()
        ):
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
    result = _RESULTS.get(word[0])
    body = word[1:] if result else word
    at = min(
        (position for position in (body.find(":"), body.find("/")) if position >= 0),
        default=len(body),
    )
    name, rest = body[:at].lower(), body[at:]
    term = Term(result or "pass", name)
    if name in {"ip4", "ip6"}:
        return replace(term, network=_network(name, rest))
    if name == "all" and not rest:
        return term
    if name in _WITH_DOMAIN or name == "ptr":
        if not rest and name == "ptr":
            return term
        if rest[:1] != ":":
            raise BadRecordError(word)
        return replace(term, domain=check_domain(rest[1:]))
    if name in _WITH_CIDR:
        domain, lengths = _cidr(rest)
        if domain == ":":
            raise BadRecordError(word)
        return replace(term, domain=check_domain(domain[1:]) if domain else "", lengths=lengths)
    raise BadRecordError(word)


def _network(name: str, rest: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    address, slash, length = rest[1:].partition("/")
    version, most = (4, 32) if name == "ip4" else (6, 128)
    try:
        ip = ipaddress.ip_address(address)
        if rest[:1] != ":" or ip.version != version or "%" in address:
            raise BadRecordError(rest)
        return ipaddress.ip_network((ip, _length(length, most) if slash else most), strict=False)
    except ValueError as error:
        raise BadRecordError(rest) from error


def _length(text: str, most: int) -> int:
    if (
        not (text.isascii() and text.isdigit() and len(text) < 4)
        or int(text) > most
        or (text != "0" and text[0] == "0")
    ):
        raise BadRecordError(text)
    return int(text)


def _cidr(rest: str) -> tuple[str, tuple[int, int]]:
    """Cut the lengths off the end of a domain-spec: ``/24``,
    ``//64``, ``/24//64``; a name may hold slashes itself.
    """
    rest, double, six = rest.rpartition("//") if _LONG.search(rest) else (rest, "", "")
    rest, slash, four = rest.rpartition("/") if _SHORT.search(rest) else (rest, "", "")
    if rest and rest[0] != ":":
        raise BadRecordError(rest)
    return rest, (_length(four, 32) if slash else 32, _length(six, 128) if double else 128)


@dataclass
class Check:
    """One evaluation: who asks for what, and how many look-ups are left."""

    resolver: Resolver
    facts: SpfFacts
    lookups: int = field(default=0)
    void: int = field(default=0)

    async def run(self) -> str:
        """Return the result as RFC 8601 names it."""
        try:
            return await self._host(self.facts.domain)
        except (_Permanent, BadRecordError):
            return "permerror"
        except Unanswered:
            return "temperror"

    async def _host(self, domain: str) -> str:
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
        if record.redirect is not None and not any(term.name == "all" for term in record.terms):
            return await self._redirect(await self._expand(record.redirect, facts))
        return "neutral"

    async def _redirect(self, domain: str) -> str:
        self._count()
        result = await self._host(domain)
        if result == "none":
            raise _Permanent(domain)
        return result

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise _Permanent("too many look-ups")

    async def _ask(self, name: str, kind: str) -> list[str]:
        answers = await self.resolver.ask(name, kind) if _fits(name) else []
        if not answers:
            self.void += 1
            if self.void > MAX_VOID:
                raise _Permanent("too many look-ups without an answer")
        return answers

    async def _expand(self, text: str, facts: SpfFacts) -> str:
        if "%{p" in text.lower():
            names = await self._validated(facts)
            facts = replace(facts, validated=_best(names, facts.domain))
        return expand(text, facts)

    async def _matches(self, term: Term, facts: SpfFacts) -> bool:
        if term.name == "all":
            return True
        if term.network is not None:
            return facts.ip.version == term.network.version and facts.ip in term.network
        self._count()
        name = await self._expand(term.domain, facts) if term.domain else facts.domain
        if term.name == "include":
            return await self._include(name)
        if term.name == "exists":
            return bool(await self._ask(name, "A"))
        if term.name == "ptr":
            return any(_is_within(validated, name) for validated in await self._validated(facts))
        return await self._addresses(term, name, facts.ip)

    async def _include(self, domain: str) -> bool:
        result = await self._host(domain)
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
        """Return the names of the client that lead back
        to it (RFC 7208 §5.5); a failure gives none.
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
    return text[:6].lower() == "v=spf1" and text[6:7] in {"", " "}


def _fits(domain: str) -> bool:
    labels = domain.removesuffix(".").split(".")
    return all(0 < len(label.encode()) < 64 for label in labels)


def _is_name(domain: str) -> bool:
    return "." in domain.removesuffix(".") and _fits(domain)


def _is_within(name: str, domain: str) -> bool:
    name, domain = name.lower().rstrip("."), domain.lower().rstrip(".")
    return name == domain or name.endswith(f".{domain}")


def _best(names: list[str], domain: str) -> str:
    """Return the name a ``p`` macro stands for: the domain
    itself, one within it, any, or unknown (RFC 7208 §7.3).
    """
    exact = [name for name in names if name.lower().rstrip(".") == domain.lower()]
    within = [name for name in names if _is_within(name, domain)]
    return (exact or within or names or ["unknown"])[0]


async def check_host(*, ip: str, mail_from: str, helo: str, resolver: Resolver) -> str:
    """Return what the domain of an envelope sender says of a client.

    Args: ip, the client; mail_from, an address, empty for ``<>``, which is looked at as the HELO
    name's postmaster.

    Returns: ``pass fail softfail neutral none temperror permerror`` (RFC 8601 §2.7.2); never
    raises.
    """
    local, at, domain = mail_from.rpartition("@")
    domain = domain if at else helo
    try:
        address = client_address(ip)
    except ValueError:
        return "none"
    facts = SpfFacts(address, f"{local or 'postmaster'}@{domain}", helo, domain)
    return await Check(resolver, facts).run()
