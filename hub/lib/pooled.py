"""Give a connection of the process's pool back as soon as a piece of work is done."""

from django.db import connection


def give_back() -> None:
    """Give back this thread's connection, where connections come from a pool.

    Within a transaction it is kept. Called where a thread may not come again for long: between two
    blocks of a download, after a heartbeat.
    """
    if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
        connection.close()
