"""Rows of archives that were brought in from elsewhere."""

from django.db import models


class ArchiveImport(models.Model):
    """One file taken into one list; ``offset`` is where a run that was interrupted goes on."""

    list = models.ForeignKey(
        "listserv.MailingList", on_delete=models.CASCADE, related_name="imports"
    )
    name = models.CharField(max_length=255, help_text="of the file")
    sha256 = models.CharField(max_length=64, help_text="of the file")
    size = models.PositiveBigIntegerField(help_text="bytes")
    offset = models.PositiveBigIntegerField(default=0, help_text="bytes done")
    created = models.PositiveIntegerField(default=0, help_text="contributions made")
    known = models.PositiveIntegerField(default=0, help_text="messages that were here already")
    failed = models.PositiveIntegerField(default=0, help_text="messages left out")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("list", "sha256"), name="import_once"),)

    def __str__(self) -> str:
        return f"{self.name} into {self.list}: {self.offset}/{self.size}"
