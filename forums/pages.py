"""What the discussion pages show, put together from what the selectors permit.

A :class:`ShownContribution` is a contribution as one reader meets it on one page; templates get
these and make no query.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from machina.apps.forum_conversation.models import Topic

from forums import quoting, rules, selectors
from forums.drafts import Draft
from forums.edits import Edit, edits_of
from forums.models import Attachment, Contribution
from forums.policy import APPROVE, EDIT_ALL, REPLY, START, Access
from forums.selectors import PAGE, Discussion
from forums.trees import MAX_DEPTH, depths_on, in_order, in_thread
from forums.withdrawal import decide_withdrawal
from hub.lib import clock
from hub.lib.dates import format_day
from hub.lib.markdown_escape import as_markdown
from hub.lib.markup import PLAIN
from hub.lib.paging import nearest
from hub.lib.verdicts import Verdict

if TYPE_CHECKING:
    from hub.members.models import Member

# Lines of somebody else's text that a reply may repeat.
MAX_QUOTE_LINES = 20


@dataclass(frozen=True)
class ShownContribution:
    """A contribution as a reader meets it.

    Args:
        role: the author's role in the discussion when it was said, as a word; empty for a
            participant or nobody.
        depth: 0 to MAX_DEPTH in the threaded view, 0 in the flat one.
        new: whether the reader has not seen it; ``first_new`` marks the first of them.
        answers: whether to say which contribution it answers (in the threaded view its place says
            so).
        mine, may_edit, may_withdraw, may_reply: what the reader may do with it; may_restore,
            whether they read its words in the record once it is withdrawn.
        edit: its last edit, None when it stands as first written.
        mentions: who is mentioned in it, shown to members alone.
    """

    contribution: Contribution
    role: str = ""
    depth: int = 0
    new: bool = False
    first_new: bool = False
    answers: bool = False
    mine: bool = False
    may_edit: bool = False
    may_withdraw: bool = False
    may_restore: bool = False
    may_reply: bool = False
    edit: Edit | None = None
    mentions: Mapping[str, int] = field(default_factory=dict)  # name as written -> member key

    @property
    def place(self) -> str:
        """The anchor of the contribution on its page."""
        return f"c{self.contribution.number}"

    @property
    def folded_lines(self) -> int:
        """How many lines are folded away."""
        return len(self.contribution.folded.strip().splitlines())

    @property
    def files(self) -> list[Attachment]:
        """The files that came with it. Queries: none where they were fetched before."""
        return self.contribution.files


@dataclass(frozen=True)
class TopicPage:
    """One page of a topic: what was said, which page of how many, and whether it is the end.

    Args: mark, the number up to which the reader had read the topic before, 0 for nothing.
    """

    shown: list[ShownContribution]
    number: int
    pages: int
    total: int
    threaded: bool
    mark: int = 0

    @property
    def is_last(self) -> bool:
        """Whether what comes in live continues this page."""
        return self.number == self.pages

    @property
    def newest(self) -> int:
        """The highest number of a contribution that is shown on the page, 0 for none."""
        rows = (row.contribution for row in self.shown)
        return max((row.number for row in rows if not row.is_withdrawn), default=0)


def _asked_seals(
    rows: Sequence[Contribution], discussion: Discussion, member: "Member | None"
) -> dict[int, datetime]:
    """Return when the record was closed of what is edited, or the reader's own. Queries: 1 at most.

    Of all others no page says it.
    """
    own = None
    if member is not None and EDIT_ALL not in discussion.rights:
        own = member.pk
    return rules.sealed_among([row for row in rows if row.revision or row.author_id == own])


def _permitted(
    decide: Callable[..., Verdict],
    rows: Sequence[Contribution],
    discussion: Discussion,
    member: "Member | None",
    sealed: Mapping[int, datetime],
) -> set[int]:
    """Return the numbers of those with which the reader may do what a rule decides on.

    Queries: 0.
    """
    if member is None:
        return set()
    now = clock.now()
    if EDIT_ALL not in discussion.rights:
        rows = [row for row in rows if row.author_id == member.pk]
    return {
        row.number
        for row in rows
        if decide(
            contribution=row,
            actor=member,
            policy=discussion.policy,
            rights=discussion.rights,
            now=now,
            is_sealed=row.number in sealed,
        ).accepts
    }


def _marks_of(
    rows: Sequence[Contribution], discussion: Discussion, member: "Member | None"
) -> tuple[set[int], set[int], dict[int, Edit]]:
    """Return which of some contributions the reader may change and withdraw, and last edits."""
    present = [row for row in rows if not row.is_withdrawn]
    sealed = _asked_seals(present, discussion, member)
    editable = _permitted(rules.decide_edit, present, discussion, member, sealed)
    withdrawable = _permitted(decide_withdrawal, present, discussion, member, sealed)
    return editable, withdrawable, edits_of(present, sealed=sealed)


def shown_contributions(
    rows: Sequence[Contribution],
    *,
    discussion: Discussion,
    member: "Member | None",
    depths: dict[int, int] | None = None,
    first_new: int | None = None,
    may_reply: bool = False,
) -> list[ShownContribution]:
    """Return contributions as the reader meets them.

    Args:
        depths: ``dict[int, int]  # contribution number -> depth``; None for the flat view.
        first_new: number of the first unread contribution, None when nothing is new.
        may_reply: whether the reader can reply here now (see :func:`silenced`).

    Queries: 2 at most, whatever the number of rows.
    """
    editable, withdrawable, edits = _marks_of(rows, discussion, member)
    shown = []
    for row in rows:
        mine = member is not None and row.author_id == member.pk
        depth = (depths or {}).get(row.number, 0)
        shown.append(
            ShownContribution(
                row,
                row.speaker.role_label,
                depth,
                new=_is_new(row, first_new) and not mine,
                first_new=row.number == first_new,
                answers=_names_parent(row, depth, is_threaded=depths is not None),
                mine=mine,
                may_edit=row.number in editable,
                may_withdraw=row.number in withdrawable,
                may_restore=row.is_withdrawn and (mine or discussion.may(APPROVE)),
                may_reply=may_reply,
                edit=edits.get(row.number),
            )
        )
    return _with_mentions(shown, member)


def _with_mentions(
    shown: list[ShownContribution], member: "Member | None"
) -> list[ShownContribution]:
    """Return contributions with those who are mentioned in them. It asks for them once."""
    mentions = selectors.mentions_in([row.contribution for row in shown], member)
    return [
        replace(row, mentions=mentions.get(row.contribution.number, {})) if mentions else row
        for row in shown
    ]


def _is_new(row: Contribution, first_new: int | None) -> bool:
    return first_new is not None and row.number >= first_new


def _names_parent(row: Contribution, depth: int, *, is_threaded: bool) -> bool:
    """Whether a contribution says what it answers: in a thread, only where its place does not."""
    if row.parent_id is None:
        return False
    return not is_threaded or depth in (0, MAX_DEPTH)


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

    Where somebody's words were withdrawn a stub stands; it counts neither as one of the page nor in
    the total.

    Queries: 6 at most, and those of :func:`forums.selectors.reading_place` for who takes part,
    whatever the number of contributions.
    """
    place = selectors.ReadingPlace(0, None)
    if member is not None and discussion.role:
        place = selectors.reading_place(member, topic)
    page, pages = nearest(page, topic.posts_count, PAGE)
    depths = None
    if threaded:
        depths = depths_on(topic, page)
        rows = in_thread(topic, list(depths))
    else:
        rows = in_order(topic, selectors.numbers_on(topic, page), is_last=page == pages)
    shown = shown_contributions(
        rows,
        discussion=discussion,
        member=member,
        depths=depths,
        first_new=place.first_new,
        may_reply=may_reply,
    )
    return TopicPage(shown, page, pages, topic.posts_count, threaded, place.mark)


