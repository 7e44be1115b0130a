"""The SMTP server: aiosmtpd's protocol with our own reading of DATA, run in the hub's event loop.

aiosmtpd takes bare CR, LF and NUL, keeps a mail as a list of lines, and its default handler lets a
header choose the recipient (``X-RcptTo``). Here a mail is read in chunks up to its one true end;
the guard then refuses every other line end, and only the envelope is believed. This module and
:mod:`listserv.gateway.authentication` alone know aiosmtpd; what is answered to a command stands in
:mod:`listserv.gateway.handler`.

Source: RFC 5321, RFC 1870 (SIZE), RFC 2920 (PIPELINING), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC
6531 (SMTPUTF8), the PROXY protocol 1 and 2 (its specification of March 2020).
"""

import asyncio
import logging
import re
import ssl
import time
from collections import defaultdict
from typing import Any

from aiosmtpd.proxy_protocol import ProxyData
from aiosmtpd.smtp import SMTP
from django.conf import settings

from hub.lib.bus import bus
from hub.lib.clients import is_in
from hub.lib.clock import now
from hub.members.sessions import SIGN_IN_ENDED
from listserv.gateway import forwarding, limits, transaction
from listserv.gateway.authentication import Authentication, take_login
from listserv.gateway.data import Received, command_reader, receive
from listserv.gateway.delivery import Delivery
from listserv.gateway.handler import Door
from listserv.gateway.peers import Busy, SessionState, turn_away
from listserv.gateway.tls import tls_context
from listserv.mail.parse.guard import MAX_HEADER

log = logging.getLogger(__name__)
MAX_SESSIONS = 200
# Seconds without a command, or without a byte of a mail, after which a session ends (RFC 5321
# §4.5.3.2 asks for 300).
TIMEOUT = 300.0
# Seconds that a proxy has to say for whom it speaks.
PROXY_TIMEOUT = 5.0
STOPPING = "421 4.3.2 The hub is being stopped. Try again later."
TOO_SLOW = "421 4.4.2 You were quiet for too long, or too slow. Try again later."
_COMMANDS = {
    "*": 100, "MAIL": 1_000, "RCPT": 5_000, "DATA": 1_000, "RSET": 1_000, "NOOP": 1_000, "AUTH": 4,
    "XFORWARD": 4_000
}  # fmt: skip
_POSTMASTER = re.compile(r"<(postmaster)>((?: [^\x00-\x1f]{0,1000})?)", re.IGNORECASE)
# An address as nearly all are, and the parameters behind it; what is not of this form is parsed at
# length.
_PLAIN = re.compile(r"<([A-Za-z0-9_+=.-]{1,64}@[A-Za-z0-9.-]{1,255})>((?: [^\x00-\x1f]{0,1000})?)")


