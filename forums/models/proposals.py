"""Discussions that members have proposed, and what the Secretariat decided."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DiscussionProposal(models.Model):
    """A discussion that a member would like to see; the Secretariat opens or declines it."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting", pgettext_lazy("state of a proposal", "waiting for the Secretariat")
        ACCEPTED = "accepted", pgettext_lazy("state of a proposal", "accepted")
        DECLINED = "declined", pgettext_lazy("state of a proposal", "declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a proposal", "withdrawn")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    theme = models.TextField()
    why = models.TextField()
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    moderates = models.BooleanField(_("I volunteer to moderate the discussion"), default=False)
    # The organisation that would sponsor it beside the Secretariat; empty for none.
    sponsor = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    # How often it was changed: a decision names the revision it was made on.
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1_000, blank=True)
    forum = models.ForeignKey(
        "forum.Forum", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-pk",)
        indexes = (
            # The Secretariat's page, and its home, look for what waits.
            models.Index(
                fields=("created_at",),
                condition=models.Q(state="waiting"),
                name="discussion_proposal_waiting",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="proposal_period"
            ),
            models.CheckConstraint(
                condition=models.Q(state="accepted", forum__isnull=False)
                | models.Q(~models.Q(state="accepted"), forum__isnull=True),
                name="proposal_forum",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk}: {self.name} ({self.state})"

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is decided yet."""
        return self.state == self.State.WAITING
