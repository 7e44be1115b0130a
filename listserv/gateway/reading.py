"""Read a mail as far as that needs the mail alone: the guard, the parts, the author's own text, the
digest.

This is the part of a verdict that costs processor time, and it asks nothing of the hub: it may run
in any thread, and the mails of a group are each read before the facts are asked for all of them
(:mod:`listserv.gateway.facts`).
"""

from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings

from listserv.address_kinds import AddressKind
from listserv.gateway.delivery import Delivery
from listserv.mail.parse import guard, structure
from listserv.mail.parse.answered_number import answered_number
from listserv.mail.parse.message import Mail, parse
from listserv.mail.parse.subjects import is_forward
from listserv.mail.trim.trimming import Trimmed, trim


@dataclass(frozen=True)
class MessageReading:
    """A mail that was read; ``finding`` is why it may not be, then ``mail`` is its header alone.

    ``head`` is the header as received, ``trimmed`` the author's text, None when no recipient is a
    list.
    """

    delivery: Delivery
    mail: Mail
    head: bytes = field(repr=False)
    digest: str
    finding: guard.GuardFinding | None = None
    trimmed: Trimmed | None = field(default=None, repr=False)

    @property
    def author(self) -> str:
        """The one address in From, empty when there are none
        or several: nobody then claims to be the author.
        """
        addresses = self.mail.from_addresses
        return addresses[0] if len(addresses) == 1 and self.finding is None else ""

    @property
    def is_post(self) -> bool:
        """Whether it may become a contribution."""
        return self.trimmed is not None


def read(delivery: Delivery) -> MessageReading:
    """Read a mail. Never raises for what it holds. Queries: 0."""
    raw, limit = delivery.raw, settings.HUB_MAIL_MAX_SIZE
    finding = guard.too_large(limit) if delivery.size > limit else guard.check(raw, limit=limit)
    start, end = structure.message_header(raw, guard.MAX_HEADER)
    head = raw[start:end]
    digest = sha256(raw).hexdigest()
    if finding is not None:
        return MessageReading(delivery, parse(head), head, digest, finding)
    mail = parse(raw)
    posts = any(recipient.is_posting for recipient in delivery.recipients) or (
        # An answer to a digest comes to the desk of its list.
        any(
            recipient.kind == AddressKind.REQUEST and recipient.mailing_list
            for recipient in delivery.recipients
        )
        and answered_number(mail) is not None
    )
    return MessageReading(
        delivery,
        mail,
        head,
        digest,
        trimmed=trim(mail.text, is_forward=is_forward(mail.subject)) if posts else None,
    )
