"""What a member may see of the liaison groups: the only readers."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from forums.owners import ForumOwner
from forums.policy import READ, access_of
from forums.selectors import Discussion, discussion_for, first_participants_of, regions_of
from hub.lib.dates import format_day
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.once import page_answers
from hub.lib.paging import PagedList, listed
from hub.lib.prepared import Prepared
from liaison.models import LiaisonGroup

if TYPE_CHECKING:
    from hub.members.models import Member

# How long before its end a term is mentioned on the home.
ENDING = timedelta(days=60)
# Groups on a page.
GROUPS = 20


@dataclass(frozen=True)
class GroupRegion:
    """The members of one UN regional group; ``code`` is empty for those without one."""

    code: str
    people: list[Any]  # forums.Membership, nobody where they do not fit on a page
    size: int


@dataclass(frozen=True)
class GroupPage:
    """A group with its discussion (list address in ``discussion.aside``) and members by region."""

    group: LiaisonGroup
    discussion: Discussion
    regions: list[GroupRegion]

    @property
    def members(self) -> int:
        """How many belong to it."""
        return sum(region.size for region in self.regions)


# Asked on each home.
_first_groups = Prepared(
    lambda forums: LiaisonGroup.objects.filter(forum_id__in=forums).select_related("chair")[
        :GROUPS
    ],
    whole=True,
)
_ending_groups = Prepared(
    lambda forums, first, last: LiaisonGroup.objects.filter(
        forum_id__in=forums, term_ends__gte=first, term_ends__lte=last
    )[:GROUPS],
    whole=True,
)


def _forums(member: "Member | None") -> list[int]:
    """Return the forums of the groups the member belongs to, all for the Secretariat."""
    if member is None:
        return []
    access = access_of(member)
    forums = access.having(READ)
    if not member.is_staff:
        forums &= access.roles.keys()
    return sorted(forums)


def _groups(member: "Member | None") -> "QuerySet[LiaisonGroup]":
    """Return the groups the member belongs to, all for the Secretariat, the latest term first."""
    return LiaisonGroup.objects.filter(forum_id__in=_forums(member)).select_related("chair")


def groups_for(member: "Member | None") -> list[LiaisonGroup]:
    """Return the first of the groups the member belongs to, the latest term first.

    Queries: 2; while a page is read, once for all who ask.
    """
    answers, question = page_answers(), ("groups", getattr(member, "pk", None))
    if question not in answers:
        answers[question] = _first_groups.models(_forums(member))
    return list(answers[question])


def group_page_for(member: "Member | None", *, page: int = 1) -> PagedList[LiaisonGroup]:
    """Return a page of the groups the member belongs to, the latest term first. Queries: 3."""
    return listed(_groups(member), page=page, size=GROUPS)


def group_for(member: "Member | None", slug: str) -> GroupPage:
    """Return one group with its members.

    Raises: NotFound for hidden and missing alike.

    Queries: 8 at most: 1 less where all names fit on a page.
    """
    group = _groups(member).filter(slug=slug).first()
    if group is None:
        raise NotFound
    discussion = discussion_for(member, group.forum_id)
    people: dict[str, list[Any]] = {}
    for row in first_participants_of(discussion):
        people.setdefault(row.member.region, []).append(row)
    sizes = Counter({code: len(rows) for code, rows in people.items()}) or regions_of(discussion)
    regions = [GroupRegion(code, people.get(code, []), size) for code, size in sizes.most_common()]
    return GroupPage(group, discussion, regions)


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return the terms that end soon, for the group and the Secretariat.

    Queries: 2, and 1 more for who has more groups than stand on a page.
    """
    today = now.date()
    groups = groups_for(member)
    ending = [group for group in groups if today <= group.term_ends <= today + ENDING]
    if len(groups) == GROUPS:
        ending = _ending_groups.models(_forums(member), today, today + ENDING)
    return [
        Block(
            BlockKind.COMING,
            group.name,
            group.get_absolute_url(),
            _("term ends on %s") % format_day(group.term_ends, short=True),
        )
        for group in ending
    ]


def owner_of_forum(forum_id: int) -> ForumOwner | None:
    """Return the group that a discussion belongs to, None for none. Queries: 1."""
    group = LiaisonGroup.objects.filter(forum_id=forum_id).first()
    if group is None:
        return None
    return ForumOwner(
        _("This discussion belongs to a liaison group. It is changed on the page of the group."),
        group.name,
        group.get_absolute_url(),
    )
