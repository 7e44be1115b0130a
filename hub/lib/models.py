"""Rows of the library: who is alive, and what was tried how often."""

from django.db import models


class Heartbeat(models.Model):
    """A part of the hub in one process, and when it last said that it is alive.

    ``/healthz`` reads it. The row goes when the part ends in order; one that stays behind is of a
    process that was killed, or hangs.

    Args:
        name: names the part and the process, of all hosts and times.
        kind: ``web``, ``smtp`` or ``worker``.
        works: whether it can do its work; one that is alive may have lost a thread, or its port.
    """

    name = models.CharField(primary_key=True, max_length=60)
    kind = models.CharField(max_length=20, blank=True)
    host = models.CharField(max_length=255, blank=True)
    pid = models.PositiveIntegerField(default=0)
    works = models.BooleanField(default=True)
    started_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.host}:{self.pid} {self.at:%H:%M:%S}"


class RateWindow(models.Model):
    """How often something was tried in a span of time (:mod:`hub.lib.limits`).

    The key is a hash: the table names nobody. Rows stay until their window ends, however many
    others come.
    """

    key = models.CharField(primary_key=True, max_length=80)
    count = models.PositiveIntegerField()
    # Seconds since 1970, when the window ends.
    ends_at = models.BigIntegerField()

    class Meta:
        # Windows that have ended are removed.
        indexes = (models.Index(fields=("ends_at",), name="rate_window_ends"),)

    def __str__(self) -> str:
        return f"{self.key} {self.count}"
