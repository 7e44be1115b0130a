"""What was issued under a symbol: the frozen text, and
the Secretariat's notes on it (decision record 0016).
"""

import json
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.models.prints import Print
from hub.lib.bus import wake
from hub.lib.dates import say_day
from hub.lib.errors import NotNow

if TYPE_CHECKING:
    from cms.models.proceedings import ProceedingsPage


def frozen(symbol: str) -> NotNow:
    """Return the refusal of whatever would change a document that was issued."""
    sentence = _(
        "These proceedings were issued as %s. Their text, address and symbol can no longer be "
        "changed."
    )
    return NotNow(sentence % symbol, code="issued")


def content_of(page: "ProceedingsPage") -> dict[str, str]:
    """Return everything that a page says, and where, as plain data; moments in ISO 8601."""
    moments = {
        name: getattr(page, name) for name in ("opens_at", "closes_at", "first_published_at")
    }
    return {
        "symbol": page.symbol or "",
        "title": page.title,
        "slug": page.slug,
        "language": page.language,
        "summary": str(page.summary),
        "conclusions": str(page.conclusions),
        "record": page.record.digest if page.record else "",
        **{
            name: moment.astimezone(UTC).isoformat() if moment else ""
            for name, moment in moments.items()
        },
    }


class IssuedText(models.Model):
    """The text of proceedings as issued, apart from the page, so that no edit of the page reaches
    it. Never changed.

    ``content`` is what :func:`content_of` gives, ``digest`` its SHA-256. ``pdf_digest`` names the
    print in the private storage; it is empty until the print is made, and set once.
    """

    page = models.OneToOneField(
        "cms.ProceedingsPage", on_delete=models.PROTECT, related_name="issued_text"
    )
    symbol = models.CharField(max_length=60, unique=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    pdf_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-issued_at", "-pk")

    def __str__(self) -> str:
        return self.symbol

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it once.

        Raises: NotNow for every later change.
        """
        if not self._state.adding:
            raise frozen(self.symbol)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what has a symbol stays.

        Raises: NotNow.
        """
        raise frozen(self.symbol)

    @classmethod
    def of(cls, page: "ProceedingsPage") -> "IssuedText":
        """Freeze what a page says now, under the symbol
        that it has just been given, and let it be printed.
        """
        content = content_of(page)
        digest = sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()
        text = cls.objects.create(
            page=page,
            symbol=page.symbol,
            content=content,
            digest=digest,
            issued_at=page.first_published_at,
        )
        Print.objects.get_or_create(
            page=page, kind=Print.Kind.ISSUED, key=digest, defaults={"wanted_at": text.issued_at}
        )
        wake("prints")
        return text


class IssueNote(models.Model):
    """A dated note on an issued document: a correction,
    or its withdrawal. It can be ended, with a trace.
    """

    class Kind(models.TextChoices):
        """What the note says."""

        CORRECTION = "correction", gettext_lazy("note of correction")
        WITHDRAWAL = "withdrawal", gettext_lazy("withdrawal")

    issued_text = models.ForeignKey(IssuedText, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField()
    dated = models.DateField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_because = models.TextField(blank=True)

    class Meta:
        ordering = ("made_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("issued_text",),
                condition=models.Q(kind="withdrawal", ended_at=None),
                name="issued_text_withdrawn_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.issued_text}: {self.get_kind_display()} {self.dated:%Y-%m-%d}"

    @property
    def day(self) -> str:
        """The date of the note, in the reader's language."""
        return say_day(self.dated)


@dataclass(frozen=True)
class Issue:
    """An issued document with the notes that hold now."""

    text: IssuedText | None = None
    corrections: tuple[IssueNote, ...] = ()
    withdrawal: IssueNote | None = None


def issue_of(page: "ProceedingsPage") -> Issue:
    """Return what was issued as a page, and its notes;
    nothing for a draft. Queries: 2 for what is issued.
    """
    text = page.issued
    if text is None:
        return Issue()
    notes = list(text.notes.filter(ended_at=None).select_related("made_by"))
    corrections = tuple(note for note in notes if note.kind == IssueNote.Kind.CORRECTION)
    return Issue(
        text,
        corrections,
        next((note for note in notes if note.kind == IssueNote.Kind.WITHDRAWAL), None),
    )
