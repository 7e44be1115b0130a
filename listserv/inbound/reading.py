"""Read a mail as far as that needs the mail alone: the guard, the parts, the author's own text, the digest.

This is the part of a verdict that costs processor time, and it asks nothing of the hub: it may run in any thread, and
the mails of a group are each read before the facts are asked for all of them (:mod:`listserv.inbound.facts`).
"""

from dataclasses import dataclass, field
from hashlib import sha256

from django.conf import settings

from listserv.inbound import guard, structure
from listserv.inbound.delivery import Delivery
from listserv.inbound.mime import Mail, parse
from listserv.inbound.numbered import answered_number
from listserv.inbound.trim import Trimmed, trim
from listserv.subjects import is_forward


@dataclass(frozen=True)
class Reading:
    """A mail that was read; ``finding`` is why it may not be, then ``mail`` is its header alone.

    ``head`` is the header as received, ``trimmed`` the author's text, None when no recipient is a list.
    """

    delivery: Delivery
    mail: Mail
    head: bytes = field(repr=False)
    digest: str
    finding: guard.Finding | None = None
    trimmed: Trimmed | None = field(default=None, repr=False)

    @property
    def author(self) -> str:
        """The one address in From, empty when there are none or several: nobody then claims to be the author."""
        found = self.mail.from_addresses
        return found[0] if len(found) == 1 and self.finding is None else ""

    @property
    def is_post(self) -> bool:
        """Whether it may become a contribution."""
        return self.trimmed is not None


def read(delivery: Delivery) -> Reading:
    """Read a mail. Never raises for what it holds. Queries: 0."""
    raw, limit = delivery.raw, settings.HUB_MAIL_MAX_SIZE
    finding = guard.too_large(limit) if delivery.size > limit else guard.check(raw, limit=limit)
    head = raw[: structure.header_end(raw, 0, min(len(raw), guard.MAX_HEADER))]
    digest = sha256(raw).hexdigest()
    if finding is not None:
        return Reading(delivery, parse(head), head, digest, finding)
    mail = parse(raw)
    posts = any(recipient.is_posting for recipient in delivery.recipients) or (
        # An answer to a digest comes to the desk of its list.
        any(recipient.kind == "request" and recipient.mailing_list for recipient in delivery.recipients)
        and answered_number(mail) is not None
    )
    return Reading(
        delivery, mail, head, digest, trimmed=trim(mail.text, is_forward=is_forward(mail.subject)) if posts else None
    )
