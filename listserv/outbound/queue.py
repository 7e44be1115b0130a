"""What waits to go out: how far each mailing is, which recipients and letters are tried again,
which digests are due.

What was refused stands here too, until somebody tries it again or gives it up: nothing is lost
without a word. Rows are named ``mailing-12``, ``retry-5`` and ``notice-7``, on the page and on the
command line alike; ``all`` and ``refused`` name several.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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
        about: subject of the contribution or letter.
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
        return min(100 * self.done // self.total, 100) if self.total else 0

    def as_json(self) -> dict[str, Any]:
        """Return the fields; moments in ISO 8601."""
        values = {"kind": self.kind, **asdict(self)}
        return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}


@dataclass(frozen=True)
class Queue:
    """All that waits, the oldest first; ``counts`` also has what is not shown, by kind, ``digest``
    and ``refused``.

    ``trouble`` says what is wrong with the relay, None when nothing is.
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
    copies, letters = _refused_retries(now), _refused_notices(now)
    return Queue(
        items=[*_mailings(mailings, now), *_retries(retries), *_notices(notices)],
        counts={
            "mailing": mailings.count(),
            "retry": retries.count(),
            "notice": notices.count(),
            "digest": sum(count for _name, count, _since in due_digests),
            "refused": copies.count() + letters.count(),
        },
        digests=due_digests,
        refused=[*_retries(copies), *_notices(letters)],
        trouble=trouble(),
    )


def _refused_retries(now: datetime) -> QuerySet[Retry]:
    return Retry.objects.filter(next_at=None, ended_at=None, created_at__gt=now - REFUSED_SHOWN)


def _refused_notices(now: datetime) -> QuerySet[Notice]:
    rows = Notice.objects.filter(state=Notice.State.FAILED, created_at__gt=now - REFUSED_SHOWN)
    return rows.exclude(raw=b"")


def refused_count(now: datetime) -> int:
    """Return how many copies and letters were refused and wait for somebody to look. Queries: 2."""
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
        pace = done / max((now - row.created_at).total_seconds(), 1.0)
        ends = now + timedelta(seconds=left / pace) if pace and not row.last_reply else None
        yield QueueItem(
            f"mailing-{row.pk}",
            row.contribution.subject,
            row.list.address,
            row.created_at,
            row.claimed_until if row.last_reply and not row.claimed_by else None,
            row.attempts,
            row.last_reply,
            done,
            done + left,
            ends,
        )


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
        refused = row.state == Notice.State.FAILED
        yield QueueItem(
            f"notice-{row.pk}",
            row.subject,
            ", ".join(row.recipients),
            row.created_at,
            None if refused else row.next_at,
            row.attempts,
            row.last_reply,
            refused=refused,
        )


# --- Acts -----------------------------------------------------------------------------------------


@transaction.atomic
def retry_now(*, key: str, now: datetime) -> int:
    """Try one again now, ``all``, or all that was ``refused``; return how many that is.

    What is under way at this moment is left alone.
    """
    if key == "all":
        return sum(act(Q(), now) for act, _give_up in _ACTS.values())
    if key == "refused":
        return _woken(_requeue_retries(Q(), now), "mailings") + _woken(
            _requeue_notices(Q(), now), "notices"
        )
    act, pk = _parse(key, 0)
    return act(Q(pk=pk), now) if act else 0


@transaction.atomic
def give_up(*, key: str, now: datetime) -> int:
    """Give one up, or all that was ``refused``: who has
    not got it gets it by mail no more; return how many.
    """
    if key == "refused":
        letters = _refused_notices(now).update(raw=b"")
        return _refused_retries(now).update(ended_at=now) + letters
    act, pk = _parse(key, 1)
    return act(Q(pk=pk), now) if act else 0


