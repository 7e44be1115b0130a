"""What is printed: one row for each PDF that somebody will read (decision 0030)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Between two looks of a browser that waits for a print.
MIN_WAIT_SECONDS = 5


class Print(models.Model):
    """A PDF of proceedings: wanted, under way, in the store, or failed and to be tried again.

    A row is one content: ``key`` changes with whatever the print would say otherwise. The worker
    claims it (``cms.services.printing``); requests only read it.
    """

    class Kind(models.TextChoices):
        """What it is a print of."""

        ISSUED = "issued", _("as issued")
        NOTED = "noted", _("with the notes that hold")
        DRAFT = "draft", pgettext_lazy("proceedings", "draft")

    page = models.ForeignKey("cms.ProceedingsPage", on_delete=models.CASCADE, related_name="prints")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=64)
    wanted_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    # The worker that is at it, as its heartbeat is named.
    claimed_by = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # When it is tried again; None for at once.
    next_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # In the private storage.
    path = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("page", "kind", "key"), name="print_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("issued", "noted", "draft")), name="print_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(claimed_at=None, claimed_by="")
                | models.Q(models.Q(claimed_at__isnull=False), ~models.Q(claimed_by="")),
                name="print_claim",
            ),
            models.CheckConstraint(
                condition=models.Q(finished_at=None)
                | models.Q(models.Q(claimed_at=None, next_at=None), ~models.Q(path="")),
                name="print_finished",
            ),
        )
        indexes: ClassVar = [
            # The worker's look for work, every second.
            models.Index(
                fields=("next_at", "id"), condition=models.Q(finished_at=None), name="print_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id} {self.kind} {self.key[:8]}"

    @property
    def has_failed(self) -> bool:
        """Whether the last try failed and another one is to come."""
        return self.finished_at is None and self.next_at is not None and self.claimed_at is None

    def seconds_left(self, now: datetime) -> int:
        """Return after how many seconds it is worth looking again."""
        if self.claimed_at is not None or self.next_at is None:
            return MIN_WAIT_SECONDS
        return max(MIN_WAIT_SECONDS, int((self.next_at - now).total_seconds()))
