"""Show and send proceedings: what the page's template needs, and the print with its cache."""

import threading
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.text import slugify

from cms import document
from cms.pdf import keep, kept, look_up, print_document
from hub.lib.clock import now

if TYPE_CHECKING:
    from cms.models import ProceedingsPage

# One typesetter at a time in a process, however many ask for what is not printed yet.
_printing = threading.Lock()


def page_context(page: "ProceedingsPage") -> dict[str, Any]:
    """Return the template variables of a page of proceedings, live or draft."""
    return {"document": document.build(page), "pdf_url": f"{page.url}pdf/" if page.live and page.url else ""}


def pdf_of(page: "ProceedingsPage", *, draft: bool) -> bytes:
    """Return the print of a page, issued or as its latest draft; made once per revision.

    Args: page, for a draft as its latest revision gives it.

    Raises: Unavailable.
    """
    revision = page.latest_revision_id if draft else page.live_revision_id
    at = page.latest_revision_created_at if draft else page.last_published_at
    # The moment tells revisions of a restored or replaced database apart, which have the same numbers.
    seen = f"{revision} {at} {page.record_id} {page.symbol} {settings.HUB_URL} {settings.HUB_NAME}"
    shelf = f"{page.pk}-{'draft' if draft else 'issued'}"
    path = kept(shelf, sha256(seen.encode()).hexdigest()[:24])
    if revision and (found := look_up(path)):
        return found
    with _printing:
        if revision and (found := look_up(path)):
            return found
        made = print_document(document.build(page), at=at or now(), draft=draft)
        if revision:
            keep(path, made.content, shelf)
    return made.content


def pdf_response(page: "ProceedingsPage", *, draft: bool = False) -> HttpResponse:
    """Answer with the print, named after its symbol."""
    name = slugify((page.symbol or f"draft {page.title}").replace("/", "-"))[:80] or "proceedings"
    response = HttpResponse(pdf_of(page, draft=draft), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Content-Language"] = page.language
    if draft:
        response["Cache-Control"] = "private, no-store"
    return response
