"""Whether the parts that every room stands on work."""

from dataclasses import replace

from django.db import connection
from django.db.utils import Error as DatabaseError

from hub.lib.bus import check_layer
from hub.lib.health import Part
from hub.lib.heartbeats import alive


def database() -> Part:
    """Ask the database for something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return Part("database", ok=False, detail={"error": type(error).__name__})
    return Part("database", ok=True, detail={"vendor": connection.vendor})


def web() -> Part:
    """Look which web processes are alive; the one that answers this is."""
    found = alive("web")
    return found if found.ok else replace(found, ok=True)


def worker() -> Part:
    """Look when a worker last said that every pump of it works."""
    return alive("worker")


def smtp() -> Part:
    """Look when the mail door last greeted; it may stand on another host."""
    return alive("smtp")


def channel_layer() -> Part:
    """Send a message to ourselves over the channel layer."""
    error = check_layer()
    return Part("channel layer", ok=not error, detail={"error": error} if error else {})
