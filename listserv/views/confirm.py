"""Say that a held mail is mine, or that it is not, from the link in the letter that asks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from listserv.commands.services import asks
from listserv.inbound.mime import parse
from listserv.inbound.services import confirm_held, disown_held, held_mail
from listserv.models import InboundMail

# Characters of the mail that the page shows; the raw mail stays whole.
EXCERPT = 5_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Show the mail with two buttons; a POST decides. GET changes nothing: mail scanners follow links."""
    if request.method == "POST":
        decide = disown_held if "disown" in request.POST else confirm_held
        row = decide(list_name=name, token=token, now=clock.now())
    else:
        row = held_mail(list_name=name, token=token)
    mail = parse(bytes(row.raw))
    text = mail.text.strip()
    context = {
        "mail": row,
        "asks": asks(row.kind, mail),
        "discussion": row.list.forum.name if row.list else settings.HUB_NAME,
        "excerpt": text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
        "waits": row.state == InboundMail.State.HELD,
        "goes": row.state in (InboundMail.State.QUEUED, InboundMail.State.PUBLISHED, InboundMail.State.DONE),
    }
    return render(request, "listserv/confirm.html", context)
