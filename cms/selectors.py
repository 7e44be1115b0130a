"""What a person may see of the published pages, the drafts and the home: the only readers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from cms.models.issued import IssuedText, IssueNote
from cms.models.proceedings import ProceedingsPage
from cms.rules import forums_written_with, is_secretariat, may_write
from conferences.selectors import conferences_for
from forums.policy import access_of
from forums.selectors import (
    HOME_TOPICS,
    Discussion,
    News,
    Overview,
    contributions_by_number,
    news_for,
    overview_for,
    own_overview_for,
)
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.hooks import registered
from hub.lib.paging import PagedList, listed
from liaison.selectors import groups_for

if TYPE_CHECKING:
    from hub.members.models import Member

# Proceedings on the home.
LATEST = 3
# Proceedings on a page of the list, conferences on a page of the desk.
PUBLISHED = 20


@dataclass(frozen=True)
class Home:
    """The home of one person: their blocks, the discussions they may read, what was published."""

    overview: Overview
    latest: list[ProceedingsPage] = field(default_factory=list)
    news: News = field(default_factory=News)
    live: list[Block] = field(default_factory=list)
    asked: list[Block] = field(default_factory=list)
    coming: list[Block] = field(default_factory=list)
    groups: list[Any] = field(default_factory=list)  # liaison.LiaisonGroup
    desk: bool = False  # whether the member has something on the proceedings desk

    @property
    def mine(self) -> list[Discussion]:
        """The discussions the member takes part in."""
        return self.overview.mine

    @property
    def others(self) -> list[Discussion]:
        """Those that are open to read besides."""
        return self.overview.others

    @property
    def new(self) -> int:
        """How many contributions the member has not read."""
        return self.overview.new

    @property
    def more(self) -> bool:
        """Whether there are more discussions than stand here."""
        return self.overview.listed.pages > 1


class DeskState(StrEnum):
    """Where the proceedings of a conference stand."""

    NONE = "none"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    ISSUED = "issued"


class DeskAct(StrEnum):
    """What is done with proceedings at the desk."""

    COMPILE = "compile"
    EDIT = "edit"
    SUBMIT = "submit"
    DECIDE = "decide"
    ANNOTATE = "annotate"


# What everybody on the desk may do in a state, and what only the Secretariat may.
_WRITERS_MAY = {
    DeskState.NONE: {DeskAct.COMPILE},
    DeskState.DRAFT: {DeskAct.COMPILE, DeskAct.EDIT, DeskAct.SUBMIT},
    DeskState.SENT_BACK: {DeskAct.COMPILE, DeskAct.EDIT, DeskAct.SUBMIT},
}
_SECRETARIAT_MAY = {
    DeskState.SUBMITTED: {DeskAct.EDIT, DeskAct.DECIDE},
    DeskState.ISSUED: {DeskAct.ANNOTATE},
}


@dataclass(frozen=True)
class DeskLine:
    """A conference on the desk: its proceedings, where they stand, and what the member may do."""

    conference: Any  # conferences.Conference
    page: ProceedingsPage | None
    state: DeskState
    acts: frozenset[DeskAct]
    comment: str = ""  # why it was sent back

    @property
    def revision(self) -> int | None:
        """The revision that stands on the desk: a decision carries it."""
        if self.page is None:
            return None
        return self.page.latest_revision_id

    @property
    def may_compile(self) -> bool:
        """Whether the member may compile the record."""
        return DeskAct.COMPILE in self.acts

    @property
    def may_edit(self) -> bool:
        """Whether the member may edit the draft."""
        return DeskAct.EDIT in self.acts

    @property
    def may_submit(self) -> bool:
        """Whether the member may submit the draft for approval."""
        return DeskAct.SUBMIT in self.acts

    @property
    def may_decide(self) -> bool:
        """Whether the member may approve the draft, or send it back."""
        return DeskAct.DECIDE in self.acts

    @property
    def may_annotate(self) -> bool:
        """Whether the member may attach notes, or withdraw what was issued."""
        return DeskAct.ANNOTATE in self.acts


def issued() -> QuerySet[ProceedingsPage]:
    """Return the proceedings that everybody may read, the latest issued first.

    They come without their records. Each has ``is_withdrawn``: a notice stands at its address.
    """
    withdrawals = IssueNote.objects.filter(
        issued_text__page=OuterRef("pk"), kind=IssueNote.Kind.WITHDRAWAL, ended_at=None
    )
    rows = (
        ProceedingsPage.objects.filter(issued_text__isnull=False)
        .public()
        .annotate(is_withdrawn=Exists(withdrawals))
    )
    return rows.order_by("-first_published_at", "-pk")


def published(
    *, year: int | None = None, language: str = "", page: int = 1
) -> PagedList[ProceedingsPage]:
    """Return a page of issued proceedings, of one year or language. Queries: 3."""
    rows = issued()
    if year:
        rows = rows.filter(first_published_at__year=year)
    if language:
        rows = rows.filter(language=language)
    return listed(rows, page=page, size=PUBLISHED)


def published_years() -> list[int]:
    """Return the years in which something was issued, the latest first. Queries: 2."""
    return [day.year for day in issued().dates("first_published_at", "year", order="DESC")]


def home_for(member: "Member | None", *, now: datetime) -> Home:
    """Return what stands on a person's home.

    A member's begins with what is unread; what was published is one click away.

    Queries: 2 and those of the discussions for a visitor; 5 for a member and those of the
    registered blocks, whatever the number of discussions and of contributions.
    """
    if member is None:
        return Home(overview_for(None), list(issued().filter(is_withdrawn=False)[:LATEST]))
    news = news_for(member, access_of(member), size=HOME_TOPICS)
    blocks: list[Block] = []
    for give in registered("HUB_HOME"):
        blocks += give(member=member, now=now)
    lines = desk_for(member)
    blocks += _asked_by(lines, member, now)
    by_kind = {kind: [block for block in blocks if block.kind == kind] for kind in BlockKind}
    return Home(
        own_overview_for(member, news.by_forum),
        news=news,
        live=by_kind[BlockKind.LIVE],
        asked=by_kind[BlockKind.ASKED],
        coming=sorted(by_kind[BlockKind.COMING], key=lambda block: (block.at is None, block.at)),
        groups=groups_for(member),
        desk=bool(lines) or is_secretariat(member),
    )


def _asked_by(lines: PagedList[DeskLine], member: "Member", now: datetime) -> list[Block]:
    """Return what the desk asks: to approve, to change what was sent back, to write what is due."""
    titles = ((line, _asked_of(line, member, now)) for line in lines)
    return [
        Block(BlockKind.ASKED, title, reverse("cms:desk"), str(line.conference))
        for line, title in titles
        if title
    ]


def _asked_of(line: DeskLine, member: "Member", now: datetime) -> str:
    """Return what a line asks of a member, empty for nothing."""
    if line.may_decide:
        return _("Proceedings are waiting for your approval")
    if line.state == DeskState.SENT_BACK:
        return _("Proceedings were sent back")
    if is_secretariat(member) or not line.may_compile:
        return ""
    if line.conference.state_at(now) == "closed":
        return _("Proceedings need to be written")
    return ""


def desk_for(member: "Member", *, page: int = 1) -> PagedList[DeskLine]:
    """Return a page of the conferences whose proceedings the member writes or decides on.

    The latest come first, and those whose proceedings are issued last: nothing waits there.

    Queries: 1 for a member who writes none, else 7, whatever the number of conferences.
    """
    access = access_of(member)
    forums: set[int] | None = None  # all of them
    if not is_secretariat(member):
        forums = forums_written_with(access)
        if not forums:
            return PagedList([])
    done = ProceedingsPage.objects.filter(symbol__isnull=False).values("conference")
    conferences = conferences_for(member, page=page, forums=forums, last=done, access=access)
    rows = ProceedingsPage.objects.filter(conference__in=[row.pk for row in conferences])
    pages = {page.conference_id: page for page in rows.specific().prefetch_workflow_states()}
    lines = [_line(row, pages.get(row.pk), member) for row in conferences]
    return PagedList(lines, conferences.number, conferences.pages, conferences.total)


def _line(conference: Any, page: ProceedingsPage | None, member: "Member") -> DeskLine:
    state, comment = _state_of(page)
    acts = _WRITERS_MAY.get(state, set())
    if is_secretariat(member):
        acts = acts | _SECRETARIAT_MAY.get(state, set())
    return DeskLine(conference, page, state, frozenset(acts), comment)


def _state_of(page: ProceedingsPage | None) -> tuple[DeskState, str]:
    """Return where proceedings stand, and the comment with which they were sent back."""
    if page is None:
        return DeskState.NONE, ""
    if page.symbol:
        return DeskState.ISSUED, ""
    workflow = page.current_workflow_state
    if workflow is None or workflow.current_task_state is None:
        return DeskState.DRAFT, ""
    if workflow.status == workflow.STATUS_IN_PROGRESS:
        return DeskState.SUBMITTED, ""
    return DeskState.SENT_BACK, workflow.current_task_state.comment


def draft_for(member: "Member | None", page_id: int) -> ProceedingsPage:
    """Return proceedings that the member works on, as last saved.

    Raises: NotFound for hidden and missing alike.
    """
    page = ProceedingsPage.objects.filter(pk=page_id).first()
    if page is None or not may_write(member, page.forum_id):
        raise NotFound
    draft: ProceedingsPage = page.get_latest_revision_as_object()
    return draft


def forum_aside(*, forum_id: int, member: "Member | None") -> dict[str, Any]:
    """Return what a discussion page shows of its proceedings, once they are issued.

    Only pages of conferences ask for ``proceedings`` (``forums/_asides.html``).

    Queries: none, or 2 when it is asked for.
    """
    return {"proceedings": SimpleLazyObject(lambda: _issued_of(forum_id))}


def _issued_of(forum_id: int) -> ProceedingsPage | None:
    return issued().filter(forum_id=forum_id, is_withdrawn=False).first()


def published_place(number: int) -> str:
    """Return where everybody may read a contribution, in issued proceedings; empty for nowhere.

    Withdrawn ones have no statements.

    Queries: 1 for a number that does not exist, 4 where nothing is issued, else 5.
    """
    row = contributions_by_number([number]).get(number)
    if row is None:
        return ""
    page = _issued_of(row.forum_id)
    if page is None or page.record is None:
        return ""
    if number not in page.record.numbers:
        return ""
    return f"{page.url}#c{number}"


def issue_for(member: "Member | None", page_id: int) -> IssuedText:
    """Return what was issued as a page, with all of its notes, ended ones too, for the Secretariat.

    Raises: NotFound. Queries: 4 at most.
    """
    if not is_secretariat(member):
        raise NotFound
    rows = IssuedText.objects.select_related("page").prefetch_related(
        "notes__made_by", "notes__ended_by"
    )
    text = rows.filter(page_id=page_id).first()
    if text is None:
        raise NotFound
    return text
