"""What the hub has sent, as its readers see it: for the Secretariat, where no relay is set."""

from urllib.parse import urlencode

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from hub.lib.errors import NotFound
from listserv.outbound import letters
from listserv.outbound import outbox as box

PAGE = 50
# The mail's own HTML runs, fetches and leads nowhere; it only lies inside our page.
_LETTER_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": True,
}


def _staff_only(request: HttpRequest) -> None:
    """Answer everybody else as if there was no such page."""
    if not (request.user.is_authenticated and request.user.is_staff):
        raise NotFound


def _mail(request: HttpRequest, name: str) -> bytes:
    _staff_only(request)
    raw = None if settings.HUB_RELAY else box.read(name)
    if raw is None:
        raise NotFound
    return raw


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the mails sent, newest first; ``?q=`` finds a recipient."""
    _staff_only(request)
    if settings.HUB_RELAY:
        return render(request, "listserv/outbox_relay.html", {"relay": str(settings.HUB_RELAY)})
    search = request.GET.get("q", "").strip()[:100]
    found = box.names(search)
    pages = max(1, -(-len(found) // PAGE))
    asked = request.GET.get("page", "1")
    number = min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1, 1), pages)
    shown = found[(number - 1) * PAGE : number * PAGE]
    rows = [(name, box.sent_at(name), letters.summary(raw)) for name in shown if (raw := box.read(name)) is not None]
    context = {
        "rows": rows,
        "search": search,
        "total": len(found),
        "page_number": number,
        "page_count": pages,
        "earlier_url": _page(search, number - 1) if number > 1 else "",
        "later_url": _page(search, number + 1) if number < pages else "",
    }
    return render(request, "listserv/outbox.html", context)


def _page(search: str, number: int) -> str:
    return "?" + urlencode({"q": search, "page": number} if search else {"page": number})


@require_safe
def letter(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: text, HTML in a frame of its own, headers."""
    raw = _mail(request, name)
    context = {"name": name, "letter": letters.whole(raw), "sent_at": box.sent_at(name), "size": len(raw)}
    return render(request, "listserv/letter.html", context)


@require_safe
@xframe_options_sameorigin
@csp(_LETTER_POLICY)  # type: ignore[arg-type]
def letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a mail's HTML for the frame, under a policy that lets it do nothing."""
    html = letters.whole(_mail(request, name)).html
    if not html:
        raise NotFound
    return HttpResponse(html)


@require_safe
def letter_raw(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the mail as it was sent, for a mail program."""
    raw = _mail(request, name)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(raw, content_type="message/rfc822", headers={"Content-Disposition": disposition})
