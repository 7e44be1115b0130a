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

from hub.lib.clients import is_signed_in, is_signed_out
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
    """Mark the view of a page whose box keeps a draft in the browser.

    So the words outlive the page.

    Args: name, of the draft, with the names of the address's parts in braces (``topic-{pk}``).
    """

    def mark(view: View) -> View:
        view.draft = name  # type: ignore[attr-defined]
        return view

    return mark


def keep_typed_texts(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Show the words of a form that came without a sign-in.

    Otherwise it would lead to the sign-in page without them.
    """
    if request.method != "POST":
        return response
    if not is_signed_out(request):
        return response
    if not _leads_to_sign_in(response):
        return response
    if not typed_texts(request):
        return response
    return render(request, "signed_out.html", {"sign_in": response.headers["Location"]}, status=403)


def _leads_to_sign_in(response: HttpResponse) -> bool:
    if response.status_code != 302:
        return False
    return urlsplit(response.headers["Location"]).path == resolve_url(settings.LOGIN_URL)


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for an address that has nothing for the reader.

    Who is not signed in is led to the sign-in page, everybody else gets a 404.
    """
    if _may_help(request):
        return redirect_to_login(way_back(request))
    return render(request, "404.html", {"error": exception, "draft": draft_of(request)}, status=404)


def draft_of(request: HttpRequest) -> str:
    """Return the name of the draft that the page at this address would keep, empty for none."""
    match = request.resolver_match
    if match is None:
        return ""
    return str(getattr(match.func, "draft", "")).format(**match.kwargs)


def without_the_long_address(request: HttpRequest) -> HttpResponse:
    """Answer where a view would lead to an address that is too long for Django.

    Only what somebody typed makes one: the address of a page that asks for a sign-in, or what
    should come after the sign-in. Who is signed in goes home; others sign in, as
    :func:`nothing_here` has it, where that may help.
    """
    if is_signed_in(request):
        return redirect("/")
    if len(request.get_full_path()) > LONGEST and _may_help(request):
        return redirect_to_login(way_back(request))
    return render(request, "400.html", status=400)


def way_back(request: HttpRequest) -> str:
    """Return the address to go on at after a sign-in.

    It is that of the page asked for, or of the one a form was sent from: a form's own address may
    take nothing but the form. The address of the page is taken only from this host.
    """
    address = _page_of_form(request) or request.get_full_path()
    if len(address) > LONGEST:
        return "/"
    return escape_leading_slashes(address)


def _page_of_form(request: HttpRequest) -> str:
    """Return the page of this host that a form was sent from, empty where none is known."""
    if request.method in {"GET", "HEAD"}:
        return ""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return ""
    parts = urlsplit(came_from)
    if parts.query:
        return f"{parts.path}?{parts.query}"
    return parts.path or "/"


def _may_help(request: HttpRequest) -> bool:
    """Whether signing in may show more at this address."""
    if not is_signed_out(request):
        return False
    if not _is_page(request.path):
        return False
    if _is_script(request):
        return False
    if request.method not in {"GET", "HEAD", "POST"}:
        return False
    view = getattr(request.resolver_match, "func", None)
    return getattr(view, "asks_to_sign_in", True)


def _is_page(path: str) -> bool:
    """Whether people, not programs, read what stands at a path."""
    if path.startswith(PROGRAMS):
        return False
    return path.endswith("/") or path.startswith(FILES)


def _is_script(request: HttpRequest) -> bool:
    if "X-Requested-With" in request.headers:
        return True
    accepts = request.headers.get("Accept", "")
    return "application/json" in accepts and "text/html" not in accepts
