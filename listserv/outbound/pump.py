"""The worker's pumps for outgoing mail: walk the rosters, say again what was not taken, send the hub's own notices.

Work is claimed, never assumed: a mailing by a conditional UPDATE whose lease is also the proof of the claim, retries
and notices by moving their ``next_at`` under a row lock. Between claim and outcome no transaction is open. A worker
that is killed leaves a lease that ends, and a cursor that is behind by one batch at most.
"""

import logging
import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from listserv.bounces import services as bounces
from listserv.models import Mailing, Notice, Retry
from listserv.outbound import roster
from listserv.outbound.dkim import signing
from listserv.outbound.outbox import Outbox
from listserv.outbound.relay import Relay
from listserv.outbound.render import Copies, Renderer
from listserv.outbound.roster import Page, Receiver
from listserv.outbound.transport import Envelope, Outcome, Result, Transport

log = logging.getLogger(__name__)
BATCH = 500  # recipients
NOTICES = 50
LEASE = timedelta(minutes=5)
# How long a relay that was not there is left alone.
PAUSE = timedelta(seconds=15)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 240))
GIVE_UP = timedelta(days=5)
# How long one mailing is worked on before another one gets its turn.
TURN_SECONDS = 0.5
_kept = threading.local()


def transport() -> Transport:
    """Return this thread's far end: the relay with its kept connections, or the outbox when no relay is set."""
    wanted = settings.HUB_RELAY, settings.HUB_DKIM
    if getattr(_kept, "settings", None) != wanted:
        close_transport()
        relay = settings.HUB_RELAY
        _kept.transport = signing(Relay(relay, helo=settings.HUB_MAIL_DOMAIN) if relay else Outbox())
        _kept.settings = wanted
    return _kept.transport


def close_transport() -> None:
    """Let go of this thread's far end."""
    if hasattr(_kept, "transport"):
        _kept.transport.close()
        del _kept.transport, _kept.settings


def deliver_mailings(now: datetime) -> int:
    """Send batches of one mailing, and the retries that are due; return how many subscriptions were done.

    Queries: 3 to begin with, 7 a batch, whatever its size, and 1 more for each level above the forum.
    """
    return _walk(now) + _due_retries(now)


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
    """Take the mailing that has got least far of those that nobody holds; the row that comes back bears our lease.

    A small list does not wait for the end of a large one, and of two in one list the older stays ahead.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Mailing.objects.filter(free, state=Mailing.State.SENDING).order_by("sent", "pk")
    for pk, seen in waiting.values_list("pk", "claimed_until")[:10]:
        claimed = Mailing.objects.filter(pk=pk, claimed_until=seen, state=Mailing.State.SENDING)
        if claimed.update(claimed_until=now + LEASE):
            return _mailings().get(pk=pk)
    return None


def _mailings() -> QuerySet[Mailing]:
    return Mailing.objects.select_related(
        "list", "contribution__author", "contribution__parent", "contribution__post__topic__forum__policy"
    )


def _walk(now: datetime) -> int:
    """Send batches of one mailing for a moment, then let go of it, so that others get their turn."""
    mailing = _claim(now)
    if mailing is None:
        return 0
    done, ends = 0, time.monotonic() + TURN_SECONDS
    renderer = Renderer(mailing) if mailing.contribution.state == "accepted" else None
    while True:
        page = roster.page(mailing, size=BATCH, now=now) if renderer else roster.Page(mailing.cursor, 0, [])
        results = _send(renderer, page.receivers)
        if results and all(result.outcome is Outcome.UNREACHED for result in results):
            _pause(mailing, now, results[0])
            return done
        done += max(page.count, 1)
        goes_on = page.count == BATCH and time.monotonic() < ends
        if not _store(mailing, page, results, now, goes_on=goes_on) or not goes_on:
            return done


def _send(renderer: Renderer | None, receivers: list[Receiver]) -> list[Result]:
    if renderer is None or not receivers:
        return []
    return transport().send(Copies(renderer, receivers))


def _pause(mailing: Mailing, now: datetime, result: Result) -> None:
    """Leave the cursor where it is and look again soon: a relay that is away makes no rows."""
    log.warning("Mailing %s waits: %s", mailing.pk, result.reply)
    Mailing.objects.filter(pk=mailing.pk, claimed_until=mailing.claimed_until).update(
        claimed_until=now + PAUSE, last_reply=result.reply[:500]
    )


@transaction.atomic
def _store(mailing: Mailing, page: Page, results: list[Result], now: datetime, *, goes_on: bool) -> bool:
    """Move the cursor past a batch, and keep who was not served; return whether the mailing was still ours.

    Args: ``goes_on`` keeps the claim.
    """
    held = Mailing.objects.filter(pk=mailing.pk, claimed_until=mailing.claimed_until)
    last = page.count < BATCH
    moved = held.update(
        cursor=page.last,
        sent=F("sent") + sum(result.outcome is Outcome.SENT for result in results),
        failed=F("failed") + sum(result.outcome is Outcome.FAILED for result in results),
        state=Mailing.State.DONE if last else Mailing.State.SENDING,
        finished_at=now if last else None,
        last_reply="",
        claimed_until=mailing.claimed_until if goes_on else None,
    )
    if not moved:
        log.warning("Mailing %s was taken over; its batch is sent twice under the same Message-ID", mailing.pk)
        return False
    mailing.cursor = page.last
    rows = [
        Retry(
            mailing=mailing,
            subscription_id=receiver.pk,
            last_reply=result.reply[:500],
            created_at=now,
            next_at=None if result.outcome is Outcome.FAILED else now + BACKOFF[0],
        )
        for receiver, result in zip(page.receivers, results, strict=True)
        if result.outcome is not Outcome.SENT
    ]
    Retry.objects.bulk_create(rows, ignore_conflicts=True)
    _count_refused(mailing, page.receivers, results, now)
    return True


def _count_refused(mailing: Mailing, receivers: list[Receiver], results: list[Result], now: datetime) -> None:
    """Count whom the relay refused as who has bounced."""
    number = mailing.contribution.number
    refused = [
        (receiver.pk, number, result.reply)
        for receiver, result in zip(receivers, results, strict=True)
        if result.outcome is Outcome.FAILED
    ]
    if refused:
        bounces.count_refusals(refusals=refused, now=now)


# --- Retries ---------------------------------------------------------------------------------------------------


def _due_retries(now: datetime) -> int:
    """Say again what is due of one mailing."""
    due = Retry.objects.filter(next_at__lte=now).order_by("next_at")
    first = due.values_list("mailing_id", flat=True).first()
    if first is None:
        return 0
    with transaction.atomic():
        locked = due.filter(mailing_id=first).select_for_update(skip_locked=True, of=("self",))
        retries = list(locked[:BATCH])
        Retry.objects.filter(pk__in=[retry.pk for retry in retries]).update(next_at=now + LEASE)
    mailing = _mailings().get(pk=first)
    wanted = {retry.subscription_id: retry for retry in retries}
    receivers = roster.among(mailing, wanted, now=now) if mailing.contribution.state == "accepted" else []
    results = _send(Renderer(mailing), receivers)
    with transaction.atomic():
        for receiver, result in zip(receivers, results, strict=True):
            _settle_retry(wanted.pop(receiver.pk), result, now)
        _count_refused(mailing, receivers, results, now)
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
