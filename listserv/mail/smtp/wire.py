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
# Octets and lines of one reply; ours are a few hundred.
REPLY_MAX = 65_536
LINES_MAX = 100


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


def shown(reply: bytes) -> str:
    """Return a reply as people read it."""
    return reply.decode("utf-8", "replace").replace("\n", " ")


class Wire(asyncio.Protocol):
    """A connection to the relay."""

    def __init__(self, reply_seconds: float) -> None:
        self.reply_seconds = reply_seconds
        self.transport: asyncio.Transport | None = None
        self.extensions: dict[str, str] = {}  # EHLO keyword -> its parameters
        self.heard_at = time.monotonic()
        self.error: Exception | None = None
        self.flow: Flow | None = None
        self.clean = True  # no transaction is open
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
        self.heard_at = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n") if self._rest else data.split(b"\n")
        if len(self._rest) > REPLY_MAX:
            self.fail(Dropped("endless reply"))
        try:
            for line in lines:
                code = line[:3]
                if not code.isdigit() or code == b"421" or len(self._lines) > LINES_MAX:
                    self.fail(Dropped(shown(line)[:200].strip()))
                    return
                if line[3:4] == b"-":
                    self._lines.append(line.rstrip())
                elif self._lines:
                    whole = b"\n".join([*self._lines, line.rstrip()])
                    self._lines.clear()
                    self._take(whole)
                else:
                    self._take(line.rstrip())
            if self.flow is not None:
                self.flow.turn()
        except Exception as error:
            self.fail(error)

    def _take(self, reply: bytes) -> None:
        if self.flow is not None:
            self.flow.reply(reply)
            return
        self._replies.append(reply)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def fail(self, error: Exception) -> None:
        """End the connection for a reason; the first one counts."""
        if self.error is None:
            self.error = error
            if self.transport is not None:
                self.transport.abort()
            if self._waiter is not None and not self._waiter.done():
                self._waiter.set_exception(error)
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
    def waiting(self) -> int:
        """Octets written and not yet taken by the network."""
        return self.transport.get_write_buffer_size() if self.transport is not None else 0

    async def reply(self) -> bytes:
        """Return the next reply. Raises: OSError, TimeoutError
        (nothing came, and nothing of ours went out).
        """
        while not self._replies:
            if self.error is not None:
                raise self.error
            self._waiter = asyncio.get_running_loop().create_future()
            await self.patience(self._waiter)
        return self._replies.popleft()

    async def patience(
        self, what: "asyncio.Future[None]", idle: Callable[[], bool] = lambda: False
    ) -> None:
        """Wait as long as something moves, or nothing is due. Raises: TimeoutError, and what
        ``what`` raises.

        Args: idle, whether the relay owes us nothing.
        """
        waiting = self.waiting
        while not what.done():
            await asyncio.wait({what}, timeout=self.reply_seconds)
            left, silence = self.waiting, time.monotonic() - self.heard_at
            if not what.done() and not idle() and silence >= self.reply_seconds and left >= waiting:
                raise TimeoutError("no answer in time")
            waiting = left
        what.result()

    async def say(self, command: bytes) -> bytes:
        """Send one command and return its reply."""
        self.heard_at = time.monotonic()
        self.write(command + b"\r\n")
        return await self.reply()

    async def greet(self, helo: str) -> None:
        """Say EHLO and keep what the relay offers (RFC 5321 §4.1.1.1). Raises: Dropped."""
        answer = await self.say(f"EHLO {helo}".encode())
        if answer[:3] != b"250":
            raise Dropped(shown(answer))
        offers = [
            line[4:].decode("ascii", "replace").upper().partition(" ")
            for line in answer.split(b"\n")[1:]
        ]
        self.extensions = {keyword: parameters for keyword, _, parameters in offers}

    async def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Change to TLS (RFC 3207). Raises: Dropped, ssl.SSLError."""
        answer = await self.say(b"STARTTLS")
        # What was sent before TLS stands for nothing, whoever slipped it in.
        if answer[:3] != b"220" or self._rest or self._replies:
            raise Dropped(f"STARTTLS: {shown(answer)}")
        assert self.transport is not None
        loop = asyncio.get_running_loop()
        transport = await loop.start_tls(self.transport, self, context, server_hostname=host)
        assert transport is not None
        self.transport = transport

    async def sign_in(self, user: str, password: str) -> None:
        """Sign in by PLAIN or LOGIN (RFC 4954). Raises: Dropped."""
        ways = self.extensions.get("AUTH", "").split()
        if "PLAIN" in ways:
            answer = await self.say(b"AUTH PLAIN " + _b64(f"\0{user}\0{password}"))
        elif "LOGIN" in ways:
            answer = await self.say(b"AUTH LOGIN")
            for word in (user, password):
                if answer[:3] == b"334":
                    answer = await self.say(_b64(word))
        else:
            raise Dropped("the relay offers neither AUTH PLAIN nor LOGIN")
        if answer[:3] != b"235":
            raise Dropped(f"{shown(answer)} (check user and password in HUB_RELAY)")

    async def close(self) -> None:
        """Close without ceremony; QUIT would only wait for a reply nobody needs."""
        self.flow = None
        if self.transport is not None:
            self.transport.abort()
            # The socket is closed when we return.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._gone.wait()


def _b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def context_for(address: RelayAddress) -> ssl.SSLContext:
    """Return the TLS settings of a relay: certificate and
    name are checked unless TLS is only taken where offered.
    """
    context = ssl.create_default_context(
        cafile=str(address.authority) if address.authority else None
    )
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if address.security == "opportunistic":
        # Encrypted without knowing to whom is better than clear (RFC 7435); nothing secret is sent
        # there.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def connect(address: RelayAddress, helo: str, reply_seconds: float) -> Wire:
    """Open a connection: greeting, EHLO, TLS and AUTH as the
    address says. Raises: OSError, TimeoutError, Dropped.
    """
    loop, wire = asyncio.get_running_loop(), Wire(reply_seconds)
    begins_with_tls = address.security == "tls"
    context = context_for(address) if begins_with_tls else None
    name = address.host if begins_with_tls else None
    async with asyncio.timeout(CONNECT_SECONDS):
        await loop.create_connection(
            lambda: wire, address.host, address.port, ssl=context, server_hostname=name
        )
    try:
        greeting = await wire.reply()
        if greeting[:3] != b"220":
            raise Dropped(shown(greeting))
        await wire.greet(helo)
        secret = begins_with_tls or await _secured(wire, address, helo)
        if address.user:
            # A password is never said in the clear, nor to somebody whose certificate was not
            # looked at.
            if not (secret and address.security != "opportunistic") and not _is_loopback(
                address.host
            ):
                raise Dropped(
                    "signing in needs TLS: write smtp+starttls:// or smtps:// in HUB_RELAY"
                )
            await wire.sign_in(address.user, address.password)
    except BaseException:
        await wire.close()
        raise
    return wire


async def _secured(wire: Wire, address: RelayAddress, helo: str) -> bool:
    """Change to TLS where asked for, or where offered
    by another host; say EHLO again. Raises: Dropped.
    """
    offered = "STARTTLS" in wire.extensions
    if address.security == "starttls" and not offered:
        raise Dropped("the relay does not offer STARTTLS, which HUB_RELAY asks for")
    if not offered or (address.security == "opportunistic" and _is_loopback(address.host)):
        return False
    async with asyncio.timeout(CONNECT_SECONDS):
        await wire.secure(context_for(address), address.host)
    # What was offered in the clear may have been another's words (RFC 3207 §4.2).
    await wire.greet(helo)
    return True
