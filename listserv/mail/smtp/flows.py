"""How deliveries are sent on a connection, by what the relay offers.

:class:`Chunks` where it announces CHUNKING: whole transactions in a window, never waited for (RFC
3030). :class:`Pipelined` where it announces PIPELINING: the envelope of the next delivery goes
right behind the text of the one before (RFC 2920 §3.1), so that each costs one wait.
:class:`LockStep` where it announces neither.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from listserv.mail.smtp.batch_work import Work, result_of, sender_result
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Outcome
from listserv.mail.smtp.wire import Wire

WINDOW = 32  # deliveries in flight on a connection
# Octets in flight on a connection: messages with files are few at a time, so that memory stays
# flat.
WINDOW_OCTETS = 1_000_000


class Sending(Protocol):
    """A way of sending; ``in_flight`` holds the deliveries that have no answer yet, in order."""

    in_flight: deque[int]

    async def run(self) -> None:
        """Send deliveries until none is left. Raises: OSError, TimeoutError."""


class _Driven:
    """A flow that is called with each reply."""

    def __init__(self, wire: Wire, work: Work) -> None:
        self.wire, self.work = wire, work
        self.in_flight: deque[int] = deque()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Send deliveries until none is left. Raises: OSError, TimeoutError."""
        self.wire.flow = self
        self.work.flows.add(self)
        try:
            self.turn()
            await self.wire.wait_for(self.done, lambda: not self.in_flight)
        finally:
            self.work.flows.discard(self)
            self.wire.flow = None

    def resume(self) -> None:
        """Write on after deliveries were held back."""
        if self.done.done() or self.wire.error is not None:
            return
        if not self.in_flight:
            # Nothing was due meanwhile: the relay has not been silent.
            self.wire.last_reply_at = time.monotonic()
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
        self.replies = 0  # of the four to the oldest transaction
        self.refusal: DeliveryResult | None = None

    def turn(self) -> None:
        """Fill the window."""
        if len(self.in_flight) > WINDOW // 2:
            return
        parts: list[bytes] = []
        octets = sum(self.octets)
        while len(self.in_flight) < WINDOW and octets < WINDOW_OCTETS:
            delivery = self.work.next(self.wire)
            if delivery is None:
                break
            index, commands, envelope = delivery
            size = envelope.size
            parts += (b"RSET\r\n%bBDAT %d LAST\r\n" % (commands, size), *envelope.parts)
            self.in_flight.append(index)
            self.octets.append(size)
            octets += size
        if parts:
            self.wire.write(b"".join(parts))
        elif not self.in_flight:
            self.finish()

    def reply(self, line: bytes) -> None:
        """Count the replies to RSET, MAIL, RCPT and BDAT; the first refusal counts."""
        self.replies += 1
        if self.replies == 1:
            return
        if self.replies < 4:
            self._take_envelope_reply(line)
            return
        self.octets.popleft()
        result = self.refusal or result_of(line)
        self.replies, self.refusal = 0, None
        self.work.settle(self.in_flight.popleft(), result)

    def _take_envelope_reply(self, line: bytes) -> None:
        """Take the reply to MAIL, the second of a transaction, or to RCPT."""
        if _is_positive(line) or self.refusal is not None:
            return
        self.refusal = sender_result(line) if self.replies == 2 else result_of(line)


