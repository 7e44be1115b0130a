"""The one place that reads the time; services get ``now`` as an argument."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, UTC-aware."""
    return datetime.now(tz=UTC)
