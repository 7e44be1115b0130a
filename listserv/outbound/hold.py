"""Hold all outgoing mail, and let it go again.

A restored hub does not know what was sent after its backup was made: it holds its mail until a
person decides. Whoever stopped the old hub before the backup lets delivery go on where it was;
whoever lost the old hub discards what waited, so that nothing goes out twice.
"""

import functools
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from hub.lib.bus import wake
from listserv.digest_times import DIGESTS
from listserv.models import DeliveryHold, Mailing, Notice, Procedure, Retry, Subscription

Worker = Callable[[datetime], int]
# Workers to wake when delivery goes on.
_WORKERS = ("mailings", "procedures", "notices", "digests")


def unless_on_hold(work: Worker) -> Worker:
    """Let a worker that sends mail do nothing while delivery is on hold. Queries: 1 more a call."""

    @functools.wraps(work)
    def gated(now: datetime) -> int:
        if delivery_hold() is not None:
            return 0
        return work(now)

    return gated


def delivery_hold() -> DeliveryHold | None:
    """Return the hold, None while mail goes out. Queries: 1."""
    return DeliveryHold.objects.first()


def hold_delivery(*, now: datetime, reason: str = DeliveryHold.Reason.OPERATOR) -> DeliveryHold:
    """Let outgoing mail wait from now on; a copy on the wire is still handed over.

    A hold that is there stays.
    """
    hold, _created = DeliveryHold.objects.get_or_create(
        id=1, defaults={"reason": reason, "since": now}
    )
    return hold


def hold_restored(*, now: datetime) -> None:
    """Hold the mail of a hub that was just restored (registered under ``HUB_AFTER_RESTORE``)."""
    DeliveryHold.objects.all().delete()
    hold_delivery(now=now, reason=DeliveryHold.Reason.RESTORED)


def resume_delivery() -> bool:
    """Let mail go out again, what waited first; return whether there was a hold."""
    deleted, _by_model = DeliveryHold.objects.all().delete()
    if deleted:
        for worker in _WORKERS:
            wake(worker)
    return bool(deleted)


@transaction.atomic
def discard_waiting(*, now: datetime) -> dict[str, int]:
    """End what waited when the hold began, as if it had been sent, then let mail go out again.

    What came since the hold began is sent. Digests leave out what was written before it.

    Returns: how many mailings, retries, notifications (those to a whole list count as one) and
    digests were ended; all 0 without a hold.
    """
    hold = DeliveryHold.objects.select_for_update().first()
    if hold is None:
        return {"mailing": 0, "retry": 0, "notice": 0, "digest": 0}
    before = Q(created_at__lte=hold.since)
    ended = {
        "mailing": Mailing.objects.filter(before, state=Mailing.State.SENDING).update(
            state=Mailing.State.DONE, finished_at=now, claimed_by="", claimed_until=None
        ),
        "retry": Retry.objects.filter(before, next_at__isnull=False).update(
            next_at=None, ended_at=now
        ),
        "notice": _end_notices(before, now),
        "digest": _skip_digests(hold.since),
    }
    transaction.on_commit(resume_delivery)
    return ended


def _end_notices(before: Q, now: datetime) -> int:
    """End the notifications that waited, and those to whole lists that were not all written yet.

    Queries: 2.
    """
    # A notification may hold a link that opens an account: its text goes with it.
    notices = Notice.objects.filter(before, state=Notice.State.WAITING).update(
        state=Notice.State.FAILED, raw=b"", last_reply="discarded after a restore"
    )
    return notices + Procedure.objects.filter(before, finished_at=None).update(
        finished_at=now, claimed_until=None
    )


def _skip_digests(since: datetime) -> int:
    """Let digests begin after the newest mailing from before the hold. Queries: 1, and 1 a list."""
    newest = Mailing.objects.filter(created_at__lte=since).values("list").annotate(last=Max("pk"))
    skipped = 0
    for list_id, last in newest.values_list("list", "last"):
        behind = Subscription.objects.filter(
            list=list_id, delivery__in=DIGESTS, digest_since__lt=last
        )
        skipped += behind.update(digest_since=last)
    return skipped
