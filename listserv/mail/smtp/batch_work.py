"""The deliveries of a batch that are still to be sent, and what a reply means for each.

Shared by the flows (:mod:`listserv.mail.smtp.flows`) of all connections that send the batch.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import idna

from listserv.mail.smtp.refusals import is_about_us
from listserv.mail.smtp.transport import Batch, DeliveryResult, Envelope, Outcome
from listserv.mail.smtp.wire import Wire, reply_text

TRIES = 2  # connections for one delivery
# Deliveries that may still be handed over when those before them are saved: no connection has to
# wait for that.
NEAR = 8
# Characters of a reply that are kept.
_MAX_REPLY = 500
_OUTCOMES = {b"2": Outcome.SENT, b"5": Outcome.FAILED}


def result_of(reply: bytes) -> DeliveryResult:
    """Return what a reply means for the recipient."""
    outcome, text = _OUTCOMES.get(reply[:1], Outcome.LATER), reply_text(reply)
    if outcome is Outcome.FAILED and is_about_us(text):
        outcome = Outcome.REFUSED
    return DeliveryResult(outcome, text)


def sender_result(reply: bytes) -> DeliveryResult:
    """Return what a refusal of MAIL means: it names no recipient, so that none of them is meant."""
    result = result_of(reply)
    if result.outcome is Outcome.FAILED:
        return DeliveryResult(Outcome.REFUSED, result.reply)
    return result


def routable(recipient: str, wire: Wire) -> tuple[bytes, bytes] | None:
    """Return a recipient as this relay takes it, and the parameter MAIL needs for it.

    None when the relay takes it in no way. A domain has an ASCII form (RFC 5891), a local part has
    none: that one needs a relay with SMTPUTF8 (RFC 6531).
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


_UNROUTABLE = DeliveryResult(
    Outcome.FAILED, "553 5.6.7 the relay does not take internationalised addresses"
)


class Resumable(Protocol):
    """A flow that can write on after deliveries were held back."""

    def resume(self) -> None:
        """Write on."""


class Work:
    """The deliveries of a batch that are still to be sent, shared by its connections.

    ``answered`` deliveries, from the first on, have a result that is final. Where the batch has a
    progress, deliveries are held back until enough before them are saved; ``on_due`` is called when
    that is near, and there is something to save.
    """

    def __init__(
        self, batch: Sequence[Envelope], on_due: Callable[[], None] = lambda: None
    ) -> None:
        self.batch = batch
        self.progress = batch.progress if isinstance(batch, Batch) else None
        self.on_due = on_due
        # The first delivery that may not be handed over yet.
        self.limit = len(batch)
        if self.progress is not None:
            self.limit = self.progress.limit
        self.todo = deque(range(len(batch)))
        self.tries = [0] * len(batch)
        self.results: list[DeliveryResult | None] = [None] * len(batch)
        self.answered = 0
        self.reason = ""
        self.flows: set[Resumable] = set()
        self.released = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """Whether the next delivery has to wait until others are saved."""
        return bool(self.todo) and self.todo[0] >= self.limit

    @property
    def is_stopped(self) -> bool:
        """Whether nothing more is handed over."""
        return self.progress is not None and self.progress.stopped

    def next(self, wire: Wire) -> tuple[int, bytes, Envelope] | None:
        """Take the next delivery, with its MAIL and RCPT.

        None when nothing is left, or when it is held.
        """
        todo = self.todo
        while todo and todo[0] < self.limit:
            index = todo.popleft()
            envelope = self.batch[index]
            route = routable(envelope.recipient, wire)
            if route is None:
                self.settle(index, _UNROUTABLE)
                continue
            recipient, parameter = route
            commands = b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\n"
            return index, commands % (envelope.sender.encode(), parameter, recipient), envelope
        return None

    def settle(self, index: int, result: DeliveryResult) -> None:
        """Take the result of a delivery."""
        self.results[index] = result
        while self.answered < len(self.results) and self.results[self.answered] is not None:
            self.answered += 1
        if self.progress is None or not self._is_limit_near():
            return
        if self.progress.is_due(self.answered):
            self.on_due()

    def _is_limit_near(self) -> bool:
        if not self.todo:
            return True
        return self.todo[0] >= self.limit - NEAR

    def save(self) -> None:
        """Save what is answered when that is due, and keep the claim.

        Called while no reply is being read.
        """
        progress = self.progress
        if progress is None:
            return
        if progress.is_due(self.answered):
            unsaved = self.results[progress.saved : self.answered]
            progress.save([result for result in unsaved if result is not None])
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
            flow.resume()

    def give_back(self, in_flight: Sequence[int], reason: str, *, again: bool) -> None:
        """Send again what had no answer, or leave it for a retry."""
        self.reason = reason
        for index in reversed(in_flight):
            self.tries[index] += 1
            if again and self._may_try_again(index):
                self.todo.appendleft(index)
            else:
                self.settle(index, self._cut_off())

    def _may_try_again(self, index: int) -> bool:
        return self.tries[index] < TRIES and not self.is_stopped

    def _cut_off(self) -> DeliveryResult:
        return DeliveryResult(Outcome.LATER, f"451 {self.reason}")

    def outcome(self) -> list[DeliveryResult]:
        """Return a result for each delivery; what was never handed over is unreached."""
        reply = f"no connection to the relay: {self.reason or 'no answer'}"
        unreached = DeliveryResult(Outcome.UNREACHED, reply[:_MAX_REPLY])
        missing = [self._cut_off() if tries else unreached for tries in self.tries]
        return [result or other for result, other in zip(self.results, missing, strict=True)]
