"""What was issued under a symbol: its frozen text, and notes on it (decision record 0016)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cms.models.prints import Print
from cms.printed import DatedNote
from hub.lib.bus import wake
from hub.lib.dates import format_day
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
    """Return everything that a page says, and where, as plain data.

    Moments are in ISO 8601; what is missing is an empty text.
    """
    return {
        "symbol": page.symbol or "",
        "title": page.title,
        "slug": page.slug,
        "language": page.language,
        "summary": str(page.summary),
        "conclusions": str(page.conclusions),
        "record": "" if page.record is None else page.record.digest,
        "opens_at": _iso(page.opens_at),
        "closes_at": _iso(page.closes_at),
        "first_published_at": _iso(page.first_published_at),
    }


def _iso(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat()


class IssuedText(models.Model):
    """The text of proceedings as issued. It never changes.

    It is apart from the page, so that no edit of the page reaches it. ``content`` is what
    :func:`content_of` gives, ``digest`` its SHA-256. ``pdf_digest`` names the print in the private
    storage; it is empty until the print is made, and set once.
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
        """Freeze what a page says now, under its new symbol, and let it be printed."""
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
    """A dated note on an issued document: a correction, or its withdrawal.

    It can be ended, with a trace.
    """

    class Kind(models.TextChoices):
        """What the note says."""

        CORRECTION = "correction", gettext_lazy("note of correction")
        WITHDRAWAL = "withdrawal", pgettext_lazy("of proceedings", "withdrawal")

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
            models.CheckConstraint(
                condition=models.Q(kind__in=("correction", "withdrawal")), name="issue_note_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None, ended_because="")
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="issue_note_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.issued_text}: {self.get_kind_display()} {self.dated:%Y-%m-%d}"

    @property
    def day(self) -> str:
        """The date of the note, in the reader's language."""
        return format_day(self.dated)

    def as_dated(self) -> DatedNote:
        """Return the note as documents show it. Queries: 1, unless its author came with it."""
        return DatedNote(self.text, self.dated, self.made_by.get_full_name())


@dataclass(frozen=True)
class Issue:
    """An issued document with the notes that hold now."""

    text: IssuedText | None = None
    corrections: tuple[IssueNote, ...] = ()
    withdrawal: IssueNote | None = None


def issue_of(page: "ProceedingsPage") -> Issue:
    """Return what was issued as a page, and its notes; an empty issue for a draft.

    Queries: 2 for what is issued.
    """
    text = page.issued
    if text is None:
        return Issue()
    notes = list(text.notes.filter(ended_at=None).select_related("made_by"))
    corrections = tuple(note for note in notes if note.kind == IssueNote.Kind.CORRECTION)
    withdrawals = (note for note in notes if note.kind == IssueNote.Kind.WITHDRAWAL)
    return Issue(text, corrections, next(withdrawals, None))
