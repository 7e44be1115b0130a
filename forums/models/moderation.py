"""What members and those who lead do with contributions and topics: withdraw, move."""

from django.conf import settings
from django.db import models


class Withdrawal(models.Model):
    """Who took the words of a contribution from the pages, when and why; gone when they are back.

    ``reason`` is empty where the author did.
    """

    contribution = models.OneToOneField(
        "forums.Contribution", on_delete=models.CASCADE, related_name="withdrawal"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=255, blank=True)

    def __str__(self) -> str:
        return f"{self.contribution_id}, {self.at:%Y-%m-%d %H:%M}"


class TopicRedirect(models.Model):
    """Where the contributions of a topic have gone, all of them or a part.

    ``old_key`` is the key of the topic in which they stood, ``forum`` its forum then; ``topic`` is
    where they went: the same one where it was moved to another forum.
    """

    old_key = models.BigIntegerField()
    forum = models.ForeignKey("forum.Forum", on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(
        "forum_conversation.Topic", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        indexes = (models.Index(fields=("old_key",), name="topic_redirect_old"),)

    def __str__(self) -> str:
        return f"{self.old_key} to {self.topic_id}"
