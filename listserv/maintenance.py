"""The worker's pump for what came back: trials refused
at the relay, trials that arrived, rows of no more use.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction

from listserv import retention, tokens
from listserv.bounces import scoring
from listserv.models import AddressHealth, Bounce, Notice

KEPT = timedelta(days=180)
EVERY = 60.0  # seconds
_looked = -EVERY


def tend(now: datetime) -> int:
    """Look after the addresses that mail comes back from, now and then; return how many changed.

    Queries: none between two looks, 4 at one, and those of what is done.
    """
    global _looked  # noqa: PLW0603 - when this process last looked
    if time.monotonic() - _looked < EVERY:
        return 0
    _looked = time.monotonic()
    look(now)
    return 0


def look(now: datetime) -> int:
    """Do it at once; return how many addresses changed."""
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
    Bounce.objects.filter(created_at__lt=now - KEPT).delete()
    return changed + scoring.drop_quiet(now=now) + retention.drop_old(now)
