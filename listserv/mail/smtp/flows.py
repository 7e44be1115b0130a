"""How copies are said on a connection, by what the relay offers.

:class:`Chunks` where it announces CHUNKING: whole transactions in a window, never waited for (RFC
3030). :class:`Pipelined` where it announces PIPELINING: the envelope of the next copy goes right
behind the text of the one before (RFC 2920 §3.1), so that a copy costs one wait. :class:`LockStep`
where it announces neither.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from listserv.mail.smtp.batch_work import Work, result_of, sender_result
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Outcome
from listserv.mail.smtp.wire import Wire

WINDOW = 32  # copies in flight on a connection
# Octets in flight on a connection: mails with files are few at a time, so that memory stays flat.
WINDOW_OCTETS = 1_000_000


class Sending(Protocol):
    """A way of saying copies; ``flying`` holds those that have no answer yet, in order."""

    flying: deque[int]

    async def run(self) -> None:
        """Say copies until none is left. Raises: OSError, TimeoutError."""


class _Driven:
    """A flow that is called with each reply."""

    def __init__(self, wire: Wire, work: Work) -> None:
        self.wire, self.work = wire, work
        self.flying: deque[int] = deque()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Say copies until none is left. Raises: OSError, TimeoutError."""
        self.wire.flow = self
        self.work.flows.add(self)
        try:
            self.turn()
            await self.wire.patience(self.done, lambda: not self.flying)
        finally:
            self.work.flows.discard(self)
            self.wire.flow = None

    def go_on(self) -> None:
        """Write on after copies were held back."""
        if self.done.done() or self.wire.error is not None:
            return
        if not self.flying:
            # Nothing was due meanwhile: the relay has not been silent.
            self.wire.heard_at = time.monotonic()
        try:
            self.turn()
        except Exception as error:
            self.wire.fail(error)

    def turn(self) -> None:
        """Write on."""
        raise NotImplementedError

    def reply(self, line: bytes) -> None:
        """Take one reply."""
        raise NotImplementedError

    def lost(self, error: Exception) -> None:
        """Let whoever waits know that the connection has ended."""
        if not self.done.done():
            self.done.set_exception(error)

    def finish(self) -> None:
        """Let whoever waits know that nothing is left; what is held comes later."""
        if not self.done.done() and not self.work.is_held:
            self.done.set_result(None)


class Chunks(_Driven):
    """Keep a window of BDAT transactions in flight.

    Each begins with RSET, since a refused recipient leaves a transaction open. Filled up when half
    is answered: fewer, larger writes.
    """

    def __init__(self, wire: Wire, work: Work) -> None:
        super().__init__(wire, work)
        self.octets: deque[int] = deque()
        self.heard = 0  # of the four replies to the oldest transaction
        self.refused: DeliveryResult | None = None

    def turn(self) -> None:
        """Fill the window."""
        if len(self.flying) > WINDOW // 2:
            return
        parts: list[bytes] = []
        octets = sum(self.octets)
        while len(self.flying) < WINDOW and octets < WINDOW_OCTETS:
            copy = self.work.next(self.wire)
            if copy is None:
                break
            index, envelope, mail = copy
            size = mail.size
            parts += (b"RSET\r\n%bBDAT %d LAST\r\n" % (envelope, size), *mail.parts)
            self.flying.append(index)
            self.octets.append(size)
            octets += size
        if parts:
            self.wire.write(b"".join(parts))
        elif not self.flying:
            self.finish()

    def reply(self, line: bytes) -> None:
        """Count the replies to RSET, MAIL, RCPT and BDAT; the first refusal counts."""
        self.heard += 1
        if self.heard == 1:
            return
        if self.heard < 4:
            if line[:1] != b"2" and self.refused is None:
                self.refused = sender_result(line) if self.heard == 2 else result_of(line)
            return
        self.octets.popleft()
        result = self.refused or result_of(line)
        self.heard, self.refused = 0, None
        self.work.settle(self.flying.popleft(), result)


