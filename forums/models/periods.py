"""What the hub tells those who take part as a discussion's period begins and ends."""

from django.db import models


class PeriodNotification(models.Model):
    """One notification that is due at a moment, and is sent once.

    A change of the period takes back what is not sent yet, and plans it anew; what was sent stays.
    """

    class Kind(models.TextChoices):
        """What it tells."""

        OPENS = "opens", "the discussion has opened"
        WEEK = "week", "it closes in a week"
        DAY = "day", "it closes in a day"
        CLOSES = "closes", "it has closed by the clock"
        ENDED = "ended", "somebody has closed it"
        EXTENDED = "extended", "its end is another"
        REOPENED = "reopened", "it is open again"

    forum = models.ForeignKey("forum.Forum", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    due_at = models.DateTimeField()
    # Why it was opened again.
    reason = models.CharField(max_length=255, blank=True)
    # When a worker dealt with it: it was sent, or was of no use any more.
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            # The worker asks every second what is due.
            models.Index(
                fields=("due_at",),
                condition=models.Q(done_at__isnull=True),
                name="period_notification_due",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("forum", "kind", "due_at"), name="period_notification_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.forum_id} {self.kind} at {self.due_at:%Y-%m-%d %H:%M}"