class Pipelined(_Driven):
    """Send the text of one delivery and the envelope of the next in one write.

    Wait for 354 alone (RFC 2920 §3.1).
    """

    def __init__(self, wire: Wire, work: Work) -> None:
        super().__init__(wire, work)
        self.expected: deque[Callable[[bytes], None]] = deque()  # what takes each reply that is due
        self.envelopes: deque[Envelope] = deque()
        # Of the delivery whose envelope is being answered, and of the one whose text was sent.
        self.refusal: DeliveryResult | None = None
        self.sent_refusal: DeliveryResult | None = None
        self._stuffed: dict[int, tuple[bytes, bytes]] = {}

    def turn(self) -> None:
        """Begin; afterwards each reply to DATA leads on."""
        if not self.expected and not self.done.done():
            self._write_on(b"")

    def reply(self, line: bytes) -> None:
        """Take the reply to the command whose turn it is."""
        self.expected.popleft()(line)

    def _take_reset(self, line: bytes) -> None:
        """Take the reply to RSET, whatever it says."""

    def _take_sender(self, line: bytes) -> None:
        """Take the reply to MAIL."""
        if not _is_positive(line):
            self.refusal = sender_result(line)

    def _take_recipient(self, line: bytes) -> None:
        """Take the reply to RCPT; the first refusal counts."""
        if not _is_positive(line) and self.refusal is None:
            self.refusal = result_of(line)

    def _take_data(self, line: bytes) -> None:
        """Take the reply to DATA, and send the text where the relay waits for it."""
        envelope, refusal, self.refusal = self.envelopes.popleft(), self.refusal, None
        is_awaited = _awaits_text(line)
        self.wire.is_clean = refusal is None and is_awaited
        if not is_awaited:
            self.work.settle(self.in_flight.popleft(), refusal or _unexpected(line))
            self._write_on(b"")
            return
        self.sent_refusal = refusal
        self.expected.append(self._take_text)
        if refusal is None:
            self._write_on(b"".join((*map(self._stuff, envelope.parts), b".\r\n")))
        else:
            # A relay that said 354 all the same gets an empty message, which it has nobody for (RFC
            # 2920 §3.1).
            self._write_on(b".\r\n")

    def _take_text(self, line: bytes) -> None:
        """Take the reply to the text."""
        self.work.settle(self.in_flight.popleft(), self.sent_refusal or result_of(line))

    def _write_on(self, text: bytes) -> None:
        """Write the text of a delivery, and the envelope of the next one behind it."""
        delivery = self.work.next(self.wire)
        if delivery is not None:
            index, commands, envelope = delivery
            self.in_flight.append(index)
            self.envelopes.append(envelope)
            if not self.wire.is_clean:
                self.expected.append(self._take_reset)
                commands = b"RSET\r\n" + commands
            self.expected.extend((self._take_sender, self._take_recipient, self._take_data))
            text = b"".join((text, commands, b"DATA\r\n"))
        if text:
            self.wire.write(text)
        elif not self.expected:
            self.finish()

    def _stuff(self, part: bytes) -> bytes:
        """Double the dots at the start of lines (RFC 5321 §4.5.2).

        Parts that all deliveries share are looked through once.
        """
        known = self._stuffed.get(id(part))
        if known is None or known[0] is not part:
            known = part, part.replace(b"\r\n.", b"\r\n..")
            if len(self._stuffed) < WINDOW:
                self._stuffed[id(part)] = known
        return known[1]


class LockStep:
    """Send one command, wait for its reply, send the next."""

    def __init__(self, wire: Wire, work: Work) -> None:
        self.wire, self.work = wire, work
        self.in_flight: deque[int] = deque()

    async def run(self) -> None:
        """Send deliveries until none is left. Raises: OSError, TimeoutError."""
        while True:
            delivery = self.work.next(self.wire)
            if delivery is not None:
                await self._deliver(*delivery)
            elif self.work.is_held:
                await self.work.released.wait()
            else:
                return

    async def _deliver(self, index: int, commands: bytes, envelope: Envelope) -> None:
        self.in_flight.append(index)
        result = await self._result(commands, envelope)
        self.in_flight.popleft()
        self.work.settle(index, result)

    async def _result(self, commands: bytes, envelope: Envelope) -> DeliveryResult:
        if not self.wire.is_clean:
            await self.wire.command(b"RSET")
        self.wire.is_clean = False
        sender, recipient = commands.splitlines()
        for command, meaning in (
            (sender, sender_result),
            (recipient, result_of),
            (b"DATA", result_of),
        ):
            answer = await self.wire.command(command)
            if answer[:1] not in b"23":
                return meaning(answer)
        if not _awaits_text(answer):
            return _unexpected(answer)
        text = b"".join(part.replace(b"\r\n.", b"\r\n..") for part in envelope.parts)
        answer = await self.wire.command(text + b".")
        self.wire.is_clean = True
        return result_of(answer)


def _is_positive(reply: bytes) -> bool:
    """Whether a reply says that a command was done (RFC 5321 §4.2.1)."""
    return reply.startswith(b"2")


def _awaits_text(reply: bytes) -> bool:
    """Whether a reply to DATA waits for the text."""
    return reply.startswith(b"354")


def _unexpected(reply: bytes) -> DeliveryResult:
    """Return what anything but 354 means as the answer to DATA.

    No message was taken, whatever it says.
    """
    result = result_of(reply)
    if result.outcome is Outcome.SENT:
        return DeliveryResult(Outcome.LATER, result.reply)
    return result


def flow_for(wire: Wire, work: Work) -> Sending:
    """Return the fastest way of sending that the relay offers."""
    if "CHUNKING" in wire.extensions:
        return Chunks(wire, work)
    if "PIPELINING" in wire.extensions:
        return Pipelined(wire, work)
    return LockStep(wire, work)
