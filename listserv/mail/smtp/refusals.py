"""Whether the relay refuses a recipient, or refuses us.

A refusal of the recipient is a bounce of that subscription. One that is about the hub (we may not
relay, have not signed in, are on a blocking list, are over a quota) would come for every recipient:
the deliveries that it answers wait, nobody is counted as bouncing, and nothing is lost.

Some replies are about the hub by their words or their place in the dialogue. Others show it by
coming for everybody: a relay that takes nothing, and refuses each recipient, refuses us.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listserv.mail.reports.status_codes import enhanced
from listserv.mail.smtp.transport import DeliveryResult, Outcome

# Refusals, one after the other, after which a relay that has taken messages before takes none from
# us any more.
RUN = 20
# Refusals after which a relay that has taken nothing refuses us: of those that are about us by
# their words, those that may be about anything, and those about a mailbox, of which a small list
# may well have two.
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
# Codes that say something of the mailbox (RFC 3463 §3.2, §3.3); others are about the message, the
# relay or the way.
_OF_THE_MAILBOX = ("5.1.", "5.2.0", "5.2.1", "5.2.2")
_OF_THE_MAILBOX_WORDS = (
    "user unknown", "unknown user", "no such user", "does not exist", "mailbox",
    "unknown recipient",
)  # fmt: skip
_ABOUT_SENDER = ("5.1.7", "5.1.8")


def is_about_us(reply: str) -> bool:
    """Whether a 5xx reply is about the hub by its code or its words, whoever the recipient is."""
    status = enhanced(reply)
    if status in _ABOUT_SENDER:
        return True
    if status.startswith(_OF_THE_MAILBOX):
        return False
    if reply[:3] in _CODES:
        return True
    if status in _ENHANCED:
        return True
    return _WORDS.search(reply[:1000]) is not None


def is_about_the_mailbox(reply: str) -> bool:
    """Whether a 5xx reply refuses a recipient for good, whatever the message is."""
    status = enhanced(reply)
    if status in _ABOUT_SENDER:
        return False
    if status:
        return status.startswith(_OF_THE_MAILBOX)
    return reply.startswith("55") and any(words in reply.lower() for words in _OF_THE_MAILBOX_WORDS)


@dataclass(frozen=True)
class Ruling:
    """What becomes of answered deliveries: the first ``count`` are settled one by one.

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
    """Decide about the results of some deliveries, in order.

    Args:
        has_taken: the relay took a message before these, in the same batch.
        ever_taken: it took one of this mailing at any time.
        complete: no more results come; else what may turn out to be a refusal of us is left for
            later.
        troubled: the relay is known to refuse us just now.
    """
    tail = _tail(results, ever_taken=ever_taken)
    if not tail:
        return Ruling(len(results))
    start = len(results) - len(tail)
    refusal = next((row for row in tail if row.outcome is Outcome.REFUSED), tail[0])
    if len(tail) >= RUN:
        return Ruling(start, refusal)
    if not complete:
        return Ruling(start)
    if has_taken or _is_any_sent(results):
        return Ruling(len(results))
    if len(tail) < _needed(tail, troubled=troubled):
        return Ruling(len(results))
    return Ruling(start, refusal)


def _needed(refusals: Sequence[DeliveryResult], *, troubled: bool) -> int:
    """Return how many refusals it takes until a relay that has taken nothing refuses us."""
    if any(refusal.outcome is Outcome.REFUSED for refusal in refusals):
        return SURE
    if all(is_about_the_mailbox(refusal.reply) for refusal in refusals):
        return MAILBOXES
    return SURE if troubled else UNSURE


def _is_any_sent(results: Sequence[DeliveryResult]) -> bool:
    return any(result.outcome is Outcome.SENT for result in results)


def _tail(results: Sequence[DeliveryResult], *, ever_taken: bool) -> Sequence[DeliveryResult]:
    """Return the refusals at the end that may be of us.

    None is about a mailbox once the relay has taken a message.
    """
    has_taken = ever_taken or _is_any_sent(results)
    start = len(results)
    while start and may_be_us(results[start - 1], has_taken=has_taken):
        start -= 1
    return results[start:]


def may_be_us(result: DeliveryResult, *, has_taken: bool) -> bool:
    """Whether a refusal need not be of the recipient.

    Args: has_taken, the relay has taken a message from us before.
    """
    if result.outcome is Outcome.REFUSED:
        return True
    if result.outcome is not Outcome.FAILED:
        return False
    return not has_taken or not is_about_the_mailbox(result.reply)
