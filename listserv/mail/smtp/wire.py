"""One connection to the relay: replies in, commands out, TLS and AUTH on the way.

smtplib and aiosmtplib wait for each reply. A :class:`Wire` can be waited for as well, for the first
words of a connection; afterwards it hands each reply to a flow (:mod:`listserv.mail.smtp.flows`),
which writes on without waiting.
"""

import asyncio
import base64
import contextlib
import ipaddress
import ssl
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from hub.lib.endpoints import RelayAddress

CONNECT_SECONDS = 10.0
# Octets and lines of one reply; real ones have a few hundred octets.
MAX_REPLY_OCTETS = 65_536
MAX_REPLY_LINES = 100
CLOSE_SECONDS = 1.0


class Dropped(ConnectionError):
    """The relay has closed, is closing (421), does not speak SMTP, or does not let us in."""


class Flow(Protocol):
    """What takes the replies of a connection as they come."""

    def reply(self, line: bytes) -> None:
        """Take one reply: its lines, joined by LF."""

    def turn(self) -> None:
        """Write on; called once for all replies that came together."""

    def lost(self, error: Exception) -> None:
        """The connection has ended."""


def reply_text(reply: bytes) -> str:
    """Return a reply as people read it."""
    return reply.decode("utf-8", "replace").replace("\n", " ")


