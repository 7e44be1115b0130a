"""How often something may be done in a span of time, counted in the database.

A limit that protects a password must not be forgotten because other keys came, a cache was emptied
or Redis is away: each count is a row of :class:`hub.lib.models.RateWindow`, shared by all
processes, that only the end of its window removes. What is counted at each request, and only slows
a flood, belongs in :mod:`hub.lib.throttle` instead.

Call these outside of a transaction that may be undone: what was counted in it is forgotten with it.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import F

from hub.lib import clock
from hub.lib.models import RateWindow

# Writes of one process between two removals of what has ended, and rows removed at a time.
CLEAN_EVERY = 200
CLEAN_ROWS = 1_000
_writes = itertools.count(1)


@dataclass(frozen=True)
class Limit:
    """So many times in so many seconds, for each key; the name separates limits from each other."""

    name: str
    amount: int
    seconds: int

    def row_key(self, key: str) -> str:
        """Return the key of the row; what was typed does not stand in it."""
        digest = sha256(key.encode("utf-8", "replace")).hexdigest()
        return f"{self.name[:40]}:{digest[:32]}"


_COUNT_ONE = """
INSERT INTO {table} (key, count, ends_at) VALUES (%s, 1, %s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN {table}.ends_at <= %s THEN 1 ELSE {table}.count + 1 END,
    ends_at = CASE WHEN {table}.ends_at <= %s THEN excluded.ends_at ELSE {table}.ends_at END
RETURNING count, ends_at
""".replace("{table}", RateWindow._meta.db_table)


def seconds_now() -> int:
    """Return the present moment in whole seconds since 1970."""
    return int(clock.now().timestamp())


def wait(*counted: tuple[Limit, str]) -> int:
    """Return the seconds until something may be done again under all of some limits, 0 for now.

    Queries: 1.
    """
    moment = seconds_now()
    amounts = {limit.row_key(key): limit.amount for limit, key in counted}
    rows = RateWindow.objects.filter(key__in=amounts, ends_at__gt=moment).values_list(
        "key", "count", "ends_at"
    )
    return max(
        (ends_at - moment for key, count, ends_at in rows if count >= amounts[key]), default=0
    )


def take(limit: Limit, key: str) -> int:
    """Count one and return 0, or return the seconds until there is room again.

    In the second case nothing is counted. Queries: 2.
    """
    seconds = wait((limit, key))
    if seconds:
        return seconds
    count, ends_at = _count(limit, key)
    # Another process was faster.
    return max(1, ends_at - seconds_now()) if count > limit.amount else 0


def count_all(counted: Sequence[tuple[Limit, str]]) -> None:
    """Count one under each of some limits, whatever their amounts, in one commit."""
    with transaction.atomic():
        # Always in the same order, so that two processes do not wait for each other.
        for limit, key in sorted(counted, key=lambda pair: pair[0].row_key(pair[1])):
            _count(limit, key)


def give_back(limit: Limit, key: str) -> None:
    """Take back one that was counted."""
    RateWindow.objects.filter(key=limit.row_key(key), count__gt=0).update(count=F("count") - 1)


def clear(limit: Limit, key: str) -> None:
    """Forget what was counted."""
    RateWindow.objects.filter(key=limit.row_key(key)).delete()


def ends_in(limit: Limit, key: str) -> int:
    """Return the seconds that the window of a key still lasts, 0 when nothing is counted.

    Queries: 1.
    """
    moment = seconds_now()
    ends_at = (
        RateWindow.objects.filter(key=limit.row_key(key)).values_list("ends_at", flat=True).first()
    )
    return max(0, (ends_at or 0) - moment)


def _count(limit: Limit, key: str) -> tuple[int, int]:
    moment = seconds_now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ONE, [limit.row_key(key), moment + limit.seconds, moment, moment])
        count, ends_at = cursor.fetchone()
    if next(_writes) % CLEAN_EVERY == 0:
        remove_ended()
    return int(count), int(ends_at)


def remove_ended() -> int:
    """Remove windows that have ended, at most :data:`CLEAN_ROWS`; returns how many."""
    ended = RateWindow.objects.filter(ends_at__lte=seconds_now()).order_by("ends_at")
    return RateWindow.objects.filter(
        pk__in=list(ended.values_list("pk", flat=True)[:CLEAN_ROWS])
    ).delete()[0]
