"""Keep the Secretariat to the setting-up of a second factor, until there is one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from hub.lib.clock import now
from hub.lib.way_in import LONGEST, way_back
from hub.members.account import rules
from hub.members.models import LoginSession

# A browser's "last seen" is as exact as this.
SEEN_EVERY = timedelta(minutes=5)
# Where a person goes on once the second factor is there.
NEXT = "hub.second-factor-next"
# Names of addresses that a person without the required second factor reaches.
_OPEN_PREFIXES = ("account_", "mfa_")
_OPEN = frozenset(
    {
        "set_language",
        "javascript-catalog",
        "members:sign_ins",
        "members:end_sign_in",
        "members:end_sign_ins",
    }
)


class SignInMiddleware:
    """Note when a browser was last seen, and hold up who has to set up a second factor first.

    Before every page, not before some: what the Secretariat may do stands on all of them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, and note the time at most every few minutes."""
        response = _leading_back(request, self.get_response(request))
        _note_seen(request.session)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Lead the Secretariat to the second factor.

        Queries: 1 for the Secretariat, none for others.
        """
        user = request.user
        if not user.is_authenticated:
            return None
        if not rules.is_secretariat(user):
            return None
        if _is_open(request):
            return None
        if not rules.must_set_up(user):
            return None
        return lead_to_set_up(request)


def _note_seen(session: Any) -> None:
    seen_at = getattr(session, "seen_at", None)
    if seen_at is None or not session.session_key:
        return
    if now() - seen_at > SEEN_EVERY:
        LoginSession.objects.filter(pk=session.session_key).update(seen_at=now())


def _leading_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the sign-in that answers a form lead back to the page of the form.

    It never leads to an endless address.
    """
    sign_in = reverse("account_login")
    path, _mark, query = response.headers.get("Location", "").partition("?")
    if path != sign_in or parse_qs(query).get("next") != [request.get_full_path()]:
        return response
    if request.method == "POST" or len(request.get_full_path()) > LONGEST:
        response.headers["Location"] = f"{sign_in}?{urlencode({'next': way_back(request)})}"
    return response


def _is_open(request: HttpRequest) -> bool:
    name = getattr(request.resolver_match, "view_name", "")
    return name.startswith(_OPEN_PREFIXES) or name in _OPEN


def lead_to_set_up(request: HttpRequest) -> HttpResponse:
    """Send a person to the page of the second factor, and remember where to go on."""
    if request.path.startswith("/api/"):
        message = _("Set up a second factor on the pages of the hub first.")
        return JsonResponse({"code": "second-factor-missing", "message": message}, status=403)
    if request.method == "GET":
        request.session[NEXT] = request.get_full_path()
    return redirect("mfa_index")
