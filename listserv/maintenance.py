"""Maintenance of what came back: probes that the relay refused or took, and old rows."""

import time
from datetime import datetime, timedelta

from django.db import transaction

from forums.services.retention import drop_old
from listserv import retention, tokens
from listserv.bounces import scoring
from listserv.models import AddressHealth, Bounce, Notice

BOUNCES_KEPT = timedelta(days=180)
INTERVAL_SECONDS = 60.0
_last_run = -INTERVAL_SECONDS  # on this process's monotonic clock


def maintain(now: datetime) -> int:
    """Look after the addresses that mail comes back from, once in an interval; return 0.

    What rooms have kept long enough goes with it. Queries: none between two runs, 7 in one, and
    those of what is done.
    """
    global _last_run  # noqa: PLW0603 - when this process last did it
    if time.monotonic() - _last_run < INTERVAL_SECONDS:
        return 0
    _last_run = time.monotonic()
    maintain_now(now)
    return 0


def maintain_now(now: datetime) -> int:
    """Look after them at once; return how many rows changed."""
    changed = 0
    for health in AddressHealth.objects.filter(probed_at__isnull=False):
        sender = tokens.address(f"{tokens.NO_LIST}+{health.probe}")
        failed = Notice.objects.filter(
            envelope_from=sender, state=Notice.State.FAILED, created_at__gte=health.probed_at
        )
        # One without its text was given up or discarded by a person: that says nothing of the
        # address.
        if failed.exclude(raw=b"").exists():
            with transaction.atomic():
                changed += scoring.trial_came_back(health.probe, now=now)
    changed += scoring.end_trials(now=now)
    Bounce.objects.filter(created_at__lt=now - BOUNCES_KEPT).delete()
    changed += scoring.drop_quiet(now=now)
    return changed + retention.drop_old(now) + drop_old(now)
