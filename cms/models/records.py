"""What must not move: symbols, and records of conferences as compiled (decision record 0005)."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _

from hub.lib.errors import NotNow

# The data of a record of nothing.
EMPTY_RECORD: dict[str, Any] = {"background": "", "agenda": [], "participants": []}


class SymbolSeries(models.Model):
    """The last serial number taken in a year; whoever takes the next one holds this row's lock."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "symbol series"

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"

    @classmethod
    @transaction.atomic
    def take(cls, year: int) -> str:
        """Return the next symbol of a year, given to nobody else.

        It is rolled back with the caller's transaction.
        """
        cls.objects.get_or_create(year=year)
        series = cls.objects.select_for_update().get(year=year)
        series.last += 1
        series.save(update_fields=["last"])
        return f"{settings.HUB_SYMBOL}/{year}/{series.last}"


class ProceedingsRecord(models.Model):
    """What was said in a conference, as it stood when it was compiled.

    It never changes: compiling again makes another. ``data`` is::

        {"background": html, "participants": [{"name", "role", "country", "organisation"}],
         "agenda": [{"title", "taken", "resumed", "session": {"title", "opens_at", "closes_at",
         "held"}, "interventions": [{"number", "author", "role", "country", "organisation", "at",
         "origin", "html", "edited": {"by", "at"} or None}]}]}

    in the order of what happened: an item that was taken again stands there again (``resumed``),
    one that was not taken at the end. ``edited`` marks words that were changed after the gavel.
    Older records have no ``taken``, ``resumed``, ``held`` and ``edited``. With roles and countries
    as codes, moments in ISO 8601, and HTML as :func:`hub.lib.markup.render` made it.
    """

    conference = models.ForeignKey(
        "conferences.Conference", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    data = models.JSONField()
    digest = models.CharField(max_length=64)
    compiled_at = models.DateTimeField()
    compiled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("conference", "digest"), name="proceedings_record_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.conference_id} as of {self.compiled_at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it once.

        Raises: NotNow for every later change.
        """
        if not self._state.adding:
            raise NotNow(
                _("A compiled record cannot be changed. Compile again to make a new one."),
                code="compiled",
            )
        super().save(*args, **kwargs)

    @staticmethod
    def digest_of(data: dict[str, Any]) -> str:
        """Return what tells two records apart: SHA-256 of the data."""
        return sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    @property
    def numbers(self) -> list[int]:
        """The numbers of the contributions in it, in the order of the agenda."""
        return [
            intervention["number"]
            for item in self.data["agenda"]
            for intervention in item["interventions"]
        ]