def newest_of(discussion: Discussion, *, limit: int) -> list[Contribution]:
    """Return the newest contributions of a permitted discussion, newest first.

    What was imported is no news. Queries: 1.
    """
    rows = Contribution.objects.filter(
        forum_id=discussion.pk, state=Contribution.State.ACCEPTED, imported__isnull=True
    )
    # A topic that was moved away takes its contributions with it, whatever their own rows still
    # say.
    rows = rows.filter(topic__forum_id=discussion.pk)
    return list(rows.select_related("post__updated_by", "author").order_by("-number")[:limit])


def silenced(
    discussion: Discussion, topic: Topic | None, member: "Member | None", now: datetime
) -> str:
    """Return why the reader cannot write here now, in the rules' words; empty when they can.

    Queries: 0.
    """
    if member is None:
        return _("Sign in as a participant to write here.")
    access = Access({discussion.pk: discussion.rights})
    return rules.silence(
        rules.DraftQuestion(
            Draft(forum_id=discussion.pk, text=""), member, topic, discussion.policy, access, now
        )
    )


def unsent(
    discussion: Discussion, draft: str, text: str | None, silenced: str
) -> dict[str, object]:
    """Return what a page shows of words that somebody typed where they cannot write any more.

    Args: draft, the name under which the browser keeps them; text, what came with a form that was
    refused, None for a page that is only read; silenced, why they cannot write, empty when they
    can.

    Returns: ``unsent`` for components/unsent.html, or nothing. Queries: those of the discussion's
    aside.
    """
    if not silenced or discussion.reader is None:
        return {}
    address = discussion.aside.get("leaders_address", "")
    return {"unsent": {"draft": draft, "text": text or "", "address": address}}


