"""Whether the parts that every room stands on work."""

from django.db import connection
from django.db.utils import Error as DatabaseError

from hub.lib.bus import check_layer
from hub.lib.clock import now
from hub.lib.health import Part
from hub.lib.models import Heartbeat

# Seconds without a heartbeat after which the worker counts as down; it beats every 2 s.
WORKER_LATE = 10


def database() -> Part:
    """Ask the database for something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return Part("database", ok=False, detail={"error": type(error).__name__})
    return Part("database", ok=True, detail={"vendor": connection.vendor})


def worker() -> Part:
    """Look when the worker last said that it works."""
    try:
        beat = Heartbeat.objects.filter(name="worker").first()
    except DatabaseError:
        return Part("worker", ok=False, detail={"error": "database"})
    if beat is None:
        return Part("worker", ok=False, detail={"error": "never started"})
    lag = (now() - beat.at).total_seconds()
    return Part("worker", ok=lag < WORKER_LATE, detail={"lag_seconds": round(lag, 1)})


def channel_layer() -> Part:
    """Send a message to ourselves over the channel layer."""
    error = check_layer()
    return Part("channel layer", ok=not error, detail={"error": error} if error else {})
