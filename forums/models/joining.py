"""Requests to be admitted to a discussion: the same ones on the web and by mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class JoinRequest(models.Model):
    """A member's request to take part in a discussion, from the question to the answer.

    An ignored request is answered by nobody, and its member sees it as one that waits; who lets
    them in later decides it after all.
    """

    class State(models.TextChoices):
        """Where the request stands."""

        # Translators: agrees with the request to take part
        WAITING = "waiting", pgettext_lazy("state of a request to take part", "waiting")
        # Translators: agrees with the person who asked
        ADMITTED = "admitted", pgettext_lazy("state of a request to take part", "admitted")
        # Translators: agrees with the request to take part
        DECLINED = "declined", pgettext_lazy("state of a request to take part", "declined")
        # Translators: agrees with the request to take part
        IGNORED = "ignored", pgettext_lazy("state of a request to take part", "ignored")
        # Translators: agrees with the request to take part
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a request to take part", "withdrawn")

    # Their member is still to be answered; one that was ignored may be admitted later.
    OPEN = (State.WAITING, State.IGNORED)

    forum = models.ForeignKey(
        "forum.Forum", on_delete=models.CASCADE, related_name="join_requests", db_index=False
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="join_requests",
        db_index=False,
    )
    statement = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    # None where the hub itself decided, as when the discussion was opened to all meanwhile.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # For the member who asked.
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("forum", "member"),
                condition=models.Q(state="waiting"),
                name="join_request_waits_once",
            ),
        )
        indexes = (
            # What a member has asked, the last one first.
            models.Index(fields=("member", "forum", "-created_at"), name="join_request_of"),
            # The queue of those who lead.
            models.Index(
                fields=("forum", "created_at"),
                condition=models.Q(state="waiting"),
                name="join_request_queue",
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} in {self.forum_id} ({self.state})"

    @property
    def is_open(self) -> bool:
        """Whether its member is still to be answered; an ignored one may be admitted later."""
        return self.state in self.OPEN
