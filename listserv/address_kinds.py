"""The kinds of addresses: of a list, of its subaddresses, and of desks of the hub itself."""

from enum import StrEnum


class AddressKind(StrEnum):
    """What an address is for; the value stands in :attr:`listserv.models.InboundMail.kind`."""

    POST = "post"  # the list itself
    REPLY = "reply"  # the list, with the token of one member's copy
    ALIAS = "alias"  # one member, through a list
    BOUNCES = "bounces"  # reports about copies: an envelope sender of a list
    RETURNED = "returned"  # reports about notifications: the envelope sender of the hub
    CONFIRM = "confirm"  # yes, the held message is mine
    MODERATE = "moderate"  # a moderator's decision
    OWNER = "owner"  # those who lead the discussion
    DESK = "desk"  # the Secretariat
    REQUEST = "request"  # commands in words
    # One command each, whatever the message says.
    JOIN = "join"
    LEAVE = "leave"
    DIGEST = "digest"
    MAIL = "mail"
    NOMAIL = "nomail"
    HELP = "help"


POSTING = frozenset({AddressKind.POST, AddressKind.REPLY})
"""Where a message becomes a contribution."""

FOR_REPORTS = frozenset({AddressKind.BOUNCES, AddressKind.RETURNED})
"""Where programs write to the hub; their author is nobody's member."""
