"""Whether outgoing mail waits for a person to say that it may go."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryHold(models.Model):
    """All outgoing mail waits while a row is here; there is one at most.

    ``since`` parts what waited when the hold began from what came later.
    """

    class Reason(models.TextChoices):
        """Who asked for it."""

        RESTORED = "restored", _("The hub was restored from a backup")
        OPERATOR = "operator", _("The Secretariat or an operator stopped delivery")

    # One row: its key is always 1.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    reason = models.CharField(max_length=8, choices=Reason.choices)
    since = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_delivery_hold"),)

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.since:%Y-%m-%d %H:%M} UTC)"
