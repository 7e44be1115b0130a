"""Mark a whole discussion as read, or everything, and take that back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from forums.models import Membership, TopicState
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


@transaction.atomic
def read_everything(*, member: "Member") -> dict[int, MovedHorizon]:
    """Mark everything in every discussion of a member as read.

    Returns: ``dict[int, MovedHorizon]  # forum key -> where the horizon was and is``.

    Queries: 2 at most.
    """
    states = TopicState.objects.filter(forum_id=OuterRef("forum_id")).order_by("-last_number")
    newest = Subquery(states.values("last_number")[:1])
    rows = Membership.objects.filter(member=member, left_at=None).annotate(newest=newest)
    behind = rows.filter(newest__gt=F("horizon")).select_for_update(of=("self",))
    moved = {}
    for place in behind:
        moved[place.forum_id] = MovedHorizon(place.horizon, place.newest)
        place.horizon = place.newest
    if moved:
        Membership.objects.bulk_update(behind, ["horizon"])
    return moved


@transaction.atomic
def unread_everything(*, member: "Member", moved: Mapping[int, MovedHorizon]) -> bool:
    """Count as new again what :func:`read_everything` has marked as read.

    Returns: False when every horizon has moved on since. Queries: 2 at most.
    """
    rows = Membership.objects.filter(member=member, forum_id__in=moved, left_at=None)
    places = []
    for place in rows.select_for_update(of=("self",)):
        step = moved[place.forum_id]
        if place.horizon == step.after and 0 <= step.before < step.after:
            place.horizon = step.before
            places.append(place)
    if places:
        Membership.objects.bulk_update(places, ["horizon"])
    return bool(places)
