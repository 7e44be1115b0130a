"""Who may read and write in a forum, and when; who takes part in it."""

from django.conf import settings
from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hub.lib.rendered import RenderedField, shown


class ForumPolicy(models.Model):
    """Who may read and write in a forum, and when; a forum without one is closed to everybody."""

    class Preset(models.TextChoices):
        """A row of the permission table in :mod:`forums.policy`."""

        PUBLIC = "public", _("open to all, members write")
        READABLE = "readable", _("open to all, participants write")
        MEMBERS = "members", _("open to members")
        CLOSED = "closed", _("closed: participants only")
        ANNOUNCE = "announce", _("open to members, moderators write")

    forum = models.OneToOneField("forum.Forum", on_delete=models.CASCADE, related_name="policy")
    preset = models.CharField(max_length=10, choices=Preset.choices, default=Preset.CLOSED)
    moderated = models.BooleanField(_("hold contributions for the moderators"), default=False)
    theme = models.TextField(pgettext_lazy("label: theme of a discussion", "theme"), blank=True)
    questions = models.TextField(_("guiding questions"), blank=True, help_text=_("One per line."))
    summary = models.TextField(_("moderators' summary"), blank=True)
    theme_html = RenderedField(source="theme")
    summary_html = RenderedField(source="summary")
    # How often the summary was changed; what it said before stands in SummaryVersion.
    summary_revision = models.PositiveIntegerField(default=0)
    language = models.CharField(
        pgettext_lazy("label", "language"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    opens_at = models.DateTimeField(
        pgettext_lazy("label of a date", "opens"), null=True, blank=True
    )
    closes_at = models.DateTimeField(
        pgettext_lazy("label of a date", "closes"), null=True, blank=True
    )

    class Meta:
        verbose_name_plural = "forum policies"

    def __str__(self) -> str:
        return f"{self.forum}: {self.get_preset_display()}"

    @property
    def theme_markup(self) -> SafeString:
        """The theme as safe HTML."""
        return shown(self.theme, self.theme_html)

    @property
    def summary_markup(self) -> SafeString:
        """The summary as safe HTML."""
        return shown(self.summary, self.summary_html)

    @property
    def question_list(self) -> list[str]:
        """The guiding questions, one a line."""
        return [line.strip(" -*\t") for line in self.questions.splitlines() if line.strip(" -*\t")]


class Membership(models.Model):
    """A member's place in one forum; ended ones stay, so that the record says who took part."""

    class Role(models.TextChoices):
        """What the person does there."""

        PARTICIPANT = "participant", pgettext_lazy("role of a person", "participant")
        OBSERVER = "observer", pgettext_lazy("role of a person", "observer")
        RAPPORTEUR = "rapporteur", pgettext_lazy("role of a person", "rapporteur")
        MODERATOR = "moderator", pgettext_lazy("role of a person", "moderator")
        CHAIR = "chair", pgettext_lazy("role of a person", "chair")

    forum = models.ForeignKey("forum.Forum", on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.PARTICIPANT)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    # Contributions up to this number were there before: they are not "new" to the person.
    horizon = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("forum", "member"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.member} in {self.forum} ({self.role})"
