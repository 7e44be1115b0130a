"""How a member follows a topic, and what concerns a member by name."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class TopicFollow(models.Model):
    """How a member follows one topic, where that differs from its discussion.

    No row is the usual case: what is new is shown, and mail comes as the discussion's does.
    """

    class Level(models.TextChoices):
        """What the member wants of the topic."""

        # Translators: how a member follows a topic: each contribution comes by e-mail
        WATCHING = "watching", pgettext_lazy("how a topic is followed", "watched")
        # Translators: how a member follows a topic: nothing is sent, nothing counts as new
        MUTED = "muted", pgettext_lazy("how a topic is followed", "muted")

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(
        "forum_conversation.Topic", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    level = models.CharField(max_length=8, choices=Level.choices)
    since = models.DateTimeField()

    class Meta:
        constraints = (
            # What is new to a member leaves out what they have muted.
            models.UniqueConstraint(fields=("member", "topic"), name="topic_follow_once"),
        )
        indexes = (
            # The fan-out asks who watches a topic, and who has muted it.
            models.Index(fields=("topic", "level", "member"), name="topic_follow_level"),
        )

    def __str__(self) -> str:
        return f"{self.member_id} and {self.topic_id}: {self.level}"
