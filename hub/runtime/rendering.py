"""Render and index stored texts again after a change of how that is done, a few rows at a time."""

import time
from datetime import datetime

from django.apps import apps

from forums.services.rendering import render_contributions_again
from hub.lib import rendered
from hub.search.services import fold_again

BATCH = 20  # rows of one table
EVERY = 600.0  # seconds between looks when nothing was left
_looked = -EVERY


def render_again(now: datetime) -> int:
    """Render a batch and return how many rows it was; a queue worker (``HUB_QUEUE_WORKERS``)."""
    global _looked  # noqa: PLW0603 - when this process last found nothing
    if time.monotonic() - _looked < EVERY:
        return 0
    done = render_contributions_again(limit=BATCH) + fold_again(limit=BATCH)
    done += sum(rendered.render_again(model, limit=BATCH) for model in apps.get_models())
    if not done:
        _looked = time.monotonic()
    return done
