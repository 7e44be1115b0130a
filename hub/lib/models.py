"""Rows of the library: who is alive."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the hub last said that it works; ``/healthz`` reads it."""

    name = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"


class RateWindow(models.Model):
    """How often something was tried in a span of time (:mod:`hub.lib.limits`).

    The key is a hash: the table names nobody. Rows stay until their window ends, however many others come.
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
