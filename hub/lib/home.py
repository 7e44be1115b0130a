"""A line on a member's home: what needs them, from whichever room."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise


class BlockKind(StrEnum):
    """Where on the home a line stands."""

    LIVE = "live"
    ASKED = "asked"
    COMING = "coming"


@dataclass(frozen=True)
class Block:
    """A line: what it is, where it leads, and when."""

    kind: BlockKind
    title: str | Promise
    url: str
    note: str | Promise = ""
    at: datetime | None = None
