"""The cursor of a mailing, moved while its copies go out: often, so it has to cost next to nothing."""

from datetime import datetime

from django.db import connection

_SAVE = (
    "UPDATE listserv_mailing SET cursor = %s, sent = sent + %s, claimed_until = %s WHERE id = %s AND claimed_by = %s"
)
# For this transaction alone; what comes later is on disk when its commit returns.
_AT_EASE = " AND set_config('synchronous_commit', 'off', true) = 'off'"


def save_cursor(pk: int, name: str, *, cursor: int, sent: int, until: datetime) -> bool:
    """Move the cursor of a mailing past copies that were all taken; False when the claim is lost.

    It need not be on disk when this returns: a killed process has written it all the same, and when the machine itself
    goes down, no more than a batch goes out twice. Else 10,000 copies would wait 400 times for the disk. Queries: 1.
    """
    is_sqlite, inside = connection.vendor == "sqlite", connection.in_atomic_block
    lease = connection.ops.adapt_datetimefield_value(until)
    with connection.cursor() as asked:
        if is_sqlite and not inside:
            asked.execute("PRAGMA synchronous=NORMAL")
        asked.execute(_SAVE + ("" if is_sqlite else _AT_EASE), [cursor, sent, lease, pk, name])
        moved = asked.rowcount
        if is_sqlite and not inside:
            asked.execute("PRAGMA synchronous=FULL")
    return bool(moved)
