"""What is new in a topic, and up to where a member has read it."""

from django.conf import settings
from django.db import models


class TopicState(models.Model):
    """What is new in a topic: whoever counts looks at this first (decision record 0028).

    Args: last_number, of the newest contribution that counts as new: accepted, and not imported; 0
    for none.
    """

    topic = models.OneToOneField(
        "forum_conversation.Topic", primary_key=True, on_delete=models.CASCADE, related_name="state"
    )
    forum = models.ForeignKey(
        "forum.Forum", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    last_number = models.BigIntegerField(default=0)

    class Meta:
        indexes = (
            # The count begins with the topics of a forum whose last number is above the reader's
            # horizon.
            models.Index(fields=("forum", "last_number"), name="topic_state_forum"),
        )

    def __str__(self) -> str:
        return f"{self.topic_id} up to {self.last_number}"


class ReadMark(models.Model):
    """Up to which contribution a member has read a topic."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(
        "forum_conversation.Topic", on_delete=models.CASCADE, related_name="read_marks"
    )
    number = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("member", "topic"), name="read_mark_once"),)

    def __str__(self) -> str:
        return f"{self.member_id} read {self.topic_id} up to {self.number}"
