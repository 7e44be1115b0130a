"""The application that lets somebody in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Application(models.Model):
    """A person's wish to join, from form to decision (requirement N1)."""

    class State(models.TextChoices):
        """Where the application stands."""

        UNCONFIRMED = "unconfirmed", _("address not confirmed")
        # Translators: agrees with the application, not with the person
        PENDING = "pending", pgettext_lazy("state of an application", "waiting for the Secretariat")
        # Translators: agrees with the application, not with the person
        APPROVED = "approved", pgettext_lazy("state of an application", "approved")
        # Translators: agrees with the application, not with the person
        DECLINED = "declined", pgettext_lazy("state of an application", "declined")

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="application"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNCONFIRMED)
    statement = models.TextField(_("Why do you want to join?"), max_length=2000)
    # How often the form came again with other words before the address was confirmed.
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("created_at",)
        # The membership queue lists the pending ones, oldest first.
        indexes = (models.Index(fields=("state", "created_at"), name="application_queue"),)

    def __str__(self) -> str:
        return f"{self.member} ({self.get_state_display()})"
