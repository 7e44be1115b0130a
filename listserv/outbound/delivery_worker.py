"""The delivery worker: walk the rosters, retry what was not taken, send the hub's notifications.

Work is claimed, never assumed: a mailing by a conditional UPDATE that names the claim, retries and
notifications by moving their ``next_at`` under a row lock. Between claim and outcome no transaction
is open. The lease of a claim is short, and renewed while the worker lives; what the relay has
answered is saved while a batch is under way. So the work of a worker that is killed is taken up
within half a minute, and a few copies (:mod:`listserv.outbound.bulk`) go out twice at most.
"""

import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.transport import DeliveryResult, Outcome, Transport
from listserv.models import Mailing, Notice, Retry
from listserv.outbound import roster
from listserv.outbound.bulk import Bulk, Rest
from listserv.outbound.cursor import at_ease, save_cursor
from listserv.outbound.delivery_log import DeliveryLog
from listserv.outbound.hold import unless_on_hold
from listserv.outbound.notification_queue import NotificationQueue, forget_refusals
from listserv.outbound.outbox import Outbox
from listserv.outbound.relay import Relay
from listserv.outbound.render import Copies, Renderer
from listserv.outbound.retries import count_refused, due_retries, mailings
from listserv.outbound.roster import Receiver
from listserv.outbound.signing import signing
from listserv.outbound.trouble import (
    BACKOFF,
    LEASE,
    clear_trouble,
    note_trouble,
    pause_after,
    refuses_us,
)

log = logging.getLogger(__name__)
BATCH = 500  # recipients
NOTICES = 50
# How long one mailing is worked on before another one gets its turn.
TURN_SECONDS = 0.5
_of_thread = threading.local()


def transport() -> Transport:
    """Return this thread's transport: the relay with its open connections, or the outbox."""
    present = settings.HUB_RELAY, settings.HUB_DKIM
    if getattr(_of_thread, "settings", None) != present:
        close_transport()
        _of_thread.transport = signing(_unsigned_transport())
        _of_thread.settings = present
    return _of_thread.transport


def _unsigned_transport() -> Transport:
    if settings.HUB_RELAY:
        return Relay(settings.HUB_RELAY, helo=settings.HUB_MAIL_DOMAIN)
    return Outbox()


def close_transport() -> None:
    """Close this thread's transport."""
    forget_refusals()
    if hasattr(_of_thread, "transport"):
        _of_thread.transport.close()
        del _of_thread.transport, _of_thread.settings


@unless_on_hold
def deliver_mailings(now: datetime) -> int:
    """Send batches of one mailing, and the retries that are due.

    Returns: how many subscriptions were done.

    Queries: 3 to begin with, 7 a batch, whatever its size, and 1 more for each level above the
    forum.
    """
    return _walk(now) + due_retries(now, send=_send, most=BATCH)


# --- Mailings -------------------------------------------------------------------------------------


@dataclass
class _Walk:
    """A mailing that this worker has claimed.

    ``now`` is when the worker was called, ``name`` names the claim.
    """

    mailing: Mailing
    now: datetime
    name: str
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.log = DeliveryLog(self.mailing)

    def lease(self) -> datetime:
        """Return when the claim ends unless it is renewed."""
        return self.now + timedelta(seconds=time.monotonic() - self.began) + LEASE

    def ours(self) -> QuerySet[Mailing]:
        """Return the mailing's row, while the claim holds."""
        return Mailing.objects.filter(pk=self.mailing.pk, claimed_by=self.name)

    def renew(self) -> bool:
        """Keep the claim; False when it is lost."""
        if self.ours().update(claimed_until=self.lease()):
            return True
        return self.report_loss()

    def report_loss(self) -> bool:
        """Log that another worker has the mailing, or that somebody cancelled it; return False."""
        log.warning("Mailing %s was taken over or given up", self.mailing.pk)
        return False

    def advance(self, receivers: Sequence[Receiver], results: Sequence[DeliveryResult]) -> bool:
        """Settle copies while a batch is under way; False when the claim is lost."""
        if any(result.outcome is not Outcome.SENT for result in results):
            return _store(self, receivers, results, cursor=receivers[-1].pk, goes_on=True)
        cursor, until = receivers[-1].pk, self.lease()
        if not save_cursor(
            self.mailing.pk, self.name, cursor=cursor, sent=len(results), until=until
        ):
            return self.report_loss()
        self.mailing.cursor = cursor
        self.log.note(receivers, results)
        return True