def item_of(key: str) -> QueueItem | None:
    """Return one thing that waits, None when it does not any more. Queries: 2 at most."""
    kind, _hyphen, pk = key.partition("-")
    if not _is_key(kind, pk):
        return None
    rows: dict[str, Callable[[], Iterable[QueueItem]]] = {
        "mailing": lambda: _mailings(
            Mailing.objects.filter(pk=pk, state=Mailing.State.SENDING), _EPOCH
        ),
        "retry": lambda: _retries(Retry.objects.filter(pk=pk, ended_at=None)),
        "notice": lambda: _notices(Notice.objects.filter(pk=pk).filter(_OPEN_NOTICE)),
    }
    return next(iter(rows[kind]()), None)


# A letter that waits, or was refused and can be tried again.
_OPEN_NOTICE = Q(state=Notice.State.WAITING) | (Q(state=Notice.State.FAILED) & ~Q(raw=b""))
_EPOCH = datetime.fromtimestamp(0).astimezone()
_Act = Callable[[Q, datetime], int]


def _is_key(kind: str, pk: str) -> bool:
    return kind in _ACTS and pk.isascii() and pk.isdecimal() and len(pk) < 19


def _parse(key: str, which: int) -> tuple[_Act | None, int]:
    kind, _hyphen, pk = key.partition("-")
    return (_ACTS[kind][which], int(pk)) if _is_key(kind, pk) else (None, 0)


def _retry_mailings(wanted: Q, now: datetime) -> int:
    """Free those that wait for a relay; the lease of a worker that sends is not touched."""
    rows = Mailing.objects.filter(wanted, state=Mailing.State.SENDING, claimed_by="").exclude(
        last_reply=""
    )
    return _woken(rows.update(claimed_until=None), "mailings")


def _retry_retries(wanted: Q, now: datetime) -> int:
    due = Retry.objects.filter(wanted, next_at__gt=now).update(next_at=now)
    return _woken(due + _requeue_retries(wanted, now), "mailings")


def _requeue_retries(wanted: Q, now: datetime) -> int:
    """Try refused copies again; they have not failed until they are refused once more."""
    rows = list(
        _refused_retries(now).select_for_update().filter(wanted).values_list("pk", "mailing_id")
    )
    for mailing_id, count in Counter(mailing_id for _pk, mailing_id in rows).items():
        Mailing.objects.filter(pk=mailing_id, failed__gte=count).update(failed=F("failed") - count)
    return Retry.objects.filter(pk__in=[pk for pk, _mailing_id in rows]).update(next_at=now)


def _retry_notices(wanted: Q, now: datetime) -> int:
    rows = Notice.objects.filter(wanted, state=Notice.State.WAITING, next_at__gt=now)
    return _woken(rows.update(next_at=now) + _requeue_notices(wanted, now), "notices")


def _requeue_notices(wanted: Q, now: datetime) -> int:
    return _refused_notices(now).filter(wanted).update(state=Notice.State.WAITING, next_at=now)


def _woken(count: int, pump: str) -> int:
    if count:
        wake(pump)
    return count


def _end_mailing(wanted: Q, now: datetime) -> int:
    """End it where it is: a worker at it finds that it has lost the claim."""
    rows = Mailing.objects.filter(wanted, state=Mailing.State.SENDING)
    return rows.update(state=Mailing.State.DONE, finished_at=now, claimed_by="", claimed_until=None)


def _end_retry(wanted: Q, now: datetime) -> int:
    rows = list(Retry.objects.select_for_update().filter(wanted, ended_at=None))
    for row in rows:
        if row.next_at is not None:
            Mailing.objects.filter(pk=row.mailing_id).update(failed=F("failed") + 1)
    return Retry.objects.filter(pk__in=[row.pk for row in rows]).update(next_at=None, ended_at=now)


def _end_notice(wanted: Q, now: datetime) -> int:
    rows = Notice.objects.filter(wanted).filter(_OPEN_NOTICE)
    # The text may hold a link that opens an account.
    return rows.update(state=Notice.State.FAILED, raw=b"")


_ACTS: dict[str, tuple[_Act, _Act]] = {
    "mailing": (_retry_mailings, _end_mailing),
    "retry": (_retry_retries, _end_retry),
    "notice": (_retry_notices, _end_notice),
}
