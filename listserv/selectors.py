"""What a member may see of the lists."""

from datetime import datetime
from typing import Any

from hub.lib.home import Block


def forum_aside(*, forum_id: int, member: Any) -> dict[str, Any]:
    """Return what a discussion page shows of its list."""
    return {}


def home_blocks(*, member: Any, now: datetime) -> list[Block]:
    """Return what the member is asked by the lists."""
    return []
