"""Name the author in From, under an address that leads to the author alone.

From is an alias of the author in the list's domain (decision record 0012): answers to it are passed
on, no address is shown, and no domain's DMARC policy is broken. Where the list shows addresses, the
author's own one stands there, unless its domain asks receivers to distrust it in our mail.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from listserv import tokens
from listserv.mail.auth.author_policy import policy_of
from listserv.models import MailingList
from listserv.outbound.mime_writing import mailbox

if TYPE_CHECKING:
    from forums.models import Contribution

# What a domain may ask of receivers without a copy under its name being lost on its way.
_HARMLESS = (None, "none")


@dataclass(frozen=True)
class ShownAuthor:
    """Who stands in From: ``alias`` is empty for somebody who cannot be written to any more."""

    fields: bytes
    alias: str


def author_of(contribution: "Contribution", mailing_list: MailingList) -> ShownAuthor:
    """Return how the author of a contribution stands in a list's mail."""
    person, speaker = contribution.author, contribution.speaker
    name = speaker.name
    if speaker.country:
        name = f"{name} ({speaker.country})"
    if not person.is_active:
        return ShownAuthor(
            mailbox("From", f"{name} via {mailing_list.tag}", mailing_list.address), ""
        )
    alias = tokens.alias_address(mailing_list.name, member_id=person.pk, list_id=mailing_list.pk)
    own = contribution.author_address or str(person.email)
    if mailing_list.shows_addresses and _can_be_author(own):
        # The list sends in the author's name (RFC 5322 §3.6.2).
        sender = mailbox("Sender", mailing_list.forum.name, mailing_list.address)
        return ShownAuthor(mailbox("From", name, own) + sender, alias)
    return ShownAuthor(mailbox("From", f"{name} via {mailing_list.tag}", alias), alias)


def _can_be_author(address: str) -> bool:
    """Whether a copy in the name of an address is not distrusted for that by its receivers."""
    if not address.isascii():
        return False
    return policy_of(address.rpartition("@")[2]) in _HARMLESS
