"""Confirm or disown a held message, by the link in the notification that asks."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.masking import mask
from hub.lib.way_in import never_asks_to_sign_in
from listserv.gateway.address_handlers import describe
from listserv.gateway.confirmation import confirm_held, disown_held, held_mail
from listserv.gateway.purposes import domain_of
from listserv.gateway.stored_drafts import parsed_message
from listserv.models import HELD_FOR, InboundMail

# Characters of the message that the page shows; the raw message stays whole.
EXCERPT = 5_000
_CONFIRMED = (InboundMail.State.QUEUED, InboundMail.State.PUBLISHED, InboundMail.State.DONE)


@never_asks_to_sign_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Show the message with two buttons; a POST decides.

    GET changes nothing: mail scanners follow links. Once it is decided, or too old, the link shows
    what became of the message and none of its words.
    """
    now = clock.now()
    if request.method != "POST":
        row = held_mail(list_name=name, token=token)
    elif "disown" in request.POST:
        row = disown_held(list_name=name, token=token, now=now)
    else:
        row = confirm_held(list_name=name, token=token, now=now)
    message, excerpt = parsed_message(row), ""
    waits = row.state == InboundMail.State.HELD and row.received_at > now - HELD_FOR
    if waits:
        excerpt = mask(message.text.strip())
    if len(excerpt) > EXCERPT:
        excerpt = f"{excerpt[:EXCERPT]} …"
    context = {
        "mail": row,
        "held": describe(row, message),
        "domain": domain_of(message),
        "desk_domain": settings.HUB_MAIL_DOMAIN,
        "excerpt": excerpt,
        "waits": waits,
        "goes": row.state in _CONFIRMED,
    }
    return render(request, "listserv/confirm.html", context)
