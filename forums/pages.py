"""What the discussion pages show, put together from what the selectors permit.

A :class:`Said` is a contribution as one reader meets it on one page; templates get these and make no query.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Topic

from forums import rules, selectors
from forums.drafts import Draft
from forums.edits import Edit, edits_of
from forums.models import Contribution, Membership
from forums.policy import EDIT_ALL, Access
from forums.selectors import PAGE, Discussion
from hub.lib import clock

if TYPE_CHECKING:
    from hub.members.models import Member

# Deeper replies stand at this depth with a line that says whom they answer.
MAX_DEPTH = 6
# Lines of somebody else's text that a reply may repeat.
MAX_QUOTE = 20


@dataclass(frozen=True)
class Said:
    """A contribution as a reader meets it.

    Args:
        role: the author's role in the discussion when it was said, as a word; empty for a participant or nobody.
        depth: 0 to MAX_DEPTH in the threaded view, 0 in the flat one.
        new: whether the reader has not seen it; ``first_new`` marks the first of them.
        answers: whether to say which contribution it answers (in the threaded view its place says so).
        mine, may_edit, may_reply: what the reader may do with it.
        edit: its last edit, None when it stands as first written.
    """

    contribution: Contribution
    role: str = ""
    depth: int = 0
    new: bool = False
    first_new: bool = False
    answers: bool = False
    mine: bool = False
    may_edit: bool = False
    may_reply: bool = False
    edit: Edit | None = None

    @property
    def folded_lines(self) -> int:
        """How many lines are folded away."""
        return len(self.contribution.folded.strip().splitlines())


@dataclass(frozen=True)
class TopicPage:
    """One page of a topic: what was said, which page of how many, and whether it is the end."""

    said: list[Said]
    number: int
    pages: int
    total: int
    threaded: bool

    @property
    def is_last(self) -> bool:
        """Whether what comes in live continues this page."""
        return self.number == self.pages

    @property
    def newest(self) -> int:
        """The highest contribution number on the page, 0 for none."""
        return max((said.contribution.number for said in self.said), default=0)


def _editable(rows: Sequence[Contribution], discussion: Discussion, member: "Member | None", now: datetime) -> set[int]:
    """Return the numbers of those that the reader may change. Queries: 1 at most."""
    if member is None:
        return set()
    moderates = EDIT_ALL in discussion.rights
    own_rows = [row for row in rows if row.author_id == member.pk]
    sealed = {} if moderates else rules.sealed_among(own_rows)
    return {
        row.number
        for row in (rows if moderates else own_rows)
        if rules.decide_edit(
            contribution=row,
            actor=member,
            policy=discussion.policy,
            rights=discussion.rights,
            now=now,
            is_sealed=row.number in sealed,
        ).accepts
    }


def dress(
    rows: Sequence[Contribution],
    *,
    discussion: Discussion,
    member: "Member | None",
    depths: dict[int, int] | None = None,
    first_new: int | None = None,
    may_reply: bool = False,
) -> list[Said]:
    """Return contributions as the reader meets them. Queries: 2 at most, whatever the number of rows.

    Args:
        depths: ``dict[int, int]  # contribution number -> depth``; None for the flat view.
        first_new: number of the first unread contribution, None when nothing is new.
        may_reply: whether the reader can reply here now (see :func:`silenced`).
    """
    editable, edits = _editable(rows, discussion, member, clock.now()), edits_of(rows)
    found = []
    for row in rows:
        mine = member is not None and row.author_id == member.pk
        depth = (depths or {}).get(row.number, 0)
        found.append(
            Said(
                row,
                row.speaker.role_label,
                depth,
                new=first_new is not None and row.number >= first_new and not mine,
                first_new=row.number == first_new,
                answers=row.parent_id is not None and (depths is None or depth == MAX_DEPTH),
                mine=mine,
                may_edit=row.number in editable,
                may_reply=may_reply,
                edit=edits.get(row.number),
            )
        )
    return found


def tree(topic: Topic) -> list[tuple[int, int]]:
    """Return ``list[tuple[int, int]]  # contribution number, depth`` of a permitted topic, as a tree from the top.

    A reply whose parent is not shown stands at the top. Queries: 1, of two numbers a row.
    """
    rows = Contribution.objects.filter(post__topic_id=topic.pk, state=Contribution.State.ACCEPTED)
    pairs = list(rows.order_by("number").values_list("number", "parent_id"))
    shown = {number for number, _parent in pairs}
    children: dict[int | None, list[int]] = {}
    for number, parent in pairs:
        children.setdefault(parent if parent in shown else None, []).append(number)
    ordered: list[tuple[int, int]] = []
    # A stack, not recursion: a thread may be as deep as it is long.
    stack = [(number, 0) for number in reversed(children.get(None, []))]
    while stack:
        number, depth = stack.pop()
        ordered.append((number, depth))
        stack.extend((child, min(depth + 1, MAX_DEPTH)) for child in reversed(children.get(number, [])))
    return ordered


def topic_page(
    *,
    topic: Topic,
    discussion: Discussion,
    member: "Member | None",
    page: int,
    threaded: bool = False,
    may_reply: bool = False,
) -> TopicPage:
    """Return a page of a permitted topic; a page that does not exist becomes the nearest one.

    Queries: 4, and 3 for a member's first unread; the same for 1 and for 50 contributions.
    """
    first_new = selectors.first_new_for(member, topic) if member is not None and discussion.role else None
    ordered = tree(topic) if threaded else []
    pages = max(1, -(-(len(ordered) if threaded else topic.posts_count) // PAGE))
    page = min(max(page, 1), pages)
    depths = dict(ordered[(page - 1) * PAGE : page * PAGE]) if threaded else None
    numbers = list(depths) if depths is not None else selectors.numbers_on(topic, page)
    found = selectors.contributions_by_number(numbers)
    rows = [found[number] for number in numbers if number in found]
    said = dress(rows, discussion=discussion, member=member, depths=depths, first_new=first_new, may_reply=may_reply)
    return TopicPage(said, page, pages, topic.posts_count, threaded)


def newest_of(discussion: Discussion, *, limit: int) -> list[Contribution]:
    """Return the newest contributions of a permitted discussion, newest first; an archive is no news. Queries: 1."""
    rows = Contribution.objects.filter(
        post__topic__forum_id=discussion.pk, state=Contribution.State.ACCEPTED, imported__isnull=True
    )
    return list(rows.select_related("post__updated_by", "author").order_by("-number")[:limit])


def silenced(discussion: Discussion, topic: Topic | None, member: "Member | None", now: datetime) -> str:
    """Return why the reader cannot write here now, empty when they can; the rules' own words. Queries: 0."""
    if member is None:
        return _("Sign in as a participant to write here.")
    access = Access({discussion.pk: discussion.rights})
    case = rules.Case(Draft(forum_id=discussion.pk, text=""), member, topic, discussion.policy, access, now)
    for rule in (rules.not_entitled, rules.locked, rules.outside_period):
        verdict = rule(case)
        if verdict is not None:
            return str(verdict.reason)
    return ""


