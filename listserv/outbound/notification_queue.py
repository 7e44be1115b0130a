"""The hub's own letters on their way: each is settled
when it is answered, before the next one is sent.
"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from email import policy
from email.parser import BytesParser
from functools import partial

from django.db import transaction

from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.refusals import may_be_us
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Listed, Outcome
from listserv.models import Notice
from listserv.outbound.delivery_log import note_letter
from listserv.outbound.trouble import (
    LEASE,
    clear_trouble,
    is_refusing,
    next_try,
    note_trouble,
    pause_after,
)

log = logging.getLogger(__name__)
# Letters refused in a row, for reasons that need not be their recipients', that show a relay that
# refuses us.
RUN = 2
_memory = threading.local()


def subject_of(raw: bytes) -> str:
    """Return the subject of a mail of ours as people read it."""
    head = BytesParser(policy=policy.default).parsebytes(
        raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", headersonly=True
    )
    return " ".join(str(head["Subject"] or "").split())[:255]


def forget_refusals() -> None:
    """Forget the run of refusals."""
    _memory.run = {}


def keep_refused(copy: Envelope, result: DeliveryResult, now: datetime) -> Notice:
    """Keep a digest that was refused for its recipient alone,
    so that the Secretariat sees it and can try it again.
    """
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


class LetterQueue:
    """Some letters that are ours until their ``next_at``.

    A letter is a unit of its own: when the worker is killed, one goes out twice at most. Refusals
    that may be of us are looked at together, after the others: nothing was delivered, so a kill
    repeats nothing.
    """

    def __init__(self, notices: Sequence[Notice], now: datetime) -> None:
        self.now = now
        self.open = {notice.pk: notice for notice in notices}
        self.copies = [(notice, recipient) for notice in notices for recipient in notice.recipients]
        self.results: dict[int, dict[str, DeliveryResult]] = {notice.pk: {} for notice in notices}
        self.began = time.monotonic()
        self.at = 0
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
        Notice.objects.filter(pk__in=list(self.open), state=Notice.State.WAITING).update(
            next_at=until
        )
        return True

    def _save(self, results: Sequence[DeliveryResult]) -> int | None:
        for result in results:
            self._take(result)
        return None if self.refusal is not None else len(results)

    def _take(self, result: DeliveryResult) -> None:
        notice, recipient = self.copies[self.at]
        self.at += 1
        self.results[notice.pk][recipient] = result
        self._look_for_refusal(notice, recipient, result)
        if len(self.results[notice.pk]) < len(notice.recipients):
            if result.outcome is Outcome.SENT:
                unserved = [item for item in notice.recipients if not self._is_served(notice, item)]
                Notice.objects.filter(pk=notice.pk).update(recipients=unserved)
        elif not any(_may_be_us(item) for item in self.results[notice.pk].values()):
            self._settle(notice)

    def _is_served(self, notice: Notice, recipient: str) -> bool:
        result = self.results[notice.pk].get(recipient)
        return result is not None and result.outcome is Outcome.SENT

    def _look_for_refusal(self, notice: Notice, recipient: str, result: DeliveryResult) -> None:
        """Remember refusals that follow each other, in this go and in those before it."""
        run: dict[str, int] = getattr(_memory, "run", {})
        if result.outcome is Outcome.SENT:
            self.taken, run = True, {}
        elif _may_be_us(result):
            run = {**run, recipient.lower(): notice.pk}
            sure = result.outcome is Outcome.REFUSED
            if len(run) >= RUN or (sure and not self.taken) or (not self.taken and is_refusing()):
                self.refusal = result
        _memory.run = run

    def finish(self, results: Sequence[DeliveryResult]) -> int:
        """Settle what is left; return how many letters left the queue."""
        for result in results[self.at :]:
            self._take(result)
        with transaction.atomic():
            if self.refusal is not None:
                self._wait_for_relay(self.refusal)
            for notice in list(self.open.values()):
                self._settle(notice)
        away = next((outcome for outcome in results if outcome.outcome is Outcome.UNREACHED), None)
        if self.refusal is not None or away is not None:
            note_trouble(self.refusal or away or results[-1], self.now)
        elif self.taken:
            clear_trouble(self.now)
        return self.done

    def _wait_for_relay(self, refusal: DeliveryResult) -> None:
        """Take the refusals that may be of us as such, those of earlier goes as well."""
        for outcomes in self.results.values():
            for recipient, result in outcomes.items():
                if _may_be_us(result):
                    outcomes[recipient] = DeliveryResult(Outcome.REFUSED, result.reply)
                elif result.outcome is Outcome.UNREACHED:
                    outcomes[recipient] = DeliveryResult(Outcome.REFUSED, refusal.reply)
        earlier = Notice.objects.filter(
            pk__in=set(_memory.run.values()) - set(self.open), state=Notice.State.FAILED
        )
        earlier.exclude(raw=b"").update(
            state=Notice.State.WAITING, next_at=self.now + pause_after(refusal, 0)
        )

    def _settle(self, notice: Notice) -> None:
        self.open.pop(notice.pk)
        _settle_notice(notice, self.results[notice.pk], self.now)
        note_letter(notice, self.results[notice.pk])
        self.done += notice.state != Notice.State.WAITING


# Trials go to mailboxes that may well be no more: a refusal about one is always the recipient's.
_may_be_us = partial(may_be_us, has_taken=True)
_WAITS = (Outcome.LATER, Outcome.UNREACHED, Outcome.REFUSED)


def _settle_notice(notice: Notice, results: dict[str, DeliveryResult], now: datetime) -> None:
    """Keep the recipients that were not served; a notice that everybody has is emptied."""
    waiting = {who: result for who, result in results.items() if result.outcome in _WAITS}
    refused = {who: result for who, result in results.items() if result.outcome is Outcome.FAILED}
    notice.last_reply = next(
        (outcome.reply for outcome in (*waiting.values(), *refused.values())), ""
    )[:500]
    tries = [_next_try(result, notice, now) for result in waiting.values()]
    waits = [moment for moment in tries if moment is not None]
    notice.recipients = [*waiting, *refused] or notice.recipients
    if waits:
        notice.next_at = min(waits)
    else:
        notice.state = Notice.State.FAILED if refused or waiting else Notice.State.SENT
        if notice.state == Notice.State.SENT:
            notice.raw = b""
    notice.attempts += any(result.outcome is not Outcome.UNREACHED for result in results.values())
    notice.save()


def _next_try(result: DeliveryResult, notice: Notice, now: datetime) -> datetime | None:
    if result.outcome is Outcome.REFUSED:
        return now + pause_after(result, notice.attempts)
    return next_try(result, notice.attempts, notice.created_at, now)
