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


# Characters of the name of a PDF.
MAX_FILE_NAME = 80


def page_context(page: "ProceedingsPage", member: "Member | None") -> dict[str, Any]:
    """Return the template variables of a page of proceedings, issued or draft, for its reader."""
    return {
        "document": document.build(page),
        "reads_discussion": _reads_discussion(page, member),
        **_print_context(page),
    }


def _reads_discussion(page: "ProceedingsPage", member: "Member | None") -> bool:
    if page.forum_id is None:
        return False
    return access_of(member).may(READ, page.forum_id)


def _print_context(page: "ProceedingsPage") -> dict[str, Any]:
    """Return where the prints of a page are, and the row of the one that is meant now."""
    issue = issue_of(page)
    if issue.text is None or not page.url:
        return {"pdf_url": "", "pdf": None, "as_issued_url": ""}
    pdf_url = f"{page.url}pdf/"
    # Only notes of correction stand above a text that can still be read without them.
    has_notes = bool(issue.corrections) and issue.withdrawal is None
    return {
        "pdf_url": pdf_url,
        "pdf": printing.find_print(page, printing.wanted_of(page)),
        "as_issued_url": f"{pdf_url}issued/" if has_notes else "",
    }


def _file_name(page: "ProceedingsPage") -> str:
    title = page.symbol or f"draft {page.title}"
    return slugify(title.replace("/", "-"))[:MAX_FILE_NAME] or "proceedings"


def _print_response(page: "ProceedingsPage", content: bytes, *, is_draft: bool) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{_file_name(page)}.pdf"'
    response["Content-Language"] = page.language
    if is_draft:
        response["Cache-Control"] = "private, no-store"
    elif issue_of(page).withdrawal is not None:
        response["X-Robots-Tag"] = "noindex"
    return response


def _waiting_response(
    request: HttpRequest, page: "ProceedingsPage", row: "Print", back_url: str
) -> HttpResponse:
    """Say that the print is being made, or when it is tried again.

    The browser looks again by itself.
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
    """Answer with the print of a page, named after its symbol.

    While the worker is at it the answer is 503, with a page about it.

    Args: back_url, of the page that has the same text.
    """
    wanted = printing.wanted_of(page, as_issued=as_issued, is_draft=is_draft)
    row = printing.want_print(page, wanted, now=now())
    content = printing.content_of(row)
    if content is not None:
        return _print_response(page, content, is_draft=is_draft)
    if row.finished_at is not None:
        printing.want_again(row)
    return _waiting_response(request, page, row, back_url)
