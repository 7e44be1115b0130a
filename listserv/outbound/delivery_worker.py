"""The worker's pumps for outgoing mail: walk the rosters, say again what was not taken, send the
hub's own notices.

Work is claimed, never assumed: a mailing by a conditional UPDATE that names the claim, retries and
notices by moving their ``next_at`` under a row lock. Between claim and outcome no transaction is
open. The lease of a claim is short, and renewed while the worker lives; what the relay has answered
is saved while a batch is under way. So the work of a worker that is killed is taken up within half
a minute, and a few copies (:mod:`listserv.outbound.bulk`) go out twice at most.
"""

import logging
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.transport import DeliveryResult, Outcome, Transport
from listserv.models import Mailing, Notice, Retry
from listserv.outbound import roster
from listserv.outbound.again import count_refused, due_retries, mailings
from listserv.outbound.bulk import Bulk, Rest
from listserv.outbound.cursor import at_ease, save_cursor
from listserv.outbound.delivery_log import Group
from listserv.outbound.hold import unless_on_hold
from listserv.outbound.notification_queue import LetterQueue, forget_refusals
from listserv.outbound.outbox import Outbox
from listserv.outbound.relay import Relay
from listserv.outbound.render import Copies, Renderer
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
_kept = threading.local()


def transport() -> Transport:
    """Return this thread's far end: the relay with its
    kept connections, or the outbox when no relay is set.
    """
    wanted = settings.HUB_RELAY, settings.HUB_DKIM
    if getattr(_kept, "settings", None) != wanted:
        close_transport()
        relay = settings.HUB_RELAY
        _kept.transport = signing(
            Relay(relay, helo=settings.HUB_MAIL_DOMAIN) if relay else Outbox()
        )
        _kept.settings = wanted
    return _kept.transport


def close_transport() -> None:
    """Let go of this thread's far end."""
    forget_refusals()
    if hasattr(_kept, "transport"):
        _kept.transport.close()
        del _kept.transport, _kept.settings


@unless_on_hold
def deliver_mailings(now: datetime) -> int:
    """Send batches of one mailing, and the retries that are due; return how many subscriptions were
    done.

    Queries: 3 to begin with, 7 a batch, whatever its size, and 1 more for each level above the
    forum.
    """
    return _walk(now) + due_retries(now, send=_send, most=BATCH)


# --- Mailings -------------------------------------------------------------------------------------


@dataclass
class _Walk:
    """A mailing that is ours for a while.

    ``now`` is when the pump was called, ``name`` names the claim.
    """

    mailing: Mailing
    now: datetime
    name: str
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.group = Group(self.mailing)

    def lease(self) -> datetime:
        """Return when our claim ends unless it is renewed."""
        return self.now + timedelta(seconds=time.monotonic() - self.began) + LEASE

    def ours(self) -> QuerySet[Mailing]:
        """Return the row, if it is still ours."""
        return Mailing.objects.filter(pk=self.mailing.pk, claimed_by=self.name)

    def renew(self) -> bool:
        """Keep the claim; False when it is lost."""
        return bool(self.ours().update(claimed_until=self.lease())) or self.lost()

    def lost(self) -> bool:
        """Say that another worker has the mailing, or that somebody has given it up."""
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
            return self.lost()
        self.mailing.cursor = cursor
        self.group.note(receivers, results)
        return True


