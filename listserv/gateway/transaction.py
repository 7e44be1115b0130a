"""Answer the commands of a mail transaction, and those that ask about addresses.

Each function returns the reply.

Source: RFC 5321 §3.3, §3.5, §4.1.1; RFC 1870; Postfix's XFORWARD_README and XCLIENT_README.
"""

from typing import Protocol

from django.conf import settings

from listserv.gateway import forwarding, parameters
from listserv.gateway.handler import Conversation, Gateway
from listserv.gateway.paths import parse_path

NO_HELO = "503 5.5.1 Say EHLO first."
NO_MAIL = "503 5.5.1 Say MAIL FROM first."
NO_RELAY = "550 5.7.0 Only a trusted relay of this hub may name another client."
IN_TRANSACTION = "503 5.5.1 Not allowed during a message; RSET ends it."
TOO_LARGE = "552 5.3.4 The message is larger than the hub accepts."
NO_ADDRESS = "553 5.1.3 This is not an address."
MAIL_SYNTAX = "501 5.5.4 Syntax: MAIL FROM:<address>"
RCPT_SYNTAX = "501 5.5.4 Syntax: RCPT TO:<address>"
VRFY = (
    "252 2.5.1 Addresses are not looked up. Send the mail: the answer to RCPT says whether it is "
    "accepted."
)
HELP = (
    "214 2.0.0 EHLO, MAIL, RCPT, DATA; members sign in with AUTH. Write HELP to {address} for the "
    "commands by mail."
)


class Transacting(Conversation, Protocol):
    """A session, as the commands see it."""

    gateway: Gateway
    helo: str
    is_extended: bool
    forwarded: forwarding.ForwardedClient

    @property
    def has_queued(self) -> bool:
        """Whether the relay has the message in its queue, and would bounce what is refused."""

    def forget_message(self) -> None:
        """End the message that is under way."""

    def become(self, client: forwarding.ForwardedClient) -> str:
        """Begin the session again as the client that a relay names; return the greeting."""


async def mail(session: Transacting, arg: str) -> str:
    """Begin a message: MAIL FROM."""
    if not session.helo:
        return NO_HELO
    if session.mail_from is not None:
        return IN_TRANSACTION
    if arg[:5].upper() != "FROM:":
        return MAIL_SYNTAX
    path = parse_path(arg[5:].strip())
    if path is None:
        return NO_ADDRESS
    address, words = path
    if words and not session.is_extended:
        return MAIL_SYNTAX
    try:
        options = parameters.parse_mail(words)
    except parameters.ParameterError as error:
        return error.reply
    is_too_large = (options.size or 0) > settings.HUB_MAIL_MAX_SIZE
    # A relay that has the message already would bounce it: it is refused once it is here.
    if is_too_large and not session.has_queued:
        return TOO_LARGE
    session.utf8 = options.utf8
    return session.gateway.begin(session, address)


async def recipient(session: Transacting, arg: str) -> str:
    """Add a recipient: RCPT TO."""
    if not session.helo:
        return NO_HELO
    if session.mail_from is None:
        return NO_MAIL
    if arg[:3].upper() != "TO:":
        return RCPT_SYNTAX
    path = parse_path(arg[3:].strip())
    if path is None:
        return NO_ADDRESS
    address, words = path
    if not address or (words and not session.is_extended):
        return RCPT_SYNTAX
    try:
        parameters.parse_recipient(words)
    except parameters.ParameterError as error:
        return error.reply
    return await session.gateway.add_recipient(session, address)


async def reset(session: Transacting, arg: str) -> str:
    """End the message that is under way: RSET."""
    if arg:
        return "501 5.5.4 Syntax: RSET"
    session.forget_message()
    return "250 OK"


async def forward(session: Transacting, arg: str) -> str:
    """Note what a trusted relay says of the client whose message comes next: XFORWARD."""
    if not session.is_relay:
        return NO_RELAY
    if session.mail_from is not None:
        return IN_TRANSACTION
    try:
        session.forwarded = forwarding.parse_forwarded(arg, session.forwarded)
    except parameters.ParameterError as error:
        return error.reply
    return "250 2.0.0 OK"


async def become(session: Transacting, arg: str) -> str:
    """Make the session that of the client a trusted relay names: XCLIENT; answers a greeting."""
    if not session.is_relay:
        return NO_RELAY
    if session.mail_from is not None:
        return IN_TRANSACTION
    try:
        client = forwarding.parse_client(arg)
    except parameters.ParameterError as error:
        return error.reply
    return session.become(client)


async def verify(_session: Transacting, arg: str) -> str:
    """Answer VRFY alike for every address: who is a member is nobody's business."""
    return VRFY if arg else "501 5.5.4 Syntax: VRFY address"


async def explain(_session: Transacting, _arg: str) -> str:
    """Answer HELP."""
    return HELP.format(address=f"request@{settings.HUB_MAIL_DOMAIN}")


async def do_nothing(_session: Transacting, _arg: str) -> str:
    """Answer NOOP."""
    return "250 OK"
