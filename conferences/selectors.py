"""What a member may see of the conferences."""

from datetime import datetime
from typing import Any

from hub.lib.home import Block


def topic_under_discussion(*, forum_id: int, now: datetime) -> int | None:
    """Return the topic of the agenda item that is under discussion live in this forum."""
    return None


def forum_aside(*, forum_id: int, member: Any) -> dict[str, Any]:
    """Return what a discussion page shows of its conference."""
    return {}


def home_blocks(*, member: Any, now: datetime) -> list[Block]:
    """Return live and coming conference_sessions."""
    return []