def quoted(contribution: Contribution) -> str:
    """Return a contribution as Markdown to start a reply with: who said it, then the first lines marked.

    What it quotes itself is cut below one level, blank lines at the ends go, and MAX_QUOTE lines are kept.
    """
    lines = [line for line in contribution.text.splitlines() if not line.lstrip().startswith(">>")]
    lines = "\n".join(lines).strip().split("\n")
    if len(lines) > MAX_QUOTE:
        lines = [*lines[:MAX_QUOTE], "…"]
    head = _("%(name)s wrote on %(day)s (#%(number)d):") % {
        "name": contribution.speaker.name,
        "day": f"{localtime(contribution.created_at):%Y-%m-%d}",
        "number": contribution.number,
    }
    return head + "\n" + "\n".join(f"> {line}".rstrip() for line in lines) + "\n\n"


@dataclass(frozen=True)
class Region:
    """Participants of one UN regional group; ``code`` is empty for those without one."""

    code: str
    people: list[Membership]


def by_region(people: Iterable[Membership]) -> list[Region]:
    """Group participants by regional group, the largest first."""
    groups: dict[str, list[Membership]] = {}
    for row in people:
        groups.setdefault(row.member.region, []).append(row)
    sizes = Counter({code: len(rows) for code, rows in groups.items()})
    return [Region(code, groups[code]) for code, _size in sizes.most_common()]


def said_per_week(forum_id: int, *, since: datetime) -> dict[date, int]:
    """Count what was said in a permitted forum: ``dict[date, int]  # Monday in the present zone -> contributions``.

    Queries: 1.
    """
    rows = Contribution.objects.filter(
        post__topic__forum_id=forum_id, state=Contribution.State.ACCEPTED, created_at__gte=since
    )
    weeks = rows.annotate(week=TruncWeek("created_at")).order_by().values_list("week").annotate(count=Count("pk"))
    return {week.date(): count for week, count in weeks}
