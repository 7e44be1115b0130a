"""Score addresses by what comes back, and stop the mail of those that fail a trial.

Each address has a score (:class:`listserv.models.AddressHealth`): a day counts once, with its worst
bounce. A week in which nothing comes back forgets it. At ``HUB_BOUNCE_LIMIT`` a notification tries
the address; only when that comes back the mail stops, so that forged or wrong reports stop
nobody's.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q

from hub.lib import metrics
from hub.lib import tokens as signed_tokens
from hub.lib.logs import event, person, without_people
from listserv.bounces import notifications, selectors
from listserv.models import AddressHealth, Bounce, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

WEIGHTS = {Bounce.Kind.PERMANENT.value: 1.0, Bounce.Kind.TEMPORARY.value: 0.5}
QUIET = timedelta(days=7)
# A trial that has not come back after so long has arrived; MTAs try for five days.
TRIAL = timedelta(days=7)
# A report comes within days; later its token proves nothing: somebody may have kept it.
FRESH = timedelta(days=30)


def count(bounce: Bounce, *, now: datetime) -> bool:
    """Add an unsaved bounce to the score of its address, and save it; return whether it counted.

    It counts once for each delivery, and for each day as much as the day's worst. Call it in a
    transaction. Queries: 6.
    """
    rows = AddressHealth.objects.select_for_update()
    health, _is_new = rows.get_or_create(address=bounce.address)
    if health.bounced_at is not None and now - health.bounced_at > QUIET:
        health.score = 0
    more = _weight(bounce, now)
    bounce.counted = more > 0
    bounce.save()
    metrics.bounces.labels(str(bounce.kind)).inc()
    event(
        "bounce",
        subscription=bounce.subscription_id,
        recipient=person(bounce.address),
        kind=str(bounce.kind),
        status=bounce.status,
        number=bounce.number,
        counted=bounce.counted,
        diagnostic=without_people(bounce.diagnostic),
    )
    if bounce.counted:
        health.score, health.bounced_at = health.score + more, now
        health.save(update_fields=["score", "bounced_at"])
        _try_if_due(health, now=now)
    return bounce.counted


def _weight(bounce: Bounce, now: datetime) -> float:
    """Return how much a bounce adds to the score of its address. Queries: 2 at most."""
    before = Bounce.objects.filter(address=bounce.address, counted=True)
    same = before.filter(subscription=bounce.subscription, number=bounce.number, kind=bounce.kind)
    if same.exists():
        return 0.0
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    kinds = before.filter(created_at__gte=day).values_list("kind", flat=True)
    worst = max((WEIGHTS[kind] for kind in kinds), default=0.0)
    return max(0.0, WEIGHTS[bounce.kind] - worst)


def _try_if_due(health: AddressHealth, *, now: datetime) -> None:
    """Send the notification that tries an address, unless one is under way."""
    if health.score < settings.HUB_BOUNCE_LIMIT or health.probed_at is not None:
        return
    member = owner_of(health.address)
    if member is None:
        return
    health.probe = signed_tokens.sign("probe", [health.pk, secrets.randbelow(1 << 21)])
    health.probed_at = now
    health.save(update_fields=["probe", "probed_at"])
    notifications.probe(health, member)


def owner_of(address: str) -> "Member | None":
    """Return the member whose mail goes to an address. Queries: 1."""
    row = selectors.subscriptions_at(address).order_by("pk").first()
    return row.member if row else None


def trial_came_back(token: str, *, now: datetime) -> bool:
    """Stop the mail to the address whose trial has come back.

    Returns: False for a token that is not that of a trial under way. Queries: 2 for a forged token.
    """
    numbers = signed_tokens.read("probe", token)
    if numbers is None or len(numbers) != 2:
        return False
    health = (
        AddressHealth.objects.select_for_update().filter(pk=numbers[0], probe=token.lower()).first()
    )
    if health is None or health.probed_at is None:
        return False
    stop(health, now=now)
    return True


def stop(health: AddressHealth, *, now: datetime) -> list[Subscription]:
    """Stop all mail of lists to an address; its member is told where that is possible."""
    # A subscription that its member sends here later all the same is counted from nothing.
    health.suspended_at, health.score, health.probed_at, health.probe = now, 0, None, ""
    health.save(update_fields=["suspended_at", "score", "probed_at", "probe"])
    rows = list(selectors.subscriptions_at(health.address).filter(suspended_at=None))
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(
        suspended_at=now, suspended_for=Subscription.Suspension.BOUNCES
    )
    for member_id in dict.fromkeys(row.member_id for row in rows):
        own = [row for row in rows if row.member_id == member_id]
        notifications.notify_suspended(own[0].member, health.address, own)
    return rows


def forgive(address: str) -> None:
    """Forget what came back from an address, as its member says that it accepts mail."""
    rows = AddressHealth.objects.filter(address=address.lower())
    rows.update(score=0, probed_at=None, probe="", suspended_at=None)
    # Deliveries that came back before say nothing about those to come.
    Bounce.objects.filter(address=address.lower(), counted=True).update(counted=False)


def end_trials(*, now: datetime) -> int:
    """Forget the score of addresses whose trial arrived, or nearly certainly did.

    Returns: how many. Queries: 1.
    """
    over = AddressHealth.objects.filter(probed_at__lt=now - TRIAL)
    return over.update(probed_at=None, probe="", score=0)


def drop_quiet(*, now: datetime) -> int:
    """Forget the rows of addresses that have long taken their mail; return how many. Queries: 1."""
    quiet = Q(bounced_at=None) | Q(bounced_at__lt=now - QUIET)
    rows = AddressHealth.objects.filter(quiet, suspended_at=None, probed_at=None)
    return rows.delete()[0]
