"""The pages around the proceedings: home, text, and the list of what was published."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.search import index

from cms.forms import PageForm, PublishedFilter
from cms.models.masked import MaskedPage
from cms.models.preview import PreviewInEditor
from cms.selectors import home_for, published, published_years
from hub.lib.clock import now
from hub.lib.numbers import whole_number
from hub.members.requests import member_of

TEXT = ["h2", "h3", "bold", "italic", "ol", "ul", "hr", "link", "blockquote"]


class HomePage(MaskedPage, PreviewInEditor, Page):
    """The page at ``/``: what the network is for a visitor, what needs them for a member."""

    intro = RichTextField(
        _("what this network is, in one paragraph"), features=["bold", "italic", "link"], blank=True
    )

    template = "cms/home.html"
    base_form_class = PageForm
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["cms.StandardPage", "cms.ConferenceIndexPage"]
    max_count = 1
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give the template what needs the member, or what the network is for a visitor."""
        member = member_of(request)
        context = super().get_context(request, *args, **kwargs)
        return {**context, "member": member, "home": home_for(member, now=now())}


class StandardPage(MaskedPage, PreviewInEditor, Page):
    """A page of text: about the network, the rules of procedure, help."""

    intro = models.CharField(pgettext_lazy("label", "introduction"), max_length=300, blank=True)
    body = RichTextField(pgettext_lazy("label", "text"), features=TEXT, blank=True)

    template = "cms/standard.html"
    base_form_class = PageForm
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage", "cms.StandardPage"]
    subpage_types: ClassVar[list[str]] = ["cms.StandardPage"]
    search_fields = [*Page.search_fields, index.SearchField("intro"), index.SearchField("body")]
    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = _("page of text")


class ConferenceIndexPage(MaskedPage, PreviewInEditor, Page):
    """The list of what has been published; proceedings stand under it."""

    intro = RichTextField(
        pgettext_lazy("label", "introduction"), features=["bold", "italic", "link"], blank=True
    )

    template = "cms/published.html"
    base_form_class = PageForm
    parent_page_types: ClassVar[list[str]] = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = ["cms.ProceedingsPage"]
    max_count = 1
    content_panels = [*Page.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("index of proceedings")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give the template the list, filtered by what the reader asked for."""
        form = PublishedFilter(request.GET, years=published_years())
        context = super().get_context(request, *args, **kwargs)
        asked = form.asked
        proceedings = published(**asked, page=whole_number(request.GET.get("page"), 1))
        query = {name: str(value) for name, value in asked.items() if value}
        return {
            **context,
            "form": form,
            "proceedings": proceedings,
            "all": not query,
            **proceedings.links(**query),
        }
