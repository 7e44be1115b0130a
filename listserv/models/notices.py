"""Notifications on their way to one person, and what is wrong with the relay."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Notice(models.Model):
    """A notification to one person by mail, queued in the transaction that asks for it.

    ``raw`` is the whole message; it is emptied once sent, since it may hold a link that opens an
    account. One that was refused keeps it, so that it can be retried, until its delivery is
    cancelled.
    """

    class State(models.TextChoices):
        """Where it stands."""

        # Translators: agrees with the notification
        WAITING = "waiting", pgettext_lazy("state of a notification", "waiting")
        # Translators: agrees with the notification
        SENT = "sent", pgettext_lazy("state of a notification", "sent")
        FAILED = "failed", _("delivery stopped")

    envelope_from = models.CharField(max_length=254, blank=True)
    recipients = models.JSONField(help_text="addresses not yet served: list[str]")
    subject = models.CharField(max_length=255, blank=True)
    raw = models.BinaryField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    last_reply = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "sent", "failed")), name="notice_state"
            ),
        )
        indexes = (
            # The worker takes what is due.
            models.Index(
                fields=("next_at",), condition=models.Q(state="waiting"), name="notice_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"


class RelayTrouble(models.Model):
    """What is wrong with the relay at this moment: one row, and none while it takes our mail."""

    class Kind(models.TextChoices):
        """What is wrong."""

        AWAY = "away", _("it does not answer")
        REFUSES = "refuses", _("it refuses all mail from the hub")

    kind = models.CharField(max_length=7, choices=Kind.choices)
    reply = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=("away", "refuses")), name="relay_trouble_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.reply}"
