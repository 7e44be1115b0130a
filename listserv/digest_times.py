"""Decide when a digest goes: at seven where its member is, each day or each Monday."""

import zoneinfo
from datetime import UTC, datetime, time, timedelta

from listserv import selectors
from listserv.models import Subscription

DIGEST_TIME = time(7, 0)
MONDAY = 0
DIGESTS = frozenset({Subscription.Delivery.DAILY.value, Subscription.Delivery.WEEKLY.value})
# The columns of a subscription that its digests move, and those that say why its mail stopped by
# itself.
STOPPED = ("suspended_at", "suspended_for")
GATHERING = ("digest_since", "digest_at", "digest_claimed_until")


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone of that name in the tz database, UTC when there is none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def next_at(delivery: str, zone: str, after: datetime) -> datetime:
    """Return the first moment for a digest that is later than ``after``, in UTC.

    The day is counted in the zone and the hour set on it, so that a change of the clocks moves
    nothing.

    Args: delivery, one of :data:`DIGESTS`; zone, a name of the tz database.
    """
    place = zone_of(zone)
    day = after.astimezone(place).date()
    step = timedelta(days=1)
    if delivery == Subscription.Delivery.WEEKLY:
        step = timedelta(weeks=1)
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    while (moment := datetime.combine(day, DIGEST_TIME, tzinfo=place)) <= after:
        day += step
    return moment.astimezone(UTC)


def start_again(row: Subscription, now: datetime) -> None:
    """Send the mail of a subscription again that had stopped by itself."""
    row.suspended_at, row.suspended_for = None, ""
    gather_from_now(row, now)
    row.save(update_fields=[*STOPPED, *GATHERING])


def gather_from_now(row: Subscription, now: datetime) -> None:
    """Let the next digest begin with what comes after now, or after the pause.

    Other modes of delivery have no next digest.
    """
    row.digest_claimed_until = None
    if row.delivery not in DIGESTS or row.ended_at is not None:
        row.digest_at = None
        return
    row.digest_since = selectors.last_mailing_done(row.list_id, row.pk)
    row.digest_at = next_at(row.delivery, row.member.time_zone, max(now, row.paused_until or now))
