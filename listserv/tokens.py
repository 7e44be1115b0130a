"""Addresses of a list, and the signed tokens some of them carry.

A list named ``risk`` has these local parts, all folded to lower case (RFC 5321 §2.4 leaves case to
the host):

==========================  ========================================================================
``risk``                    the posting address
``risk+r.<token>``          reply address: who replies, to which contribution, in which list
``risk+a.<token>``          alias of a member: a mail to it reaches that member alone
``risk-bounces+<token>``    envelope sender (VERP): which subscription, which contribution
``risk-leave+<token>``      unsubscribe by mail (RFC 2369): which subscription
``risk-confirm+<token>``    confirm a held mail: which mail, which member
``risk-moderate+<token>``   a moderator's decision: which contribution, revision, moderator
``risk-owner``              those who lead the discussion
``risk-request``            commands in words (:mod:`listserv.commands`)
``risk-request+<token>``    the same, in the notifications a member answers: whose, since which day
``risk-join``, ``-leave``, ``-digest``, ``-mail``, ``-nomail``, ``-help``  one command each
==========================  ========================================================================

A reply token proves its sender only together with the owner's address (design.md §3.6): the gateway
compares the author with the member it names. A mail "to all" goes to the reply address and the
posting address at once; the token is the proof for both, they are one contribution. The proof ends
``HUB_REPLY_DAYS`` after the day of issue; the token leads to its contribution for ever. The list is
bound by the purpose it is signed for, so that it costs no characters.

A local part holds 64 octets (RFC 5321 §4.5.3.1.1). A reply token of two numbers below 2**28 and a
day has 32 characters, one of three such numbers 36, so a list name of :data:`NAME_MAX` always fits.
"""

from dataclasses import dataclass, field

from django.conf import settings

from hub.lib import clock, tokens

# Octets of a list name: 64 less "+r." and the longest token (36), rounded down.
NAME_MAX = 24
LOCAL_PART_MAX = 64
# Subaddresses after a hyphen; no list name may end with one of them.
SUBADDRESSES = (
    "bounces", "leave", "confirm", "owner", "moderate", "request", "join", "digest", "mail",
    "nomail", "help", "subscribe", "unsubscribe",
)  # fmt: skip
# What other list servers call them.
SAME_AS = {"subscribe": "join", "unsubscribe": "leave"}
# Stands for the list's name in the confirm address of a mail to a desk that is no list's; no list
# may have it.
NO_LIST = "hub"


# Days are counted from 2026-01-01. Tokens of the first form carry no day: they count as made on
# their last one.
_DAY_ZERO = 20_454
_FIRST_FORM = 327


@dataclass(frozen=True)
class ReplyToken:
    """Who replies (member key), to what (contribution number), in which list (list key).

    ``is_expired`` says that it is too old to prove anything; it still says where a mail belongs.
    """

    member_id: int
    number: int
    list_id: int
    is_expired: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class BounceToken:
    """Which subscription (key) a copy of which contribution (number) was for."""

    subscription_id: int
    number: int


@dataclass(frozen=True)
class ConfirmToken:
    """Which held mail (key of the inbound row) which member (key) confirms."""

    inbound_id: int
    member_id: int


@dataclass(frozen=True)
class ModerateToken:
    """Which moderator (member key) decides on which contribution (number) at which revision."""

    member_id: int
    number: int
    revision: int = 0


def address(local_part: str) -> str:
    """Return an address of the hub's mail domain."""
    return f"{local_part}@{settings.HUB_MAIL_DOMAIN}"


def _today() -> int:
    """Return the day, in days since 2026-01-01 UTC."""
    return int(clock.now().timestamp()) // 86_400 - _DAY_ZERO


def reply_address(name: str, *, member_id: int, number: int, list_id: int) -> str:
    """Return where a member answers one contribution, from today on."""
    return address(f"{name}+r.{tokens.sign(f'reply:{list_id}', [member_id, number, _today()])}")


def read_reply(token: str, *, list_id: int) -> ReplyToken | None:
    """Return what a reply token says, None for a forged or mangled one, or another list's."""
    values = _read(f"reply:{list_id}", token, 3)
    if values:
        member_id, number, day = values
        return ReplyToken(member_id, number, list_id, is_expired=_is_expired(day))
    values = _read("reply", token, 3)
    if not values:
        return None
    member_id, number, named_list_id = values
    if named_list_id != list_id:
        return None
    return ReplyToken(member_id, number, list_id, is_expired=_is_expired(_FIRST_FORM))


