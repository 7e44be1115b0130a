"""Mark a whole discussion as read, and take that back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forums.models import Membership
from forums.services.reading import mark_forum_read

if TYPE_CHECKING:
    from hub.members.models import Member


@dataclass(frozen=True)
class MovedHorizon:
    """From which contribution number to which a member's horizon in a discussion was moved."""

    before: int
    after: int


def read_whole_forum(*, member: "Member", forum_id: int) -> MovedHorizon | None:
    """Mark everything in a forum as read.

    Returns: None when there was nothing to mark, or the member does not take part.
    """
    rows = Membership.objects.filter(member=member, forum_id=forum_id, left_at=None).values_list(
        "horizon", flat=True
    )
    before = rows.first()
    mark_forum_read(member=member, forum_id=forum_id)
    after = rows.first()
    if before is None or after is None:
        return None
    if after <= before:
        return None
    return MovedHorizon(before, after)


def unread_forum(*, member: "Member", forum_id: int, moved: MovedHorizon) -> bool:
    """Count as new again what :func:`read_whole_forum` has marked as read.

    Topics that were read before, or have been since, keep their own marks. Returns False when the
    horizon has moved on.
    """
    if not 0 <= moved.before < moved.after:
        return False
    rows = Membership.objects.filter(member=member, forum_id=forum_id, horizon=moved.after)
    return bool(rows.update(horizon=moved.before))
