"""What waits for a moderator, in pages, and what the discussions ask of a member on the home."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from forums.models import Contribution
from forums.policy import APPROVE, access_of
from hub.lib.counts import with_count
from hub.lib.home import Block, BlockKind
from hub.lib.paging import PagedList, listed
from hub.lib.prepared import Prepared

if TYPE_CHECKING:
    from hub.members.models import Member

# Held contributions on a page: each stands there whole.
HELD = 20


# Asked on each home.
_held_in = Prepared(
    lambda forums: (
        Contribution.objects.filter(state=Contribution.State.HELD, topic__forum_id__in=forums)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"), at=Min("created_at"))
    ),
    whole=True,
)
_held_of = Prepared(
    lambda member_id: (
        Contribution.objects.filter(author_id=member_id, state=Contribution.State.HELD)
        .order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
    )
)


def _waiting_for(member: "Member") -> "QuerySet[Contribution]":
    # The topic's own forum: a topic that was moved is decided on where it stands.
    return Contribution.objects.filter(
        state=Contribution.State.HELD, topic__forum_id__in=sorted(access_of(member).having(APPROVE))
    )


def held_in(forum_id: int) -> "QuerySet[Contribution]":
    """Return all that waits in a forum, oldest first, for somebody new who decides on it."""
    rows = Contribution.objects.filter(state=Contribution.State.HELD, topic__forum_id=forum_id)
    return rows.select_related("post__topic__forum", "post__updated_by", "author").order_by(
        "created_at", "number"
    )


def held_for(member: "Member", *, page: int = 1, size: int = HELD) -> PagedList[Contribution]:
    """Return a page of what waits for the member's decision, oldest first.

    Queries: 2, and those of the access.
    """
    rows = _waiting_for(member).select_related("post__topic__forum", "post__updated_by", "author")
    return listed(rows.order_by("created_at", "number"), page=page, size=size)


def held_after(member: "Member", number: int) -> int | None:
    """Return the number of what stands next on the list of :func:`held_for`, None at its end.

    Queries: 2, and those of the access.
    """
    rows = _waiting_for(member)
    created_at = rows.filter(pk=number).values_list("created_at", flat=True).first()
    if created_at is None:
        return None
    later = rows.filter(Q(created_at__gt=created_at) | Q(created_at=created_at, number__gt=number))
    return later.order_by("created_at", "number").values_list("number", flat=True).first()


def own_held(member: "Member") -> "QuerySet[Contribution]":
    """Return the member's own contributions that wait for a moderator."""
    return Contribution.objects.filter(author=member, state=Contribution.State.HELD)


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return what waits for a member on the home: contributions to decide on, and held own ones.

    Queries: 2, or 3 for who decides anywhere.
    """
    blocks = []
    for _state, count, oldest in _held_in.rows(sorted(access_of(member).having(APPROVE))):
        title = ngettext(
            "%d contribution is waiting for your decision",
            "%d contributions are waiting for your decision",
            count,
        )
        url = reverse("forums:held")
        blocks.append(Block(BlockKind.ASKED, with_count(title, count), url, at=oldest))
    for _state, own in _held_of.rows(member.pk):
        title = ngettext(
            "%d of your contributions is waiting for the moderators",
            "%d of your contributions are waiting for the moderators",
            own,
        )
        blocks.append(Block(BlockKind.ASKED, with_count(title, own), reverse("forums:discussions")))
    return blocks
