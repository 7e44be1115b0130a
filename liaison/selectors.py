"""What a member may see of the liaison groups: the only readers."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from forums.policy import READ, access_of
from forums.selectors import Discussion, discussion_for, participants_of
from hub.lib.errors import NotFound
from hub.lib.home import Block, Kind
from liaison.models import LiaisonGroup

if TYPE_CHECKING:
    from hub.members.models import Member

# How long before its end a term is mentioned on the home.
ENDING = timedelta(days=60)


@dataclass(frozen=True)
class Region:
    """The members of one UN regional group; ``code`` is empty for those without one."""

    code: str
    people: list[Any]  # forums.Membership


@dataclass(frozen=True)
class GroupPage:
    """A group with its discussion (list address in ``discussion.aside``) and its members by region."""

    group: LiaisonGroup
    discussion: Discussion
    regions: list[Region]

    @property
    def members(self) -> int:
        """How many belong to it."""
        return sum(len(region.people) for region in self.regions)


def groups_for(member: "Member | None") -> list[LiaisonGroup]:
    """Return the groups the member belongs to, all for the Secretariat, the latest term first. Queries: 3."""
    if member is None:
        return []
    access = access_of(member)
    forums = access.having(READ) if member.is_staff else access.having(READ) & set(access.roles)
    return list(LiaisonGroup.objects.filter(forum_id__in=forums).select_related("chair"))


def group_for(member: "Member | None", slug: str) -> GroupPage:
    """Return one group with its members.

    Raises: NotFound for hidden and missing alike. Queries: 9 and those of the registered asides.
    """
    group = next((found for found in groups_for(member) if found.slug == slug), None)
    if group is None:
        raise NotFound
    discussion = discussion_for(member, group.forum_id)
    people: dict[str, list[Any]] = {}
    for row in participants_of(discussion):
        people.setdefault(row.member.region, []).append(row)
    sizes = Counter({code: len(rows) for code, rows in people.items()})
    return GroupPage(group, discussion, [Region(code, people[code]) for code, _size in sizes.most_common()])


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return the terms that end soon, for the group and the Secretariat. Queries: 3."""
    today = now.date()
    ending = [group for group in groups_for(member) if today <= group.term_ends <= today + ENDING]
    return [
        Block(Kind.COMING, group.name, group.get_absolute_url(), _("term ends on %s") % date_format(group.term_ends))
        for group in ending
    ]
