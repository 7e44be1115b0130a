"""Send notifications: each is settled when it is answered, before the next one is sent."""

import logging
import threading
import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesParser
from functools import partial

from django.db import transaction

from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.refusals import may_be_us
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Listed, Outcome
from listserv.models import Notice
from listserv.outbound.delivery_log import note_notification
from listserv.outbound.trouble import (
    LEASE,
    clear_trouble,
    is_refusing,
    next_try,
    note_trouble,
    pause_after,
)

log = logging.getLogger(__name__)
# Notifications refused in a row, for reasons that need not be their recipients', that show a relay
# that refuses us.
RUN_OF_REFUSALS = 2
_memory = threading.local()


def subject_of(raw: bytes) -> str:
    """Return the subject of a message of ours as people read it."""
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    message = BytesParser(policy=policy.default).parsebytes(head, headersonly=True)
    return " ".join(str(message.get("Subject", "")).split())[:255]


def forget_refusals() -> None:
    """Forget the run of refusals."""
    _memory.run = {}


def keep_refused(copy: Envelope, result: DeliveryResult, now: datetime) -> Notice:
    """Keep a digest that was refused for its recipient alone, for the Secretariat to retry."""
    raw = b"".join(copy.parts)
    return Notice.objects.create(
        envelope_from=copy.sender,
        recipients=[copy.recipient],
        subject=subject_of(raw),
        raw=raw,
        state=Notice.State.FAILED,
        attempts=1,
        next_at=now,
        last_reply=result.reply[:500],
        created_at=now,
    )


class NotificationQueue:
    """Some notifications that this worker has claimed until their ``next_at``.

    Each is a unit of its own: when the worker is killed, one goes out twice at most. Refusals that
    may be of us are looked at together, after the others: nothing was delivered, so a kill repeats
    nothing.
    """

    def __init__(self, notices: Sequence[Notice], now: datetime) -> None:
        self.now = now
        self.unsettled = {notice.pk: notice for notice in notices}
        self.copies = [(notice, recipient) for notice in notices for recipient in notice.recipients]
        self.results: dict[int, dict[str, DeliveryResult]] = {notice.pk: {} for notice in notices}
        self.began = time.monotonic()
        self.answered = 0
        self.done = 0
        self.taken = False
        self.refusal: DeliveryResult | None = None

    def batch(self) -> Listed:
        """Return the copies to send."""
        progress = Progress(ahead=1, every=1, save=self._save, renew=self._renew)
        envelopes = [
            Envelope(notice.envelope_from, recipient, (bytes(notice.raw),))
            for notice, recipient in self.copies
        ]
        return Listed(envelopes, progress)

    def _renew(self) -> bool:
        until = self.now + timedelta(seconds=time.monotonic() - self.began) + LEASE
        Notice.objects.filter(pk__in=list(self.unsettled), state=Notice.State.WAITING).update(
            next_at=until
        )
        return True

    def _save(self, results: Sequence[DeliveryResult]) -> int | None:
        for result in results:
            self._note(result)
        if self.refusal is not None:
            return None
        return len(results)

    def _note(self, result: DeliveryResult) -> None:
        notice, recipient = self.copies[self.answered]
        self.answered += 1
        outcomes = self.results[notice.pk]
        outcomes[recipient] = result
        self._look_for_refusal(notice, recipient, result)
        if len(outcomes) < len(notice.recipients):
            if result.outcome is Outcome.SENT:
                self._take_off_served(notice)
        elif not any(_may_be_us(outcome) for outcome in outcomes.values()):
            self._settle(notice)

    def _take_off_served(self, notice: Notice) -> None:
        """Take who has a notification already off its recipients, while others wait for it."""
        outcomes = self.results[notice.pk].items()
        served = {recipient for recipient, result in outcomes if result.outcome is Outcome.SENT}
        unserved = [recipient for recipient in notice.recipients if recipient not in served]
        Notice.objects.filter(pk=notice.pk).update(recipients=unserved)

    def _look_for_refusal(self, notice: Notice, recipient: str, result: DeliveryResult) -> None:
        """Remember refusals that follow each other, in this batch and in those before it."""
        run: dict[str, int] = getattr(_memory, "run", {})
        if result.outcome is Outcome.SENT:
            self.taken, run = True, {}
        elif _may_be_us(result):
            run = {**run, recipient.lower(): notice.pk}
            if self._is_refused_by_relay(result, len(run)):
                self.refusal = result
        _memory.run = run

    def _is_refused_by_relay(self, result: DeliveryResult, refusals: int) -> bool:
        """Whether it is the relay that refuses us. Queries: 1 at most.

        Args: refusals, how many have followed each other.
        """
        if refusals >= RUN_OF_REFUSALS:
            return True
        if self.taken:
            return False
        return result.outcome is Outcome.REFUSED or is_refusing()

    def finish(self, results: Sequence[DeliveryResult]) -> int:
        """Settle what is left; return how many notifications left the queue."""
        for result in results[self.answered :]:
            self._note(result)
        with transaction.atomic():
            if self.refusal is not None:
                self._wait_for_relay(self.refusal)
            for notice in list(self.unsettled.values()):
                self._settle(notice)
        unreached = (result for result in results if result.outcome is Outcome.UNREACHED)
        trouble = self.refusal or next(unreached, None)
        if trouble is not None:
            note_trouble(trouble, self.now)
        elif self.taken:
            clear_trouble(self.now)
        return self.done

    def _wait_for_relay(self, refusal: DeliveryResult) -> None:
        """Let what may have been refused to us wait, that of earlier batches as well."""
        for outcomes in self.results.values():
            for recipient, result in outcomes.items():
                if _may_be_us(result):
                    outcomes[recipient] = DeliveryResult(Outcome.REFUSED, result.reply)
                elif result.outcome is Outcome.UNREACHED:
                    outcomes[recipient] = DeliveryResult(Outcome.REFUSED, refusal.reply)
        earlier = Notice.objects.filter(
            pk__in=set(_memory.run.values()) - set(self.unsettled), state=Notice.State.FAILED
        )
        earlier.exclude(raw=b"").update(
            state=Notice.State.WAITING, next_at=self.now + pause_after(refusal, 0)
        )

    def _settle(self, notice: Notice) -> None:
        self.unsettled.pop(notice.pk)
        _settle_notice(notice, self.results[notice.pk], self.now)
        note_notification(notice, self.results[notice.pk])
        self.done += notice.state != Notice.State.WAITING


