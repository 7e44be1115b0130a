"""What a person may see of the published pages, the drafts and the home: the only readers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from cms.models.issued import IssuedText, IssueNote
from cms.models.proceedings import ProceedingsPage
from cms.rules import forums_written_for, is_secretariat, may_write
from conferences.selectors import conferences_for
from forums.selectors import Discussion, Overview, contributions_by_number, overview_for
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
    """The home of one person: their blocks, a page of the
    discussions they may read, what was published last.
    """

    overview: Overview
    latest: list[ProceedingsPage]
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


@dataclass(frozen=True)
class DeskLine:
    """A conference on the desk: its proceedings, where they stand, and what the member may do."""

    conference: Any  # conferences.Conference
    page: ProceedingsPage | None
    state: str  # none, draft, submitted, sent_back, issued
    comment: str = ""  # why it was sent back
    may_compile: bool = False
    may_edit: bool = False
    may_submit: bool = False
    may_decide: bool = False
    may_annotate: bool = False

    @property
    def revision(self) -> int | None:
        """The revision that stands on the desk: a decision carries it."""
        return self.page.latest_revision_id if self.page else None


def issued() -> QuerySet[ProceedingsPage]:
    """Return the proceedings that everybody may read, the latest issued first; without their
    records.

    Each has ``is_withdrawn``: a notice stands at its address.
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

    Queries: 2 and those of the discussions for a visitor; for a member those of the registered
    blocks besides, whatever the number of discussions.
    """
    overview = overview_for(member)
    latest = list(issued().filter(is_withdrawn=False)[:LATEST])
    if member is None:
        return Home(overview, latest)
    blocks: list[Block] = []
    for give in registered("HUB_HOME"):
        blocks += give(member=member, now=now)
    lines = desk_for(member)
    blocks += _asked_by(lines, member, now)
    of = {kind: [block for block in blocks if block.kind == kind] for kind in BlockKind}
    coming = sorted(of[BlockKind.COMING], key=lambda block: (block.at is None, block.at))
    desk = bool(lines) or is_secretariat(member)
    return Home(
        overview, latest, of[BlockKind.LIVE], of[BlockKind.ASKED], coming, groups_for(member), desk
    )


def _asked_by(lines: PagedList[DeskLine], member: "Member", now: datetime) -> list[Block]:
    """Return what the desk asks: to approve, to change what was sent back, to write what is due."""
    blocks = []
    for line in lines:
        over = line.conference.state_at(now) == "closed"
        if line.may_decide:
            title = _("Proceedings wait for your approval")
        elif line.state == "sent_back":
            title = _("Proceedings were sent back")
        elif line.state in {"none", "draft"} and over and not is_secretariat(member):
            title = _("Proceedings are to be written")
        else:
            continue
        blocks.append(Block(BlockKind.ASKED, title, "/proceedings/", str(line.conference)))
    return blocks


def desk_for(member: "Member", *, page: int = 1) -> PagedList[DeskLine]:
    """Return a page of the conferences whose proceedings the member writes or decides on, the
    latest first.

    Those whose proceedings are issued come after all others: nothing waits there.

    Queries: 2 for a member who writes none, else 8, whatever the number of conferences.
    """
    secretariat = is_secretariat(member)
    written = set() if secretariat else forums_written_for(member)
    if not secretariat and not written:
        return PagedList([])
    done = ProceedingsPage.objects.exclude(symbol="").values("conference")
    conferences = conferences_for(
        member, page=page, forums=None if secretariat else written, last=done
    )
    rows = ProceedingsPage.objects.filter(conference__in=[row.pk for row in conferences])
    pages = {page.conference_id: page for page in rows.specific().prefetch_workflow_states()}
    lines = [_line(row, pages.get(row.pk), secretariat) for row in conferences]
    return PagedList(lines, conferences.number, conferences.pages, conferences.total)


def _line(conference: Any, page: ProceedingsPage | None, secretariat: bool) -> DeskLine:
    if page is None:
        return DeskLine(conference, None, "none", may_compile=True)
    workflow = page.current_workflow_state
    task = workflow.current_task_state if workflow else None
    state = "issued" if page.symbol else "draft"
    if workflow and task and not page.symbol:
        state = "submitted" if workflow.status == workflow.STATUS_IN_PROGRESS else "sent_back"
    open_ = state in {"draft", "sent_back"}
    return DeskLine(
        conference,
        page,
        state,
        comment=task.comment if task and state == "sent_back" else "",
        may_compile=open_,
        may_edit=open_ or (secretariat and state != "issued"),
        may_submit=open_,
        may_decide=secretariat and state == "submitted",
        may_annotate=secretariat and state == "issued",
    )


def draft_for(member: "Member | None", page_id: int) -> ProceedingsPage:
    """Return proceedings that the member works on, as last
    saved. Raises: NotFound for hidden and missing alike.
    """
    page = ProceedingsPage.objects.filter(pk=page_id).first()
    if page is None or not may_write(member, page.forum_id):
        raise NotFound
    draft: ProceedingsPage = page.get_latest_revision_as_object()
    return draft


def forum_aside(*, forum_id: int, member: "Member | None") -> dict[str, Any]:
    """Return what a discussion page shows of its proceedings: ``proceedings``, once they are
    issued; else nothing.

    Only pages of conferences ask for it (``forums/_asides.html``). Queries: none, or 1 when it is
    asked for.
    """
    return {"proceedings": SimpleLazyObject(lambda: _issued_of(forum_id))}


def _issued_of(forum_id: int) -> ProceedingsPage | None:
    return issued().filter(forum_id=forum_id, is_withdrawn=False).first()


def published_place(number: int) -> str:
    """Return the address at which everybody may read a contribution, in issued proceedings; empty
    for none.

    Withdrawn ones have no statements. Queries: 1 for a number that does not exist, else 2 or 3.
    """
    row = contributions_by_number([number]).get(number)
    page = (
        issued().filter(forum_id=row.forum_id, is_withdrawn=False).first()
        if row is not None
        else None
    )
    if page is None or page.record is None or number not in page.record.numbers:
        return ""
    return f"{page.url}#c{number}"


def issue_for(member: "Member | None", page_id: int) -> IssuedText:
    """Return what was issued as a page, with all of its notes, ended ones too, for the Secretariat.

    Raises: NotFound. Queries: 2.
    """
    rows = IssuedText.objects.select_related("page").prefetch_related(
        "notes__made_by", "notes__ended_by"
    )
    text = rows.filter(page_id=page_id).first() if is_secretariat(member) else None
    if text is None:
        raise NotFound
    return text