def _claim(now: datetime) -> _Walk | None:
    """Claim the mailing with the fewest copies sent of those that nobody has claimed.

    A small list does not wait for the end of a large one, and of two in one list the older stays
    ahead.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Mailing.objects.filter(free, state=Mailing.State.SENDING).order_by("sent", "pk")
    for pk, claimed_until in waiting.values_list("pk", "claimed_until")[:10]:
        name = secrets.token_hex(16)
        unchanged = Mailing.objects.filter(
            pk=pk, claimed_until=claimed_until, state=Mailing.State.SENDING
        )
        if unchanged.update(claimed_by=name, claimed_until=now + LEASE):
            return _Walk(mailings().get(pk=pk), now, name)
    return None


def _walk(now: datetime) -> int:
    """Send batches of one mailing for a moment, then release it: others get their turn."""
    walk = _claim(now)
    if walk is None:
        return 0
    mailing, page = walk.mailing, roster.RosterPage(walk.mailing.cursor, 0, [])
    done, ends = 0, time.monotonic() + TURN_SECONDS
    renderer = None
    if mailing.contribution.state == "accepted":
        renderer = Renderer(mailing)
    bulk = Bulk(
        settle=lambda start, results: walk.advance(
            page.receivers[start : start + len(results)], results
        ),
        renew=walk.renew,
        ever_taken=mailing.sent > 0,
    )
    goes_on = True
    while goes_on:
        if renderer is not None:
            page = roster.page(mailing, size=BATCH, now=now)
        rest = bulk.rest(_send(renderer, page.receivers, bulk.progress()))
        if rest.pause is not None:
            _pause(walk, page.receivers[rest.start :], rest)
            break
        done += max(page.count, 1)
        is_last = page.count < BATCH
        goes_on = not is_last and time.monotonic() < ends
        left = page.receivers[rest.start :]
        if not _store(walk, left, rest.results, cursor=page.last, is_last=is_last, goes_on=goes_on):
            break
        walk.log.flush()
    if bulk.taken:
        clear_trouble(now)
    return done


def _send(
    renderer: Renderer | None, receivers: list[Receiver], progress: Progress
) -> list[DeliveryResult]:
    if renderer is None or not receivers:
        return []
    with at_ease():
        return transport().send(Copies(renderer, receivers, progress))


def _pause(walk: _Walk, receivers: Sequence[Receiver], rest: Rest) -> None:
    """Leave the cursor before those who were not served, to look again soon.

    A relay that is away makes no retries.
    """
    assert rest.pause is not None
    served = receivers[: len(rest.results)]
    cursor = walk.mailing.cursor
    if served:
        cursor = served[-1].pk
    _store(walk, served, rest.results, cursor=cursor, pause=rest.pause)
    walk.log.flush(rest.pause)
    note_trouble(rest.pause, walk.now)


@transaction.atomic
def _store(
    walk: _Walk,
    receivers: Sequence[Receiver],
    results: Sequence[DeliveryResult],
    *,
    cursor: int,
    is_last: bool = False,
    goes_on: bool = False,
    pause: DeliveryResult | None = None,
) -> bool:
    """Move the cursor past some copies, and write a retry for each that was not taken.

    Args: is_last, ends the mailing; goes_on, keeps the claim; pause, why the rest waits.

    Returns: whether the mailing was still claimed by us.
    """
    mailing, now = walk.mailing, walk.now
    outcomes = Counter(result.outcome for result in results)
    changes: dict[str, Any] = {
        "cursor": cursor,
        "sent": F("sent") + outcomes[Outcome.SENT],
        "failed": F("failed") + outcomes[Outcome.FAILED],
        "claimed_by": "",
        "claimed_until": None,
        "last_reply": "",
        "attempts": 0,
    }
    if is_last:
        changes |= {"state": Mailing.State.DONE, "finished_at": now}
    if pause is not None:
        changes |= _put_off(mailing, pause, now, has_sent=outcomes[Outcome.SENT] > 0)
    if goes_on:
        changes |= {"claimed_by": walk.name, "claimed_until": walk.lease()}
    if not walk.ours().update(**changes):
        return walk.report_loss()
    mailing.cursor = cursor
    Retry.objects.bulk_create(_unserved(mailing, receivers, results, now), ignore_conflicts=True)
    count_refused(mailing, receivers, results, now)
    walk.log.note(receivers, results)
    return True


def _put_off(
    mailing: Mailing, pause: DeliveryResult, now: datetime, *, has_sent: bool
) -> dict[str, Any]:
    """Return the changes to a mailing that waits for the relay, longer after each refusal."""
    refusals = mailing.attempts
    if has_sent:
        refusals = 0
    return {
        "last_reply": pause.reply[:500],
        "attempts": refusals + refuses_us(pause),
        "claimed_until": now + pause_after(pause, refusals),
    }


def _unserved(
    mailing: Mailing,
    receivers: Sequence[Receiver],
    results: Sequence[DeliveryResult],
    now: datetime,
) -> list[Retry]:
    """Return a row for each recipient whose copy was not taken; a refused one is not due again."""
    retries = []
    for receiver, result in zip(receivers, results, strict=True):
        if result.outcome is Outcome.SENT:
            continue
        retry = Retry(
            mailing=mailing,
            subscription_id=receiver.pk,
            last_reply=result.reply[:500],
            created_at=now,
        )
        if result.outcome is not Outcome.FAILED:
            retry.next_at = now + BACKOFF[0]
        retries.append(retry)
    return retries


# --- Notifications --------------------------------------------------------------------------------


@unless_on_hold
def deliver_notices(now: datetime) -> int:
    """Send the notifications that are due; return how many left the queue."""
    due = Notice.objects.filter(state=Notice.State.WAITING, next_at__lte=now).order_by("pk")
    # Asked before the transaction: an idle worker takes no write lock each second.
    if not due.exists():
        return 0
    with transaction.atomic():
        notices = list(due.select_for_update(skip_locked=True)[:NOTICES])
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(next_at=now + LEASE)
    queue = NotificationQueue(notices, now)
    results: list[DeliveryResult] = []
    if queue.copies:
        results = transport().send(queue.batch())
    return queue.finish(results)
