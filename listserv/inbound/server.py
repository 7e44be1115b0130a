"""The SMTP server: aiosmtpd's protocol with our own reading of DATA, run in the hub's event loop.

aiosmtpd takes bare CR, LF and NUL, keeps a mail as a list of lines, and its default handler lets a header choose the
recipient (``X-RcptTo``). Here a mail is read in chunks up to the one true end, ``CR LF . CR LF``; the guard then
refuses every other line end, and only the envelope is believed. This is the only module that knows aiosmtpd.

Source: RFC 5321, RFC 1870 (SIZE), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 6531 (SMTPUTF8).
"""

import asyncio
import contextlib
import ipaddress
import logging
import re
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.conf import settings

from hub import env
from hub.lib.clock import now
from listserv.inbound import session as hub
from listserv.inbound.delivery import Delivery
from listserv.inbound.guard import MAX_HEADER
from listserv.inbound.judge import judge
from listserv.inbound.recipients import RecentLists, Recipient
from listserv.inbound.spool import Spool
from listserv.inbound.threads import DatabaseThreads
from listserv.trust import check as trust

log = logging.getLogger(__name__)
MAX_SESSIONS = 200
MAX_RECIPIENTS = 20
# Seconds without a command, or without a byte of a mail, after which a session ends (RFC 5321 §4.5.3.2 asks for 300).
TIMEOUT = 300.0
# Seconds that mails already read get to be answered when the server stops.
GRACE = 5.0
# Seconds in which the last words reach clients whose mail is answered, or who have none under way.
FAREWELL = 0.5
_STOPPING = b"421 4.3.2 The hub is being stopped. Try again later.\r\n"
# Seconds that a wrong password waits for its answer.
WRONG_PASSWORD = 0.5
# Of a mail that is over the limit so many times the limit is read, so that its client hears why; then it is cut off.
DRAIN = 5
_COMMANDS = {"*": 100, "MAIL": 1_000, "RCPT": 5_000, "DATA": 1_000, "RSET": 1_000, "NOOP": 1_000, "AUTH": 4}
_AUTH_PARAMETER = re.compile(r"\s+AUTH=\S{1,500}", re.IGNORECASE)
# Replies of aiosmtpd that lack an enhanced status code or a sentence for people.
_BETTER = {
    "552 Error: message size exceeds fixed maximum message size": "552 5.3.4 The message is larger than the hub takes.",
    "535 5.7.8 Authentication credentials invalid": "535 5.7.8 The address or the password is wrong.",
    "538 5.7.11 Encryption required for requested authentication mechanism": (
        "538 5.7.11 Use STARTTLS before you sign in."
    ),
}


class _Quiet(logging.Filter):
    """Drop aiosmtpd's warning about an attribute that it sets itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every other record pass."""
        return "login_data is deprecated" not in record.getMessage()


logging.getLogger("mail.log").addFilter(_Quiet())


