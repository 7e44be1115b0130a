"""The queue of outgoing mail: mailings under way, deliveries being retried, digests that are due.

What was refused stands here too, until somebody retries it or cancels its delivery: nothing is lost
without a word. Rows are named ``mailing-12``, ``retry-5`` and ``notice-7``, on the page and on the
command line alike; ``all`` and ``refused`` name several.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import transaction
from django.db.models import Count, F, Min, Q, QuerySet

from hub.lib.bus import wake
from hub.lib.errors import NotFound
from listserv.models import Mailing, Notice, RelayTrouble, Retry, Subscription
from listserv.outbound.roster import AT_ONCE

if TYPE_CHECKING:
    from hub.members.models import Member

# Rows of each kind that are shown; the rest is counted.
SHOWN = 100
# What was refused is shown for so long.
REFUSED_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class QueueItem:
    """One thing that waits.

    Args:
        key: as ``notice-7``.
        about: subject of the contribution or notification.
        to: the list, or the recipient.
        reason: what the relay said last; empty when nothing is wrong.
        done, total: recipients; total 0 where it is one.
        ends_at: when the last of them is served at the present pace; None when that is not known.
        refused: it is tried no more by itself.
    """

    key: str
    about: str
    to: str
    since: datetime
    next_at: datetime | None
    attempts: int
    reason: str
    done: int = 0
    total: int = 0
    ends_at: datetime | None = None
    refused: bool = False

    @property
    def kind(self) -> str:
        """``mailing``, ``retry`` or ``notice``."""
        return self.key.partition("-")[0]

    @property
    def percent(self) -> int:
        """How far it is."""
        if not self.total:
            return 0
        return min(100 * self.done // self.total, 100)

    def as_json(self) -> dict[str, Any]:
        """Return the fields; moments in ISO 8601."""
        values = {"kind": self.kind, **asdict(self)}
        for name, value in values.items():
            if isinstance(value, datetime):
                values[name] = value.isoformat()
        return values


@dataclass(frozen=True)
class Queue:
    """All that waits, the oldest first.

    ``counts`` has what is not shown too, by kind, ``digest`` and ``refused``; ``trouble`` says what
    is wrong with the relay, None when nothing is.
    """

    items: list[QueueItem]
    counts: dict[str, int]
    digests: list[tuple[str, int, datetime]]  # list, digests that are due, the earliest
    refused: list[QueueItem]
    trouble: RelayTrouble | None

    @property
    def is_empty(self) -> bool:
        """Whether every mail has gone out."""
        return self.trouble is None and not any(self.counts.values())


def queue_for(member: "Member", now: datetime) -> Queue:
    """Return the queue. Raises: NotFound for everybody outside the Secretariat. Queries: 13."""
    if not (member.is_active and member.is_staff):
        raise NotFound
    return waiting(now)


def waiting(now: datetime) -> Queue:
    """Return the queue. Queries: 12, and 1 for each mailing under way."""
    mailings = Mailing.objects.filter(state=Mailing.State.SENDING)
    retries = Retry.objects.filter(next_at__isnull=False)
    notices = Notice.objects.filter(state=Notice.State.WAITING)
    due = Subscription.objects.filter(digest_at__lte=now, ended_at=None, suspended_at=None)
    due = due.filter(Q(paused_until=None) | Q(paused_until__lte=now))
    digests = (
        due.order_by("list__name")
        .values_list("list__name")
        .annotate(count=Count("pk"), since=Min("digest_at"))
    )
    due_digests = list(digests)
    retries_refused, notices_refused = _refused_retries(now), _refused_notices(now)
    return Queue(
        items=[*_mailings(mailings, now), *_retries(retries), *_notices(notices)],
        counts={
            "mailing": mailings.count(),
            "retry": retries.count(),
            "notice": notices.count(),
            "digest": sum(count for _name, count, _since in due_digests),
            "refused": retries_refused.count() + notices_refused.count(),
        },
        digests=due_digests,
        refused=[*_retries(retries_refused), *_notices(notices_refused)],
        trouble=trouble(),
    )


def _refused_retries(now: datetime) -> QuerySet[Retry]:
    return Retry.objects.filter(next_at=None, ended_at=None, created_at__gt=now - REFUSED_SHOWN)


def _refused_notices(now: datetime) -> QuerySet[Notice]:
    rows = Notice.objects.filter(state=Notice.State.FAILED, created_at__gt=now - REFUSED_SHOWN)
    return rows.exclude(raw=b"")


def refused_count(now: datetime) -> int:
    """Return how many copies and notifications were refused and wait for a person. Queries: 2."""
    return _refused_retries(now).count() + _refused_notices(now).count()


def trouble() -> RelayTrouble | None:
    """Return what is wrong with the relay. Queries: 1."""
    return RelayTrouble.objects.first()


def _mailings(rows: Any, now: datetime) -> Iterable[QueueItem]:
    for row in rows.select_related("list", "contribution__post").order_by("pk")[:SHOWN]:
        left = row.list.subscriptions.filter(
            pk__gt=row.cursor, delivery__in=AT_ONCE, ended_at=None, suspended_at=None
        ).count()
        done = row.sent + row.failed
        next_at = ends_at = None
        if not row.last_reply:
            ends_at = _end_of(row, left, now)
        elif not row.claimed_by:
            next_at = row.claimed_until
        yield QueueItem(
            f"mailing-{row.pk}",
            row.contribution.subject,
            row.list.address,
            row.created_at,
            next_at,
            row.attempts,
            row.last_reply,
            done,
            done + left,
            ends_at,
        )


def _end_of(mailing: Mailing, left: int, now: datetime) -> datetime | None:
    """Return when a mailing ends at its present pace, None for one that has not begun."""
    done = mailing.sent + mailing.failed
    if not done:
        return None
    seconds = max((now - mailing.created_at).total_seconds(), 1.0)
    return now + timedelta(seconds=left * seconds / done)


def _retries(rows: Any) -> Iterable[QueueItem]:
    related = ("subscription__member", "subscription__address", "mailing__contribution__post")
    for row in rows.select_related(*related).order_by("next_at", "pk")[:SHOWN]:
        yield QueueItem(
            f"retry-{row.pk}",
            row.mailing.contribution.subject,
            row.subscription.recipient,
            row.created_at,
            row.next_at,
            row.attempts,
            row.last_reply,
            refused=row.next_at is None,
        )


def _notices(rows: Any) -> Iterable[QueueItem]:
    for row in rows.defer("raw").order_by("next_at", "pk")[:SHOWN]:
        next_at = row.next_at
        if row.state == Notice.State.FAILED:
            next_at = None
        yield QueueItem(
            f"notice-{row.pk}",
            row.subject,
            ", ".join(row.recipients),
            row.created_at,
            next_at,
            row.attempts,
            row.last_reply,
            refused=row.state == Notice.State.FAILED,
        )


# --- Acts -----------------------------------------------------------------------------------------


@transaction.atomic
def retry_now(*, key: str, now: datetime) -> int:
    """Retry one now, ``all``, or all that was ``refused``; return how many deliveries that is.

    What is under way at this moment is left alone.
    """
    if key == "all":
        return sum(retry(Q(), now) for retry, _cancel in _ACTS.values())
    if key == "refused":
        return _woken(_requeue_retries(Q(), now), "mailings") + _woken(
            _requeue_notices(Q(), now), "notices"
        )
    named = _parse(key)
    if named is None:
        return 0
    retry, _cancel = _ACTS[named.kind]
    return retry(Q(pk=named.pk), now)


@transaction.atomic
def give_up(*, key: str, now: datetime) -> int:
    """Cancel the delivery of one, or of all that was ``refused``; return how many that is.

    Who has not got it gets it by mail no more.
    """
    if key == "refused":
        notices = _refused_notices(now).update(raw=b"")
        return _refused_retries(now).update(ended_at=now) + notices
    named = _parse(key)
    if named is None:
        return 0
    _retry, cancel = _ACTS[named.kind]
    return cancel(Q(pk=named.pk), now)


def item_of(key: str) -> QueueItem | None:
    """Return one thing that waits, None when it does not any more. Queries: 2 at most."""
    named = _parse(key)
    if named is None:
        return None
    # All are generators: only the one that is looked at asks the database.
    items = {
        "mailing": _mailings(
            Mailing.objects.filter(pk=named.pk, state=Mailing.State.SENDING), _EPOCH
        ),
        "retry": _retries(Retry.objects.filter(pk=named.pk, ended_at=None)),
        "notice": _notices(Notice.objects.filter(pk=named.pk).filter(_OPEN_NOTICE)),
    }
    return next(iter(items[named.kind]), None)


# A notification that waits, or was refused and can be retried.
_OPEN_NOTICE = Q(state=Notice.State.WAITING) | (Q(state=Notice.State.FAILED) & ~Q(raw=b""))
_KEY = re.compile(r"(?P<kind>mailing|retry|notice)-(?P<pk>[0-9]{1,18})")
_EPOCH = datetime.fromtimestamp(0).astimezone()
_Act = Callable[[Q, datetime], int]


class _NamedRow(NamedTuple):
    """A row as pages and command line name it."""

    kind: str
    pk: int


def _parse(key: str) -> _NamedRow | None:
    """Return which row a key such as ``notice-7`` names, None for what is no key."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    return _NamedRow(match["kind"], int(match["pk"]))