def leaders_to_ask(discussion: Discussion, member: "Member | None") -> list["Member"]:
    """Return whom a member who may only read asks to join; nobody for all others.

    Queries: 1 for a member who may not write, else none.
    """
    if member is None:
        return []
    if discussion.may(START) or discussion.may(REPLY):
        return []
    return [row.member for row in selectors.moderators_of(discussion.pk)]


def quoted(contribution: Contribution) -> str:
    """Return a contribution as Markdown to start a reply with: its author, then quoted lines.

    What it quotes itself is cut below one level, blank lines at the ends go, and the first
    MAX_QUOTE_LINES stay. Plain text is escaped, so that it reads in the reply as it was typed.
    """
    lines = [line for line in contribution.text.splitlines() if not line.lstrip().startswith(">>")]
    lines = "\n".join(lines).strip("\n").rstrip().split("\n")
    is_cut = len(lines) > MAX_QUOTE_LINES
    lines = lines[:MAX_QUOTE_LINES]
    if contribution.format == PLAIN:
        lines = as_markdown("\n".join(lines)).split("\n")
    if is_cut:
        lines.append("…")
    head = quoting.head() % {
        "name": contribution.speaker.name,
        "day": format_day(localtime(contribution.created_at), short=True),
        "number": contribution.number,
    }
    quoted_lines = [f"> {line}".rstrip() for line in lines]
    return "\n".join([head, *quoted_lines, "", ""])


def with_quote(text: str, contribution: Contribution) -> str:
    """Return what was typed with a quote of a contribution below it, as :func:`quoted` has it."""
    quote = quoted(contribution)
    if not text.strip():
        return quote
    return f"{text.rstrip()}\n\n{quote}"


def contributions_per_week(forum_id: int, *, since: datetime) -> dict[date, int]:
    """Count the contributions to a permitted forum, week by week.

    Returns: ``dict[date, int]  # Monday in the present zone -> contributions``.

    Queries: 1.
    """
    rows = Contribution.objects.filter(
        forum_id=forum_id, state=Contribution.State.ACCEPTED, created_at__gte=since
    )
    weeks = (
        rows.annotate(week=TruncWeek("created_at"))
        .order_by()
        .values_list("week")
        .annotate(count=Count("pk"))
    )
    return {week.date(): count for week, count in weeks}
