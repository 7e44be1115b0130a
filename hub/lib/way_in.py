"""What an address shows that has nothing for the reader: hidden, missing and mistyped ones alike.

Whoever is not signed in is led to sign in and from there back, as at every page for members: then
the place is there, or there is nothing. Until then nobody learns which. Programs cannot sign in, so
what they read keeps its 404 (decision record 0034).
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from hub.lib.typed import typed_texts

View = TypeVar("View", bound=Callable[..., HttpResponse])
# What programs read, whatever is missing there.
PROGRAMS = ("/api/", "/live/", "/static/", "/media/")
# Pages end in a slash; only published files do not. What else is missing (robots.txt) no sign-in
# brings.
FILES = ("/documents/",)
# Characters of an address that a sign-in leads back to.
LONGEST = 2_000


def never_asks_to_sign_in(view: View) -> View:
    """Mark a view where a sign-in opens nothing: a program reads it, or its link is the proof."""
    view.asks_to_sign_in = False  # type: ignore[attr-defined]
    return view


def keeps_draft(name: str) -> Callable[[View], View]:
    """Mark the view of a page whose box keeps a draft in the browser, so that the words outlive the
    page.

    Args: name, of the draft, with the names of the address's parts in braces (``topic-{pk}``).
    """

    def mark(view: View) -> View:
        view.draft = name  # type: ignore[attr-defined]
        return view

    return mark


def kept_at_sign_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Show the words of a form that came without a sign-in,
    instead of leading to the sign-in page without them.
    """
    user = getattr(request, "user", None)
    if (
        request.method != "POST"
        or response.status_code != 302
        or user is None
        or user.is_authenticated
    ):
        return response
    if urlsplit(response.headers["Location"]).path != resolve_url(
        settings.LOGIN_URL
    ) or not typed_texts(request):
        return response
    return render(request, "signed_out.html", {"sign_in": response.headers["Location"]}, status=403)


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an address that has nothing for the
    reader: the way in to who is not signed in, else a 404.
    """
    if _may_help(request):
        return redirect_to_login(way_back(request))
    return render(request, "404.html", {"error": exception, "draft": draft_of(request)}, status=404)


def draft_of(request: HttpRequest) -> str:
    """Return the name of the draft that the page at this address would keep, empty for none."""
    match = request.resolver_match
    name = str(getattr(match.func, "draft", "")) if match is not None else ""
    return name.format(**match.kwargs) if name and match is not None else ""


def without_the_long_address(request: HttpRequest) -> HttpResponse:
    """Answer where a view would have led to an address that is too long for Django to lead to.

    Only what somebody typed makes one: the address of a page that asks for a sign-in, or what
    should come after the sign-in. Who is signed in goes home; others sign in, as
    :func:`nothing_here` has it, where that may help.
    """
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return redirect("/")
    if len(request.get_full_path()) > LONGEST and _may_help(request):
        return redirect_to_login(way_back(request))
    return render(request, "400.html", status=400)


def way_back(request: HttpRequest) -> str:
    """Return the address to go on at after a sign-in: the page asked for, or the one a form was
    sent from.

    A form's own address may take nothing but the form. The address of the page is taken only from
    this host.
    """
    address = request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if request.method not in {"GET", "HEAD"} and url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}
    ):
        parts = urlsplit(came_from)
        address = f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
    return escape_leading_slashes(address) if len(address) <= LONGEST else "/"


def _may_help(request: HttpRequest) -> bool:
    """Whether signing in may show more at this address."""
    user = getattr(request, "user", None)
    if user is None or user.is_authenticated or request.path.startswith(PROGRAMS):
        return False
    if not request.path.endswith("/") and not request.path.startswith(FILES):
        return False
    match = request.resolver_match
    if match is not None and not getattr(match.func, "asks_to_sign_in", True):
        return False
    return request.method in {"GET", "HEAD", "POST"} and not _is_script(request)


def _is_script(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    wants_data = "application/json" in accepts and "text/html" not in accepts
    return wants_data or "X-Requested-With" in request.headers
