"""Remember up to where a member has read."""

from typing import TYPE_CHECKING

from forums.models import Membership, ReadMark, TopicState
from hub.lib.prepared import Prepared

if TYPE_CHECKING:
    from hub.members.models import Member

_marks_of = Prepared(
    lambda member_id, topic_id: ReadMark.objects.filter(
        member_id=member_id, topic_id=topic_id
    ).values_list("number")
)


def mark_read(*, member: "Member", topic_id: int, number: int) -> None:
    """Move the member's mark in a topic forward to a contribution; never back.

    Queries: 1 or 2.
    """
    marks = _marks_of.rows(member.pk, topic_id)
    if not marks:
        _row, is_first = ReadMark.objects.get_or_create(
            member=member, topic_id=topic_id, defaults={"number": number}
        )
        if is_first:
            return
    elif marks[0][0] >= number:
        return
    behind = ReadMark.objects.filter(member=member, topic_id=topic_id, number__lt=number)
    behind.update(number=number)


def last_number_in(forum_id: int) -> int:
    """Return the number of the newest contribution of a forum that counts as new, 0 for none.

    Queries: 1.
    """
    rows = TopicState.objects.filter(forum_id=forum_id).order_by("-last_number")
    return rows.values_list("last_number", flat=True).first() or 0


def mark_forum_read(*, member: "Member", forum_id: int) -> None:
    """Mark everything in a forum as read: the horizon counts beside each mark below it.

    Queries: 2.
    """
    newest = last_number_in(forum_id)
    rows = Membership.objects.filter(member=member, forum_id=forum_id, horizon__lt=newest)
    rows.update(horizon=newest)
