"""The outbox, for the Secretariat: what the hub has sent, where no relay is set."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from hub.lib.errors import NotFound
from listserv.outbound import captured
from listserv.outbound import outbox as outbox_files
from listserv.views.paging import SIZE, paging
from listserv.views.staff import staff_only

PAGE = SIZE
# The mail's own HTML runs, fetches and leads nowhere; it only lies inside our page. It keeps our
# origin, which without scripts gives it nothing: Chromium does not paint a frame of another origin
# until it is scrolled to, so that a page printed or captured whole showed an empty one.
_MESSAGE_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": ["allow-same-origin"],
}


def _message(request: HttpRequest, name: str) -> bytes:
    staff_only(request)
    if settings.HUB_RELAY:
        raise NotFound
    raw = outbox_files.read(name)
    if raw is None:
        raise NotFound
    return raw


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the messages sent, newest first; ``?q=`` finds a recipient."""
    staff_only(request)
    if settings.HUB_RELAY:
        return render(request, "listserv/outbox_relay.html", {"relay": str(settings.HUB_RELAY)})
    search = request.GET.get("q", "").strip()[:100]
    files = outbox_files.names(search)
    page = paging(request.GET.get("page", ""), len(files), size=PAGE, q=search)
    rows = [
        (name, outbox_files.sent_at(name), captured.summary_of(raw))
        for name in files[page.rows]
        if (raw := outbox_files.read(name)) is not None
    ]
    return render(request, "listserv/outbox.html", {"rows": rows, "search": search, **page.context})


@require_safe
def message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message: text, HTML in a frame of its own, headers."""
    raw = _message(request, name)
    context = {
        "name": name,
        "message": captured.message_in(raw),
        "sent_at": outbox_files.sent_at(name),
        "size": len(raw),
    }
    return render(request, "listserv/outbox_message.html", context)


@require_safe
@xframe_options_sameorigin
@csp(_MESSAGE_POLICY)  # type: ignore[arg-type]
def message_html(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a message's HTML for the frame, under a policy that lets it do nothing."""
    html = captured.message_in(_message(request, name)).html
    if not html:
        raise NotFound
    return HttpResponse(html)


@require_safe
def message_raw(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the message as it was sent, for a mail program."""
    raw = _message(request, name)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        raw, content_type="message/rfc822", headers={"Content-Disposition": disposition}
    )
