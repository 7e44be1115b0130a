"""One part of the hub as ``/healthz`` reports it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Part:
    """A name, whether it works, and figures with their units in the key (``lag_seconds``).

    ``degraded``: it works, and somebody should look all the same.
    """

    name: str
    ok: bool
    detail: dict[str, Any] = field(default_factory=dict)
    degraded: bool = False
