"""The revisions of contributions that the hub has sent: a decision by mail is on those alone."""

from django.conf import settings
from django.db import models


class ShownRevision(models.Model):
    """A revision of a contribution that was sent to its author, or to somebody who decides."""

    contribution = models.ForeignKey(
        "forums.Contribution", on_delete=models.CASCADE, related_name="+"
    )
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    revision = models.PositiveIntegerField()
    # The first time; what was ordered before that moment was about an earlier revision.
    shown_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contribution", "member", "revision"), name="shown_revision_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.contribution_id}.{self.revision} to {self.member_id}"