class _Protocol(SessionState, Authentication, SMTP):
    """One session."""

    line_length_limit = 65_536
    local_part_limit = 0
    # aiosmtpd shares this mapping between all sessions and adds to it at each EHLO.
    command_size_limits: dict[str, int] = defaultdict(lambda: 2_048)

    def __init__(self, door: Door, tls: ssl.SSLContext | None) -> None:
        self.door = door
        SessionState.__init__(self)
        SMTP.__init__(
            self,
            door,
            data_size_limit=settings.HUB_MAIL_MAX_SIZE,
            enable_SMTPUTF8=True,
            hostname=settings.HUB_MAIL_DOMAIN,
            ident="Network Hub",
            tls_context=tls,
            timeout=TIMEOUT,
            authenticator=take_login,
            command_call_limit=_COMMANDS,
            loop=asyncio.get_running_loop(),
        )
        self._mechanisms = dict(self._auth_methods)

    def __dir__(self) -> list[str]:
        """Name the commands and mechanisms alone:
        aiosmtpd looks through all names for each session.
        """
        return _NAMES

    @property
    def member_id(self) -> int | None:
        """Key of the member who signed in, None for nobody."""
        login = (
            self.session.auth_data
            if self.session is not None and self.session.authenticated
            else None
        )
        return login if isinstance(login, int) else None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, again after STARTTLS, which changes nothing about who the client is."""
        first = self._original_transport is None
        if first:
            peer = transport.get_extra_info("peername")
            self.connected = (str(peer[0]), int(peer[1])) if isinstance(peer, tuple) else None
            if is_in(self.relay, settings.HUB_SMTP_PROXY):
                self._proxy_timeout = PROXY_TIMEOUT
            elif turned_away := STOPPING if self.door.stopping else self.door.greet(self):
                turn_away(transport, turned_away)
            self.door.sessions.add(self)
        self._admit()
        super().connection_made(transport)
        self._know()

    def _admit(self) -> None:
        """Let a client that certainly is on this host sign
        in without TLS, any other only after STARTTLS.
        """
        self._auth_require_tls = self.is_spoken_for or not limits.is_on_this_host(self.client)

    def _know(self) -> None:
        if self.session is not None and self.connected is not None:
            self.session.peer = self.connected  # type: ignore[assignment]

    async def handle_proxy(self, proxy_data: ProxyData) -> bool:
        """Take the client that a proxy of ours names;
        a check of the proxy's own stays the proxy's.
        """
        if not proxy_data.valid:
            return False
        if proxy_data.src_addr:
            self.connected, self.proxied = (
                (str(proxy_data.src_addr), int(proxy_data.src_port or 0)),
                True,
            )
            self._admit()
            self._know()
        turned_away = self.door.greet(self)
        if turned_away:
            await self.push(turned_away)
        return not turned_away

    async def _call_handler_hook(self, command: str, *args: Any) -> Any:
        if command == "PROXY":
            return await self.handle_proxy(args[0])
        return await super()._call_handler_hook(command, *args)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the session."""
        self.door.sessions.discard(self)
        self.door.leave(self)
        self.door.spool.forget(self)
        self._let_go()
        super().connection_lost(error)

    def end(self, reply: str = STOPPING) -> None:
        """Say 421 and close (RFC 5321 §3.8); a session whose
        mail is being answered does so after its reply.
        """
        if (
            not self.delivering
            and isinstance(self.transport, asyncio.Transport)
            and not self.transport.is_closing()
        ):
            self.waiting_since = 0.0
            turn_away(self.transport, reply)

    def _timeout_cb(self) -> None:
        if self.delivering:
            self._reset_timeout()
        else:
            self.end(TOO_SLOW)

    def become(self, client: forwarding.ForwardedClient) -> str:
        """Begin again as the client that a relay names:
        whoever signed in before is somebody else.
        """
        assert self.session is not None
        tls = self.session.ssl
        self.named = client
        self._set_rset_state()
        self.session = self._create_session()
        self.session.ssl = tls
        self._admit()
        self._know()
        return self.door.greet(self) or f"220 {self.hostname} {self.__ident__}"

    def abort(self) -> None:
        """Close without a word: a client that reads
        nothing, or does not end its TLS, is not waited for.
        """
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    def _cb_client_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        read = command_reader(reader, self._waits)
        reader.readuntil = read  # type: ignore[method-assign,assignment]
        super()._cb_client_connected(reader, writer)

    def _waits(self, waiting: bool) -> None:
        self.waiting_since = time.monotonic() if waiting else 0.0

    def _set_post_data_state(self) -> None:
        self.recipients = []
        self.forwarded = None
        super()._set_post_data_state()

    def path_of(self, arg: str) -> tuple[str | None, str | None]:
        """Return an address and what stands behind it; None twice for what is no address."""
        plain = _PLAIN.fullmatch(arg) or _POSTMASTER.fullmatch(arg)
        if plain is not None:
            return plain[1], plain[2]
        # The standard library's address parser raises more than it says for what people type.
        try:
            address, rest = self._getaddr(arg)
        except Exception:
            return None, None
        if address is not None and (len(address) > 320 or any(ord(char) < 32 for char in address)):
            return None, None
        return address, rest

    async def push(self, status: Any) -> None:
        """Send a reply line, in better words where aiosmtpd's are poor."""
        if self.gathered is not None:
            self.gathered.append(str(status))
            return
        await super().push(transaction.improved(status) if isinstance(status, str) else status)

    async def smtp_EHLO(self, hostname: str) -> None:
        """Say what the door can do, in one piece; AUTH
        EXTERNAL is for clients whose certificate names them.
        """
        self._auth_methods = dict(self._mechanisms)
        if not self.certified:
            del self._auth_methods["EXTERNAL"]
        lines = self.gathered = []
        try:
            await super().smtp_EHLO(hostname)
        finally:
            self.gathered = None
        extra = ["250-PIPELINING"] if lines[0].startswith("250") else []
        if extra and self.is_relay:
            extra += [f"250-{forwarding.XFORWARD}", f"250-{forwarding.XCLIENT}"]
        # A relay that has the mail already would bounce what is larger than is announced.
        if self.has_queued:
            lines = ["250-SIZE 0" if line.startswith("250-SIZE") else line for line in lines]
        await self.push("\r\n".join([*lines[:-1], *extra, lines[-1]]))

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a mail."""
        await self.push(await transaction.mail(self, arg))

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Add a recipient."""
        await self.push(await transaction.recipient(self, arg))

    async def smtp_XFORWARD(self, arg: str | None) -> None:
        """Take from a relay of ours whose mail comes next."""
        await self.push(transaction.forward(self, arg))

    async def smtp_XCLIENT(self, arg: str | None) -> None:
        """Take from a relay of ours whose session this is."""
        reply = transaction.become(self, arg)
        await self.push(reply)
        if reply.startswith("421") and self.transport is not None:
            self.transport.close()

    async def smtp_VRFY(self, arg: str) -> None:
        """Say nothing about an address."""
        await self.push(transaction.verify(arg))

    async def smtp_HELP(self, arg: str) -> None:
        """Say where help is."""
        await self.push(transaction.explain())

    async def smtp_DATA(self, arg: str) -> None:
        """Read a mail and answer with its verdict."""
        assert self.envelope is not None
        if await self.check_helo_needed():
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 No recipient was taken")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            self.pace.begin(TIMEOUT)
            received = await receive(
                self._reader,
                limit=settings.HUB_MAIL_MAX_SIZE,
                keep=MAX_HEADER,
                came=self._came,
                whole=self.has_queued,
            )
            # A big mail may have taken long; judging and committing it must not run into the idle
            # timeout.
            self._reset_timeout()
            await self._answer(self._delivery(received))
        finally:
            self._let_go()
        if not received.ended and self.transport is not None:
            self.transport.close()

    def _delivery(self, received: Received) -> Delivery:
        assert self.envelope is not None and self.session is not None
        helo, relay = self.origin(self.session.host_name or "")
        return Delivery(
            peer=self.peer,
            helo=helo,
            relay=relay,
            has_queued=self.has_queued,
            auth_id=self.member_id,
            mail_from=""
            if self.envelope.mail_from in {None, "<>"}
            else str(self.envelope.mail_from),
            recipients=tuple(self.recipients),
            raw=received.raw,
            size=received.size,
            received_at=now(),
            utf8=self.envelope.smtp_utf8,
        )

    def _came(self, count: int) -> None:
        self.held += count
        self.door.pressure.held += count
        if count > 0:
            self._reset_timeout(self.pace.left(count))

    def _let_go(self) -> None:
        self.door.pressure.held -= self.held
        self.held = 0

    async def _answer(self, delivery: Delivery) -> None:
        self.delivering = True
        self.door.delivering += 1
        self.door.spool.forget(self)
        try:
            reply = await self.door.deliver(delivery)
            self._set_post_data_state()
            await self.push(reply)
        finally:
            self.delivering = False
            self.door.delivering -= 1
        if self.door.stopping:
            self.end()


# What aiosmtpd looks for among all names of a session.
_NAMES = [name for name in dir(_Protocol) if name.startswith(("smtp_", "auth_"))]


async def serve(stop: asyncio.Event) -> None:
    """Serve SMTP at ``HUB_SMTP`` until ``stop`` is set.

    Then idle sessions end at once with 421, and mails that are read are answered
    (:meth:`Door.close`).

    Raises: OSError when the address is taken.
    """
    door, tls = Door(), tls_context()

    def session() -> asyncio.Protocol:
        return (
            _Protocol(door, tls)
            if len(door.sessions) < MAX_SESSIONS or door.make_room()
            else Busy()
        )

    where = settings.HUB_SMTP
    server = await asyncio.get_running_loop().create_server(
        session, where.host, where.port, backlog=256, reuse_port=settings.HUB_SMTP_SHARED or None
    )
    door.spool.start()
    await bus.subscribe(SIGN_IN_ENDED, door.sign_out)
    log.info("SMTP at %s", where)
    try:
        await stop.wait()
    finally:
        server.close()
        await bus.unsubscribe(SIGN_IN_ENDED, door.sign_out)
        await door.close()
