"""Show who takes part in a discussion, by region."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from forums import selectors
from forums.models import Membership
from forums.selectors import Discussion


@dataclass(frozen=True)
class ParticipantRegion:
    """Participants of one UN regional group; ``code`` is empty for those without one.

    Args: people, those whose names are shown; size, how many there are.
    """

    code: str
    people: list[Membership]
    size: int


def by_region(people: Iterable[Membership]) -> list[ParticipantRegion]:
    """Group participants by regional group, the largest first."""
    groups: dict[str, list[Membership]] = {}
    for row in people:
        groups.setdefault(row.member.region, []).append(row)
    sizes = Counter({code: len(rows) for code, rows in groups.items()})
    return [ParticipantRegion(code, groups[code], size) for code, size in sizes.most_common()]


def regions_for(discussion: Discussion) -> list[ParticipantRegion]:
    """Return the participants of a discussion by region: names if they fit on a page, else counts.

    Queries: 1, or 2 for more than a page of people.
    """
    people = selectors.first_participants_of(discussion)
    if people:
        return by_region(people)
    return [
        ParticipantRegion(code, [], size)
        for code, size in selectors.regions_of(discussion).most_common()
    ]
