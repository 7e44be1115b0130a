"""One SMTP session: a command at a time, each with its reply.

A message is read in chunks up to its one true end; the guard then refuses every other line end, and
only the envelope is believed. What is answered to a command stands in
:mod:`listserv.gateway.transaction` and :mod:`listserv.gateway.authentication`.

Source: RFC 5321, RFC 1870 (SIZE), RFC 2920 (PIPELINING), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC
6531 (SMTPUTF8).
"""

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from django.conf import settings

from hub.lib.clients import is_in
from hub.lib.clock import now
from listserv.gateway import authentication, forwarding, limits, proxy, transaction
from listserv.gateway.connection import Connection, LineTooLongError
from listserv.gateway.data import Received, receive
from listserv.gateway.handler import Gateway
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.peers import SessionState, turn_away
from listserv.gateway.tls import addresses_in
from listserv.mail.parse.guard import MAX_HEADER

# Seconds without a command, or without a byte of a message, after which a session ends (RFC 5321
# §4.5.3.2 asks for 300).
TIMEOUT = 300.0
# Octets of a command line; RFC 4954 §4 asks for 12,288 where somebody signs in.
MAX_COMMAND = 2_048
MAX_AUTH = 12_288
# Commands that nobody knows, in one session.
MAX_UNKNOWN_COMMANDS = 5
# How often a session may give a command; any other one 100 times.
MOST_COMMANDS = {
    "MAIL": 1_000,
    "RCPT": 5_000,
    "DATA": 1_000,
    "RSET": 1_000,
    "NOOP": 1_000,
    "AUTH": 4,
    "XFORWARD": 4_000,
}
# Commands of RFC 821, 1985, 2645, 3030 and 4468 that are known and not served.
NOT_SERVED = frozenset({"EXPN", "ETRN", "ATRN", "TURN", "SEND", "SOML", "SAML", "BDAT", "BURL"})
STOPPING = "421 4.3.2 The hub is being stopped. Try again later."
TOO_SLOW = "421 4.4.2 You were quiet for too long, or too slow. Try again later."
TOO_LONG = "500 5.5.2 The command is too long."
BROKEN = "500 5.5.2 A command ends with CR LF and holds no other line end."
NO_COMMAND = "500 5.5.2 A command is one word of ASCII letters."