def _claim(now: datetime) -> _Walk | None:
    """Take the mailing that has got least far of those that nobody holds.

    A small list does not wait for the end of a large one, and of two in one list the older stays
    ahead.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Mailing.objects.filter(free, state=Mailing.State.SENDING).order_by("sent", "pk")
    for pk, seen in waiting.values_list("pk", "claimed_until")[:10]:
        name = secrets.token_hex(16)
        claimed = Mailing.objects.filter(pk=pk, claimed_until=seen, state=Mailing.State.SENDING)
        if claimed.update(claimed_by=name, claimed_until=now + LEASE):
            return _Walk(mailings().get(pk=pk), now, name)
    return None


def _walk(now: datetime) -> int:
    """Send batches of one mailing for a moment, then
    let go of it, so that others get their turn.
    """
    walk = _claim(now)
    if walk is None:
        return 0
    mailing, page = walk.mailing, roster.RosterPage(walk.mailing.cursor, 0, [])
    done, ends = 0, time.monotonic() + TURN_SECONDS
    renderer = Renderer(mailing) if mailing.contribution.state == "accepted" else None
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
        goes_on = page.count == BATCH and time.monotonic() < ends
        left = page.receivers[rest.start :]
        if not _store(
            walk, left, rest.results, cursor=page.last, last=page.count < BATCH, goes_on=goes_on
        ):
            break
        walk.group.flush()
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
    """Leave the cursor before those who were not served and
    look again soon: a relay that is away makes no rows.
    """
    assert rest.pause is not None
    served = len(rest.results)
    cursor = receivers[served - 1].pk if served else walk.mailing.cursor
    _store(walk, receivers[:served], rest.results, cursor=cursor, pause=rest.pause)
    walk.group.flush(rest.pause)
    note_trouble(rest.pause, walk.now)


@transaction.atomic
def _store(
    walk: _Walk,
    receivers: Sequence[Receiver],
    results: Sequence[DeliveryResult],
    *,
    cursor: int,
    last: bool = False,
    goes_on: bool = False,
    pause: DeliveryResult | None = None,
) -> bool:
    """Move the cursor past some copies, and keep who was not served; return whether the mailing was
    still ours.

    Args: ``last`` ends the mailing; ``goes_on`` keeps the claim; ``pause``, why the rest waits.
    """
    mailing, now = walk.mailing, walk.now
    sent = sum(result.outcome is Outcome.SENT for result in results)
    refusals = 0 if pause is None or sent else mailing.attempts
    until = now + pause_after(pause, refusals) if pause is not None else None
    moved = walk.ours().update(
        cursor=cursor,
        sent=F("sent") + sent,
        failed=F("failed") + sum(result.outcome is Outcome.FAILED for result in results),
        state=Mailing.State.DONE if last else Mailing.State.SENDING,
        finished_at=now if last else None,
        last_reply=pause.reply[:500] if pause is not None else "",
        attempts=refusals + (pause is not None and refuses_us(pause)),
        claimed_by=walk.name if goes_on else "",
        claimed_until=walk.lease() if goes_on else until,
    )
    if not moved:
        return walk.lost()
    mailing.cursor = cursor
    rows = _unserved(mailing, receivers, results, now)
    Retry.objects.bulk_create(rows, ignore_conflicts=True)
    count_refused(mailing, receivers, results, now)
    walk.group.note(receivers, results)
    return True


def _unserved(
    mailing: Mailing,
    receivers: Sequence[Receiver],
    results: Sequence[DeliveryResult],
    now: datetime,
) -> list[Retry]:
    """Return a row for each recipient whose copy was not taken."""
    return [
        Retry(
            mailing=mailing,
            subscription_id=receiver.pk,
            last_reply=result.reply[:500],
            created_at=now,
            next_at=None if result.outcome is Outcome.FAILED else now + BACKOFF[0],
        )
        for receiver, result in zip(receivers, results, strict=True)
        if result.outcome is not Outcome.SENT
    ]


# --- Notices --------------------------------------------------------------------------------------


@unless_on_hold
def deliver_notices(now: datetime) -> int:
    """Send the notices that are due; return how many left the queue."""
    due = Notice.objects.filter(state=Notice.State.WAITING, next_at__lte=now).order_by("pk")
    # Asked before the transaction: an idle worker takes no write lock each second.
    if not due.exists():
        return 0
    with transaction.atomic():
        notices = list(due.select_for_update(skip_locked=True)[:NOTICES])
        Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(next_at=now + LEASE)
    queue = LetterQueue(notices, now)
    results = transport().send(queue.batch()) if queue.copies else []
    return queue.finish(results)
