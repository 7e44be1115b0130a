"""What can be done in a conference."""

from datetime import datetime


def keep_time(now: datetime) -> int:
    """Open and close conference_sessions by the clock."""
    return 0
