"""Show and send proceedings: what the page's template needs, and the print with its cache."""

import logging
import threading
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.text import slugify

from cms import document
from cms.models.issued import IssuedText, issue_of
from cms.pdf import keep, kept, look_up, print_document
from forums.services.files import keep_content, read_content
from hub.lib.clock import now

if TYPE_CHECKING:
    from cms.models import ProceedingsPage

log = logging.getLogger(__name__)
# One typesetter at a time in a process, however many ask for what is not printed yet.
_printing = threading.Lock()


def page_context(page: "ProceedingsPage") -> dict[str, Any]:
    """Return the template variables of a page of proceedings, issued or draft."""
    issue = issue_of(page)
    pdf_url = f"{page.url}pdf/" if issue.text and page.url else ""
    as_issued_url = f"{pdf_url}issued/" if pdf_url and issue.corrections and not issue.withdrawal else ""
    return {"document": document.build(page), "pdf_url": pdf_url, "as_issued_url": as_issued_url}


def draft_pdf_of(page: "ProceedingsPage") -> bytes:
    """Return the print of a draft, made once per revision.

    Args: page, as its latest revision gives it.

    Raises: Unavailable.
    """
    # The moment tells revisions of a restored or replaced database apart, which have the same numbers.
    key = f"{page.latest_revision_id} {page.latest_revision_created_at} {page.record_id}"
    at = page.latest_revision_created_at or now()
    return _printed(page, shelf=f"{page.pk}-draft", key=key if page.latest_revision_id else "", at=at, draft=True)


def issued_pdf_of(page: "ProceedingsPage", *, as_issued: bool = False) -> bytes:
    """Return the print of what was issued: as it was printed then, or with the notes that hold now above it.

    Args: as_issued, without notes of correction; what was withdrawn has its notice in any case.

    Raises: Unavailable.
    """
    issue = issue_of(page)
    assert issue.text is not None
    notes = [issue.withdrawal] if issue.withdrawal else [] if as_issued else list(issue.corrections)
    if not notes:
        return _original(page, issue.text)
    key = f"{issue.text.digest} {[(note.pk, note.text, note.dated) for note in notes]}"
    return _printed(page, shelf=f"{page.pk}-noted", key=key, at=notes[-1].made_at)


def _printed(page: "ProceedingsPage", *, shelf: str, key: str, at: datetime, draft: bool = False) -> bytes:
    """Return a print from its shelf, or make it; an empty key keeps nothing."""
    contents = f"{key} {page.symbol} {settings.HUB_URL} {settings.HUB_NAME}"
    path = kept(shelf, sha256(contents.encode()).hexdigest()[:24])
    if key and (found := look_up(path)):
        return found
    with _printing:
        if key and (found := look_up(path)):
            return found
        pdf = print_document(document.build(page), at=at, draft=draft)
        if key:
            keep(path, pdf.content, shelf)
    return pdf.content


def _original(page: "ProceedingsPage", text: IssuedText) -> bytes:
    """Return the print as issued, made once and stored for good: no later template or font changes it."""
    if (found := _stored(text)) is not None:
        return found
    with _printing:
        text.refresh_from_db(fields=["pdf_digest"])
        if (found := _stored(text)) is not None:
            return found
        content = print_document(document.build(page, with_notes=False), at=text.issued_at).content
        if text.pdf_digest:
            log.error("The PDF of %s as issued was missing; it was made again.", text.symbol)
            return content
        keep_content(content)
        IssuedText.objects.filter(pk=text.pk, pdf_digest="").update(pdf_digest=sha256(content).hexdigest())
        # Another process may have been faster: what it stored is the print.
        text.refresh_from_db(fields=["pdf_digest"])
        return _stored(text) or content


def _stored(text: IssuedText) -> bytes | None:
    return read_content(text.pdf_digest) if text.pdf_digest else None


def pdf_response(page: "ProceedingsPage", *, draft: bool = False, as_issued: bool = False) -> HttpResponse:
    """Answer with the print, named after its symbol."""
    name = slugify((page.symbol or f"draft {page.title}").replace("/", "-"))[:80] or "proceedings"
    content = draft_pdf_of(page) if draft else issued_pdf_of(page, as_issued=as_issued)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Content-Language"] = page.language
    if draft:
        response["Cache-Control"] = "private, no-store"
    elif issue_of(page).withdrawal is not None:
        response["X-Robots-Tag"] = "noindex"
    return response
