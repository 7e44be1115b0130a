"""How copies are said on a connection, by what the relay offers.

:class:`Chunks` where it announces CHUNKING: whole transactions in a window, never waited for (RFC 3030).
:class:`Pipelined` where it announces PIPELINING: the envelope of the next copy goes right behind the text of the one
before (RFC 2920 §3.1), so that a copy costs one wait. :class:`LockStep` where it announces neither.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import idna

from listserv.outbound.refusals import is_about_us
from listserv.outbound.transport import Batch, Envelope, Outcome, Result
from listserv.outbound.wire import Wire, shown

WINDOW = 32  # copies in flight on a connection
# Octets in flight on a connection: mails with files are few at a time, so that memory stays flat.
WINDOW_OCTETS = 1_000_000
TRIES = 2  # connections for one copy
# Copies that may still be handed over when those before them are saved: no connection has to wait for that.
NEAR = 8
_OUTCOMES = {b"2": Outcome.SENT, b"5": Outcome.FAILED}


def result_of(reply: bytes) -> Result:
    """Return what a reply means for the recipient."""
    outcome, text = _OUTCOMES.get(reply[:1], Outcome.LATER), shown(reply)
    if outcome is Outcome.FAILED and is_about_us(text):
        outcome = Outcome.REFUSED
    return Result(outcome, text)


def sender_result(reply: bytes) -> Result:
    """Return what a refusal of MAIL means: it names no recipient, so that none of them is meant."""
    result = result_of(reply)
    return Result(Outcome.REFUSED, result.reply) if result.outcome is Outcome.FAILED else result


def routable(recipient: str, wire: Wire) -> tuple[bytes, bytes] | None:
    """Return a recipient as this relay takes it, and the parameter MAIL needs for it; None when it takes it in no way.

    A domain has an ASCII form (RFC 5891), a local part has none: that one needs a relay with SMTPUTF8 (RFC 6531).
    """
    if recipient.isascii():
        return recipient.encode(), b""
    if "SMTPUTF8" in wire.extensions:
        return recipient.encode(), b" SMTPUTF8"
    local, _, domain = recipient.rpartition("@")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}".encode("ascii"), b""
    except UnicodeError:
        return None


_UNROUTABLE = Result(Outcome.FAILED, "553 5.6.7 the relay does not take internationalised addresses")


class Work:
    """The copies of a batch that are still to be sent, shared by its connections.

    ``answered`` copies, from the first on, have a result that is final. Where the batch has a progress, copies are held
    back until enough before them are saved; ``due`` is called when that is near, and there is something to save.
    """

    def __init__(self, batch: Sequence[Envelope], due: Callable[[], None] = lambda: None) -> None:
        self.batch = batch
        self.progress = batch.progress if isinstance(batch, Batch) else None
        self.due = due
        # The first copy that may not be handed over yet.
        self.limit = self.progress.limit if self.progress is not None else len(batch)
        self.todo = deque(range(len(batch)))
        self.tries = [0] * len(batch)
        self.results: list[Result | None] = [None] * len(batch)
        self.answered = 0
        self.reason = ""
        self.flows: set[_Driven] = set()
        self.released = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """Whether the next copy has to wait until others are saved."""
        return bool(self.todo) and self.todo[0] >= self.limit

    def next(self, wire: Wire) -> tuple[int, bytes, Envelope] | None:
        """Take the next copy, with its MAIL and RCPT; None when nothing is left, or when it is held."""
        todo = self.todo
        while todo and todo[0] < self.limit:
            index = todo.popleft()
            mail = self.batch[index]
            route = routable(mail.recipient, wire)
            if route is not None:
                return index, b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\n" % (mail.sender.encode(), route[1], route[0]), mail
            self.settle(index, _UNROUTABLE)
        return None

    def settle(self, index: int, result: Result) -> None:
        """Take the result of a copy."""
        self.results[index] = result
        while self.answered < len(self.results) and self.results[self.answered] is not None:
            self.answered += 1
        is_near = not self.todo or self.todo[0] >= self.limit - NEAR
        if is_near and self.progress is not None and self.progress.is_due(self.answered):
            self.due()

    def save(self) -> None:
        """Save what is answered when that is due, and keep the claim; called while no reply is being read."""
        progress = self.progress
        if progress is None:
            return
        if progress.is_due(self.answered):
            progress.save([result for result in self.results[progress.saved : self.answered] if result is not None])
            self.limit = progress.limit
        if not progress.stopped:
            progress.renew()
        if progress.stopped:
            self.todo.clear()

    def release(self) -> None:
        """Let the connections go on with what was held."""
        self.released.set()
        self.released.clear()
        for flow in list(self.flows):
            flow.go_on()

    def give_back(self, flying: Sequence[int], reason: str, *, again: bool) -> None:
        """Say again what had no answer, or leave it for a retry."""
        self.reason = reason
        for index in reversed(flying):
            self.tries[index] += 1
            if again and self.tries[index] < TRIES and not (self.progress and self.progress.stopped):
                self.todo.appendleft(index)
            else:
                self.settle(index, self._cut_off())

    def _cut_off(self) -> Result:
        return Result(Outcome.LATER, f"451 {self.reason}")

    def outcome(self) -> list[Result]:
        """Return a result for each copy; what was never said is unreached."""
        unreached = Result(Outcome.UNREACHED, f"no connection to the relay: {self.reason or 'no answer'}"[:500])
        missing = [self._cut_off() if tries else unreached for tries in self.tries]
        return [result or other for result, other in zip(self.results, missing, strict=True)]


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

    Each begins with RSET, since a refused recipient leaves a transaction open. Filled up when half is answered: fewer,
    larger writes.
    """

    def __init__(self, wire: Wire, work: Work) -> None:
        super().__init__(wire, work)
        self.octets: deque[int] = deque()
        self.heard = 0  # of the four replies to the oldest transaction
        self.refused: Result | None = None

    def turn(self) -> None:
        """Fill the window."""
        if len(self.flying) > WINDOW // 2:
            return
        parts: list[bytes] = []
        octets = sum(self.octets)
        while len(self.flying) < WINDOW and octets < WINDOW_OCTETS:
            found = self.work.next(self.wire)
            if found is None:
                break
            index, envelope, mail = found
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
    """Say the text of one copy and the envelope of the next in one write; wait for 354 alone (RFC 2920 §3.1)."""

    def __init__(self, wire: Wire, work: Work) -> None:
        super().__init__(wire, work)
        self.expected: deque[Callable[[bytes], None]] = deque()  # what takes each reply that is due
        self.mails: deque[Envelope] = deque()
        self.refused: Result | None = None  # of the copy whose envelope is being answered
        self.sent_refusal: Result | None = None  # of the copy whose text was sent
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
        # A relay that said 354 all the same gets an empty message, which it has nobody for (RFC 2920 §3.1).
        self.sent_refusal = refused
        self.expected.append(self._taken)
        self._go_on(b".\r\n" if refused else b"".join((*map(self._stuff, mail.parts), b".\r\n")))

    def _go_on(self, text: bytes) -> None:
        """Write the text of a copy, and the envelope of the next one behind it."""
        found = self.work.next(self.wire)
        if found is not None:
            index, envelope, mail = found
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
        """Double the dots at the start of lines; parts that all copies share are looked through once."""
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
            found = self.work.next(self.wire)
            if found is None:
                if not self.work.is_held:
                    return
                await self.work.released.wait()
                continue
            index, envelope, mail = found
            self.flying.append(index)
            result = await self._copy(envelope, mail)
            self.flying.popleft()
            self.work.settle(index, result)

    async def _copy(self, envelope: bytes, mail: Envelope) -> Result:
        if not self.wire.clean:
            await self.wire.say(b"RSET")
        self.wire.clean = False
        sender, recipient = envelope.splitlines()
        for command, meaning in ((sender, sender_result), (recipient, result_of), (b"DATA", result_of)):
            answer = await self.wire.say(command)
            if answer[:1] not in b"23":
                return meaning(answer)
        if answer[:3] != b"354":
            return _unexpected(answer)
        text = b"".join(part.replace(b"\r\n.", b"\r\n..") for part in mail.parts)
        answer = await self.wire.say(text + b".")
        self.wire.clean = True
        return result_of(answer)


def _unexpected(reply: bytes) -> Result:
    """Return what anything but 354 means as the answer to DATA: no message was taken, whatever it says."""
    result = result_of(reply)
    return Result(Outcome.LATER, result.reply) if result.outcome is Outcome.SENT else result


def flow_for(wire: Wire, work: Work) -> Sending:
    """Return the fastest way of saying copies that the relay offers."""
    if "CHUNKING" in wire.extensions:
        return Chunks(wire, work)
    return (Pipelined if "PIPELINING" in wire.extensions else LockStep)(wire, work)