class Session(SessionState, Connection):
    """One client, from its first byte to its last."""

    def __init__(self, gateway: Gateway, tls: ssl.SSLContext | None) -> None:
        SessionState.__init__(self)
        Connection.__init__(self, asyncio.get_running_loop())
        self.gateway = gateway
        self._tls = tls
        self._task: asyncio.Task[None] | None = None
        self._counts: Counter[str] = Counter()
        self._unknown_commands = 0

    # --- From beginning to end ------------------------------------------------------------------

    def connected(self) -> None:
        """Let the client in, or turn it away."""
        assert self.transport is not None
        peer = self.transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self.connected_from = (str(peer[0]), int(peer[1]))
        self.gateway.sessions.add(self)
        is_proxy = is_in(self.relay, settings.HUB_SMTP_PROXY)
        refusal = ""
        if self.gateway.stopping:
            refusal = STOPPING
        elif not is_proxy:
            refusal = self.gateway.greet(self)
        if refusal:
            turn_away(self.transport, refusal)
            return
        self._task = self._loop.create_task(self._converse(is_proxy=is_proxy))
        self._show_life()

    def lost(self) -> None:
        """Forget the session."""
        self.gateway.sessions.discard(self)
        self.gateway.leave(self)
        self.gateway.spool.forget(self)
        self._let_go()

    def _show_life(self) -> None:
        """Let the spool expect a message; of a client that is gone none comes."""
        if not self.is_closing:
            self.gateway.spool.expect(self)

    def timed_out(self) -> None:
        """End a session whose client is quiet; one that waits for us is not to blame."""
        if self.receiving:
            self.wait_at_most(TIMEOUT)
        else:
            self.end(TOO_SLOW)

    def end(self, reply: str = STOPPING) -> None:
        """Say 421 and close (RFC 5321 §3.8); where a message is being answered, after its reply."""
        if self.receiving or self.is_closing:
            return
        assert self.transport is not None
        self.waiting_since = 0.0
        turn_away(self.transport, reply)

    async def _converse(self, *, is_proxy: bool) -> None:
        with contextlib.suppress(ConnectionResetError):
            if is_proxy and not await self._take_proxy_header():
                self.close()
                return
            self.wait_at_most(TIMEOUT)
            await self.write(self._greeting())
            while not self.is_closing:
                try:
                    await self._take_command()
                except ConnectionResetError:
                    raise
                except Exception as error:
                    await self.write(self.gateway.try_again(error))
        self.close()

    def _greeting(self) -> str:
        return f"220 {settings.HUB_MAIL_DOMAIN} Network Hub"

    async def _take_proxy_header(self) -> bool:
        """Take the client that a load balancer names; a check of its own stays its own."""
        self.wait_at_most(proxy.PROXY_TIMEOUT)
        header = await proxy.read_header(self)
        if header is None:
            return False
        if header.src_addr:
            self.connected_from = (str(header.src_addr), int(header.src_port or 0))
            self.proxied = True
        refusal = self.gateway.greet(self)
        if refusal:
            await self.write(refusal)
        return not refusal

    # --- Commands -------------------------------------------------------------------------------

    async def _take_command(self) -> None:
        try:
            reply = await self._reply_to(await self._command_line())
        except LineTooLongError:
            reply = self._unknown(TOO_LONG)
        if not reply:
            return
        await self.write(reply)
        if reply.startswith(("221", "421")):
            self.close()

    async def _command_line(self) -> bytes:
        self.waiting_since = time.monotonic()
        try:
            return await self.line()
        finally:
            self.waiting_since = 0.0

    async def _reply_to(self, line: bytes) -> str:
        """Carry out a command; return the reply, empty when it has been given."""
        command = line[:-2]
        is_whole = line[-2:] == b"\r\n" and b"\r" not in command and b"\0" not in command
        if not is_whole:
            return self._unknown(BROKEN)
        word, _space, rest = command.partition(b" ")
        if not word or not word.isascii():
            return self._unknown(NO_COMMAND)
        name = word.decode("ascii").upper()
        if len(line) > (MAX_AUTH if name == "AUTH" else MAX_COMMAND):
            return TOO_LONG
        act = _COMMANDS.get(name)
        if act is None:
            return self._unknown(
                f"502 5.5.1 {name} is not served here."
                if name in NOT_SERVED
                else "500 5.5.1 No such command."
            )
        self._counts[name] += 1
        if self._counts[name] > MOST_COMMANDS.get(name, 100):
            return f"421 4.7.0 {name} sent too many times"
        self.wait_at_most(TIMEOUT)
        self._show_life()
        return await act(self, rest.strip().decode("utf-8", "surrogateescape"))

    def _unknown(self, reply: str) -> str:
        """Return the reply to what is no command; who goes on with such things is sent away.

        So a stream of empty lines does not keep the loop from everybody else.
        """
        self._unknown_commands += 1
        if self._unknown_commands < MAX_UNKNOWN_COMMANDS:
            return reply
        return "421 4.7.0 Too many commands that are none. Goodbye."

    async def greet(self, name: str, *, is_extended: bool) -> str:
        """Take the greeting of the client: HELO or EHLO; return the reply."""
        if not name:
            return f"501 5.5.4 Syntax: {'EHLO' if is_extended else 'HELO'} hostname"
        self.forget_message()
        self.helo = name
        self.is_extended = is_extended
        if not is_extended:
            return f"250 {settings.HUB_MAIL_DOMAIN}"
        lines = [settings.HUB_MAIL_DOMAIN, *self._extensions()]
        return "".join(f"250-{line}\r\n" for line in lines) + "250 HELP"

    def _extensions(self) -> list[str]:
        # A relay that has the message already would bounce what is larger than is announced.
        size = 0 if self.has_queued else settings.HUB_MAIL_MAX_SIZE
        extensions = [f"SIZE {size}", "8BITMIME", "SMTPUTF8"]
        if self._tls is not None and not self.is_encrypted:
            extensions.append("STARTTLS")
        if self.may_sign_in:
            extensions.append(f"AUTH {' '.join(authentication.mechanisms(self))}")
        extensions.append("PIPELINING")
        if self.is_relay:
            extensions += [forwarding.XFORWARD, forwarding.XCLIENT]
        return extensions

    async def secure(self, arg: str) -> str:
        """Go on in TLS: STARTTLS."""
        if arg:
            return "501 5.5.4 Syntax: STARTTLS"
        if self._tls is None:
            return "454 4.7.0 TLS is not offered here."
        if self.is_encrypted:
            return "503 5.5.1 TLS is on already."
        await self.write("220 2.0.0 Ready to start TLS")
        self.forget_greeting()
        try:
            await self.start_tls(self._tls)
        except OSError as error:
            raise ConnectionResetError from error
        return ""

    async def quit(self, arg: str) -> str:
        """End the session: QUIT."""
        return "501 5.5.4 Syntax: QUIT" if arg else "221 Bye"

    # --- Who the client is ----------------------------------------------------------------------

    @property
    def may_sign_in(self) -> bool:
        """Whether a password may come: in TLS, or from a client that certainly is on this host."""
        if self.is_encrypted:
            return True
        return not self.is_spoken_for and limits.is_on_this_host(self.client)

    @property
    def certified(self) -> list[str]:
        """The e-mail addresses of the client's certificate, if an authority of ours signed it."""
        if not self.is_encrypted or self.transport is None:
            return []
        return addresses_in(self.transport.get_extra_info("peercert"))

    async def ask(self, challenge: str) -> bytes:
        """Send ``334`` with a challenge and return the answer, without its line end."""
        await self.write(f"334 {challenge}")
        return (await self.line()).strip()

    def become(self, client: forwarding.ForwardedClient) -> str:
        """Begin again as the client that a relay names; return the greeting, or why not."""
        self.forget_greeting()
        self.xclient = client
        return self.gateway.greet(self) or self._greeting()

    # --- A message ------------------------------------------------------------------------------

    async def take_message(self, arg: str) -> str:
        """Read a message and answer with its verdict: DATA."""
        if not self.helo:
            return transaction.NO_HELO
        if not self.recipients:
            return "503 5.5.1 No recipient was taken"
        if arg:
            return "501 5.5.4 Syntax: DATA"
        await self.write("354 End data with <CR><LF>.<CR><LF>")
        try:
            self.pace.begin(TIMEOUT)
            received = await receive(
                self,
                limit=settings.HUB_MAIL_MAX_SIZE,
                keep=MAX_HEADER,
                count_bytes=self._came,
                to_its_end=self.has_queued,
            )
            # A large message may have taken long; judging and committing it must not run into the
            # idle timeout.
            self.wait_at_most(TIMEOUT)
            await self._answer(self._incoming(received))
        finally:
            self._let_go()
        if not received.ended:
            self.close()
        return ""

    def _incoming(self, received: Received) -> IncomingMessage:
        helo, relay = self.origin
        return IncomingMessage(
            peer=self.peer,
            helo=helo,
            relay=relay,
            has_queued=self.has_queued,
            auth_id=self.member_id,
            mail_from=self.mail_from or "",
            recipients=tuple(self.recipients),
            raw=received.raw,
            size=received.size,
            received_at=now(),
            utf8=self.utf8,
        )

    def _came(self, count: int) -> None:
        self.held += count
        self.gateway.pressure.held += count
        if count > 0:
            self.wait_at_most(self.pace.left(count))

    def _let_go(self) -> None:
        self.gateway.pressure.held -= self.held
        self.held = 0

    async def _answer(self, incoming: IncomingMessage) -> None:
        self.receiving = True
        self.gateway.receiving += 1
        self.gateway.spool.forget(self)
        try:
            reply = await self.gateway.receive(incoming)
            self.forget_message()
            await self.write(reply)
            self._show_life()
        finally:
            self.receiving = False
            self.gateway.receiving -= 1
        if self.gateway.stopping:
            self.end()


async def _helo(session: Session, arg: str) -> str:
    return await session.greet(arg, is_extended=False)


async def _ehlo(session: Session, arg: str) -> str:
    return await session.greet(arg, is_extended=True)


_COMMANDS: dict[str, Callable[[Session, str], Awaitable[str]]] = {
    "HELO": _helo,
    "EHLO": _ehlo,
    "STARTTLS": Session.secure,
    "AUTH": authentication.authenticate,
    "MAIL": transaction.mail,
    "RCPT": transaction.recipient,
    "DATA": Session.take_message,
    "RSET": transaction.reset,
    "NOOP": transaction.do_nothing,
    "QUIT": Session.quit,
    "VRFY": transaction.verify,
    "HELP": transaction.explain,
    "XFORWARD": transaction.forward,
    "XCLIENT": transaction.become,
}
