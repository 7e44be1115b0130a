"""One TCP connection of the SMTP server: bytes in, lines and chunks out, and TLS.

A session is a coroutine that asks for the next line, so that the server reads as the protocol does:
one command, one reply. What is ready is handed out without a turn of the event loop.

Source: RFC 5321 §4.5.3.2 (timeouts), RFC 3207 §4.2 (what came in clear before TLS is forgotten).
"""

import asyncio
import ssl

# Octets of one line, its end included; RFC 4954 §4 asks for 12,288 where somebody signs in.
MAX_LINE = 65_536
# Octets that wait to be read before the client is slowed down.
MAX_WAITING = 2 * MAX_LINE


class LineTooLongError(Exception):
    """A line was longer than :data:`MAX_LINE`; it has been dropped whole."""


class Connection(asyncio.Protocol):
    """The bytes of one client; a subclass says what is done when it comes, leaves or is quiet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._arrival: asyncio.Future[None] | None = None
        self._has_ended = False
        self._is_lost = False
        self._is_reading_paused = False
        self._writable = asyncio.Event()
        self._writable.set()
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # --- What happens ---------------------------------------------------------------------------

    def connected(self) -> None:
        """Begin; called once, when the transport is there."""

    def lost(self) -> None:
        """End; called once, when the transport is gone."""

    def timed_out(self) -> None:
        """Do what a client deserves that let its time run out."""

    # --- Reading --------------------------------------------------------------------------------

    async def line(self) -> bytes:
        """Return the next line with its end.

        Raises: LineTooLongError, and the next line is the one behind it; ConnectionResetError when
        the client has left.
        """
        searched = 0
        is_too_long = False
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > MAX_LINE:
                is_too_long = True
                self._received.clear()
                searched = 0
            await self._more()
        line = self._take(end + 1)
        if is_too_long or len(line) > MAX_LINE:
            raise LineTooLongError
        return line

    async def exactly(self, count: int) -> bytes:
        """Return so many bytes. Raises: ConnectionResetError when the client leaves before."""
        while len(self._received) < count:
            await self._more()
        return self._take(count)

    async def chunk(self) -> bytes:
        """Return all that is there, one byte at least. Raises: ConnectionResetError."""
        if not self._received:
            await self._more()
        return self._take(len(self._received))

    def put_back(self, data: bytes) -> None:
        """Let what was read too far be read again, before anything else."""
        self._received[:0] = data

    def _take(self, count: int) -> bytes:
        data = bytes(self._received[:count])
        del self._received[:count]
        if len(self._received) < MAX_LINE:
            self._resume_reading()
        return data

    def _resume_reading(self) -> None:
        if self._is_reading_paused and self.transport is not None:
            self._is_reading_paused = False
            self.transport.resume_reading()

    async def _more(self) -> None:
        if self._has_ended:
            raise ConnectionResetError
        self._resume_reading()
        self._arrival = self._loop.create_future()
        try:
            await self._arrival
        finally:
            self._arrival = None

    # --- Writing --------------------------------------------------------------------------------

    async def write(self, line: str) -> None:
        """Send one or more lines, without the last line end.

        A client that reads nothing is waited for, as long as its time lasts.
        """
        if self.transport is None or self.transport.is_closing():
            return
        self.transport.write(f"{line}\r\n".encode())
        if not self._writable.is_set():
            await self._writable.wait()

    @property
    def is_closing(self) -> bool:
        """Whether nothing more can be said."""
        return self.transport is None or self.transport.is_closing()

    def close(self) -> None:
        """Close once what was written has been read."""
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Close without a word: a client that reads nothing is not waited for."""
        if self.transport is not None:
            self.transport.abort()

    # --- TLS ------------------------------------------------------------------------------------

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on in TLS; what the client has sent before it is forgotten.

        Raises: OSError (of which ssl.SSLError is one) when the client and we do not come together.
        """
        assert self.transport is not None
        self._received.clear()
        self._resume_reading()
        try:
            transport = await self._loop.start_tls(self.transport, self, context, server_side=True)
        except BaseException as error:
            # asyncio tells nobody of a connection that is lost in the handshake.
            self.connection_lost(error if isinstance(error, Exception) else None)
            raise
        if transport is None:
            raise ConnectionResetError
        self.transport = transport

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is on."""
        return (
            self.transport is not None and self.transport.get_extra_info("sslcontext") is not None
        )

    # --- Time -----------------------------------------------------------------------------------

    def wait_at_most(self, seconds: float) -> None:
        """Call :meth:`timed_out` after so long, unless it is asked again before."""
        self._deadline = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() <= self._deadline:
            # It looks at the deadline when it rings: one timer serves many commands.
            return
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._look_at_deadline)

    def _look_at_deadline(self) -> None:
        self._timer = None
        if self._loop.time() < self._deadline:
            self._set_timer()
        else:
            self.timed_out()

    # --- asyncio --------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.connected()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and let who waits for them go on."""
        self._received += data
        self._arrive()
        is_full = len(self._received) > MAX_WAITING
        if is_full and not self._is_reading_paused and self.transport is not None:
            self._is_reading_paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool | None:
        """Answer what has come; a client that has said all may still read."""
        self._has_ended = True
        self._arrive()
        # TLS has no half-closed connections.
        return not self.is_encrypted

    def pause_writing(self) -> None:
        """Wait: the client does not read what it is told."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: whoever waits for the client is told."""
        if self._is_lost:
            return
        self._is_lost = self._has_ended = True
        if self._timer is not None:
            self._timer.cancel()
        self._writable.set()
        self._arrive()
        self.lost()

    def _arrive(self) -> None:
        arrival = self._arrival
        if arrival is not None and not arrival.done():
            arrival.set_result(None)
