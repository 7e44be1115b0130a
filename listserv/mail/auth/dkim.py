"""DomainKeys Identified Mail: which domains have signed a mail as it is.

Source: RFC 6376 §6, RFC 8301, RFC 8463.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from listserv.mail.auth.canonical import Field, SignedMessage
from listserv.mail.auth.dkim_signature import BadSignatureError, DkimSignature, read_key
from listserv.mail.auth.resolver import Resolver, Unanswered

# Signatures of wanted domains that are looked at in one mail, and fields that are read. Honest mail
# has one to four.
MAX_SIGNATURES = 6
MAX_READ = 20
# Octets from which a body is digested in a thread, so that other sessions go on meanwhile.
BIG = 100_000
# Seconds by which a signer's clock may be ahead.
SKEW = 300


@dataclass(frozen=True)
class CheckedSignature:
    """What became of one signature: ``result`` as RFC 8601 names it."""

    domain: str
    result: str
    reason: str = ""


async def verify(
    *,
    message: SignedMessage,
    resolver: Resolver,
    now: datetime,
    wanted: Callable[[str], bool] = bool,
) -> list[CheckedSignature]:
    """Return the results of a mail's signatures; never raises.

    Args: wanted, whether it matters what a domain has signed; now, UTC-aware.
    """
    if not message.is_sound:
        return []
    read_signatures = [_read(field) for field in message.named("dkim-signature")[:MAX_READ]]
    good = [row for row in read_signatures if isinstance(row, DkimSignature) and wanted(row.domain)]
    results = await asyncio.gather(
        *(_verify(message, row, resolver, now) for row in good[:MAX_SIGNATURES])
    )
    return [*results, *(row for row in read_signatures if isinstance(row, CheckedSignature))]


def _read(field: Field) -> DkimSignature | CheckedSignature:
    try:
        signature = DkimSignature.read(field, needs="v a b bh d h s")
    except BadSignatureError as error:
        return CheckedSignature("", "permerror", str(error))
    return signature


async def _verify(
    message: SignedMessage, signature: DkimSignature, resolver: Resolver, now: datetime
) -> CheckedSignature:
    domain = signature.domain
    try:
        _check_form(signature, now)
        relaxed = signature.forms()[1]
        records = await resolver.ask(signature.key_name, "TXT")
        if not records:
            return CheckedSignature(domain, "permerror", "no key")
        key = read_key(records[0], signature.algorithm)
        if "y" in key.flags:
            # A domain that tries DKIM out is treated as one without (RFC 6376 §3.6.1).
            return CheckedSignature(domain, "none", "testing")
        if "s" in key.flags and _identity(signature) != domain:
            return CheckedSignature(domain, "permerror", "identity")
        if len(message) > BIG:
            await asyncio.to_thread(message.body_digest, relaxed=relaxed)
        if not signature.covers_body(message):
            return CheckedSignature(domain, "fail", "body")
        return CheckedSignature(
            domain, "pass" if signature.covers_header(message, key) else "fail", ""
        )
    except BadSignatureError as error:
        return CheckedSignature(domain, "permerror", str(error))
    except Unanswered as error:
        return CheckedSignature(domain, "temperror", str(error))


def _identity(signature: DkimSignature) -> str:
    return signature.tags.get("i", f"@{signature.domain}").rpartition("@")[2].lower()


def _check_form(signature: DkimSignature, now: datetime) -> None:
    """Refuse what a signature may not say. Raises: BadSignatureError."""
    tags, domain = signature.tags, signature.domain
    identity = _identity(signature)
    if tags["v"] != "1":
        raise BadSignatureError("version")
    if "from" not in signature.names:
        raise BadSignatureError("From not signed")
    if "l" in tags:
        raise BadSignatureError("part of the body only")
    if identity != domain and not identity.endswith(f".{domain}"):
        raise BadSignatureError("identity")
    if "q" in tags and "dns/txt" not in tags["q"].lower():
        raise BadSignatureError("query method")
    signed_at, ends = (_seconds(tags.get(name, "")) for name in ("t", "x"))
    if ends is not None and (
        ends <= now.timestamp() or (signed_at is not None and ends <= signed_at)
    ):
        raise BadSignatureError("expired")
    if signed_at is not None and signed_at > now.timestamp() + SKEW:
        raise BadSignatureError("from the future")


def _seconds(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BadSignatureError("time")
    return int(text)
