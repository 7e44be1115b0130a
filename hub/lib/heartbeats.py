"""Heartbeats across processes and hosts.

Each part of a process writes them, ``/healthz`` reads their age.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections
from django.db.utils import Error as DatabaseError

from hub.lib import metrics
from hub.lib.clock import now
from hub.lib.health import HealthPart
from hub.lib.models import Heartbeat
from hub.lib.pooled import give_back
from hub.lib.repeats import Repeats

log = logging.getLogger(__name__)
# Seconds between two beats, and without one after which a part counts as down.
EVERY = 2.0
LATE = 10.0
# Without a beat for so long a process is gone for good: what it was at is taken up by others.
GONE = timedelta(seconds=20)
# How long a process that vanished is named.
NAMED = timedelta(minutes=15)
_started_at = now()
_mark = secrets.token_hex(8)
_repeats: dict[str, Repeats] = {}
# A beat that was under way when its part ended must not write its row again.
_lock = threading.Lock()
_ended: set[str] = set()


def own_name(kind: str) -> str:
    """Return the name of a part in this process."""
    # A child that was forked is a process of its own.
    return f"{kind}-{_mark}-{os.getpid()}"


def beat(kind: str, *, works: bool = True) -> None:
    """Write that a part of this process is alive, and whether it works.

    A database that is down is logged, and the missing beat says the rest.
    """
    repeats = _repeats.setdefault(kind, Repeats(log, f"The heartbeat of {kind}"))
    values = {
        "kind": kind,
        "host": socket.gethostname()[:255],
        "pid": os.getpid(),
        "works": works,
        "started_at": _started_at,
        "at": now(),
    }
    try:
        close_old_connections()
        with _lock:
            if kind not in _ended:
                _write(own_name(kind), values)
    except DatabaseError as error:
        metrics.note_error(error, "heartbeat")
        repeats.failed(error, expected=True)
    else:
        repeats.worked()
    finally:
        give_back()


def _write(name: str, values: dict[str, Any]) -> None:
    if Heartbeat.objects.filter(name=name).update(works=values["works"], at=values["at"]):
        return
    # The first beat of this process: it stands in the place of one that was here before, as in a
    # container.
    same = Heartbeat.objects.filter(kind=values["kind"], host=values["host"], pid=values["pid"])
    same.delete()
    Heartbeat.objects.filter(at__lt=now() - NAMED).delete()
    Heartbeat.objects.create(name=name, **values)


def farewell(kind: str) -> None:
    """Remove the row of this process's part: it ends in order."""
    try:
        with _lock:
            _ended.add(kind)
            Heartbeat.objects.filter(name=own_name(kind)).delete()
    except DatabaseError as error:
        log.warning("The heartbeat of %s is late: %s", kind, type(error).__name__)


def living(kind: str, moment: datetime) -> set[str]:
    """Return the names of the parts of a kind that are not gone for good. Queries: 1."""
    return set(
        Heartbeat.objects.filter(kind=kind, at__gt=moment - GONE).values_list("name", flat=True)
    )


def working_hosts(kind: str) -> tuple[str, ...]:
    """Return the hosts on which a part works, by name. Queries: 1."""
    rows = Heartbeat.objects.filter(kind=kind, works=True, at__gt=now() - timedelta(seconds=LATE))
    return tuple(rows.order_by("host").values_list("host", flat=True).distinct())


def alive(kind: str) -> HealthPart:
    """Return the part as its heartbeats show it.

    With several processes of a kind, one that works is enough. One that vanished without a
    farewell, or does not work though it is alive, makes the part degraded: it is named until it is
    forgotten.
    """
    moment = now()
    try:
        rows = list(
            Heartbeat.objects.filter(kind=kind, at__gt=moment - NAMED).order_by(
                "started_at", "name"
            )
        )
    except DatabaseError:
        return HealthPart(kind, ok=False, detail={"error": "database"})
    if not rows:
        return HealthPart(kind, ok=False, detail={"error": "never started"})
    lags = {row.name: max((moment - row.at).total_seconds(), 0.0) for row in rows}
    working = [row for row in rows if row.works and lags[row.name] < LATE]
    lag = min(lags[row.name] for row in working or rows)
    detail = {
        "lag_seconds": round(lag, 1),
        "working": len(working),
        "processes": list(_shown(rows, lags)),
    }
    return HealthPart(kind, ok=bool(working), detail=detail, degraded=len(working) < len(rows))


def _state(row: Heartbeat, lag: float) -> str:
    if lag >= LATE:
        return "vanished"
    return "working" if row.works else "broken"


def _shown(rows: Iterable[Heartbeat], lags: dict[str, float]) -> Iterable[dict[str, object]]:
    for row in rows:
        started = row.started_at.isoformat(timespec="seconds") if row.started_at else ""
        yield {
            "host": row.host,
            "pid": row.pid,
            "started_at": started,
            "lag_seconds": round(lags[row.name], 1),
            "state": _state(row, lags[row.name]),
        }
