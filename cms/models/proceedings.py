"""Proceedings as a Wagtail page."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.fields import RichTextField
from wagtail.locks import BaseLock
from wagtail.models import Page, PagePermissionTester
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms.forms import PageForm
from cms.models.issued import IssuedText, content_of, frozen, issue_of
from cms.models.masked import MaskedPage
from cms.models.preview import PreviewInEditor
from cms.models.records import EMPTY_RECORD, ProceedingsRecord, SymbolSeries
from cms.presenter import page_context, pdf_response
from cms.printed import DocumentText
from conferences.selectors import why_it_goes_on
from hub.lib.errors import NotNow
from hub.members.requests import member_of

# What a summary may hold: no pictures, documents or internal links, whose choosers show what is not
# published.
PROSE = ["h3", "bold", "italic", "ol", "ul", "blockquote", "hr"]


class IssuedLock(BaseLock):
    """The lock that a symbol puts on a page.

    Wagtail's editor shows the reason and saves nothing.
    """

    def for_user(self, user: Any) -> bool:
        """Whether it holds for a user: it holds for everybody."""
        return True

    def get_message(self, user: Any) -> str:
        """Say why."""
        return str(frozen(self.object.symbol))


class ProceedingsPermissions(PagePermissionTester):
    """What may be done with proceedings in Wagtail's admin, beyond its own rules.

    Decisions – submit, approve, send back – are taken at the desk, where each carries the revision
    that was read.
    """

    @property
    def _publishes(self) -> bool:
        if not self.user.is_active:
            return False
        return bool(self.user.is_superuser) or "publish" in self.permissions

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Let the Secretariat discard a draft; what has a symbol stays at its address."""
        if self.page.specific.symbol:
            return False
        return self._publishes and bool(super().can_delete(ignore_bulk))

    def can_unpublish(self) -> bool:
        """Refuse: withdrawing, at the desk, leaves a notice at the address."""
        return False

    def can_publish(self) -> bool:
        """Refuse: approving at the desk publishes."""
        return False

    def can_submit_for_moderation(self) -> bool:
        """Refuse: the draft is submitted at the desk."""
        return False

    def can_set_view_restrictions(self) -> bool:
        """Refuse: what is issued is open to everybody, a draft to those who work on it."""
        return False

    def can_copy(self) -> bool:
        """Refuse: a conference has one set of proceedings."""
        return False

    def can_move(self) -> bool:
        """Refuse: the address is permanent."""
        return False


