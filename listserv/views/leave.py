"""Stop a list's mail with one click, from a mail and without signing in (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from hub.lib.errors import NotFound
from listserv import selectors, services, tokens
from listserv.models import Subscription


# The token is the proof; a mail program that posts has no cookie and must not be redirected (RFC 8058 §3.1).
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Show what the button does; a POST does it, and one with ``again`` undoes it. GET changes nothing: mail scanners
    follow links."""
    key = tokens.read_leave(token)
    found = selectors.subscription_by_key(key, name) if key is not None else None
    if found is None:
        raise NotFound
    row = found
    if request.method == "POST":
        again = request.POST.get("again", "")
        row = services.leave_by_token(list_name=name, token=token, back=bool(again), mode=again)
    context = {
        # What the way back restores.
        "mode": found.delivery if found.delivery != Subscription.Delivery.NONE else Subscription.Delivery.EACH,
        "delivery": row.get_delivery_display(),
        "mailing_list": row.list,
        "discussion": row.list.forum.name,
        "gets_mail": row.delivery != Subscription.Delivery.NONE and row.ended_at is None,
        "ended": row.ended_at is not None,
        "acted": request.method == "POST",
    }
    return render(request, "listserv/leave.html", context)
