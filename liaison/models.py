"""A liaison group: who was asked for advice on what, and until when.

What the group says stands in its forum, who belongs to it in the forum's memberships, its mail goes
over the forum's list: nothing of that is stored a second time here (``design.md`` §1).
"""

from datetime import date

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hub.lib.rendered import RenderedField, shown


class LiaisonGroup(models.Model):
    """An ad hoc group of experts with a mandate, a topic and a term.

    Source: requirement L1, paragraph 27 of the seed.
    """

    name = models.CharField(
        pgettext_lazy("label: of a conference or group", "name"), max_length=100
    )
    slug = models.SlugField(_("short name in addresses"), max_length=60, unique=True)
    topic = models.CharField(
        pgettext_lazy("label: topic of a liaison group", "topic"), max_length=300
    )
    mandate = models.TextField(
        pgettext_lazy("label: mandate of a liaison group", "mandate"),
        help_text=pgettext_lazy("how a field may be written", "Markdown."),
    )
    mandate_html = RenderedField(source="mandate")
    term_starts = models.DateField(_("term begins"))
    term_ends = models.DateField(_("term ends"), help_text=_("The last day."))
    forum = models.OneToOneField("forum.Forum", on_delete=models.PROTECT, related_name="+")
    # The forum's membership has the role; the name stays here when the person has left.
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("role of a person", "chair"),
    )
    convened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    convened_at = models.DateTimeField()

    class Meta:
        ordering = ("-term_starts", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(term_ends__gt=models.F("term_starts")),
                name="liaison_term_has_length",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the group's page."""
        return reverse("liaison:group", args=(self.slug,))

    @property
    def mandate_markup(self) -> SafeString:
        """The mandate as safe HTML."""
        return shown(self.mandate, self.mandate_html)

    def state_on(self, day: date) -> str:
        """Return ``coming``, ``open`` or ``closed``, by the term."""
        if day < self.term_starts:
            return "coming"
        if day > self.term_ends:
            return "closed"
        return "open"
