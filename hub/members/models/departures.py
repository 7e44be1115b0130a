"""People who left for good, and where others still name them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Departure(models.Model):
    """A person who left for good: who decided it, and what is left to be done.

    The names and addresses to look for are kept until everything has been searched, and not a
    moment longer.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="departure"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    left_at = models.DateTimeField()
    # {"names": list[str], "addresses": list[str]}; empty once it is finished.
    wanted = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-left_at", "-pk")

    def __str__(self) -> str:
        return f"{self.member_id} on {self.left_at:%Y-%m-%d}"


class DepartureTrace(models.Model):
    """A place where others still name a person who left.

    The Secretariat looks at it and notes when it is settled.
    """

    class Kind(models.TextChoices):
        """What kind of place it is."""

        CONTRIBUTION = "contribution", pgettext_lazy("where a name was found", "contribution")
        REVISION = "revision", _("earlier version of a contribution")
        FILE = "file", _("name of a file")
        TOPIC = "topic", _("subject of a topic")
        DISCUSSION = "discussion", _("text about a discussion")
        CONFERENCE = "conference", _("conference or session")
        GROUP = "group", _("liaison group")
        PAGE = "page", _("page, document or picture")
        APPLICATION = "application", pgettext_lazy("where a name was found", "application")

    departure = models.ForeignKey(Departure, on_delete=models.CASCADE, related_name="traces")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    label = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=200)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("departure", "kind", "url"), name="departure_trace_once"
            ),
        )
        # The page of a departure lists what is not settled first.
        indexes = (models.Index(fields=("departure", "settled_at"), name="departure_trace_open"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.url}"
