"""The worker's pumps for outgoing mail: walk the rosters, say again what was not taken, send the hub's own notices.

Work is claimed, never assumed: a mailing by a conditional UPDATE whose lease is also the proof of the claim, retries
and notices by moving their ``next_at`` under a row lock. Between claim and outcome no transaction is open. A worker
that is killed leaves a lease that ends, and a cursor that is behind by one batch at most.
"""

import logging
import threading
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from listserv import selectors
from listserv.models import Mailing, Notice, Retry, Subscription
from listserv.outbound.outbox import Outbox
from listserv.outbound.relay import Relay
from listserv.outbound.render import Renderer
from listserv.outbound.transport import Envelope, Outcome, Result, Transport

log = logging.getLogger(__name__)
BATCH = 500  # recipients
NOTICES = 50
LEASE = timedelta(minutes=5)
# How long a relay that was not there is left alone.
PAUSE = timedelta(seconds=15)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 240))
GIVE_UP = timedelta(days=5)
# What a copy needs of subscription, member and address.
NEEDED = (
    "list_id",
    "delivery",
    "own_copy",
    "ended_at",
    "member__email",
    "member__language",
    "address__email",
    "address__verified",
)
_kept = threading.local()


def transport() -> Transport:
    """Return this thread's far end: the relay with its kept connections, or the outbox when no relay is set."""
    relay = settings.HUB_RELAY
    if getattr(_kept, "relay", "") != relay:
        close_transport()
        _kept.transport = Relay(relay, helo=settings.HUB_MAIL_DOMAIN) if relay else Outbox()
        _kept.relay = relay
    return _kept.transport


def close_transport() -> None:
    """Let go of this thread's far end."""
    if hasattr(_kept, "transport"):
        _kept.transport.close()
        del _kept.transport, _kept.relay


def deliver_mailings(now: datetime) -> int:
    """Send one batch of the oldest mailing, and the retries that are due; return how many subscriptions were done.

    Queries: 9 a batch, whatever its size, and 1 more for each level above the forum.
    """
    return _next_batch(now) + _due_retries(now)


def deliver_notices(now: datetime) -> int:
    """Send the notices that are due; return how many left the queue."""
    due = Notice.objects.filter(state=Notice.State.WAITING, next_at__lte=now).order_by("pk")
    # Asked before the transaction: an idle worker takes no write lock each second.
    if not due.exists():
        return 0
    with transaction.atomic():
        notices = list(due.select_for_update(skip_locked=True)[:NOTICES])
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(next_at=now + LEASE)
    envelopes = [
        Envelope(notice.envelope_from, recipient, (bytes(notice.raw),))
        for notice in notices
        for recipient in notice.recipients
    ]
    results = iter(transport().send(envelopes) if envelopes else ())
    done = 0
    with transaction.atomic():
        for notice in notices:
            _settle_notice(notice, {recipient: next(results) for recipient in notice.recipients}, now)
            done += notice.state != Notice.State.WAITING
    return done


# --- Mailings --------------------------------------------------------------------------------------------------


