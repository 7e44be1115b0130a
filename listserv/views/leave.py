"""Stop a list's mail with one click, from a mail and without signing in (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.way_in import never_asks_to_sign_in
from listserv.commands import leaving
from listserv.models import Subscription


# The token is the proof; a mail program that posts has no cookie and must not be redirected (RFC
# 8058 §3.1).
@never_asks_to_sign_in
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, name: str, token: str) -> HttpResponse:
    """Show what the button does; a POST does it. GET changes nothing: mail scanners follow links.

    The name of the discussion is for the member alone: a forwarded mail has the link, and names
    change.
    """
    has_acted = request.method == "POST"
    if has_acted:
        row = leaving.stop_by_token(list_name=name, token=token, now=clock.now())
    else:
        row = leaving.subscription_of(list_name=name, token=token)
    context = {"subject": "", "gets_mail": False, "has_acted": has_acted}
    if row is not None:
        context["gets_mail"] = row.delivery != Subscription.Delivery.NONE
        context["subject"] = row.list.address
        if request.user.pk == row.member_id:
            context["subject"] = row.list.forum.name
    return render(request, "listserv/leave.html", context)