class ProceedingsPage(MaskedPage, PreviewInEditor, Page):
    """Proceedings of a conference: its record, and a summary and conclusions by the rapporteur.

    They have a symbol once they are issued.
    """

    first_published_at: datetime | None
    symbol = models.CharField(max_length=60, null=True, blank=True, unique=True, editable=False)
    conference = models.OneToOneField(
        "conferences.Conference",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    forum = models.ForeignKey(
        "forum.Forum", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    record = models.ForeignKey(
        ProceedingsRecord, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    language = models.CharField(
        pgettext_lazy("label", "language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default="en",
        editable=False,
    )
    opens_at = models.DateTimeField(null=True, editable=False)
    closes_at = models.DateTimeField(null=True, editable=False)
    summary = RichTextField(pgettext_lazy("label", "summary"), features=PROSE, blank=True)
    conclusions = RichTextField(pgettext_lazy("label", "conclusions"), features=PROSE, blank=True)

    base_form_class = PageForm
    template = "cms/proceedings.html"
    parent_page_types: ClassVar[list[str]] = ["cms.ConferenceIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    # Only compiling makes one.
    is_creatable = False
    exclude_fields_in_copy: ClassVar[list[str]] = ["symbol", "conference"]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("conclusions"),
    ]
    content_panels = [
        HelpPanel(template="cms/admin/proceedings_help.html"),
        FieldPanel("title"),
        FieldPanel("summary"),
        FieldPanel("conclusions"),
    ]
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = pgettext_lazy("kind of page", "proceedings")
        verbose_name_plural = pgettext_lazy("kind of page", "proceedings")
        constraints = (
            # A draft has none; an empty one could be given once.
            models.CheckConstraint(condition=~models.Q(symbol=""), name="proceedings_symbol"),
        )

    def permissions_for_user(self, user: Any) -> ProceedingsPermissions:
        """Return the rules for one person."""
        return ProceedingsPermissions(user, self)

    def with_content_json(self, content: dict[str, Any]) -> "ProceedingsPage":
        """Keep the symbol, the conference and the forum whatever an older revision says."""
        page: ProceedingsPage = super().with_content_json(content)
        page.symbol = self.symbol
        page.conference_id = self.conference_id
        page.forum_id = self.forum_id
        return page

    @property
    def issued(self) -> IssuedText | None:
        """What was issued under the page's symbol, None for a draft.

        Queries: 1, for a page with a symbol.
        """
        if not self.symbol:
            return None
        return getattr(self, "issued_text", None)

    @property
    def agenda(self) -> list[dict[str, Any]]:
        """The agenda of the record, with what was said; empty before it is compiled."""
        if self.record is None:
            return []
        agenda: list[dict[str, Any]] = self.record.data["agenda"]
        return agenda

    def document_text(self) -> DocumentText:
        """Return what the page says as a document: a draft as it stands, else as issued.

        Queries: none for a draft that came with its record, 2 for what is issued.
        """
        issue = issue_of(self)
        content = content_of(self) if issue.text is None else issue.text.content
        withdrawal = issue.withdrawal
        return DocumentText(
            content=content,
            record=self._record_data(content["record"]),
            url=self.full_url or settings.HUB_URL,
            is_issued=issue.text is not None,
            corrections=tuple(note.as_dated() for note in issue.corrections),
            withdrawal=None if withdrawal is None else withdrawal.as_dated(),
        )

    def _record_data(self, digest: str) -> dict[str, Any]:
        """Return the record that a text was issued with, whatever the page points to now."""
        if not digest:
            return EMPTY_RECORD
        record = self.record
        if record is None or record.digest != digest:
            record = ProceedingsRecord.objects.filter(digest=digest).first()
        return EMPTY_RECORD if record is None else record.data

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give the symbol and freeze the text at the moment of issue, whatever publishes the page.

        Raises: NotNow (the conference goes on; issued already, and something would change:
        :mod:`cms.freeze`).
        """
        with transaction.atomic():
            is_issue = self.live and self._issued_text() is None
            if is_issue:
                self._check_issue()
                self.first_published_at = self.first_published_at or timezone.now()
                self.symbol = SymbolSeries.take(self.first_published_at.year)
                self.go_live_at = self.expire_at = None
            super().save(*args, **kwargs)
            if is_issue:
                IssuedText.of(self)

    def _issued_text(self) -> IssuedText | None:
        """Return what was issued as this page, by the row, whatever the page's fields say."""
        if self.pk is None:
            return None
        return IssuedText.objects.filter(page_id=self.pk).first()

    def _check_not_issued(self) -> None:
        text = self._issued_text()
        if text is not None:
            raise frozen(text.symbol)

    def _check_issue(self) -> None:
        """Refuse to issue what goes on, and a second document from one record."""
        if self._is_copy():
            sentence = _(
                "This is a copy, so it cannot be issued: a conference has only one set of "
                "proceedings."
            )
            raise NotNow(sentence, code="copy")
        if self.conference_id is None:
            return
        reason = why_it_goes_on(self.conference_id, now=timezone.now())
        if reason:
            raise NotNow(reason, code="running")

    def _is_copy(self) -> bool:
        """Whether the page is an alias, or another page has the same record."""
        if self.alias_of_id:
            return True
        if self.record_id is None:
            return False
        others = ProceedingsPage.objects.filter(record=self.record_id).exclude(pk=self.pk)
        return bool(others.exists())

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        """Save a draft; what is issued has none.

        Raises: NotNow (issued).
        """
        self._check_not_issued()
        return super().save_revision(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Discard a draft.

        Raises: NotNow (issued).
        """
        self._check_not_issued()
        return super().delete(*args, **kwargs)

    def get_lock(self) -> BaseLock | None:
        """Return the lock of an issued page, or what Wagtail locks."""
        if self.symbol:
            return IssuedLock(self)
        lock: BaseLock | None = super().get_lock()
        return lock

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Route to the page, to its print, or to the print as it was issued.

        The print is at ``pdf/``; at ``pdf/issued/`` it has no notes. What has a symbol is found
        whatever else is said of the page.
        """
        if path_components in ([], ["pdf"], ["pdf", "issued"]):
            if not self.issued:
                raise Http404
            return RouteResult(self, kwargs={"part": "/".join(path_components)})
        return super().route(request, path_components)

    def serve(
        self, request: HttpRequest, *args: Any, part: str = "", **kwargs: Any
    ) -> HttpResponse:
        """Show the page, or send its print.

        What was withdrawn has a notice in the place of both.
        """
        if part:
            return pdf_response(
                request, self, back_url=self.url or "/", as_issued=part == "pdf/issued"
            )
        response: HttpResponse = super().serve(request, *args, **kwargs)
        if issue_of(self).withdrawal is not None:
            response["X-Robots-Tag"] = "noindex"
        return response

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """Return the template of the document, or of the notice for what was withdrawn."""
        if issue_of(self).withdrawal is not None:
            return "cms/withdrawn.html"
        return self.template

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give the template the page as a document."""
        context = super().get_context(request, *args, **kwargs)
        return {**context, **page_context(self, member_of(request))}
