"""Who is concerned by a contribution, and what concerns a member."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from forums.mentions import Candidate
from forums.models import Concern, Contribution
from forums.policy import READ, Access
from forums.selectors.discussions import closed_above, readers_among
from hub.members.person_names import folded_name

if TYPE_CHECKING:
    from hub.members.models import Member

# Names that are offered while somebody types one.
OFFERED = 8


def readers_by_name(forum_id: int, rows: Sequence[Candidate]) -> dict[str, list[int]]:
    """Return the readers of a forum who have one of the names that candidates may be.

    Returns: ``dict[str, list[int]]  # folded name -> keys of members``.

    Queries: 1, and those of :func:`readers_among` when anybody has one.
    """
    names = {name for row in rows for name, _written in row.names}
    if not names:
        return {}
    people = get_user_model().objects.filter(folded_name__in=names, is_active=True)
    pairs = list(people.values_list("folded_name", "pk"))
    if not pairs:
        return {}
    readers = readers_among(forum_id, {pk for _name, pk in pairs})
    by_name: dict[str, list[int]] = defaultdict(list)
    for name, pk in pairs:
        if pk in readers:
            by_name[name].append(pk)
    return dict(by_name)


def names_offered(forum_id: int, start: str) -> "QuerySet[Member]":
    """Return some readers of a forum whose name, or a word of it, begins as typed.

    The caller has checked that whoever asks may read there. Queries: 1, and 1 for each level.
    """
    people = get_user_model().objects.filter(is_active=True)
    for closed_id in closed_above(forum_id):
        inside = Q(memberships__forum_id=closed_id, memberships__left_at=None)
        people = people.filter(Q(is_staff=True) | Q(pk__in=people.filter(inside).values("pk")))
    folded = folded_name(start)
    people = people.filter(
        Q(folded_name__startswith=folded) | Q(folded_name__contains=f" {folded}")
    )
    return people.order_by("folded_name", "pk")[:OFFERED]


def concern_label(kind: str) -> str:
    """Return why something concerns its reader, in the present language."""
    return str(Concern.Kind(kind).label)


def concerned_by(contribution: Contribution) -> dict[int, str]:
    """Return whom a contribution concerns: member key -> kind.

    Queries: 1, none for one that was published a moment ago.
    """
    if contribution.concerned is not None:
        return contribution.concerned
    return {row.member_id: row.kind for row in contribution.concerns.all()}


def mentions_in(rows: Iterable[Contribution], member: "Member | None") -> dict[int, dict[str, int]]:
    """Return who is mentioned in contributions: number -> name as written -> member key.

    The public is led to nobody. Queries: 1 at most, none where no text has a sign.
    """
    numbers = [row.number for row in rows if "@" in row.html or "\uff20" in row.html]
    mentions: dict[int, dict[str, int]] = defaultdict(dict)
    if not numbers or member is None:
        return mentions
    saved = Concern.objects.filter(contribution_id__in=numbers, member__anonymised_at=None)
    for number, written, pk in saved.values_list("contribution_id", "written", "member_id"):
        if written:
            mentions[number][written] = pk
    return mentions


def concerns_of(member: "Member", access: Access, *, limit: int) -> list[Concern]:
    """Return the newest contributions that concern a member, among those they may read now.

    Queries: 1.
    """
    rows = Concern.objects.filter(
        member=member,
        contribution__state=Contribution.State.ACCEPTED,
        contribution__topic__forum_id__in=sorted(access.having(READ)),
    )
    rows = rows.select_related(
        "contribution__post__topic__forum", "contribution__post__updated_by", "contribution__author"
    )
    return list(rows.order_by("-contribution_id")[:limit])
