"""Say what a held mail is for, to the member who is asked whether it is theirs: each kind of address says its own.

A private message is not published, a command does not go to everybody. The letter that asks, the page of its link and
what is said after the decision are written from the same facts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings

from forums import selectors as forums
from forums.policy import APPROVE
from hub.lib.masking import mask
from listserv.commands.services import KINDS, asks
from listserv.inbound import aliases
from listserv.inbound.mime import Mail
from listserv.inbound.recipients import POSTING
from listserv.models import InboundMail

if TYPE_CHECKING:
    from forums.models import Contribution


class Purpose(StrEnum):
    """What becomes of a mail that its member says is theirs."""

    CONTRIBUTION = "contribution"  # everybody in the discussion reads it
    MODERATED = "moderated"  # the moderators read it first
    PRIVATE = "private"  # one person gets it
    COMMANDS = "commands"  # the hub does what it says
    LEADERS = "leaders"  # those who lead get it, or the Secretariat


@dataclass(frozen=True)
class HeldMail:
    """What a held mail is for, as its member is told.

    Args:
        orders: the lines that order something; person: who alone gets a private message, empty for somebody who cannot
            be reached any more.
    """

    purpose: Purpose
    discussion: str
    orders: tuple[str, ...] = ()
    person: str = ""


def describe(row: InboundMail, mail: Mail) -> HeldMail:
    """Return what a mail that was held is for. Queries: 3 at most."""
    discussion = row.list.forum.name if row.list else settings.HUB_NAME
    if row.kind == aliases.KIND:
        reader = aliases.owner_of(row.recipient, row.list) if row.list else None
        return HeldMail(Purpose.PRIVATE, discussion, person=reader.get_full_name() if reader else "")
    if row.kind in KINDS:
        return HeldMail(Purpose.COMMANDS, discussion, orders=tuple(mask(line) for line in asks(row.kind, mail)))
    if row.kind not in POSTING:
        return HeldMail(Purpose.LEADERS, discussion)
    return HeldMail(Purpose.MODERATED if _is_moderated(row) else Purpose.CONTRIBUTION, discussion)


def domain_of(mail: Mail) -> str:
    """Return the domain whose mail server could vouch for the author, empty when the mail names none."""
    return mail.from_addresses[0].rpartition("@")[2] if len(mail.from_addresses) == 1 else ""


def _is_moderated(row: InboundMail) -> bool:
    if row.contribution is not None:
        contribution: Contribution = row.contribution
        return bool(contribution.is_held)
    policy = getattr(row.list.forum, "policy", None) if row.list is not None else None
    if policy is None or not policy.moderated:
        return False
    return not forums.may_in_forum(row.member, APPROVE, policy.forum_id)
