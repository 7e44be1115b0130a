"""The copies of a batch that are still to be sent, and what a reply means for each.

Shared by the flows (:mod:`listserv.mail.smtp.flows`) of all connections that send the batch.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import idna

from listserv.mail.smtp.refusals import is_about_us
from listserv.mail.smtp.transport import Batch, DeliveryResult, Envelope, Outcome
from listserv.mail.smtp.wire import Wire, shown

TRIES = 2  # connections for one copy
# Copies that may still be handed over when those before them are saved: no connection has to wait
# for that.
NEAR = 8
_OUTCOMES = {b"2": Outcome.SENT, b"5": Outcome.FAILED}


def result_of(reply: bytes) -> DeliveryResult:
    """Return what a reply means for the recipient."""
    outcome, text = _OUTCOMES.get(reply[:1], Outcome.LATER), shown(reply)
    if outcome is Outcome.FAILED and is_about_us(text):
        outcome = Outcome.REFUSED
    return DeliveryResult(outcome, text)


def sender_result(reply: bytes) -> DeliveryResult:
    """Return what a refusal of MAIL means: it names no recipient, so that none of them is meant."""
    result = result_of(reply)
    return (
        DeliveryResult(Outcome.REFUSED, result.reply)
        if result.outcome is Outcome.FAILED
        else result
    )


def routable(recipient: str, wire: Wire) -> tuple[bytes, bytes] | None:
    """Return a recipient as this relay takes it, and the parameter MAIL needs for it; None when it
    takes it in no way.

    A domain has an ASCII form (RFC 5891), a local part has none: that one needs a relay with
    SMTPUTF8 (RFC 6531).
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


class Resumed(Protocol):
    """A flow that can write on after copies were held back."""

    def go_on(self) -> None:
        """Write on."""


class Work:
    """The copies of a batch that are still to be sent, shared by its connections.

    ``answered`` copies, from the first on, have a result that is final. Where the batch has a
    progress, copies are held back until enough before them are saved; ``due`` is called when that
    is near, and there is something to save.
    """

    def __init__(self, batch: Sequence[Envelope], due: Callable[[], None] = lambda: None) -> None:
        self.batch = batch
        self.progress = batch.progress if isinstance(batch, Batch) else None
        self.due = due
        # The first copy that may not be handed over yet.
        self.limit = self.progress.limit if self.progress is not None else len(batch)
        self.todo = deque(range(len(batch)))
        self.tries = [0] * len(batch)
        self.results: list[DeliveryResult | None] = [None] * len(batch)
        self.answered = 0
        self.reason = ""
        self.flows: set[Resumed] = set()
        self.released = asyncio.Event()

    @property
    def is_held(self) -> bool:
        """Whether the next copy has to wait until others are saved."""
        return bool(self.todo) and self.todo[0] >= self.limit

    def next(self, wire: Wire) -> tuple[int, bytes, Envelope] | None:
        """Take the next copy, with its MAIL and RCPT;
        None when nothing is left, or when it is held.
        """
        todo = self.todo
        while todo and todo[0] < self.limit:
            index = todo.popleft()
            mail = self.batch[index]
            route = routable(mail.recipient, wire)
            if route is not None:
                return (
                    index,
                    b"MAIL FROM:<%b>%b\r\nRCPT TO:<%b>\r\n"
                    % (mail.sender.encode(), route[1], route[0]),
                    mail,
                )
            self.settle(index, _UNROUTABLE)
        return None

    def settle(self, index: int, result: DeliveryResult) -> None:
        """Take the result of a copy."""
        self.results[index] = result
        while self.answered < len(self.results) and self.results[self.answered] is not None:
            self.answered += 1
        is_near = not self.todo or self.todo[0] >= self.limit - NEAR
        if is_near and self.progress is not None and self.progress.is_due(self.answered):
            self.due()

    def save(self) -> None:
        """Save what is answered when that is due, and keep
        the claim; called while no reply is being read.
        """
        progress = self.progress
        if progress is None:
            return
        if progress.is_due(self.answered):
            progress.save(
                [
                    result
                    for result in self.results[progress.saved : self.answered]
                    if result is not None
                ]
            )
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
            if (
                again
                and self.tries[index] < TRIES
                and not (self.progress and self.progress.stopped)
            ):
                self.todo.appendleft(index)
            else:
                self.settle(index, self._cut_off())

    def _cut_off(self) -> DeliveryResult:
        return DeliveryResult(Outcome.LATER, f"451 {self.reason}")

    def outcome(self) -> list[DeliveryResult]:
        """Return a result for each copy; what was never said is unreached."""
        unreached = DeliveryResult(
            Outcome.UNREACHED, f"no connection to the relay: {self.reason or 'no answer'}"[:500]
        )
        missing = [self._cut_off() if tries else unreached for tries in self.tries]
        return [result or other for result, other in zip(self.results, missing, strict=True)]