class Pipelined(_Driven):
    """Say the text of one copy and the envelope of the
    next in one write; wait for 354 alone (RFC 2920 §3.1).
    """

    def __init__(self, wire: Wire, work: Work) -> None:
        super().__init__(wire, work)
        self.expected: deque[Callable[[bytes], None]] = deque()  # what takes each reply that is due
        self.mails: deque[Envelope] = deque()
        self.refused: DeliveryResult | None = None  # of the copy whose envelope is being answered
        self.sent_refusal: DeliveryResult | None = None  # of the copy whose text was sent
        self._stuffed: dict[int, tuple[bytes, bytes]] = {}

    def turn(self) -> None:
        """Begin; afterwards each reply to DATA leads on."""
        if not self.expected and not self.done.done():
            self._go_on(b"")

    def reply(self, line: bytes) -> None:
        """Take the reply to the command whose turn it is."""
        self.expected.popleft()(line)

    def _passed(self, line: bytes) -> None:
        """Whatever it says: RSET."""

    def _sender(self, line: bytes) -> None:
        """MAIL."""
        if line[:1] != b"2":
            self.refused = sender_result(line)

    def _recipient(self, line: bytes) -> None:
        """RCPT: the first refusal counts."""
        if line[:1] != b"2" and self.refused is None:
            self.refused = result_of(line)

    def _taken(self, line: bytes) -> None:
        """The text has been said."""
        self.work.settle(self.flying.popleft(), self.sent_refusal or result_of(line))

    def _answered(self, line: bytes) -> None:
        mail, refused, self.refused = self.mails.popleft(), self.refused, None
        self.wire.clean = refused is None and line[:3] == b"354"
        if line[:3] != b"354":
            self.work.settle(self.flying.popleft(), refused or _unexpected(line))
            self._go_on(b"")
            return
        # A relay that said 354 all the same gets an empty message, which it has nobody for (RFC
        # 2920 §3.1).
        self.sent_refusal = refused
        self.expected.append(self._taken)
        self._go_on(b".\r\n" if refused else b"".join((*map(self._stuff, mail.parts), b".\r\n")))

    def _go_on(self, text: bytes) -> None:
        """Write the text of a copy, and the envelope of the next one behind it."""
        copy = self.work.next(self.wire)
        if copy is not None:
            index, envelope, mail = copy
            self.flying.append(index)
            self.mails.append(mail)
            if not self.wire.clean:
                self.expected.append(self._passed)
                envelope = b"RSET\r\n" + envelope
            self.expected.extend((self._sender, self._recipient, self._answered))
            text = b"".join((text, envelope, b"DATA\r\n"))
        if text:
            self.wire.write(text)
        elif not self.expected:
            self.finish()

    def _stuff(self, part: bytes) -> bytes:
        """Double the dots at the start of lines; parts
        that all copies share are looked through once.
        """
        known = self._stuffed.get(id(part))
        if known is None or known[0] is not part:
            known = part, part.replace(b"\r\n.", b"\r\n..")
            if len(self._stuffed) < WINDOW:
                self._stuffed[id(part)] = known
        return known[1]


class LockStep:
    """Say one command, wait for its reply, say the next."""

    def __init__(self, wire: Wire, work: Work) -> None:
        self.wire, self.work = wire, work
        self.flying: deque[int] = deque()

    async def run(self) -> None:
        """Say copies until none is left. Raises: OSError, TimeoutError."""
        while True:
            copy = self.work.next(self.wire)
            if copy is None:
                if not self.work.is_held:
                    return
                await self.work.released.wait()
                continue
            index, envelope, mail = copy
            self.flying.append(index)
            result = await self._copy(envelope, mail)
            self.flying.popleft()
            self.work.settle(index, result)

    async def _copy(self, envelope: bytes, mail: Envelope) -> DeliveryResult:
        if not self.wire.clean:
            await self.wire.say(b"RSET")
        self.wire.clean = False
        sender, recipient = envelope.splitlines()
        for command, meaning in (
            (sender, sender_result),
            (recipient, result_of),
            (b"DATA", result_of),
        ):
            answer = await self.wire.say(command)
            if answer[:1] not in b"23":
                return meaning(answer)
        if answer[:3] != b"354":
            return _unexpected(answer)
        text = b"".join(part.replace(b"\r\n.", b"\r\n..") for part in mail.parts)
        answer = await self.wire.say(text + b".")
        self.wire.clean = True
        return result_of(answer)


def _unexpected(reply: bytes) -> DeliveryResult:
    """Return what anything but 354 means as the answer
    to DATA: no message was taken, whatever it says.
    """
    result = result_of(reply)
    return DeliveryResult(Outcome.LATER, result.reply) if result.outcome is Outcome.SENT else result


def flow_for(wire: Wire, work: Work) -> Sending:
    """Return the fastest way of saying copies that the relay offers."""
    if "CHUNKING" in wire.extensions:
        return Chunks(wire, work)
    return (Pipelined if "PIPELINING" in wire.extensions else LockStep)(wire, work)