class Door:
    """What all sessions of one server share, and aiosmtpd's hooks."""

    def __init__(self) -> None:
        self.threads = DatabaseThreads()
        self.lists = RecentLists()
        self.spool = Spool()
        self.sessions: set[_Protocol] = set()
        # Mails that are read and not yet answered.
        self.delivering = 0
        self.stopping = False

    async def handle_MAIL(
        self, server: "_Protocol", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the reverse path; ``<>`` becomes empty only in the delivery, since aiosmtpd tests it for truth."""
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: "_Protocol", session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient that exists, refuse any other at once."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients for one message; send it again for the rest."
        found = await self.threads.run(hub.look_up, address, server.member_id, envelope.smtp_utf8, self.lists)
        if isinstance(found, hub.Refusal):
            log.info("Refused the recipient %r from %s: %s", address, server.peer, found.reply)
            return found.reply
        envelope.rcpt_tos.append(address)
        server.recipients.append(found)
        return "250 2.1.5 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Ask the client to try again: what failed is on our side."""
        log.error("An SMTP session failed", exc_info=error)
        return "451 4.3.0 The hub could not do this now. Try again later."

    async def deliver(self, delivery: Delivery) -> str:
        """Judge a mail, commit the outcome, then return the reply."""
        checks = await trust.check(delivery, is_member=lambda address: self.threads.run(hub.is_member, address))
        if checks is not None:
            delivery = replace(delivery, checks=checks)
        judgement = await self.threads.run(judge, delivery)
        await self.spool.commit(judgement)
        states = ",".join(row.state for row in judgement.rows)
        log.info("Mail of %d bytes from %s: %s", delivery.size, delivery.peer, states)
        return judgement.reply


class _Protocol(SMTP):
    """One session."""

    line_length_limit = 65_536
    local_part_limit = 0
    # aiosmtpd shares this mapping between all sessions and adds to it at each EHLO.
    command_size_limits: dict[str, int] = defaultdict(lambda: 2_048)

    def __init__(self, door: Door, tls: ssl.SSLContext | None) -> None:
        self.door = door
        self.delivering = False
        self.recipients: list[Recipient] = []
        super().__init__(
            door,
            data_size_limit=settings.HUB_MAIL_MAX_SIZE,
            enable_SMTPUTF8=True,
            hostname=settings.HUB_MAIL_DOMAIN,
            ident="Network Hub",
            tls_context=tls,
            timeout=TIMEOUT,
            authenticator=_take,
            command_call_limit=_COMMANDS,
            loop=asyncio.get_running_loop(),
        )

    @property
    def member_id(self) -> int | None:
        """Key of the member who signed in, None for nobody."""
        found = self.session.auth_data if self.session is not None and self.session.authenticated else None
        return found if isinstance(found, int) else None

    @property
    def peer(self) -> str:
        """The client's address."""
        found = self.session.peer if self.session is not None else None
        return str(found[0]) if isinstance(found, tuple) else str(found or "")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a client on this host sign in without TLS, any other only after STARTTLS."""
        self.door.sessions.add(self)
        peer = transport.get_extra_info("peername")
        self._auth_require_tls = not (isinstance(peer, tuple) and _is_loopback(str(peer[0])))
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the session."""
        self.door.sessions.discard(self)
        super().connection_lost(error)

    def end(self) -> None:
        """Say 421 and close (RFC 5321 §3.8); a session whose mail is being answered does so after its reply."""
        if not self.delivering and isinstance(self.transport, asyncio.Transport) and not self.transport.is_closing():
            self.transport.write(_STOPPING)
            self.transport.close()

    def _set_post_data_state(self) -> None:
        self.recipients = []
        super()._set_post_data_state()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        # The standard library's address parser raises more than it says for what people type.
        try:
            address, rest = super()._getaddr(arg)
        except Exception:
            return None, None
        if address is not None and (len(address) > 320 or any(ord(char) < 32 for char in address)):
            return None, None
        return address, rest

    async def push(self, status: Any) -> None:
        """Send a reply line, in better words where aiosmtpd's are poor."""
        await super().push(_BETTER.get(status, status) if isinstance(status, str) else status)

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

    async def _verified(self, result: AuthResult) -> AuthResult:
        if not result.success or not isinstance(result.auth_data, LoginPassword):
            return result
        found = await self.door.threads.run(hub.sign_in, *result.auth_data)
        if isinstance(found, hub.Refusal):
            return AuthResult(success=False, handled=False, message=found.reply)
        if found is None:
            await asyncio.sleep(WRONG_PASSWORD)
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=found)

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Leave out the parameter AUTH= (RFC 4954 §5): who signed in is known already."""
        await super().smtp_MAIL(_AUTH_PARAMETER.sub("", arg) if arg else arg)

    async def smtp_DATA(self, arg: str) -> None:
        """Read a mail and answer with its verdict."""
        assert self.envelope is not None and self.session is not None
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 No recipient was taken")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        raw, size, ended = await self._receive(settings.HUB_MAIL_MAX_SIZE)
        # A big mail may have taken long; judging and committing it must not run into the idle timeout.
        self._reset_timeout()
        delivery = Delivery(
            peer=self.peer,
            helo=self.session.host_name or "",
            auth_id=self.member_id,
            mail_from="" if self.envelope.mail_from in {None, "<>"} else str(self.envelope.mail_from),
            recipients=tuple(self.recipients),
            raw=raw,
            size=size,
            received_at=now(),
            utf8=self.envelope.smtp_utf8,
        )
        await self._answer(delivery)
        if not ended and self.transport is not None:
            self.transport.close()

    async def _answer(self, delivery: Delivery) -> None:
        self.delivering = True
        self.door.delivering += 1
        try:
            reply = await self.door.deliver(delivery)
            self._set_post_data_state()
            await self.push(reply)
        finally:
            self.delivering = False
            self.door.delivering -= 1
        if self.door.stopping:
            self.end()

    async def _receive(self, limit: int) -> tuple[bytes, int, bool]:
        """Read up to the end of data (RFC 5321 §4.1.1.4).

        Returns: the mail with its dots unstuffed, or its beginning when it is over ``limit``; its size in bytes; and
        whether its end was seen.
        """
        # The line end of the DATA command stands before an end of data that follows at once.
        buffer = bytearray(b"\r\n")
        keep, dropped, seen = min(MAX_HEADER, limit), 0, 0
        while (end := buffer.find(b"\r\n.\r\n", max(0, seen - 4))) < 0:
            if len(buffer) > limit + 1_000:
                # Too large: keep the header for the record and enough of the tail to see the end.
                dropped += len(buffer) - keep - 4
                del buffer[keep:-4]
                if dropped > limit * DRAIN:
                    return bytes(buffer[2:keep]), dropped + len(buffer), False
            seen = len(buffer)
            # All there is: what follows the end of data is given back to an empty buffer, in order.
            chunk = await self._reader.read(1 << 30)
            if not chunk:
                raise ConnectionResetError
            self._reset_timeout()
            buffer += chunk
        rest = bytes(buffer[end + 5 :])
        if rest:
            self._reader.feed_data(rest)
        raw = bytes(buffer[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
        return raw, len(raw) + dropped, True


class _Busy(asyncio.Protocol):
    """Answers one client too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many sessions. Try again later.\r\n")
        transport.close()


