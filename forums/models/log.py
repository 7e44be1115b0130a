"""The log of what was done in a discussion besides speaking: nothing changes without a trace."""

from django.conf import settings
from django.db import models


class LogEntry(models.Model):
    """One act of somebody who leads a discussion, or of the hub itself by the clock.

    ``act`` is a code of :mod:`forums.acts`, which has the sentence for it. ``details`` is
    ``dict[str, str | int | None]``: what the sentence names, and what an undo needs.
    """

    forum = models.ForeignKey("forum.Forum", on_delete=models.CASCADE, related_name="+")
    # None for the hub itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    act = models.CharField(max_length=40)
    topic = models.ForeignKey(
        "forum_conversation.Topic",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    contribution = models.ForeignKey(
        "forums.Contribution",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    # Whom it was done to.
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    details = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()
    # The entry that took it back.
    undone_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="undoes"
    )

    class Meta:
        verbose_name_plural = "log entries"
        # The log of a discussion, newest first.
        indexes = (models.Index(fields=("forum", "-id"), name="log_entry_forum"),)

    def __str__(self) -> str:
        return f"{self.act} in {self.forum_id}, {self.created_at:%Y-%m-%d %H:%M}"
