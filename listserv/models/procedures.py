"""What the hub itself tells a list, such as that a conference session has opened."""

from django.db import models


class Procedure(models.Model):
    """A notification to everybody on a roster, on its way; one row however many receive it.

    ``texts`` is ``dict[str, dict[str, str]]``: language -> "subject", "text". ``is_urgent`` says
    that those who take a digest get it too, where it would be late. ``cursor`` is the key of the
    last subscription done, ``claimed_until`` the lease of the worker at it.
    """

    list = models.ForeignKey(
        "listserv.MailingList", on_delete=models.CASCADE, related_name="procedures"
    )
    texts = models.JSONField()
    url = models.CharField(max_length=500)
    is_urgent = models.BooleanField(default=False)
    cursor = models.BigIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            # The worker takes the oldest that is not done.
            models.Index(
                fields=("id",), condition=models.Q(finished_at=None), name="procedure_waiting"
            ),
        )

    def __str__(self) -> str:
        return f"{self.list}: {self.url}"
