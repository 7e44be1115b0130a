"""Which print of proceedings a reader gets, and where it stands: what requests know of printing."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.files.storage import storages

from cms.models.issued import Issue, IssueNote, issue_of
from cms.models.prints import Print
from cms.pdf import template_digest
from hub.lib.bus import wake

if TYPE_CHECKING:
    from cms.models import ProceedingsPage


@dataclass(frozen=True)
class WantedPrint:
    """What is to be printed of a page."""

    kind: str
    key: str  # SHA-256 of everything that it depends on
    notes: tuple[IssueNote, ...] = ()


def wanted_of(
    page: "ProceedingsPage", *, as_issued: bool = False, is_draft: bool = False
) -> WantedPrint:
    """Return which print of a page is meant now.

    Args: as_issued, without notes of correction; what was withdrawn has its notice in any case.
    is_draft, the page as its latest revision gives it.
    """
    if is_draft:
        # The moment tells revisions of a restored or replaced database apart, which have the same
        # numbers.
        parts = (page.latest_revision_id, page.latest_revision_created_at, page.record_id)
        return WantedPrint(Print.Kind.DRAFT, _key(*parts))
    issue = issue_of(page)
    assert issue.text is not None
    notes = _printed_notes(issue, as_issued=as_issued)
    if not notes:
        return WantedPrint(Print.Kind.ISSUED, issue.text.digest)
    note_facts = [(note.pk, note.text, note.dated) for note in notes]
    return WantedPrint(Print.Kind.NOTED, _key(issue.text.digest, note_facts), notes)


def _printed_notes(issue: Issue, *, as_issued: bool) -> tuple[IssueNote, ...]:
    if issue.withdrawal is not None:
        return (issue.withdrawal,)
    if as_issued:
        return ()
    return issue.corrections


def _key(*parts: object) -> str:
    whole = (*parts, settings.HUB_URL, settings.HUB_NAME, template_digest())
    return sha256(repr(whole).encode()).hexdigest()


def find_print(page: "ProceedingsPage", wanted: WantedPrint) -> Print | None:
    """Return the row of a print. Queries: 1."""
    return Print.objects.filter(page_id=page.pk, kind=wanted.kind, key=wanted.key).first()


def want_print(page: "ProceedingsPage", wanted: WantedPrint, *, now: datetime) -> Print:
    """Return the row of a print, and tell the worker where it is new."""
    row, is_new = Print.objects.get_or_create(
        page_id=page.pk, kind=wanted.kind, key=wanted.key, defaults={"wanted_at": now}
    )
    if is_new:
        wake("prints")
    return row


def want_again(row: Print) -> None:
    """Let a print be made again whose file is lost."""
    if Print.objects.filter(pk=row.pk, finished_at=row.finished_at).update(
        finished_at=None, attempts=0
    ):
        wake("prints")
    row.finished_at, row.attempts = None, 0


def content_of(row: Print | None) -> bytes | None:
    """Return the PDF, None when it is not made yet, or lost."""
    if row is None or row.finished_at is None:
        return None
    storage = storages["private"]
    try:
        with storage.open(row.path) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
