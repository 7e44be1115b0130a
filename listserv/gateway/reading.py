"""Read a message as far as that needs the message alone.

That is the guard, the parts, the author's own text and the digest: the part of a verdict that costs
processor time. It asks nothing of the hub, so it may run in any thread; the messages of a group are
each read before the facts are asked for all of them (:mod:`listserv.gateway.facts`).
"""

from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings

from listserv.address_kinds import AddressKind
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import Recipient
from listserv.gateway.sender import author_address
from listserv.mail.parse import guard, structure
from listserv.mail.parse.answered_number import answered_number
from listserv.mail.parse.message import ParsedMessage, parse
from listserv.mail.parse.subjects import is_forward
from listserv.mail.trim.trimming import Trimmed, trim


@dataclass(frozen=True)
class MessageReading:
    """A message that was read.

    Args:
        head: the header as received.
        digest: SHA-256 of the whole, in hexadecimal.
        finding: why the guard refuses it, then ``message`` is its header
            alone; None when it may pass.
        trimmed: the author's text, None when no recipient is a list.
    """

    incoming: IncomingMessage
    message: ParsedMessage
    head: bytes = field(repr=False)
    digest: str
    finding: guard.GuardFinding | None = None
    trimmed: Trimmed | None = field(default=None, repr=False)

    @property
    def author(self) -> str:
        """The author's address, empty where nobody claims to be the author."""
        if self.finding is not None:
            return ""
        return author_address(self.message)

    @property
    def is_post(self) -> bool:
        """Whether it may become a contribution."""
        return self.trimmed is not None


def read(incoming: IncomingMessage) -> MessageReading:
    """Read a message. Never raises for what it holds. Queries: 0."""
    raw, limit = incoming.raw, settings.HUB_MAIL_MAX_SIZE
    if incoming.size > limit:
        finding: guard.GuardFinding | None = guard.too_large(limit)
    else:
        finding = guard.check(raw, limit=limit)
    start, end = structure.message_header(raw, guard.MAX_HEADER)
    head = raw[start:end]
    digest = sha256(raw).hexdigest()
    if finding is not None:
        return MessageReading(incoming, parse(head), head, digest, finding)
    message = parse(raw)
    trimmed = None
    if _may_be_a_post(incoming, message):
        trimmed = trim(message.text, is_forward=is_forward(message.subject))
    return MessageReading(incoming, message, head, digest, trimmed=trimmed)


def _may_be_a_post(incoming: IncomingMessage, message: ParsedMessage) -> bool:
    """Whether a message may become a contribution, by its recipients."""
    if any(recipient.is_posting for recipient in incoming.recipients):
        return True
    # An answer to a digest comes to the desk of its list.
    if not any(_is_desk_of_a_list(recipient) for recipient in incoming.recipients):
        return False
    return answered_number(message) is not None


def _is_desk_of_a_list(recipient: Recipient) -> bool:
    return recipient.kind == AddressKind.REQUEST and recipient.mailing_list is not None
