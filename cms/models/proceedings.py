"""Proceedings as a Wagtail page."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.fields import RichTextField
from wagtail.models import Page, PagePermissionTester
from wagtail.search import index
from wagtail.url_routing import RouteResult

from cms.models.preview import PreviewInEditor
from cms.models.records import ProceedingsRecord, SymbolSeries
from cms.presenter import page_context, pdf_response

# What a summary may hold: no pictures, documents or internal links, whose choosers show what is not published.
PROSE = ["h3", "bold", "italic", "ol", "ul", "blockquote", "hr"]


class ProceedingsPermissions(PagePermissionTester):
    """What may be done with proceedings in Wagtail's admin, beyond its own rules."""

    @property
    def _publishes(self) -> bool:
        return bool(self.user.is_active and (self.user.is_superuser or "publish" in self.permissions))

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        """Let the Secretariat discard a draft; what once had a symbol stays at its address."""
        return self._publishes and not self.page.specific.symbol and bool(super().can_delete(ignore_bulk))

    def can_copy(self) -> bool:
        """Refuse: a conference has one set of proceedings."""
        return False

    def can_move(self) -> bool:
        """Refuse: the address is permanent."""
        return False


class ProceedingsPage(PreviewInEditor, Page):
    """Proceedings: the record of a conference, summary and conclusions by the rapporteur, a symbol once issued."""

    symbol = models.CharField(max_length=60, null=True, blank=True, unique=True, editable=False)
    conference = models.OneToOneField(
        "conferences.Conference", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    forum = models.ForeignKey("forum.Forum", null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    record = models.ForeignKey(ProceedingsRecord, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en", editable=False)
    opens_at = models.DateTimeField(null=True, editable=False)
    closes_at = models.DateTimeField(null=True, editable=False)
    summary = RichTextField(_("summary"), features=PROSE, blank=True)
    conclusions = RichTextField(_("conclusions"), features=PROSE, blank=True)

    template = "cms/proceedings.html"
    parent_page_types: ClassVar[list[str]] = ["cms.ConferenceIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    # Only compiling makes one.
    is_creatable = False
    exclude_fields_in_copy = ("symbol", "conference")
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("conclusions")]
    content_panels = [
        HelpPanel(template="cms/admin/proceedings_help.html"),
        FieldPanel("title"),
        FieldPanel("summary"),
        FieldPanel("conclusions"),
    ]
    promote_panels: ClassVar[list[Any]] = []
    settings_panels: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("proceedings")
        verbose_name_plural = _("proceedings")

    def permissions_for_user(self, user: Any) -> ProceedingsPermissions:
        """Return the rules for one person."""
        return ProceedingsPermissions(user, self)

    def with_content_json(self, content: dict[str, Any]) -> "ProceedingsPage":
        """Keep the symbol, the conference and the forum whatever an older revision says."""
        made: ProceedingsPage = super().with_content_json(content)
        made.symbol, made.conference_id, made.forum_id = self.symbol, self.conference_id, self.forum_id
        return made

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give the symbol at the moment of issue, by whichever of Wagtail's doors that happens."""
        with transaction.atomic():
            if self.live and not self.symbol:
                self.symbol = SymbolSeries.take((self.first_published_at or timezone.now()).year)
            super().save(*args, **kwargs)

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Find the page, or its print at ``pdf/``."""
        if path_components == ["pdf"]:
            if not self.live:
                raise Http404
            return RouteResult(self, kwargs={"printed": True})
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: Any, printed: bool = False, **kwargs: Any) -> HttpResponse:
        """Show the page, or send its print."""
        if printed:
            return pdf_response(self)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give the template the page as a document."""
        return {**super().get_context(request, *args, **kwargs), **page_context(self)}
