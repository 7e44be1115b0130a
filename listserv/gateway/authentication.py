"""Sign members in to the SMTP server: by password, or by the certificate of the client.

Source: RFC 4954 (AUTH), RFC 4616 (PLAIN), RFC 4422, appendix A (EXTERNAL); LOGIN is described in
draft-murchison-sasl-login and known alone by some programs.
"""

import asyncio
import binascii
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from typing import Protocol

from listserv.gateway.handler import Gateway
from listserv.gateway.lookups import Refusal, sign_in_by_certificate
from listserv.gateway.tls import NO_IDENTITY, external_identity

# A wrong password waits so long for its answer.
WRONG_PASSWORD_SECONDS = 0.5
SIGNED_IN = "235 2.7.0 You are signed in."
WRONG = "535 5.7.8 The address or the password is wrong."
CANCELLED = "501 5.7.0 You have changed your mind."
NOT_BASE64 = "501 5.5.2 This is not base64."
NOT_PLAIN = "501 5.5.2 PLAIN takes a name and a password, each after a NUL, in base64."
NEEDS_TLS = "538 5.7.11 Use STARTTLS before you sign in."


class AuthenticationError(Exception):
    """The exchange cannot go on; ``reply`` is what SMTP answers."""

    def __init__(self, reply: str) -> None:
        self.reply = reply
        super().__init__(reply)


class Authenticating(Protocol):
    """A session, as AUTH sees it."""

    gateway: Gateway
    helo: str
    is_extended: bool
    member_id: int | None

    @property
    def peer(self) -> str:
        """The address of the client whose message it is."""

    @property
    def may_sign_in(self) -> bool:
        """Whether a password may come over this connection."""

    @property
    def certified(self) -> list[str]:
        """The e-mail addresses of the client's certificate."""

    async def ask(self, challenge: str) -> bytes:
        """Send ``334`` with a challenge and return the answer, without its line end."""


Mechanism = Callable[[Authenticating, str | None], Awaitable[int | None]]


async def authenticate(session: Authenticating, arg: str) -> str:
    """Sign a member in: AUTH; return the reply."""
    objection = _objection(session, arg)
    if objection:
        return objection
    name, _space, initial = arg.partition(" ")
    mechanism = _MECHANISMS.get(name.upper())
    if mechanism is None or name.upper() not in mechanisms(session):
        return "504 5.5.4 This way to sign in is not offered here."
    try:
        member_id = await mechanism(session, initial or None)
    except AuthenticationError as error:
        return error.reply
    if member_id is None:
        return WRONG
    session.member_id = member_id
    return SIGNED_IN


def _objection(session: Authenticating, arg: str) -> str:
    """Return why nobody can sign in now, empty when somebody can."""
    if not session.helo:
        return "503 5.5.1 Say EHLO first."
    if not session.is_extended:
        return "500 5.5.1 AUTH needs EHLO."
    if not session.may_sign_in:
        return NEEDS_TLS
    if session.member_id is not None:
        return "503 5.5.1 You are signed in already."
    if not 1 <= len(arg.split()) <= 2:
        return "501 5.5.4 Syntax: AUTH mechanism, and perhaps an initial response"
    return ""


def mechanisms(session: Authenticating) -> list[str]:
    """Return the names of what is offered: EXTERNAL to clients whose certificate names them."""
    return [name for name in sorted(_MECHANISMS) if name != "EXTERNAL" or session.certified]


async def _plain(session: Authenticating, initial: str | None) -> int | None:
    parts = (await _response(session, initial, "")).split(b"\0")
    if len(parts) != 3:
        raise AuthenticationError(NOT_PLAIN)
    # The first part names whom to act for; everybody acts for themselves.
    return await _signed_in(session, parts[1], parts[2])


async def _login(session: Authenticating, initial: str | None) -> int | None:
    name = await _response(session, initial, "User Name\0")
    password = await _response(session, None, "Password\0")
    return await _signed_in(session, name, password)


async def _external(session: Authenticating, initial: str | None) -> int | None:
    answer = initial.encode() if initial else await session.ask("")
    if answer == b"*":
        raise AuthenticationError(CANCELLED)
    identity = external_identity(answer or NO_IDENTITY, session.certified)
    if not identity:
        return None
    return await session.gateway.threads.run(sign_in_by_certificate, identity)


_MECHANISMS: dict[str, Mechanism] = {"EXTERNAL": _external, "LOGIN": _login, "PLAIN": _plain}


async def _response(session: Authenticating, initial: str | None, challenge: str) -> bytes:
    """Return what the client answers, decoded. Raises: AuthenticationError."""
    if initial is None:
        encoded = await session.ask(b64encode(challenge.encode()).decode())
    else:
        encoded = initial.encode()
    if encoded == b"*":
        raise AuthenticationError(CANCELLED)
    try:
        return b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise AuthenticationError(NOT_BASE64) from error


async def _signed_in(session: Authenticating, name: bytes, password: bytes) -> int | None:
    """Return the key of the member whose password it is, None when it is nobody's.

    Raises: AuthenticationError when it may not be tried now.
    """
    answer = await session.gateway.sign_in(name, password, session.peer)
    if isinstance(answer, int):
        return answer
    await asyncio.sleep(WRONG_PASSWORD_SECONDS)
    if isinstance(answer, Refusal):
        raise AuthenticationError(answer.reply)
    return None
