"""Write the log of a discussion: who did what, to what, when and why."""

from datetime import datetime
from typing import TYPE_CHECKING

from forums.acts import ACTS
from forums.models import Contribution, LogEntry
from hub.lib.characters import one_line
from hub.lib.masking import mask

if TYPE_CHECKING:
    from hub.members.models import Member

REASON_LENGTH = 255


def note_act(
    *,
    forum_id: int,
    act: str,
    actor: "Member | None",
    now: datetime,
    topic_id: int | None = None,
    number: int | None = None,
    member: "Member | None" = None,
    reason: str = "",
    **details: str | int | None,
) -> LogEntry:
    """Write one entry, in the transaction of the act itself.

    Args: act, a code of :mod:`forums.acts`; actor, None for the hub itself; number, of a
    contribution; member, whom it was done to; details, what the sentence names and what an undo
    needs.

    Queries: 1.
    """
    return LogEntry.objects.create(
        forum_id=forum_id,
        act=ACTS[act].code,
        actor=actor,
        topic_id=topic_id,
        contribution_id=number,
        member=member,
        details=details,
        reason=one_line(mask(reason))[:REASON_LENGTH],
        created_at=now,
    )


def note_on_contribution(
    contribution: Contribution, verb: str, actor: "Member", now: datetime, *, reason: str = ""
) -> LogEntry:
    """Write an act on a contribution to the log of its discussion. Queries: 1."""
    return note_act(
        forum_id=contribution.forum_id,
        act=f"contribution.{verb}",
        actor=actor,
        now=now,
        topic_id=contribution.topic_id,
        number=contribution.number,
        reason=reason,
    )
