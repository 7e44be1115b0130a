"""Remember up to where a member has read."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from forums.models import Contribution, Membership, ReadMark

if TYPE_CHECKING:
    from hub.members.models import Member


def mark_read(*, member: "Member", topic_id: int, number: int) -> None:
    """Move the member's mark in a topic forward to a contribution; never back.

    Queries: 1 or 2.
    """
    mark, made = ReadMark.objects.get_or_create(member=member, topic_id=topic_id, defaults={"number": number})
    if not made and mark.number < number:
        ReadMark.objects.filter(pk=mark.pk, number__lt=number).update(number=number)


@transaction.atomic
def mark_forum_read(*, member: "Member", forum_id: int) -> None:
    """Mark everything in a forum as read, in four statements whatever its size."""
    newest = Contribution.objects.filter(post__topic__forum_id=forum_id).aggregate(top=Max("number"))["top"] or 0
    ReadMark.objects.filter(member=member, topic__forum_id=forum_id).update(number=newest)
    Membership.objects.filter(member=member, forum_id=forum_id).update(horizon=newest)