def _retry_mailings(condition: Q, now: datetime) -> int:
    """Free those that wait for a relay; the lease of a worker that sends is not touched."""
    rows = Mailing.objects.filter(condition, state=Mailing.State.SENDING, claimed_by="").exclude(
        last_reply=""
    )
    return _woken(rows.update(claimed_until=None), "mailings")


def _retry_retries(condition: Q, now: datetime) -> int:
    due = Retry.objects.filter(condition, next_at__gt=now).update(next_at=now)
    return _woken(due + _requeue_retries(condition, now), "mailings")


def _requeue_retries(condition: Q, now: datetime) -> int:
    """Retry refused copies; they have not failed until they are refused once more."""
    rows = list(
        _refused_retries(now).select_for_update().filter(condition).values_list("pk", "mailing_id")
    )
    for mailing_id, count in Counter(mailing_id for _pk, mailing_id in rows).items():
        Mailing.objects.filter(pk=mailing_id, failed__gte=count).update(failed=F("failed") - count)
    return Retry.objects.filter(pk__in=[pk for pk, _mailing_id in rows]).update(next_at=now)


def _retry_notices(condition: Q, now: datetime) -> int:
    rows = Notice.objects.filter(condition, state=Notice.State.WAITING, next_at__gt=now)
    return _woken(rows.update(next_at=now) + _requeue_notices(condition, now), "notices")


