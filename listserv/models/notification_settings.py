"""What of the things that concern a member comes by mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationSettings(models.Model):
    """What is sent to a member besides the lists; no row stands for the defaults."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    mentions = models.BooleanField(_("when a contribution mentions me"), default=True)
    # Who chose no mail of a discussion did not choose mail of its answers.
    answers = models.BooleanField(_("when a contribution answers mine"), default=False)
    decisions = models.BooleanField(_("when I have to decide on a contribution"), default=True)

    class Meta:
        verbose_name_plural = "notification settings"

    def __str__(self) -> str:
        return f"{self.member_id}: {self.mentions}, {self.answers}, {self.decisions}"
