"""DomainKeys Identified Mail: which domains have signed a message as it is.

Source: RFC 6376 §6, RFC 8301, RFC 8463.
"""

import asyncio
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from listserv.mail.auth.canonical import Field, SignedMessage
from listserv.mail.auth.dkim_signature import BadSignatureError, DkimSignature, read_key
from listserv.mail.auth.dmarc import is_within
from listserv.mail.auth.resolver import Resolver, Unanswered

# Signatures of wanted domains that are looked at in one message, and fields that are read. Honest
# mail has one to four.
MAX_SIGNATURES = 6
MAX_READ = 20
# Octets from which a body is digested in a thread, so that other sessions go on meanwhile.
LARGE_OCTETS = 100_000
# Seconds by which a signer's clock may be ahead.
CLOCK_SKEW_SECONDS = 300
_SECONDS = re.compile(r"[0-9]{1,15}")


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
    """Return the results of a message's signatures; never raises.

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
        if len(message) > LARGE_OCTETS:
            await asyncio.to_thread(message.body_digest, relaxed=relaxed)
        if not signature.covers_body(message):
            return CheckedSignature(domain, "fail", "body")
        if not signature.covers_header(message, key):
            return CheckedSignature(domain, "fail")
        return CheckedSignature(domain, "pass")
    except BadSignatureError as error:
        return CheckedSignature(domain, "permerror", str(error))
    except Unanswered as error:
        return CheckedSignature(domain, "temperror", str(error))


def _identity(signature: DkimSignature) -> str:
    return signature.tags.get("i", f"@{signature.domain}").rpartition("@")[2].lower()


def _check_form(signature: DkimSignature, now: datetime) -> None:
    """Refuse what a signature may not say. Raises: BadSignatureError."""
    tags = signature.tags
    if tags["v"] != "1":
        raise BadSignatureError("version")
    if "from" not in signature.names:
        raise BadSignatureError("From not signed")
    if "l" in tags:
        raise BadSignatureError("part of the body only")
    if not is_within(_identity(signature), signature.domain):
        raise BadSignatureError("identity")
    if "dns/txt" not in tags.get("q", "dns/txt").lower():
        raise BadSignatureError("query method")
    signed_at = _seconds(tags.get("t", ""), default=0)
    expires_at = _seconds(tags.get("x", ""), default=math.inf)
    if expires_at <= max(now.timestamp(), signed_at):
        raise BadSignatureError("expired")
    if signed_at > now.timestamp() + CLOCK_SKEW_SECONDS:
        raise BadSignatureError("from the future")


def _seconds(text: str, *, default: float) -> float:
    """Return the time that a tag states, in seconds since 1970. Raises: BadSignatureError."""
    if not text:
        return default
    if not _SECONDS.fullmatch(text):
        raise BadSignatureError("time")
    return int(text)
