"""How a process holds its connections to the database.

Sockets ask from threads that come and go, so that a connection kept by a thread could be lost: on
PostgreSQL the web takes its connections from a pool of a fixed size. The SMTP gateway and the
worker have a few threads that live as long as the process; each keeps its connection for a while,
and so does every thread on SQLite, where a connection costs more to open than a page to ask for.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connections

# Seconds a request waits for a connection; afterwards it is answered with an error.
PATIENCE = 10.0
# Seconds after which a connection of the pool that nobody needs is closed.
IDLE = 60.0


def settle(parts: Sequence[str]) -> None:
    """Decide for this process, before its parts start. Args: parts, the names of what it runs."""
    database: Any = connections.settings["default"]
    connections.close_all()
    if "postgresql" not in database["ENGINE"]:
        database["CONN_MAX_AGE"] = settings.HUB_DB_CONN_MAX_AGE
        return
    database["OPTIONS"] = {"application_name": f"hub {' '.join(parts)}", **database["OPTIONS"]}
    if "web" in parts:
        # Also those of a process that runs everything: its threads give connections back after each
        # piece of work.
        database["CONN_MAX_AGE"] = 0
        if settings.HUB_DB_POOL:
            most = settings.HUB_DB_POOL
            pool = {
                "min_size": min(2, most),
                "max_size": most,
                "timeout": PATIENCE,
                "max_idle": IDLE,
            }
            database["OPTIONS"] = {**database["OPTIONS"], "pool": pool}
    else:
        database["CONN_MAX_AGE"] = settings.HUB_DB_CONN_MAX_AGE


def close() -> None:
    """Let go of the pool at the end of the process."""
    connections.close_all()
    connection = connections["default"]
    if connection.vendor == "postgresql" and connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()  # type: ignore[attr-defined]
