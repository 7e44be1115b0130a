"""Signing in to the SMTP server: by password, or by the certificate of the client.

Source: RFC 4954 (AUTH), RFC 4616 (PLAIN), RFC 4422, appendix A (EXTERNAL).
"""

import asyncio
import logging
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from listserv.gateway.handler import Door
from listserv.gateway.lookups import Refusal, sign_in_by_certificate
from listserv.gateway.tls import addresses_in, external_identity

# Seconds that a wrong password waits for its answer.
WRONG_PASSWORD = 0.5


class _Quiet(logging.Filter):
    """Drop aiosmtpd's warning about an attribute that it sets itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every other record pass."""
        return "login_data is deprecated" not in record.getMessage()


logging.getLogger("mail.log").addFilter(_Quiet())


class Authentication(SMTP):
    """The part of a session that signs a member in."""

    door: Door
    peer: Any

    @property
    def certified(self) -> list[str]:
        """The e-mail addresses of the client's certificate,
        if it has shown one of an authority of ours.
        """
        if not self._tls_protocol or self.transport is None:
            return addresses_in(None)
        return addresses_in(self.transport.get_extra_info("peercert"))

    async def smtp_AUTH(self, arg: str) -> None:
        """Take the mechanism in any letter case."""
        name, space, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(f"{name.upper()}{space}{rest}")

    async def auth_PLAIN(self, _: Any, args: list[str]) -> AuthResult:
        """Sign in by RFC 4616."""
        return await self._verified(await super().auth_PLAIN(_, args))

    async def auth_LOGIN(self, _: Any, args: list[str]) -> AuthResult:
        """Sign in by the older LOGIN, which some programs know alone."""
        return await self._verified(await super().auth_LOGIN(_, args))

    async def auth_EXTERNAL(self, _: Any, args: list[str]) -> AuthResult:
        """Sign in as the member of an address in the
        client's certificate (RFC 4422, appendix A).
        """
        answer = args[1].encode() if len(args) > 1 else await self._challenged()
        if answer == b"*":
            return AuthResult(
                success=False, handled=False, message="501 5.7.0 You have changed your mind."
            )
        identity = external_identity(answer, self.certified)
        member_id = None
        if identity:
            member_id = await self.door.threads.run(sign_in_by_certificate, identity)
        return AuthResult(success=member_id is not None, handled=False, auth_data=member_id)

    async def _challenged(self) -> bytes:
        await self.push(b"334 ")
        return bytes((await self._reader.readline()).strip()) or b"="

    async def _verified(self, result: AuthResult) -> AuthResult:
        if not result.success or not isinstance(result.auth_data, LoginPassword):
            return result
        answer = await self.door.sign_in(*result.auth_data, self.peer)
        if answer is None or isinstance(answer, Refusal):
            await asyncio.sleep(WRONG_PASSWORD)
            return AuthResult(
                success=False, handled=False, message=answer.reply if answer is not None else None
            )
        return AuthResult(success=True, auth_data=answer)


def take_login(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    """Take name and password as they are: aiosmtpd asks
    for a verdict at once, ours comes from a thread.
    """
    return AuthResult(success=True, auth_data=data)
