"""Hand mail to the relay: a pipelining SMTP client over a few kept connections.

smtplib and aiosmtplib wait for each reply; this writes RSET, MAIL, RCPT and the message of many recipients before it
reads (``performance.md``, "Mail out"): BDAT where the relay announces CHUNKING (RFC 3030), one exchange of commands a
message where it announces PIPELINING (RFC 2920), and lock-step where it announces neither.

A connection that breaks is opened once more, and what had no answer is said again, so a recipient may get a second
copy under the same Message-ID and never none. A relay that hangs is left alone: the copies become retries.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from listserv.outbound.transport import Envelope, Outcome, Result

log = logging.getLogger(__name__)
LANES = 3  # connections
WINDOW = 16  # messages in flight on each
CONNECT_SECONDS = 10.0
REPLY_SECONDS = 60.0
# A batch ends after this many seconds whatever the relay does; the pumps' leases are longer.
BATCH_SECONDS = 150.0
IDLE_SECONDS = 30.0
TRIES = 2
UNREACHED = Result(Outcome.UNREACHED, "no connection to the relay")


@dataclass(frozen=True)
class Reply:
    """An SMTP reply: its code and its lines joined (RFC 5321 §4.2)."""

    code: int
    text: str

    @property
    def result(self) -> Result:
        """What the reply means for the recipient."""
        outcome = {2: Outcome.SENT, 5: Outcome.FAILED}.get(self.code // 100, Outcome.LATER)
        return Result(outcome, f"{self.code} {self.text}")


class Dropped(ConnectionError):
    """The relay has closed, is closing (421), or does not speak SMTP."""


class Session:
    """One connection to the relay, past EHLO."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply_seconds: float) -> None:
        self.reader, self.writer, self.reply_seconds = reader, writer, reply_seconds
        self.extensions: set[str] = set()
        self.clean = True
        self.rest = b""
        self.lines: deque[bytes] = deque()
        self.used_at = time.monotonic()

    @classmethod
    async def open(cls, host: str, port: int, helo: str, reply_seconds: float) -> "Session":
        """Connect and say EHLO. Raises: OSError, TimeoutError, Dropped."""
        async with asyncio.timeout(CONNECT_SECONDS):
            session = cls(*await asyncio.open_connection(host, port), reply_seconds)
        try:
            greeting, hello = await session.reply(), (await session.exchange([f"EHLO {helo}".encode()]))[0]
            if greeting.code != 220 or hello.code != 250:
                raise Dropped(f"{greeting.code} {hello.code} {hello.text}")
        except BaseException:
            await session.close()
            raise
        session.extensions = {line.split(" ")[0].upper() for line in hello.text.split("\n")[1:]}
        return session

    async def reply(self) -> Reply:
        """Read one reply; raises Dropped at the end of the stream, at 421 and at nonsense."""
        texts: list[str] = []
        while True:
            line = (await self._line()).decode("utf-8", "replace").rstrip()
            if not (line[:3].isascii() and line[:3].isdigit()) or len(texts) > 100 or line.startswith("421"):
                raise Dropped(line[:80])
            texts.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), "\n".join(texts))

    async def _line(self) -> bytes:
        """Return the next line; many replies come in one piece, and only a wait needs a clock."""
        while not self.lines:
            async with asyncio.timeout(self.reply_seconds):
                data = await self.reader.read(65_536)
            *lines, self.rest = (self.rest + data).split(b"\n")
            self.lines.extend(lines)
            if not data or len(self.rest) > 65_536:
                raise Dropped("closed" if not data else "endless reply")
        return self.lines.popleft()

    async def write(self, *parts: bytes) -> None:
        """Write and wait while the relay's buffers are full."""
        self.writer.writelines(parts)
        async with asyncio.timeout(self.reply_seconds):
            await self.writer.drain()

    async def exchange(self, commands: list[bytes]) -> list[Reply]:
        """Send commands at once where the relay pipelines, else one by one; return their replies."""
        if "PIPELINING" in self.extensions:
            await self.write(b"\r\n".join(commands), b"\r\n")
            return [await self.reply() for _ in commands]
        replies = []
        for command in commands:
            await self.write(command, b"\r\n")
            replies.append(await self.reply())
        return replies

    def refusal(self, mail: Envelope) -> Result | None:
        """Return why a recipient cannot be named to this relay (RFC 6531), None when it can."""
        if mail.recipient.isascii() or "SMTPUTF8" in self.extensions:
            return None
        return Result(Outcome.FAILED, "553 5.6.7 the relay does not take internationalised addresses")

    def commands(self, mail: Envelope) -> list[bytes]:
        """Return MAIL and RCPT for a copy."""
        utf8 = "" if mail.recipient.isascii() else " SMTPUTF8"
        sender = f"MAIL FROM:<{mail.sender}>{utf8}".encode()
        return [sender, f"RCPT TO:<{mail.recipient}>".encode()]

    def chunk(self, mail: Envelope) -> tuple[bytes, ...]:
        """Return a whole transaction to write without waiting; :meth:`chunk_result` reads what came of it."""
        return b"\r\n".join([b"RSET", *self.commands(mail), b"BDAT %d LAST\r\n" % mail.size]), *mail.parts

    async def chunk_result(self) -> Result:
        """Read the four replies of one transaction; the first refusal counts."""
        _, sender, recipient, message = [await self.reply() for _ in range(4)]
        return next((r for r in (sender, recipient) if r.code // 100 != 2), message).result

    async def send_data(self, mail: Envelope) -> Result:
        """Send one copy by DATA and return its result."""
        commands = [*self.commands(mail), b"DATA"]
        *envelope, data = (await self.exchange(commands if self.clean else [b"RSET", *commands]))[-3:]
        refused = next((r for r in envelope if r.code // 100 != 2), None)
        self.clean = refused is None and data.code == 354
        if data.code != 354:
            return (refused or data).result
        # A relay that said 354 all the same gets an empty message, which it has nobody for (RFC 2920 §3.1).
        stuffed = () if refused else tuple(part.replace(b"\r\n.", b"\r\n..") for part in mail.parts)
        await self.write(*stuffed, b".\r\n")
        final = await self.reply()
        return (refused or final).result

    async def close(self) -> None:
        """Close without ceremony; QUIT would only wait for a reply nobody needs."""
        self.writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self.writer.wait_closed()


class Relay:
    """The transport to an MTA; made in and used by one thread, whose event loop it keeps."""

    def __init__(self, host: str, port: int, *, helo: str, reply_seconds: float = REPLY_SECONDS) -> None:
        self.host, self.port, self.helo, self.reply_seconds = host, port, helo, reply_seconds
        self._runner = asyncio.Runner()
        self._idle: list[Session] = []

    def send(self, batch: Sequence[Envelope]) -> list[Result]:
        """Send a batch over up to :data:`LANES` connections."""
        return self._runner.run(self._send(batch))

    def close(self) -> None:
        """Close the kept connections and the loop."""
        self._runner.run(self._close_idle(0))
        self._runner.close()

    async def _close_idle(self, seconds: float) -> None:
        late = [session for session in self._idle if time.monotonic() - session.used_at >= seconds]
        self._idle = [session for session in self._idle if session not in late]
        for session in late:
            await session.close()

    async def _send(self, batch: Sequence[Envelope]) -> list[Result]:
        await self._close_idle(IDLE_SECONDS)
        work = _Work(batch)
        lanes = min(LANES, -(-len(batch) // WINDOW))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BATCH_SECONDS):
                await asyncio.gather(*(self._lane(work) for _ in range(lanes)))
        return work.results

    async def _lane(self, work: "_Work") -> None:
        """Work on one connection until nothing is left; open it a second time when it breaks."""
        for _ in range(TRIES):
            flying: deque[int] = deque()
            session = None
            try:
                session = await self._session()
                await (_stream if "CHUNKING" in session.extensions else _one_by_one)(session, work, flying)
            except (OSError, asyncio.CancelledError) as error:  # TimeoutError and Dropped are OSErrors.
                log.warning("The relay %s:%d: %s", self.host, self.port, error or type(error).__name__)
                hung = isinstance(error, TimeoutError | asyncio.CancelledError)
                work.give_back(flying, str(error) or "no answer in time", again=not hung)
                if session is not None:
                    await session.close()
                if hung:
                    return
            else:
                session.used_at = time.monotonic()
                self._idle.append(session)
                return

    async def _session(self) -> Session:
        """Return a kept connection that still answers, or a new one."""
        while self._idle:
            session = self._idle.pop()
            with contextlib.suppress(OSError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    if (await session.exchange([b"NOOP"]))[0].code == 250:
                        return session
            await session.close()
        return await Session.open(self.host, self.port, self.helo, self.reply_seconds)


class _Work:
    """The copies of a batch that are still to be sent, shared by its lanes."""

    def __init__(self, batch: Sequence[Envelope]) -> None:
        self.batch = batch
        self.todo = deque(range(len(batch)))
        self.tries = [0] * len(batch)
        self.results = [UNREACHED] * len(batch)

    def give_back(self, flying: deque[int], reason: str, *, again: bool) -> None:
        """Say again what had no answer, or leave it for a retry."""
        for index in reversed(flying):
            self.tries[index] += 1
            self.results[index] = Result(Outcome.LATER, f"451 {reason}")
            if again and self.tries[index] < TRIES:
                self.todo.appendleft(index)


async def _stream(session: Session, work: _Work, flying: deque[int]) -> None:
    """Keep a window of BDAT transactions in flight."""
    while work.todo or flying:
        # Filled up when half is answered: fewer, larger writes.
        parts: list[bytes] = []
        while work.todo and len(flying) < WINDOW and (parts or len(flying) <= WINDOW // 2):
            index = work.todo.popleft()
            refusal = session.refusal(work.batch[index])
            if refusal is not None:
                work.results[index] = refusal
                continue
            flying.append(index)
            parts += session.chunk(work.batch[index])
        if parts:
            await session.write(*parts)
        if flying:
            result = await session.chunk_result()
            work.results[flying.popleft()] = result


async def _one_by_one(session: Session, work: _Work, flying: deque[int]) -> None:
    """Send by DATA, one transaction after the other."""
    while work.todo:
        index = work.todo.popleft()
        flying.append(index)
        result = session.refusal(work.batch[index]) or await session.send_data(work.batch[index])
        work.results[flying.popleft()] = result