def _requeue_notices(condition: Q, now: datetime) -> int:
    return _refused_notices(now).filter(condition).update(state=Notice.State.WAITING, next_at=now)


def _woken(count: int, worker: str) -> int:
    if count:
        wake(worker)
    return count


def _end_mailing(condition: Q, now: datetime) -> int:
    """End it where it is: a worker at it finds that it has lost the claim."""
    rows = Mailing.objects.filter(condition, state=Mailing.State.SENDING)
    return rows.update(state=Mailing.State.DONE, finished_at=now, claimed_by="", claimed_until=None)


def _end_retry(condition: Q, now: datetime) -> int:
    rows = list(Retry.objects.select_for_update().filter(condition, ended_at=None))
    for row in rows:
        if row.next_at is not None:
            Mailing.objects.filter(pk=row.mailing_id).update(failed=F("failed") + 1)
    return Retry.objects.filter(pk__in=[row.pk for row in rows]).update(next_at=None, ended_at=now)


def _end_notice(condition: Q, now: datetime) -> int:
    rows = Notice.objects.filter(condition).filter(_OPEN_NOTICE)
    # The text may hold a link that opens an account.
    return rows.update(state=Notice.State.FAILED, raw=b"")


_ACTS: dict[str, tuple[_Act, _Act]] = {
    "mailing": (_retry_mailings, _end_mailing),
    "retry": (_retry_retries, _end_retry),
    "notice": (_retry_notices, _end_notice),
}
