"""What concerns a member: contributions that name them, or answer theirs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Concern(models.Model):
    """A contribution that mentions a member, or answers one of the member's; one row for both.

    ``written`` is the name as it stands in the text, empty for an answer that names nobody.
    """

    class Kind(models.TextChoices):
        """Why it concerns the member; a mention says more than an answer."""

        MENTION = "mention", _("mentions you")
        ANSWER = "answer", _("answers you")

    contribution = models.ForeignKey(
        "forums.Contribution", on_delete=models.CASCADE, related_name="concerns", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=7, choices=Kind.choices)
    written = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            # Pages show the mentions of their contributions as links.
            models.UniqueConstraint(fields=("contribution", "member"), name="concern_once"),
        )
        indexes = (
            # The home and the feed want the newest of a member.
            models.Index(fields=("member", "-contribution"), name="concern_newest"),
        )

    def __str__(self) -> str:
        return f"{self.contribution_id} {self.kind} {self.member_id}"
