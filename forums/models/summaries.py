"""The wordings of a discussion's summary."""

from django.conf import settings
from django.db import models


class SummaryVersion(models.Model):
    """One wording of a discussion's summary; all are kept.

    ``written_by`` is empty where it is not known.
    """

    forum = models.ForeignKey("forum.Forum", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("forum", "number"), name="summary_version_once"),
        )

    def __str__(self) -> str:
        return f"{self.forum_id}, summary {self.number}"
