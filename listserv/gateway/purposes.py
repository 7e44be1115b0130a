"""Say what a held message is for, to the member who is asked whether it is theirs.

A private message is not published, a command does not go to everybody. The notification that asks,
the page of its link and what is said after the decision are written from the same facts, which the
handler of the address gives.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings

from forums import selectors as forum_selectors
from forums.policy import APPROVE
from listserv import tokens
from listserv.gateway.sender import author_address
from listserv.mail.parse.message import ParsedMessage
from listserv.models import InboundMail

if TYPE_CHECKING:
    from forums.models import Contribution


class Purpose(StrEnum):
    """What becomes of a message that its member says is theirs."""

    CONTRIBUTION = "contribution"  # everybody in the discussion reads it
    MODERATED = "moderated"  # the moderators read it first
    PRIVATE = "private"  # one person gets it
    COMMANDS = "commands"  # the hub does what it says
    LEADERS = "leaders"  # those who lead get it, or the Secretariat


@dataclass(frozen=True)
class HeldMail:
    """What a held message is for, as its member is told.

    Args:
        discussion: its name, or that of the hub.
        orders: the lines that order something.
        person: who alone gets a private message, empty for somebody who cannot be reached any more.
    """

    purpose: Purpose
    discussion: str
    orders: tuple[str, ...] = ()
    person: str = ""


def discussion_of(row: InboundMail) -> str:
    """Return the name of the discussion that a message is for, the hub's own for none."""
    if row.list is None:
        return str(settings.HUB_NAME)
    return str(row.list.forum.name)


def list_name_of(row: InboundMail) -> str:
    """Return the name of a message's list, as it stands in addresses and links."""
    if row.list is None:
        return tokens.NO_LIST
    return str(row.list.name)


def describe_contribution(row: InboundMail) -> HeldMail:
    """Return what a held message to a list is for. Queries: 3 at most."""
    purpose = Purpose.MODERATED if _is_moderated(row) else Purpose.CONTRIBUTION
    return HeldMail(purpose, discussion_of(row))


def for_leaders(row: InboundMail, _message: ParsedMessage) -> HeldMail:
    """Return what a message to those who lead is for."""
    return HeldMail(Purpose.LEADERS, discussion_of(row))


def domain_of(message: ParsedMessage) -> str:
    """Return the domain whose mail server could vouch for the author, empty for several authors."""
    return author_address(message).rpartition("@")[2]


def _is_moderated(row: InboundMail) -> bool:
    """Whether moderators read a message to a list before others do."""
    if row.contribution is not None:
        contribution: Contribution = row.contribution
        return bool(contribution.is_held)
    if row.list is None:
        return False
    policy = getattr(row.list.forum, "policy", None)
    if policy is None or not policy.moderated:
        return False
    return not forum_selectors.may_in_forum(row.member, APPROVE, policy.forum_id)
