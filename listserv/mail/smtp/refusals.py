"""Whether the relay refuses a recipient, or refuses us.

A refusal of the recipient is a bounce of that subscription. One that is about the hub (we may not
relay, have not signed in, are on a blocking list, are over a quota) would be said for every
recipient: what it is said about waits, nobody is counted as bouncing, and no copy is lost.

Some replies say so by their words or their place in the dialogue. Others show it by being said to
everybody: a relay that takes nothing, and gives each recipient a refusal, refuses us.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listserv.mail.reports.status_codes import enhanced
from listserv.mail.smtp.transport import DeliveryResult, Outcome

# Refusals, one after the other, after which a relay that has taken copies before takes none from us
# any more.
RUN = 20
# What it takes from a relay that has taken nothing: a refusal that is about us by its words, one
# that does not say, and one about a mailbox, of which a small list may well have two.
SURE, UNSURE, MAILBOXES = 1, 2, 3
# Replies about the connection or the client, never about a recipient (RFC 4954 §6, RFC 7504, RFC
# 3463 §3.8).
_CODES = frozenset({"521", "530", "534", "535", "538"})
_ENHANCED = frozenset({"5.7.0", "5.7.8", "5.7.9", "5.7.11", "5.7.25", "5.7.26", "5.7.57", "5.7.60"})
_WORDS = re.compile(
    r"relay(?:ing)?[ -](?:access )?(?:is )?(?:not allowed|not permitted|denied|prohibited|restrict)"
    r"|(?:not permitted|not allowed|unable|not authori[sz]ed|refus\w+|cannot|won'?t"
    r"|do(?:es)? not) (?:to )?relay"
    r"|\bunauthenticated\b|authentication (?:is )?required|must (?:first )?authenticate"
    r"|not authenticated"
    r"|(?:client|sender|your) (?:host|ip|address|domain|server)[^:;]{0,60}"
    r"(?:rejected|blocked|denied|blacklist|not allowed)"
    r"|(?:ip|host|client) .{0,60}(?:blocked using|is blocked|blacklisted|blocklisted|listed (?:at"
    r"|in|by|on))"
    r"|(?:quota|limit|rate|allowance) .{0,40}(?:exceeded|reached)[^.]{0,40}(?:send|outgoing"
    r"|outbound|per (?:hour|day))"
    r"|(?:daily|hourly|sending|outgoing|outbound|submission) (?:\w+ )?(?:quota|limit"
    r"|rate)[^.]{0,30}"
    r"(?:exceeded|reached)",
    re.IGNORECASE,
)
# Codes that say something of the mailbox (RFC 3463 §3.2, §3.3); others are about the mail, the
# relay or the way.
_OF_THE_MAILBOX = ("5.1.", "5.2.0", "5.2.1", "5.2.2")
_OF_THE_MAILBOX_WORDS = (
    "user unknown",
    "unknown user",
    "no such user",
    "does not exist",
    "mailbox",
    "unknown recipient",
)
_ABOUT_SENDER = ("5.1.7", "5.1.8")


def is_about_us(reply: str) -> bool:
    """Whether a 5xx reply is about the hub by its code or its words, whoever the recipient is."""
    status = enhanced(reply)
    if status in _ABOUT_SENDER:
        return True
    if is_about_the_mailbox(reply) and status:
        return False
    return reply[:3] in _CODES or status in _ENHANCED or bool(_WORDS.search(reply[:1000]))


def is_about_the_mailbox(reply: str) -> bool:
    """Whether a 5xx reply refuses a recipient for good, whatever the mail is."""
    status = enhanced(reply)
    if status:
        return status.startswith(_OF_THE_MAILBOX) and status not in _ABOUT_SENDER
    return reply.startswith("55") and any(words in reply.lower() for words in _OF_THE_MAILBOX_WORDS)


@dataclass(frozen=True)
class Ruling:
    """What becomes of answered copies: the first ``count`` are settled one by one.

    ``refusal`` is why the rest waits, all of them; None when nothing is wrong.
    """

    count: int
    refusal: DeliveryResult | None = None


def rule(
    results: Sequence[DeliveryResult],
    *,
    has_taken: bool,
    ever_taken: bool,
    complete: bool,
    troubled: bool = False,
) -> Ruling:
    """Decide about the results of some copies, in order.

    Args:
        has_taken: the relay took a copy before these, in the same go.
        ever_taken: it took one of this mailing at any time.
        complete: no more results come; else what may turn out to be a refusal of us is left for
            later.
        troubled: the relay is known to refuse us just now.
    """
    tail = _tail(results, ever_taken=ever_taken)
    if not tail:
        return Ruling(len(results))
    start, refused = (
        len(results) - len(tail),
        next((result for result in tail if result.outcome is Outcome.REFUSED), None),
    )
    if len(tail) >= RUN:
        return Ruling(start, refused or tail[0])
    if not complete:
        return Ruling(start)
    if has_taken or any(result.outcome is Outcome.SENT for result in results):
        return Ruling(len(results))
    if refused is not None:
        needed = SURE
    elif any(not is_about_the_mailbox(result.reply) for result in tail):
        needed = SURE if troubled else UNSURE
    else:
        needed = MAILBOXES
    return Ruling(start, refused or tail[0]) if len(tail) >= needed else Ruling(len(results))


def _tail(results: Sequence[DeliveryResult], *, ever_taken: bool) -> Sequence[DeliveryResult]:
    """Return the refusals at the end that may be of us;
    none is about a mailbox once the relay has taken a copy.
    """
    has_taken = ever_taken or any(result.outcome is Outcome.SENT for result in results)
    start = len(results)
    while start and may_be_us(results[start - 1], has_taken=has_taken):
        start -= 1
    return results[start:]


def may_be_us(result: DeliveryResult, *, has_taken: bool) -> bool:
    """Whether a refusal need not be of the recipient.

    Args: has_taken, the relay has taken a copy from us before.
    """
    if result.outcome is Outcome.REFUSED:
        return True
    return result.outcome is Outcome.FAILED and not (
        has_taken and is_about_the_mailbox(result.reply)
    )