class Wire(asyncio.Protocol):
    """A connection to the relay."""

    def __init__(self, reply_seconds: float) -> None:
        self.reply_seconds = reply_seconds
        self.transport: asyncio.Transport | None = None
        self.extensions: dict[str, str] = {}  # EHLO keyword -> its parameters
        self.last_reply_at = time.monotonic()
        self.error: Exception | None = None
        self.flow: Flow | None = None
        self.is_clean = True  # no transaction is open
        self._rest = b""
        self._lines: list[bytes] = []  # of a reply that is not complete
        self._replies: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._gone = asyncio.Event()

    # --- What asyncio calls -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits."""
        self._gone.set()
        self.fail(error or Dropped("closed"))

    def data_received(self, data: bytes) -> None:
        """Cut what has come into replies."""
        self.last_reply_at = time.monotonic()
        if self._rest:
            data = self._rest + data
        *lines, self._rest = data.split(b"\n")
        if len(self._rest) > MAX_REPLY_OCTETS:
            self.fail(Dropped("endless reply"))
        try:
            for line in lines:
                if self._is_end(line):
                    self.fail(Dropped(reply_text(line)[:200].strip()))
                    return
                self._take_line(line)
            if self.flow is not None:
                self.flow.turn()
        except Exception as error:
            self.fail(error)

    def _is_end(self, line: bytes) -> bool:
        """Whether a line ends the connection: it is no reply, 421, or one line too many."""
        if not line[:3].isdigit():
            return True
        if line.startswith(b"421"):
            return True
        return len(self._lines) > MAX_REPLY_LINES

    def _take_line(self, line: bytes) -> None:
        """Take a line of a reply, which is complete when no dash follows its code."""
        if line[3:4] == b"-":
            self._lines.append(line.rstrip())
        elif self._lines:
            whole = b"\n".join([*self._lines, line.rstrip()])
            self._lines.clear()
            self._take(whole)
        else:
            self._take(line.rstrip())

    def _take(self, reply: bytes) -> None:
        if self.flow is not None:
            self.flow.reply(reply)
            return
        self._replies.append(reply)
        waiter = self._open_waiter()
        if waiter is not None:
            waiter.set_result(None)

    def _open_waiter(self) -> "asyncio.Future[None] | None":
        """Return what waits for the next reply, None where nothing does."""
        if self._waiter is None or self._waiter.done():
            return None
        return self._waiter

    def fail(self, error: Exception) -> None:
        """End the connection for a reason; the first one counts."""
        if self.error is not None:
            return
        self.error = error
        if self.transport is not None:
            self.transport.abort()
        waiter = self._open_waiter()
        if waiter is not None:
            waiter.set_exception(error)
        if self.flow is not None:
            self.flow.lost(error)

    # --- Commands and replies, one after the other ------------------------------------------------

    def write(self, data: bytes) -> None:
        """Write without waiting; flows bound how much is on its way."""
        if self.error is not None:
            raise self.error
        assert self.transport is not None
        self.transport.write(data)

    @property
    def unsent(self) -> int:
        """Octets written and not yet taken by the network."""
        if self.transport is None:
            return 0
        return self.transport.get_write_buffer_size()

    async def reply(self) -> bytes:
        """Return the next reply.

        Raises: OSError, TimeoutError (nothing came, and nothing of ours went out).
        """
        while not self._replies:
            if self.error is not None:
                raise self.error
            self._waiter = asyncio.get_running_loop().create_future()
            await self.wait_for(self._waiter)
        return self._replies.popleft()

    async def wait_for(
        self, future: "asyncio.Future[None]", is_idle: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait as long as something moves, or nothing is due.

        Args: is_idle, whether the relay owes us nothing.

        Raises: TimeoutError, and what the future raises.
        """
        unsent = self.unsent
        while not future.done():
            await asyncio.wait({future}, timeout=self.reply_seconds)
            if future.done():
                break
            is_moving = self.unsent < unsent or not self._is_silent()
            if not is_moving and not is_idle():
                raise TimeoutError("no answer in time")
            unsent = self.unsent
        future.result()

    def _is_silent(self) -> bool:
        """Whether no reply has come for as long as one may take."""
        return time.monotonic() - self.last_reply_at >= self.reply_seconds

    async def command(self, line: bytes) -> bytes:
        """Send one command and return its reply."""
        self.last_reply_at = time.monotonic()
        self.write(line + b"\r\n")
        return await self.reply()

    async def greet(self, helo: str) -> None:
        """Say EHLO and remember what the relay offers (RFC 5321 §4.1.1.1). Raises: Dropped."""
        answer = await self.command(f"EHLO {helo}".encode())
        if answer[:3] != b"250":
            raise Dropped(reply_text(answer))
        offers = [
            line[4:].decode("ascii", "replace").upper().partition(" ")
            for line in answer.split(b"\n")[1:]
        ]
        self.extensions = {keyword: parameters for keyword, _, parameters in offers}

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Change to TLS (RFC 3207). Raises: Dropped, ssl.SSLError."""
        answer = await self.command(b"STARTTLS")
        if answer[:3] != b"220":
            raise Dropped(f"STARTTLS: {reply_text(answer)}")
        # What was sent before TLS stands for nothing, whoever slipped it in.
        if self._rest or self._replies:
            raise Dropped(f"STARTTLS: {reply_text(answer)}")
        assert self.transport is not None
        loop = asyncio.get_running_loop()
        transport = await loop.start_tls(self.transport, self, context, server_hostname=host)
        assert transport is not None
        self.transport = transport

    async def sign_in(self, user: str, password: str) -> None:
        """Sign in by PLAIN or LOGIN (RFC 4954). Raises: Dropped."""
        ways = self.extensions.get("AUTH", "").split()
        if "PLAIN" in ways:
            answer = await self.command(b"AUTH PLAIN " + _b64(f"\0{user}\0{password}"))
        elif "LOGIN" in ways:
            answer = await self.command(b"AUTH LOGIN")
            for word in (user, password):
                if answer[:3] == b"334":
                    answer = await self.command(_b64(word))
        else:
            raise Dropped("the relay offers neither AUTH PLAIN nor LOGIN")
        if answer[:3] != b"235":
            raise Dropped(f"{reply_text(answer)} (check user and password in HUB_RELAY)")

    async def close(self) -> None:
        """Close without ceremony; QUIT would only wait for a reply nobody needs."""
        self.flow = None
        if self.transport is not None:
            self.transport.abort()
            # The socket is closed when we return.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._gone.wait()


def _b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def context_for(address: RelayAddress) -> ssl.SSLContext:
    """Return the TLS settings of a relay.

    Certificate and name are checked unless TLS is only taken where offered.
    """
    authority = str(address.authority) if address.authority else None
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if address.security == "opportunistic":
        # Encrypted without knowing to whom is better than clear (RFC 7435); nothing secret is sent
        # there.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def connect(address: RelayAddress, helo: str, reply_seconds: float) -> Wire:
    """Open a connection: greeting, EHLO, TLS and AUTH as the address says.

    Raises: OSError, TimeoutError, Dropped.
    """
    wire = await _opened(address, reply_seconds)
    try:
        greeting = await wire.reply()
        if greeting[:3] != b"220":
            raise Dropped(reply_text(greeting))
        await wire.greet(helo)
        is_encrypted = address.security == "tls" or await _secured(wire, address, helo)
        if address.user:
            if not _may_sign_in(address, is_encrypted=is_encrypted):
                raise Dropped(
                    "signing in needs TLS: write smtp+starttls:// or smtps:// in HUB_RELAY"
                )
            await wire.sign_in(address.user, address.password)
    except BaseException:
        await wire.close()
        raise
    return wire


async def _opened(address: RelayAddress, reply_seconds: float) -> Wire:
    """Return a new connection, encrypted where TLS comes first."""
    loop, wire = asyncio.get_running_loop(), Wire(reply_seconds)
    context, name = None, None
    if address.security == "tls":
        context, name = context_for(address), address.host
    async with asyncio.timeout(CONNECT_SECONDS):
        await loop.create_connection(
            lambda: wire, address.host, address.port, ssl=context, server_hostname=name
        )
    return wire


def _may_sign_in(address: RelayAddress, *, is_encrypted: bool) -> bool:
    """Whether a password may be sent.

    Never in the clear, nor to somebody whose certificate was not looked at.
    """
    if _is_loopback(address.host):
        return True
    if address.security == "opportunistic":
        return False
    return is_encrypted


async def _secured(wire: Wire, address: RelayAddress, helo: str) -> bool:
    """Change to TLS where asked for, or where another host offers it; then say EHLO again.

    Returns: whether the connection is encrypted now. Raises: Dropped.
    """
    if "STARTTLS" not in wire.extensions:
        if address.security == "starttls":
            raise Dropped("the relay does not offer STARTTLS, which HUB_RELAY asks for")
        return False
    if address.security == "opportunistic" and _is_loopback(address.host):
        return False
    async with asyncio.timeout(CONNECT_SECONDS):
        await wire.secure(context_for(address), address.host)
    # What was offered in the clear may have been another's words (RFC 3207 §4.2).
    await wire.greet(helo)
    return True