# Trials go to mailboxes that may well be no more: a refusal about one is always the recipient's.
_may_be_us = partial(may_be_us, has_taken=True)
_WAITS = (Outcome.LATER, Outcome.UNREACHED, Outcome.REFUSED)


def _settle_notice(notice: Notice, results: dict[str, DeliveryResult], now: datetime) -> None:
    """Keep the recipients that were not served; a notification that all have is emptied."""
    waiting, refused = _with(results, _WAITS), _with(results, (Outcome.FAILED,))
    unserved = waiting | refused
    tries = [_next_try(result, notice, now) for result in waiting.values()]
    due = min((moment for moment in tries if moment is not None), default=None)
    if due is not None:
        notice.next_at = due
    elif unserved:
        notice.state = Notice.State.FAILED
    else:
        notice.state = Notice.State.SENT
        notice.raw = b""
    notice.last_reply = ""
    if unserved:
        notice.recipients = list(unserved)
        notice.last_reply = next(iter(unserved.values())).reply[:500]
    outcomes = {result.outcome for result in results.values()}
    notice.attempts += bool(outcomes - {Outcome.UNREACHED})
    notice.save()


def _with(
    results: dict[str, DeliveryResult], outcomes: Collection[Outcome]
) -> dict[str, DeliveryResult]:
    """Return the results with one of some outcomes: recipient -> result."""
    return {
        recipient: result for recipient, result in results.items() if result.outcome in outcomes
    }


def _next_try(result: DeliveryResult, notice: Notice, now: datetime) -> datetime | None:
    if result.outcome is Outcome.REFUSED:
        return now + pause_after(result, notice.attempts)
    return next_try(result, notice.attempts, notice.created_at, now)