def _claim(now: datetime) -> Mailing | None:
    """Take the oldest mailing that nobody holds; the row that comes back bears our lease."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Mailing.objects.filter(free, state=Mailing.State.SENDING).order_by("pk")
    for pk, seen in waiting.values_list("pk", "claimed_until")[:10]:
        claimed = Mailing.objects.filter(pk=pk, claimed_until=seen, state=Mailing.State.SENDING)
        if claimed.update(claimed_until=now + LEASE):
            return _mailings().get(pk=pk)
    return None


def _mailings() -> QuerySet[Mailing]:
    return Mailing.objects.select_related(
        "list", "contribution__author", "contribution__parent", "contribution__post__topic__forum__policy"
    )


def _next_batch(now: datetime) -> int:
    mailing = _claim(now)
    if mailing is None:
        return 0
    page: list[Subscription] = []
    if mailing.contribution.state == "accepted":
        walk = mailing.list.subscriptions.filter(
            delivery=Subscription.Delivery.EACH, ended_at=None, pk__gt=mailing.cursor
        )
        page = list(walk.select_related("member", "address").only(*NEEDED).order_by("pk")[:BATCH])
    receivers = selectors.entitled(mailing, page)
    results = _send(mailing, receivers)
    if results and all(result.outcome is Outcome.UNREACHED for result in results):
        _pause(mailing, now, results[0])
        return 0
    _store(mailing, page, list(zip(receivers, results, strict=True)), now)
    return max(len(page), 1)


def _send(mailing: Mailing, receivers: list[Subscription]) -> list[Result]:
    if not receivers:
        return []
    renderer = Renderer(mailing)
    return transport().send([renderer.envelope(subscription) for subscription in receivers])


def _pause(mailing: Mailing, now: datetime, result: Result) -> None:
    """Leave the cursor where it is and look again soon: a relay that is away makes no rows."""
    log.warning("Mailing %s waits: %s", mailing.pk, result.reply)
    Mailing.objects.filter(pk=mailing.pk, claimed_until=mailing.claimed_until).update(claimed_until=now + PAUSE)


@transaction.atomic
def _store(
    mailing: Mailing, page: list[Subscription], outcomes: list[tuple[Subscription, Result]], now: datetime
) -> None:
    """Move the cursor past a batch, and keep who was not served."""
    held = Mailing.objects.filter(pk=mailing.pk, claimed_until=mailing.claimed_until)
    last = len(page) < BATCH
    moved = held.update(
        cursor=page[-1].pk if page else mailing.cursor,
        sent=F("sent") + sum(result.outcome is Outcome.SENT for _, result in outcomes),
        failed=F("failed") + sum(result.outcome is Outcome.FAILED for _, result in outcomes),
        state=Mailing.State.DONE if last else Mailing.State.SENDING,
        finished_at=now if last else None,
        claimed_until=None,
    )
    if not moved:
        log.warning("Mailing %s was taken over; its batch is sent twice under the same Message-ID", mailing.pk)
        return
    rows = [
        Retry(
            mailing=mailing,
            subscription=subscription,
            last_reply=result.reply[:500],
            created_at=now,
            next_at=None if result.outcome is Outcome.FAILED else now + BACKOFF[0],
        )
        for subscription, result in outcomes
        if result.outcome is not Outcome.SENT
    ]
    Retry.objects.bulk_create(rows, ignore_conflicts=True)


# --- Retries ---------------------------------------------------------------------------------------------------


def _due_retries(now: datetime) -> int:
    """Say again what is due of one mailing."""
    due = Retry.objects.filter(next_at__lte=now).order_by("next_at")
    first = due.values_list("mailing_id", flat=True).first()
    if first is None:
        return 0
    with transaction.atomic():
        locked = due.filter(mailing_id=first).select_for_update(skip_locked=True, of=("self",))
        retries = list(locked.select_related("subscription__member", "subscription__address")[:BATCH])
        Retry.objects.filter(pk__in=[retry.pk for retry in retries]).update(next_at=now + LEASE)
    mailing = _mailings().get(pk=first)
    wanted = {retry.subscription_id: retry for retry in retries}
    receivers = selectors.entitled(mailing, [retry.subscription for retry in retries])
    results = _send(mailing, receivers)
    with transaction.atomic():
        for subscription, result in zip(receivers, results, strict=True):
            _settle_retry(wanted.pop(subscription.pk), result, now)
        # Who may no longer read, or wants no mail, is not tried again.
        Retry.objects.filter(pk__in=[retry.pk for retry in wanted.values()]).delete()
    return sum(result.outcome is not Outcome.UNREACHED for result in results)


def _settle_retry(retry: Retry, result: Result, now: datetime) -> None:
    if result.outcome is Outcome.SENT:
        retry.delete()
        Mailing.objects.filter(pk=retry.mailing_id).update(sent=F("sent") + 1)
        return
    retry.next_at = _next_try(result, retry.attempts, retry.created_at, now)
    retry.attempts += result.outcome is not Outcome.UNREACHED
    retry.last_reply = result.reply[:500]
    retry.save(update_fields=["next_at", "attempts", "last_reply"])
    if retry.next_at is None:
        Mailing.objects.filter(pk=retry.mailing_id).update(failed=F("failed") + 1)


def _next_try(result: Result, attempts: int, since: datetime, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` attempts before this one, None for never."""
    if result.outcome is Outcome.UNREACHED:
        return now + PAUSE
    if result.outcome is Outcome.FAILED or now - since > GIVE_UP:
        return None
    return now + BACKOFF[min(attempts, len(BACKOFF) - 1)]


# --- Notices ---------------------------------------------------------------------------------------------------


def _settle_notice(notice: Notice, results: dict[str, Result], now: datetime) -> None:
    """Keep the recipients that were not served; a notice that nobody waits for any more is emptied."""
    left = {who: result for who, result in results.items() if result.outcome in (Outcome.LATER, Outcome.UNREACHED)}
    refused = [result.reply for result in results.values() if result.outcome is Outcome.FAILED]
    notice.recipients = list(left) or notice.recipients
    notice.last_reply = next((result.reply for result in left.values()), "".join(refused[:1]))[:500]
    tries = [_next_try(result, notice.attempts, notice.created_at, now) for result in left.values()]
    waits = [moment for moment in tries if moment is not None]
    if waits:
        notice.next_at = min(waits)
    else:
        notice.state = Notice.State.FAILED if refused or left else Notice.State.SENT
        notice.raw = b""
    notice.attempts += any(result.outcome is not Outcome.UNREACHED for result in results.values())
    notice.save()
