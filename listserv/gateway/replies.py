"""Render a verdict as an SMTP reply: its codes, and a sentence in the member's language.

Source: RFC 5321 §4.2, RFC 3463, RFC 6531 §3.5 (only a client that asked for SMTPUTF8 gets a reply
in UTF-8).
"""

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from forums.errors import refusal
from hub.lib.verdicts import Action, Verdict
from listserv.mail.parse.guard import GuardFinding

if TYPE_CHECKING:
    from hub.members.models import Member

# Octets of a reply line are 512 (RFC 5321 §4.5.3.1.5); code, line end and what stands before it are
# counted off.
_TEXT = 440
_CODES = {
    "unknown-sender": "550 5.7.1",
    "not-your-address": "550 5.7.1",
    "other-address": "550 5.7.1",
    "no-author": "550 5.6.0",
    "too-many-held": "451 4.7.1",
    "file-type": "550 5.6.1",
    "encrypted": "550 5.6.1",
    "too-many-files": "550 5.6.1",
}
OK = "250 2.0.0"
# By the first digit: one recipient that is accepted outweighs all, a permanent refusal a temporary
# one.
_PRECEDENCE = "254"
# Refusals that end within the hour, whatever their sender does.
_PASSING = frozenset({"rate"})


def reply_code(verdict: Verdict) -> str:
    """Return the codes of a verdict: ``250 2.0.0`` for all that is taken over."""
    if verdict.action is not Action.REJECT:
        return OK
    return _CODES.get(verdict.code) or refusal(verdict).smtp_reply


_LATIN = frozenset({"en", "fr", "es"})


def language_for(member: "Member | None", *, utf8: bool) -> str:
    """Return the language to answer in: the member's, where the client takes its letters."""
    if member is None:
        return "en"
    if utf8 or member.language in _LATIN:
        return member.language
    return "en"


def sentence(reason: str | Promise, *, utf8: bool) -> str:
    """Return ``reason`` as one line that may be sent: without UTF-8, letters lose their accents."""
    text = _line(str(reason))
    if utf8 or text.isascii():
        return text
    bare = unicodedata.normalize("NFKD", text.translate(_QUOTES))
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    return bare.encode("ascii", "replace").decode("ascii")


_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "\xa0": " "}
)


def _line(text: str) -> str:
    text = " ".join(text.split())
    while len(text.encode("utf-8", "replace")) > _TEXT:
        text = text[: len(text) - max(1, (len(text.encode("utf-8", "replace")) - _TEXT) // 4)]
    return text


def for_queuing_relay(reply: str, verdicts: Sequence[Verdict]) -> str:
    """Return the reply to a relay that has the message in its queue (decision record 0022).

    It would bounce what is refused, now or after days of trying, and a bounce goes to whoever a
    forger has named: what is refused is accepted and kept as refused. Only what passes by itself is
    put off, as to anybody.
    """
    if reply[0] == "2":
        return reply
    passes = all(verdict.code in _PASSING for verdict in verdicts)
    if reply[0] == "4" and passes:
        return reply
    return f"{OK} Taken and kept as refused, not published: {reply.split(' ', 2)[2]}"


def refuse(finding: GuardFinding, *, utf8: bool = False) -> str:
    """Return the reply to a message that the guard refused."""
    return f"{finding.reply} {sentence(finding.reason, utf8=utf8)}"


def answer(verdicts: Sequence[Verdict], texts: Sequence[str]) -> str:
    """Return the one reply to DATA for all recipients.

    SMTP has one reply for all: when some are accepted, the whole message is, and the member is told
    of the rest in a notification (``InboundMail`` rows say each). When all are refused, a permanent
    refusal outweighs a temporary one.
    """
    codes = [reply_code(verdict) for verdict in verdicts]
    code, text = min(
        zip(codes, texts, strict=True), key=lambda reply: _PRECEDENCE.index(reply[0][0])
    )
    return f"{code} {text}"
