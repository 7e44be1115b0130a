"""Invitations to a discussion, for members and for people who are none yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from hub.lib import clock


class Invitation(models.Model):
    """That somebody is asked to take part in a discussion; its link acts once.

    The secret of the link stands in the message alone: here is its digest.
    """

    class State(models.TextChoices):
        """Where the invitation stands."""

        # Translators: agrees with the invitation
        OPEN = "open", pgettext_lazy("state of an invitation", "open")
        # Translators: agrees with the invitation: the person has applied to the hub with it
        APPLIED = "applied", pgettext_lazy("state of an invitation", "application sent")
        # Translators: agrees with the invitation
        ACCEPTED = "accepted", pgettext_lazy("state of an invitation", "accepted")
        # Translators: agrees with the invitation
        DECLINED = "declined", pgettext_lazy("state of an invitation", "declined")
        # Translators: agrees with the invitation
        REVOKED = "revoked", pgettext_lazy("state of an invitation", "revoked")

    forum = models.ForeignKey("forum.Forum", on_delete=models.CASCADE, related_name="invitations")
    # Where it was sent, in small letters.
    email = models.EmailField(max_length=254)
    # Whose address it is; set when a person who was no member becomes one.
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # A role of forums.models.Membership.
    role = models.CharField(max_length=12)
    line = models.CharField(max_length=500, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("forum", "email"),
                condition=models.Q(state__in=("open", "applied")),
                name="invitation_waits_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.forum_id} ({self.state})"

    @property
    def is_expired(self) -> bool:
        """Whether its link is too old."""
        return self.expires_at <= clock.now()
