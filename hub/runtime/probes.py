"""Whether the parts that every room stands on work."""

from dataclasses import replace

from django.db import connection
from django.db.utils import Error as DatabaseError

from hub.lib.bus import check_layer
from hub.lib.health import HealthPart, needs_database
from hub.lib.heartbeats import alive

# Seconds to wait for a connection.
PATIENCE = 3.0


def database() -> HealthPart:
    """Ask the database for something."""
    try:
        _ask()
    except DatabaseError as error:
        return HealthPart("database", ok=False, detail={"error": type(error).__name__})
    return HealthPart("database", ok=True, detail={"vendor": connection.vendor})


def _ask() -> None:
    pool = getattr(connection, "pool", None)
    if pool is not None and connection.connection is None:
        # A database that is away is not waited for as long as a request waits for its turn.
        pool.open()
        with connection.wrap_database_errors, pool.connection(timeout=PATIENCE) as line:
            line.execute("SELECT 1")
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


@needs_database("web", works=True)
def web() -> HealthPart:
    """Look which web processes are alive; the one that answers this is."""
    return replace(alive("web"), ok=True)


@needs_database("worker")
def worker() -> HealthPart:
    """Look when a worker process last said that all of its queue workers do their work."""
    return alive("worker")


@needs_database("smtp")
def smtp() -> HealthPart:
    """Look when the SMTP gateway last greeted; it may stand on another host."""
    return alive("smtp")


def channel_layer() -> HealthPart:
    """Send a message to ourselves over the channel layer."""
    error = check_layer()
    return HealthPart("channel layer", ok=not error, detail={"error": error} if error else {})
