"""What a member may see of the liaison groups."""

from datetime import datetime
from typing import Any

from hub.lib.home import Block


def home_blocks(*, member: Any, now: datetime) -> list[Block]:
    """Return what the groups ask of a member."""
    return []
