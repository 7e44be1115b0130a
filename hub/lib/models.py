"""Rows of the library: who is alive."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the hub last said that it works; ``/healthz`` reads it."""

    name = models.CharField(primary_key=True, max_length=60)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
