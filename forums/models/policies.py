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

    class Registration(models.TextChoices):
        """How somebody who is not in it yet comes to take part."""

        OPEN = "open", pgettext_lazy("how people register for a discussion", "open to everybody")
        APPROVAL = (
            "approval",
            pgettext_lazy("how people register for a discussion", "with approval"),
        )
        NOMINATION = (
            "nomination",
            pgettext_lazy("how people register for a discussion", "by nomination"),
        )
        INVITATION = (
            "invitation",
            pgettext_lazy("how people register for a discussion", "by invitation"),
        )

    class Attribution(models.TextChoices):
        """Whether what is published of a discussion names those who said it."""

        NAMED = "named", _("what is published names its authors")
        UNATTRIBUTED = (
            "unattributed",
            _("views are not attributed to States or persons in what is published"),
        )

    forum = models.OneToOneField("forum.Forum", on_delete=models.CASCADE, related_name="policy")
    preset = models.CharField(max_length=10, choices=Preset.choices, default=Preset.CLOSED)
    # Members who may not read it see its name and theme, and can ask to be admitted.
    listed = models.BooleanField(
        _("show the title of the closed discussion, so that members can ask to be admitted"),
        default=False,
    )
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

    background = models.TextField(_("background note"), blank=True)
    background_html = RenderedField(source="background")
    registration = models.CharField(
        pgettext_lazy("label: how people register for a discussion", "registration"),
        max_length=10,
        choices=Registration.choices,
        default=Registration.APPROVAL,
    )
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    # Fewer participants than these are too few to begin with; 0 for any number.
    minimum_participants = models.PositiveIntegerField(
        _("minimum number of participants"), default=0
    )
    attribution = models.CharField(
        pgettext_lazy("label: whether authors are named", "attribution"),
        max_length=12,
        choices=Attribution.choices,
        default=Attribution.NAMED,
    )
    sponsors = models.TextField(
        pgettext_lazy("label: organisations that sponsor a discussion", "co-sponsors"),
        blank=True,
        help_text=_("One per line."),
    )
    # Minutes between two contributions of one member; 0 where everybody writes as they like.
    slow_minutes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "forum policies"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    preset__in=("public", "readable", "members", "closed", "announce")
                ),
                name="policy_preset",
            ),
            models.CheckConstraint(
                condition=models.Q(closes_at__gte=models.F("opens_at")), name="policy_period"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    registration__in=("open", "approval", "nomination", "invitation")
                ),
                name="policy_registration",
            ),
            models.CheckConstraint(
                condition=models.Q(attribution__in=("named", "unattributed")),
                name="policy_attribution",
            ),
        )

    def __str__(self) -> str:
        return f"{self.forum}: {self.get_preset_display()}"

    @property
    def theme_markup(self) -> SafeString:
        """The theme as safe HTML."""
        return shown(self.theme, self.theme_html)

    @property
    def background_markup(self) -> SafeString:
        """The background note as safe HTML."""
        return shown(self.background, self.background_html)

    @property
    def summary_markup(self) -> SafeString:
        """The summary as safe HTML."""
        return shown(self.summary, self.summary_html)

    @property
    def question_list(self) -> list[str]:
        """The guiding questions, one a line."""
        return _lines(self.questions)

    @property
    def sponsor_list(self) -> list[str]:
        """The organisations that sponsor it beside the Secretariat, one a line."""
        return _lines(self.sponsors)


def _lines(text: str) -> list[str]:
    return [line.strip(" -*\t") for line in text.splitlines() if line.strip(" -*\t")]


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
    # Nothing here counts as new to the person.
    is_muted = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("forum", "member"), name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(
                    role__in=("participant", "observer", "rapporteur", "moderator", "chair")
                ),
                name="membership_role",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member} in {self.forum} ({self.role})"
