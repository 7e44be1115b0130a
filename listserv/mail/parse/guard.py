"""Decide from the raw bytes of a message whether they may be parsed at all.

Each check is linear, most are one pass at the speed of memory, and the first failing one ends the
scan: a hostile message costs less than the honest one of its size. What passes is safe for
:mod:`listserv.mail.parse.message`.

Source: RFC 5321 §2.3.8 (bare CR and LF), §4.5.3 (limits), RFC 5322 §2.1.1, RFC 3463 (enhanced
codes).
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from listserv.mail.parse import structure

MAX_HEADER = structure.MAX_HEADER
MAX_FIELDS = 1_000
# Octets; RFC 5322 says 998, software that does not fold exceeds it, nothing honest exceeds this.
MAX_HEADER_LINE = 32_768
MAX_ENCODED_WORDS = 4_000


@dataclass(frozen=True)
class GuardFinding:
    """Why a message is refused before parsing: the SMTP reply, a stable code and a sentence."""

    reply: str
    code: str
    reason: str | Promise


_BARE = GuardFinding(
    "554 5.6.0", "bare-newline",
    _("The message has line ends other than CR LF, or a NUL (RFC 5321). With curl, add --crlf."),
)  # fmt: skip
_HEADER = GuardFinding(
    "554 5.6.0", "header-too-large", _("The header of the message is too large.")
)
_WORDS = GuardFinding(
    "554 5.6.0",
    "too-many-encoded-words",
    _("The header of the message has too many encoded words."),
)
_PARTS = GuardFinding(
    "554 5.6.0", "too-many-parts",
    _(
        "The message has too many parts or too many levels. Send the text alone, with fewer "
        "attachments."
    ),
)  # fmt: skip


def too_large(limit: int) -> GuardFinding:
    """Return the finding for a message over ``limit`` bytes (RFC 1870)."""
    reason = _(
        "The message is over %(limit)d MB. Shorten it, or send fewer or smaller attachments."
    )
    return GuardFinding("552 5.3.4", "too-large", reason % {"limit": limit // 1_000_000})


def check(raw: bytes, *, limit: int) -> GuardFinding | None:
    """Return why the message may not be parsed, or None when it may.

    Args: ``raw`` as received, after dot-unstuffing; ``limit`` in bytes.
    """
    if len(raw) > limit:
        return too_large(limit)
    if _has_bare_newlines(raw):
        return _BARE
    if b"\0" in raw:
        return _BARE
    return _check_header(raw) or _check_parts(raw)


def _has_bare_newlines(raw: bytes) -> bool:
    newlines = raw.count(b"\r\n")
    return raw.count(b"\n") != newlines or raw.count(b"\r") != newlines


def _check_header(raw: bytes) -> GuardFinding | None:
    start, end = structure.message_header(raw, MAX_HEADER + 1)
    if end - start > MAX_HEADER:
        return _HEADER
    head = raw[start:end]
    lines = head.split(b"\r\n")
    fields = sum(1 for line in lines if not line.startswith((b" ", b"\t")))
    if fields > MAX_FIELDS:
        return _HEADER
    if max(map(len, lines)) > MAX_HEADER_LINE:
        return _HEADER
    if head.count(b"=?") > MAX_ENCODED_WORDS:
        return _WORDS
    return None


def _check_parts(raw: bytes) -> GuardFinding | None:
    try:
        structure.scan(raw)
    except structure.TooManyParts:
        return _PARTS
    return None
