"""Retry deliveries that were not accepted at first, when they are due."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from listserv.bounces import services as bounce_services
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, Retry
from listserv.outbound import roster
from listserv.outbound.bulk import Bulk
from listserv.outbound.delivery_log import DeliveryLog
from listserv.outbound.render import Renderer
from listserv.outbound.roster import Receiver
from listserv.outbound.trouble import LEASE, clear_trouble, next_try, note_trouble, pause_after


def mailings() -> QuerySet[Mailing]:
    """Return mailings with what rendering them needs."""
    return Mailing.objects.select_related(
        "list",
        "contribution__author",
        "contribution__parent",
        "contribution__post__topic__forum__policy",
        "contribution__post__updated_by",
    )


def count_refused(
    mailing: Mailing,
    receivers: Sequence[Receiver],
    results: Sequence[DeliveryResult],
    now: datetime,
) -> None:
    """Count each recipient whom the relay refused as a bounce."""
    number = mailing.contribution.number
    refused = [
        (receiver.pk, number, result.reply)
        for receiver, result in zip(receivers, results, strict=True)
        if result.outcome is Outcome.FAILED
    ]
    if refused:
        bounce_services.count_refusals(refusals=refused, now=now)


@dataclass
class _RetryBatch:
    """Retries of one mailing that this worker has claimed until their ``next_at``."""

    mailing: Mailing
    retries: dict[int, Retry]  # by subscription
    receivers: list[Receiver]
    now: datetime
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.log = DeliveryLog(self.mailing, again=True)

    def renew(self) -> bool:
        """Renew the claim."""
        until = self.now + timedelta(seconds=time.monotonic() - self.began) + LEASE
        Retry.objects.filter(pk__in=[retry.pk for retry in self.retries.values()]).update(
            next_at=until
        )
        return True

    @transaction.atomic
    def settle(self, start: int, results: Sequence[DeliveryResult]) -> bool:
        """Record the results of some of them."""
        receivers = self.receivers[start : start + len(results)]
        for receiver, result in zip(receivers, results, strict=True):
            _settle_retry(self.retries.pop(receiver.pk), result, self.now)
        count_refused(self.mailing, receivers, results, self.now)
        self.log.note(receivers, results)
        return True

    @transaction.atomic
    def put_off(self, result: DeliveryResult) -> None:
        """Let the rest wait for the relay, which said nothing about their recipients."""
        for retry in self.retries.values():
            retry.next_at = self.now + pause_after(result, retry.attempts)
            retry.last_reply = result.reply[:500]
            retry.attempts += result.outcome is not Outcome.UNREACHED
        Retry.objects.bulk_update(self.retries.values(), ["next_at", "last_reply", "attempts"])


def due_retries(now: datetime, *, send: Callable[..., list[DeliveryResult]], most: int) -> int:
    """Retry what is due of one mailing; return how many deliveries were answered.

    Args: send, as the delivery worker sends; most, how many at once.
    """
    due = Retry.objects.filter(next_at__lte=now).order_by("next_at")
    first = due.values_list("mailing_id", flat=True).first()
    if first is None:
        return 0
    with transaction.atomic():
        locked = due.filter(mailing_id=first).select_for_update(skip_locked=True, of=("self",))
        retries = list(locked[:most])
        Retry.objects.filter(pk__in=[retry.pk for retry in retries]).update(next_at=now + LEASE)
    mailing = mailings().get(pk=first)
    by_subscription = {retry.subscription_id: retry for retry in retries}
    receivers: list[Receiver] = []
    if mailing.contribution.state == "accepted":
        receivers = roster.among(mailing, by_subscription, now=now)
    # Who may no longer read, or wants no mail, is not tried again.
    entitled = {receiver.pk: by_subscription.pop(receiver.pk) for receiver in receivers}
    Retry.objects.filter(pk__in=[retry.pk for retry in by_subscription.values()]).delete()
    batch = _RetryBatch(mailing, entitled, receivers, now)
    bulk = Bulk(settle=batch.settle, renew=batch.renew, ever_taken=mailing.sent > 0)
    rest = bulk.rest(send(Renderer(mailing), receivers, bulk.progress()))
    batch.settle(rest.start, rest.results)
    batch.log.flush(rest.pause)
    if rest.pause is not None:
        batch.put_off(rest.pause)
        note_trouble(rest.pause, now)
    if bulk.taken:
        clear_trouble(now)
    return rest.start + len(rest.results)


def _settle_retry(retry: Retry, result: DeliveryResult, now: datetime) -> None:
    if result.outcome is Outcome.SENT:
        retry.delete()
        Mailing.objects.filter(pk=retry.mailing_id).update(sent=F("sent") + 1)
        return
    retry.next_at = next_try(result, retry.attempts, retry.created_at, now)
    retry.attempts += result.outcome is not Outcome.UNREACHED
    retry.last_reply = result.reply[:500]
    retry.save(update_fields=["next_at", "attempts", "last_reply"])
    if retry.next_at is None:
        Mailing.objects.filter(pk=retry.mailing_id).update(failed=F("failed") + 1)
