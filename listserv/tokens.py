"""Addresses of a list, and the signed tokens some of them carry.

A list named ``risk`` has these local parts, all folded to lower case (RFC 5321 §2.4 leaves case to the host):

==========================  ==========================================================================
``risk``                    the posting address
``risk+r.<token>``          reply address: who replies, to which contribution, in which list
``risk-bounces+<token>``    envelope sender (VERP): which subscription, which contribution
``risk-leave+<token>``      unsubscribe by mail (RFC 2369): which subscription
``risk-confirm+<token>``    confirm a held mail: which mail, which member
``risk-moderate+<token>``   a moderator's decision: which contribution, which moderator
``risk-owner``              those who lead the discussion
``risk-request``            commands in words (:mod:`listserv.commands`)
``risk-join``, ``-leave``, ``-digest``, ``-mail``, ``-nomail``, ``-help``  one command each
==========================  ==========================================================================

A reply token proves its sender only together with the owner's address (design.md §3.6): the door compares the author
with the member it names. A mail "to all" goes to the reply address and the posting address at once; the token is the
proof for both, they are one contribution.

A local part holds 64 octets (RFC 5321 §4.5.3.1.1). A token of three numbers below 2**28 has 36 letters, so a list name
of :data:`NAME_MAX` always fits.
"""

from dataclasses import dataclass

from django.conf import settings

from hub.lib import tokens

# Octets of a list name: 64 less "+r." and the longest reply token (36), rounded down.
NAME_MAX = 24
LOCAL_PART_MAX = 64
# Subaddresses after a hyphen; no list name may end with one of them.
SUBADDRESSES = (
    "bounces", "leave", "confirm", "owner", "moderate", "request", "join", "digest", "mail", "nomail", "help",
    "subscribe", "unsubscribe",
)  # fmt: skip
# What other list servers call them.
SAME_AS = {"subscribe": "join", "unsubscribe": "leave"}
# Stands for the list's name in the confirm address of a mail to a desk that is no list's; no list may have it.
NO_LIST = "hub"


@dataclass(frozen=True)
class ReplyToken:
    """Who replies (member key), to what (contribution number), in which list (list key)."""

    member_id: int
    number: int
    list_id: int


@dataclass(frozen=True)
class BounceToken:
    """Which subscription (key) a copy of which contribution (number) was for."""

    subscription_id: int
    number: int


@dataclass(frozen=True)
class ConfirmToken:
    """Which held mail (key of the inbound row) which member (key) confirms."""

    mail_id: int
    member_id: int


@dataclass(frozen=True)
class ModerateToken:
    """Which moderator (member key) is asked about which contribution (number)."""

    member_id: int
    number: int


def address(local_part: str) -> str:
    """Return an address of the hub's mail domain."""
    return f"{local_part}@{settings.HUB_MAIL_DOMAIN}"


def reply_address(name: str, *, member_id: int, number: int, list_id: int) -> str:
    """Return where a member answers one contribution."""
    return address(f"{name}+r.{tokens.sign('reply', [member_id, number, list_id])}")


def read_reply(token: str) -> ReplyToken | None:
    """Return what a reply token says, None for a forged or mangled one."""
    numbers = tokens.read("reply", token)
    return ReplyToken(*numbers) if numbers is not None and len(numbers) == 3 else None


def bounce_address(name: str, *, subscription_id: int, number: int) -> str:
    """Return the envelope sender of one copy."""
    return address(f"{name}-bounces+{tokens.sign('bounce', [subscription_id, number])}")


def read_bounce(token: str) -> BounceToken | None:
    """Return what a bounce token says, None for a forged or mangled one."""
    numbers = tokens.read("bounce", token)
    return BounceToken(*numbers) if numbers is not None and len(numbers) == 2 else None


def leave_token(subscription_id: int) -> str:
    """Return the token that ends the mails of one subscription."""
    return tokens.sign("leave", [subscription_id])


def leave_address(name: str, subscription_id: int) -> str:
    """Return where an empty mail ends the mails of one subscription (RFC 2369 §3.2)."""
    return address(f"{name}-leave+{leave_token(subscription_id)}")


def read_leave(token: str) -> int | None:
    """Return the key of the subscription a leave token names, None for a forged or mangled one."""
    numbers = tokens.read("leave", token)
    return numbers[0] if numbers is not None and len(numbers) == 1 else None


def confirm_token(*, mail_id: int, member_id: int) -> str:
    """Return the token with which a member says that a held mail is theirs."""
    return tokens.sign("confirm", [mail_id, member_id])


def confirm_address(name: str, *, mail_id: int, member_id: int) -> str:
    """Return where a member confirms a held mail by mail."""
    return address(f"{name}-confirm+{confirm_token(mail_id=mail_id, member_id=member_id)}")


def read_confirm(token: str) -> ConfirmToken | None:
    """Return what a confirm token says, None for a forged or mangled one."""
    numbers = tokens.read("confirm", token)
    return ConfirmToken(*numbers) if numbers is not None and len(numbers) == 2 else None


def moderate_address(name: str, *, member_id: int, number: int) -> str:
    """Return where a moderator answers the letter about a held contribution."""
    return address(f"{name}-moderate+{tokens.sign('moderate', [member_id, number])}")


def read_moderate(token: str) -> ModerateToken | None:
    """Return what a moderator's token says, None for a forged or mangled one."""
    numbers = tokens.read("moderate", token)
    return ModerateToken(*numbers) if numbers is not None and len(numbers) == 2 else None


def letter_id(number: int, member_id: int) -> str:
    """Return the Message-ID, without brackets, of the letter that asks a moderator about a held contribution.

    The letter that tells the decision names it, so that both stand together.
    """
    return f"held-{number}-{tokens.sign('letter', [number, member_id])}@{settings.HUB_MAIL_DOMAIN}"
