"""What a session answers to the commands of a mail transaction, and to those that ask about
addresses.

The server's library refuses every parameter that it does not know, and answers without enhanced
status codes. Here the parameters are those of :mod:`listserv.gateway.parameters`, and a trusted
relay may say for whom it speaks. Each function returns the reply line.

Source: RFC 5321 §3.3, §3.5, §4.1.1; RFC 1870; Postfix's XFORWARD_README and XCLIENT_README.
"""

import re
from typing import Any, Protocol

from django.conf import settings

from listserv.gateway import forwarding, parameters
from listserv.gateway.data import BROKEN
from listserv.gateway.handler import Conversation, Door

NO_HELO = "503 5.5.1 Say EHLO first."
NO_RELAY = "550 5.7.0 Only a trusted relay of this hub may name another client."
IN_TRANSACTION = "503 5.5.1 Not allowed during a message; RSET ends it."
TOO_LARGE = "552 5.3.4 The message is larger than the hub accepts."
NO_ADDRESS = "553 5.1.3 This is not an address."
VRFY = (
    "252 2.5.1 Addresses are not looked up. Send the mail: the answer to RCPT says whether it is "
    "accepted."
)
HELP = (
    "214 2.0.0 EHLO, MAIL, RCPT, DATA; members sign in with AUTH. Write HELP to {address} for the "
    "commands by mail."
)
# Commands of RFC 821, 1985, 2645, 3030 and 4468 that are known and not served.
NOT_SERVED = frozenset({"EXPN", "ETRN", "ATRN", "TURN", "SEND", "SOML", "SAML", "BDAT", "BURL"})
# Replies of the library that lack an enhanced status code or a sentence for people.
_BETTER = {
    f'500 Error: command "{BROKEN}" not recognized': (
        "500 5.5.2 A command ends with CR LF and holds no other line end."
    ),
    "503 Error: send HELO first": NO_HELO,
    "535 5.7.8 Authentication credentials invalid": (
        "535 5.7.8 The address or the password is wrong."
    ),
    "538 5.7.11 Encryption required for requested authentication mechanism": (
        "538 5.7.11 Use STARTTLS before you sign in."
    ),
}
_BARE = re.compile(
    r"([45])([0-9]{2}) (?![0-9]\.[0-9]{1,3}\.[0-9]{1,3} )(?:Error: )?(.*)", re.DOTALL
)
_UNKNOWN = re.compile(r'500 Error: command "([^"]*)" not recognized')
_ENHANCED = {
    "00": "5.2",
    "01": "5.4",
    "02": "5.1",
    "03": "5.1",
    "04": "5.4",
    "30": "7.0",
    "54": "7.0",
}


class Transacting(Conversation, Protocol):
    """A session, as the commands see it; ``session`` and ``envelope`` are the library's."""

    door: Door
    session: Any
    envelope: Any
    forwarded: forwarding.ForwardedClient | None

    @property
    def has_queued(self) -> bool:
        """Whether the relay has the mail in its queue, and would bounce what is refused."""

    @property
    def is_relay(self) -> bool:
        """Whether who connected may say for whom it speaks."""

    def path_of(self, arg: str) -> tuple[str | None, str | None]:
        """Return an address and what stands behind it; None twice for what is no address."""

    def become(self, client: forwarding.ForwardedClient) -> str:
        """Begin the session again as the client that a relay names; return the greeting."""


async def mail(session: Transacting, arg: str | None) -> str:
    """Begin a mail: MAIL FROM."""
    if not session.session.host_name:
        return NO_HELO
    if session.envelope.mail_from:
        return IN_TRANSACTION
    address, rest = _path(session, "FROM:", arg)
    if address is None or rest is None:
        return rest or NO_ADDRESS
    try:
        options = parameters.parse_mail(rest)
    except parameters.ParameterError as error:
        return error.reply
    if (
        options.size is not None
        and options.size > settings.HUB_MAIL_MAX_SIZE
        and not session.has_queued
    ):
        return TOO_LARGE
    session.envelope.smtp_utf8 = options.utf8
    return await session.door.handle_MAIL(session, session.session, session.envelope, address, [])


async def recipient(session: Transacting, arg: str | None) -> str:
    """Add a recipient: RCPT TO."""
    if not session.session.host_name:
        return NO_HELO
    if not session.envelope.mail_from:
        return "503 5.5.1 Say MAIL FROM first."
    address, rest = _path(session, "TO:", arg)
    if address is None or rest is None:
        return rest or NO_ADDRESS
    try:
        parameters.parse_recipient(rest)
    except parameters.ParameterError as error:
        return error.reply
    return await session.door.handle_RCPT(session, session.session, session.envelope, address, [])


def _path(session: Transacting, keyword: str, arg: str | None) -> tuple[str | None, str | None]:
    """Return the address and its parameters; None and the reply for what is not of the form."""
    verb = "MAIL" if keyword == "FROM:" else "RCPT"
    syntax = f"501 5.5.4 Syntax: {verb} {keyword}<address>"
    if arg is None or arg[: len(keyword)].upper() != keyword:
        return None, syntax
    address, rest = session.path_of(arg[len(keyword) :].strip())
    if address is None:
        return None, NO_ADDRESS
    rest = (rest or "").strip()
    if not address or (rest and not session.session.extended_smtp):
        return None, syntax
    return address, rest


def forward(session: Transacting, arg: str | None) -> str:
    """Take what a trusted relay says of the client whose mail comes next: XFORWARD."""
    if not session.is_relay:
        return NO_RELAY
    if session.envelope.mail_from:
        return IN_TRANSACTION
    try:
        session.forwarded = forwarding.parse_forwarded(arg, session.forwarded)
    except parameters.ParameterError as error:
        return error.reply
    return "250 2.0.0 OK"


def become(session: Transacting, arg: str | None) -> str:
    """Make the session that of the client a trusted
    relay names: XCLIENT. The answer is a greeting.
    """
    if not session.is_relay:
        return NO_RELAY
    if session.envelope.mail_from:
        return IN_TRANSACTION
    try:
        client = forwarding.parse_client(arg)
    except parameters.ParameterError as error:
        return error.reply
    return session.become(client)


def verify(arg: str | None) -> str:
    """Answer VRFY alike for every address: who is a member is nobody's business."""
    return VRFY if arg else "501 5.5.4 Syntax: VRFY address"


def explain() -> str:
    """Answer HELP."""
    return HELP.format(address=f"request@{settings.HUB_MAIL_DOMAIN}")


def improved(reply: str) -> str:
    """Return a reply of the library with an enhanced status
    code (RFC 2034), in better words where there are any.
    """
    if reply[:1] not in {"4", "5"}:
        return reply
    if reply in _BETTER:
        return _BETTER[reply]
    unknown = _UNKNOWN.fullmatch(reply)
    if unknown is not None:
        return (
            f"502 5.5.1 {unknown[1]} is not served here."
            if unknown[1] in NOT_SERVED
            else "500 5.5.1 No such command."
        )
    bare = _BARE.fullmatch(reply)
    return (
        f"{bare[1]}{bare[2]} {bare[1]}.{_ENHANCED.get(bare[2], '0.0')} {bare[3]}"
        if bare is not None
        else reply
    )
