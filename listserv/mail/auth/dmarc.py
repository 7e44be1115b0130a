"""What the domain of an author asks for, and which domains may speak for it.

Organizational domains are found by walking up the DNS tree, so that no list of public suffixes
grows old with us.

Source: RFC 9989 §4.7 (records), §4.10 (tree walk), §4.4 (alignment).
"""

from dataclasses import dataclass

import idna

from listserv.mail.auth.resolver import Resolver

# Labels of the longest name that is asked for after the first question (RFC 9989 §4.10).
MAX_LABELS = 7
# Octets of the longest name of DNS, and tags of one record that are read.
MAX_NAME = 253
MAX_TAGS = 100
POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True)
class DmarcRecord:
    """The DMARC record of a domain; ``psd`` is ``y``, ``n`` or ``u``."""

    domain: str
    policy: str
    subdomains: str
    missing: str
    strict_dkim: bool = False
    strict_spf: bool = False
    psd: str = "u"
    testing: bool = False
    reports: str = ""

    @property
    def is_public_suffix(self) -> bool:
        """Whether others register their domains below.

        A top-level domain counts as one whatever its record says.
        """
        return self.psd == "y" or "." not in self.domain


@dataclass(frozen=True)
class AuthorPolicy:
    """What holds for one author domain.

    The record, the policy asked for, and the organizational domain.
    """

    record: DmarcRecord
    policy: str
    organization: str


def ascii_domain(domain: str) -> str:
    """Return a domain as DNS knows it: in lower case, international labels as A-labels.

    Bad labels stay as they are.
    """
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain


def is_within(domain: str, parent: str) -> bool:
    """Whether a domain is another or lies below it; both in lower case."""
    return domain == parent or domain.endswith(f".{parent}")


def parse(text: str, domain: str) -> DmarcRecord | None:
    """Return the record that a TXT holds, None for any other text. Unknown tags are ignored."""
    version, *pieces = text.split(";")[:MAX_TAGS]
    if _tag(version) != ("v", "DMARC1"):
        return None
    tags: dict[str, str] = {}
    for piece in pieces:
        if "=" in piece:
            tags.setdefault(*_tag(piece))
    policy = _policy(tags.get("p", ""), "none")
    below = _policy(tags.get("sp", ""), policy)
    return DmarcRecord(
        domain=domain,
        policy=policy,
        subdomains=below,
        missing=_policy(tags.get("np", ""), below),
        strict_dkim=tags.get("adkim", "").lower() == "s",
        strict_spf=tags.get("aspf", "").lower() == "s",
        psd=tags.get("psd", "u").lower(),
        testing=tags.get("t", "").lower() == "y",
        reports=tags.get("rua", ""),
    )


def _tag(piece: str) -> tuple[str, str]:
    """Return the name of a tag in lower case, and its value."""
    name, _equals, value = piece.partition("=")
    return name.strip().lower(), value.strip()


def _policy(value: str, default: str) -> str:
    if value.lower() not in POLICIES:
        return default
    return value.lower()


async def record_at(domain: str, resolver: Resolver) -> DmarcRecord | None:
    """Return the one record of a domain; several are none (RFC 9989 §4.10). Raises: Unanswered."""
    rows = [parse(text, domain) for text in await resolver.ask(f"_dmarc.{domain}", "TXT")]
    records = [row for row in rows if row is not None]
    if len(records) != 1:
        return None
    return records[0]


async def walk(domain: str, resolver: Resolver) -> list[DmarcRecord]:
    """Return the records from a domain up to the root, the longest name first.

    At most eight questions. Raises: Unanswered.
    """
    labels = domain.split(".")
    if not all(labels) or len(domain) > MAX_NAME:
        return []
    names = [domain] + [
        ".".join(labels[at:]) for at in range(max(1, len(labels) - MAX_LABELS), len(labels))
    ]
    records = []
    for name in names:
        record = await record_at(name, resolver)
        if record is not None:
            records.append(record)
            if _ends_walk(record, domain):
                break
    return records


def _ends_walk(record: DmarcRecord, domain: str) -> bool:
    """Whether a record says that nothing above it holds for a domain (RFC 9989 §4.10)."""
    if record.psd == "n":
        return True
    return record.psd == "y" and record.domain != domain


def organization(domain: str, records: list[DmarcRecord]) -> str:
    """Return the organizational domain, given the walk from ``domain``."""
    for record in records:
        if record.psd == "n":
            return record.domain
        if record.is_public_suffix and record.domain != domain:
            depth = len(record.domain.split(".")) + 1
            return ".".join(domain.split(".")[-depth:])
    if not records:
        return domain
    return records[-1].domain


async def discover(domain: str, resolver: Resolver) -> AuthorPolicy | None:
    """Return what holds for an author's domain, None when nobody has said anything.

    Raises: Unanswered.
    """
    records = await walk(domain, resolver)
    if not records:
        return None
    above = organization(domain, records)
    record = next((row for row in records if row.domain in {domain, above}), records[-1])
    return AuthorPolicy(record, await _requested(record, domain, resolver), above)


async def _requested(record: DmarcRecord, domain: str, resolver: Resolver) -> str:
    policy = record.policy
    if record.domain != domain:
        policy = record.subdomains
        if record.missing != policy and await _is_missing(domain, resolver):
            policy = record.missing
    if record.testing:
        # A domain that is trying a policy out asks for one step less (RFC 9989 §4.7).
        return POLICIES[max(POLICIES.index(policy) - 1, 0)]
    return policy


async def _is_missing(domain: str, resolver: Resolver) -> bool:
    for kind in ("MX", "A", "AAAA"):
        if await resolver.ask(domain, kind):
            return False
    return True


async def is_aligned(
    domain: str, author: str, author_policy: AuthorPolicy, resolver: Resolver, *, strict: bool
) -> bool:
    """Whether a domain that has passed SPF or DKIM may speak for the author's.

    Raises: Unanswered.
    """
    if not domain:
        return False
    if domain == author:
        return True
    if strict:
        return False
    if not is_within(domain, author_policy.organization):
        return False
    return organization(domain, await walk(domain, resolver)) == author_policy.organization
