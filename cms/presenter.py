"""Show and send proceedings: what the page's template needs, and the print when it is made."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify

from cms import document, printing
from cms.models.issued import issue_of
from forums.policy import READ, access_of
from hub.lib.clock import now

if TYPE_CHECKING:
    from cms.models import Print, ProceedingsPage
    from hub.members.models import Member


def page_context(page: "ProceedingsPage", member: "Member | None") -> dict[str, Any]:
    """Return the template variables of a page of proceedings, issued or draft, for its reader."""
    issue = issue_of(page)
    pdf_url = f"{page.url}pdf/" if issue.text and page.url else ""
    as_issued_url = (
        f"{pdf_url}issued/" if pdf_url and issue.corrections and not issue.withdrawal else ""
    )
    row = printing.find_print(page, printing.wanted_of(page)) if pdf_url else None
    return {
        "document": document.build(page),
        "pdf_url": pdf_url,
        "pdf": row,
        "as_issued_url": as_issued_url,
        "reads_discussion": page.forum_id is not None
        and access_of(member).may(READ, page.forum_id),
    }


def _sent(page: "ProceedingsPage", content: bytes, *, is_draft: bool) -> HttpResponse:
    name = slugify((page.symbol or f"draft {page.title}").replace("/", "-"))[:80] or "proceedings"
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Content-Language"] = page.language
    if is_draft:
        response["Cache-Control"] = "private, no-store"
    elif issue_of(page).withdrawal is not None:
        response["X-Robots-Tag"] = "noindex"
    return response


def _meanwhile(
    request: HttpRequest, page: "ProceedingsPage", row: "Print", back_url: str
) -> HttpResponse:
    """Say that the print is being made, or when it is
    tried again; the browser looks again by itself.
    """
    seconds = row.seconds_left(now())
    context = {"page": page, "row": row, "back_url": back_url}
    response = render(request, "cms/printing.html", context, status=503)
    response["Retry-After"] = str(seconds)
    response["Refresh"] = str(seconds)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def pdf_response(
    request: HttpRequest,
    page: "ProceedingsPage",
    *,
    back_url: str,
    is_draft: bool = False,
    as_issued: bool = False,
) -> HttpResponse:
    """Answer with the print, named after its symbol; with 503 and a page about it while the worker
    is at it.

    Args: back_url, of the page that has the same text.
    """
    wanted = printing.wanted_of(page, as_issued=as_issued, is_draft=is_draft)
    row = printing.want_print(page, wanted, now=now())
    content = printing.content_of(row)
    if content is not None:
        return _sent(page, content, is_draft=is_draft)
    if row.finished_at is not None:
        printing.want_again(row)
    return _meanwhile(request, page, row, back_url)