def _take(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Take name and password as they are: aiosmtpd asks for a verdict at once, ours comes from a thread."""
    return AuthResult(success=True, auth_data=data)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def tls_context() -> ssl.SSLContext | None:
    """Return the context of ``HUB_SMTP_CERT`` and ``HUB_SMTP_KEY``; None when they are not set.

    Raises: hub.env.EnvError when they are no certificate and its key.
    """
    cert, key = settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY
    if cert is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(cert, key)
    except (ssl.SSLError, OSError) as error:
        raise env.EnvError("HUB_SMTP_CERT", str(cert), "a certificate in PEM, with its key in HUB_SMTP_KEY") from error
    return context


async def serve(stop: asyncio.Event) -> None:
    """Serve SMTP at ``HUB_SMTP`` until ``stop`` is set.

    Then idle sessions end at once with 421, and mails that are read get :data:`GRACE` seconds to be answered.

    Raises: OSError when the address is taken.
    """
    door, tls = Door(), tls_context()

    def session() -> asyncio.Protocol:
        return _Protocol(door, tls) if len(door.sessions) < MAX_SESSIONS else _Busy()

    where = settings.HUB_SMTP
    server = await asyncio.get_running_loop().create_server(session, where.host, where.port, backlog=256)
    door.spool.start()
    log.info("SMTP at %s", where)
    try:
        await stop.wait()
    finally:
        server.close()
        await _end_sessions(door)
        await asyncio.to_thread(door.spool.stop)
        await asyncio.to_thread(door.threads.close)


async def _end_sessions(door: Door) -> None:
    door.stopping = True
    for session in list(door.sessions):
        session.end()
    await _until(lambda: not door.delivering, GRACE)
    await _until(lambda: not door.sessions, FAREWELL)
    for session in list(door.sessions):
        # A client that reads nothing, or does not end its TLS, is not waited for.
        if isinstance(session.transport, asyncio.Transport):
            session.transport.abort()


async def _until(done: Callable[[], bool], seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not done():
                await asyncio.sleep(0.01)
