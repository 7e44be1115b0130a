"""What the domain of an author asks for, and which domains may speak for it.

Organizational domains are found by walking up the DNS tree, so that no list of public suffixes
grows old with us.

Source: RFC 9989 §4.7 (records), §4.10 (tree walk), §4.4 (alignment).
"""

from dataclasses import dataclass

import idna

from listserv.mail.auth.resolver import Resolver

# Labels of the longest name that is asked for after the first question (RFC 9989 §4.10).
LONGEST = 7
POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True)
class DmarcRecord:
    """A DMARC record where it was found; ``psd`` is ``y``, ``n`` or ``u``."""

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
        """Whether others register their domains below; a
        top-level domain counts whatever its record says.
        """
        return self.psd == "y" or "." not in self.domain


@dataclass(frozen=True)
class Found:
    """What holds for one author domain: the record, the
    policy asked for, and the organizational domain.
    """

    record: DmarcRecord
    policy: str
    organization: str


def ascii_domain(domain: str) -> str:
    """Return a domain as DNS knows it: lower case,
    international labels as A-labels; bad ones as they are.
    """
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return domain


def parse(text: str, domain: str) -> DmarcRecord | None:
    """Return the record that a TXT holds, None for any other text. Unknown tags are ignored."""
    tags: dict[str, str] = {}
    for at, piece in enumerate(text.split(";")[:100]):
        name, equals, value = piece.partition("=")
        if at == 0 and (name.strip().lower() != "v" or value.strip() != "DMARC1"):
            return None
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
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


def _policy(value: str, default: str) -> str:
    return value.lower() if value.lower() in POLICIES else default


async def record_at(domain: str, resolver: Resolver) -> DmarcRecord | None:
    """Return the one record of a domain; several are none (RFC 9989 §4.10). Raises: Unanswered."""
    rows = [parse(text, domain) for text in await resolver.ask(f"_dmarc.{domain}", "TXT")]
    records = [row for row in rows if row is not None]
    return records[0] if len(records) == 1 else None


async def walk(domain: str, resolver: Resolver) -> list[DmarcRecord]:
    """Return the records from a domain up to the root, the longest name first; at most eight
    questions.

    Raises: Unanswered.
    """
    labels = domain.split(".")
    if not all(labels) or len(domain) > 253:
        return []
    names = [domain] + [
        ".".join(labels[at:]) for at in range(max(1, len(labels) - LONGEST), len(labels))
    ]
    records = []
    for name in names:
        record = await record_at(name, resolver)
        if record is not None:
            records.append(record)
            if record.psd == "n" or (record.psd == "y" and name != domain):
                break
    return records


def organization(domain: str, records: list[DmarcRecord]) -> str:
    """Return the organizational domain, given the walk from ``domain``."""
    for record in records:
        if record.psd == "n":
            return record.domain
        if record.is_public_suffix and record.domain != domain:
            depth = len(record.domain.split(".")) + 1
            return ".".join(domain.split(".")[-depth:])
    return records[-1].domain if records else domain


async def discover(domain: str, resolver: Resolver) -> Found | None:
    """Return what holds for an author's domain, None
    when nobody has said anything. Raises: Unanswered.
    """
    records = await walk(domain, resolver)
    if not records:
        return None
    above = organization(domain, records)
    record = next((row for row in records if row.domain in {domain, above}), records[-1])
    return Found(record, await _asked(record, domain, resolver), above)


async def _asked(record: DmarcRecord, domain: str, resolver: Resolver) -> str:
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
    domain: str, author: str, author_policy: Found, resolver: Resolver, *, strict: bool
) -> bool:
    """Whether a domain that has passed SPF or DKIM
    may speak for the author's. Raises: Unanswered.
    """
    if not domain or strict or domain == author:
        return domain == author and bool(domain)
    if not (
        domain == author_policy.organization or domain.endswith(f".{author_policy.organization}")
    ):
        return False
    return organization(domain, await walk(domain, resolver)) == author_policy.organization