def _read(purpose: str, token: str, *lengths: int) -> list[int]:
    """Return the numbers of a token, none for a forged or mangled one.

    Args: lengths, how many numbers it may have.
    """
    numbers = tokens.read(purpose, token)
    if numbers is None or len(numbers) not in lengths:
        return []
    return numbers


def _is_expired(day: int) -> bool:
    return _today() - day > settings.HUB_REPLY_DAYS


def desk_address(name: str, *, member_id: int, list_id: int) -> str:
    """Return where a member answers a notification with commands, from today on.

    In a message of theirs it is a proof.

    Args: name, of the list, empty for the desk that is no list's (list_id 0).
    """
    local = "request"
    if name:
        local = f"{name}-request"
    return address(f"{local}+{tokens.sign(f'desk:{list_id}', [member_id, _today()])}")


def read_desk(token: str, *, list_id: int) -> ReplyToken | None:
    """Return whose a desk token is, None for a forged or mangled one, or another desk's.

    Its number is 0.
    """
    values = _read(f"desk:{list_id}", token, 2)
    if not values:
        return None
    member_id, day = values
    return ReplyToken(member_id, 0, list_id, is_expired=_is_expired(day))


def alias_address(name: str, *, member_id: int, list_id: int) -> str:
    """Return where a member of a list is reached in private, without their address being shown.

    It is the same for ever: address books keep it.
    """
    return address(f"{name}+a.{tokens.sign(f'alias:{list_id}', [member_id])}")


def read_alias(token: str, *, list_id: int) -> int | None:
    """Return the key of the member whom an alias leads to, None for a forged or mangled one."""
    return next(iter(_read(f"alias:{list_id}", token, 1)), None)


def bounce_address(name: str, *, subscription_id: int, number: int) -> str:
    """Return the envelope sender of one copy."""
    return address(f"{name}-bounces+{tokens.sign('bounce', [subscription_id, number])}")


def read_bounce(token: str) -> BounceToken | None:
    """Return what a bounce token says, None for a forged or mangled one."""
    values = _read("bounce", token, 2)
    if not values:
        return None
    return BounceToken(*values)


def leave_token(subscription_id: int) -> str:
    """Return the token that ends the mails of one subscription."""
    return tokens.sign("leave", [subscription_id])


def leave_address(name: str, subscription_id: int) -> str:
    """Return where an empty mail ends the mails of one subscription (RFC 2369 §3.2)."""
    return address(f"{name}-leave+{leave_token(subscription_id)}")


def read_leave(token: str) -> int | None:
    """Return the key of the subscription a leave token names, None for a forged or mangled one."""
    return next(iter(_read("leave", token, 1)), None)


def confirm_token(*, inbound_id: int, member_id: int) -> str:
    """Return the token with which a member says that a held mail is theirs."""
    return tokens.sign("confirm", [inbound_id, member_id])


def confirm_address(name: str, *, inbound_id: int, member_id: int) -> str:
    """Return where a member confirms a held mail by mail."""
    return address(f"{name}-confirm+{confirm_token(inbound_id=inbound_id, member_id=member_id)}")


def read_confirm(token: str) -> ConfirmToken | None:
    """Return what a confirm token says, None for a forged or mangled one."""
    values = _read("confirm", token, 2)
    if not values:
        return None
    return ConfirmToken(*values)


def moderate_address(name: str, *, member_id: int, number: int, revision: int = 0) -> str:
    """Return where a moderator decides on a held contribution, as it is at a revision."""
    numbers = [member_id, number]
    # As first written is what mostly is asked about, and costs no character.
    if revision:
        numbers.append(revision)
    return address(f"{name}-moderate+{tokens.sign('moderate', numbers)}")


def read_moderate(token: str) -> ModerateToken | None:
    """Return what a moderator's token says, None for a forged or mangled one."""
    values = _read("moderate", token, 2, 3)
    if not values:
        return None
    return ModerateToken(*values)


def held_message_id(number: int, member_id: int) -> str:
    """Return the Message-ID, without brackets, of the notification of a held contribution.

    The one that tells the decision names it, so that both stand together.
    """
    return f"held-{number}-{tokens.sign('letter', [number, member_id])}@{settings.HUB_MAIL_DOMAIN}"
