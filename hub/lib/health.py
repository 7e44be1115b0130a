"""One part of the hub as ``/healthz`` reports it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Probe = TypeVar("Probe", bound=Callable[[], "HealthPart"])
_WITHOUT = "without_database"


@dataclass(frozen=True)
class HealthPart:
    """A name, whether it works, and figures with their units in the key (``lag_seconds``).

    ``degraded``: it works, and somebody should look all the same.
    """

    name: str
    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)
    degraded: bool = False


def needs_database(name: str, *, works: bool = False) -> Callable[[Probe], Probe]:
    """Mark a probe that asks the database, so that it is not called while that one is away.

    It would wait as long.

    Args: name, that of its part; works, whether the part works without it.
    """

    def mark(probe: Probe) -> Probe:
        setattr(probe, _WITHOUT, HealthPart(name, ok=works, detail={"error": "database"}))
        return probe

    return mark


def without_database(probe: Callable[[], HealthPart]) -> HealthPart | None:
    """Return what a probe says while the database is away; None for one that does not ask it."""
    return getattr(probe, _WITHOUT, None)
