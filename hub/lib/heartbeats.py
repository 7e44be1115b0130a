"""Signs of life across processes and hosts: a part writes when it works, ``/healthz`` reads how long ago that was."""

import logging

from django.db import close_old_connections
from django.db.utils import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.health import Part
from hub.lib.models import Heartbeat

log = logging.getLogger(__name__)
# Seconds between two beats, and without one after which a part counts as down.
EVERY = 2.0
LATE = 10.0


def beat(name: str) -> None:
    """Write that a part works now; a database that is down is logged, and the missing beat says the rest."""
    close_old_connections()
    try:
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now()})
    except DatabaseError:
        log.exception("The heartbeat of %s could not be written", name)


def alive(name: str) -> Part:
    """Return the part as its last sign of life tells; with several processes of a kind, one that works is enough."""
    try:
        last = Heartbeat.objects.filter(name=name).first()
    except DatabaseError:
        return Part(name, ok=False, detail={"error": "database"})
    if last is None:
        return Part(name, ok=False, detail={"error": "never started"})
    lag = (now() - last.at).total_seconds()
    return Part(name, ok=lag < LATE, detail={"lag_seconds": round(lag, 1)})
