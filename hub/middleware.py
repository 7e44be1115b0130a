"""Show each member the hub in their language and zone, and map our errors to pages once."""

import zoneinfo
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.core.exceptions import DisallowedRedirect
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.shortcuts import render
from django.utils import timezone, translation

from hub.lib.clients import is_signed_in, is_signed_out
from hub.lib.errors import HubError
from hub.lib.languages import current_language
from hub.lib.numbers import is_key
from hub.lib.retry_after import with_retry_after
from hub.lib.way_in import draft_of, keep_typed_texts, nothing_here, without_the_long_address
from hub.members.requests import member_of

# Answers that the public may keep: the same for everybody who is not signed in.
PUBLIC = frozenset({200, 206, 301, 304})


class PrivateCacheMiddleware:
    """Keep what depends on who asks out of every cache: ``Cache-Control: private, no-store``.

    That is each answer to somebody who is signed in or shows a key of a feed, and each that is no
    plain success: whether a page is missing, or asks for a sign-in, depends on membership too. What
    the public gets stays as the view has it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, then say whether it may be kept.

        Static files are served below, and know nobody.
        """
        response = self.get_response(request)
        if response.status_code not in PUBLIC or _is_somebodys(request):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _is_somebodys(request: HttpRequest) -> bool:
    """Whether a request comes from somebody who is signed in, or shows the key of a feed."""
    if is_signed_out(request):
        return "key" in request.GET
    return is_signed_in(request)


class MemberLocaleMiddleware:
    """Activate language and time zone: the member's own, else the visitor's cookie or browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request in the reader's language and zone."""
        translation.activate(_language_of(request))
        request.LANGUAGE_CODE = translation.get_language()
        _activate_zone(request)
        response = self.get_response(request)
        if getattr(request, "forgets_language_choice", False):
            # Somebody has signed in: from now on the member's own language counts
            # (hub.members.account.language).
            response.delete_cookie(
                settings.LANGUAGE_COOKIE_NAME, path=settings.LANGUAGE_COOKIE_PATH
            )
        response.headers.setdefault("Content-Language", current_language())
        return response


def _language_of(request: HttpRequest) -> str:
    """Return the language chosen in this browser, else the member's, else the browser's own."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in dict(settings.LANGUAGES):
        return chosen
    member = member_of(request)
    if member is not None:
        return member.language
    return translation.get_language_from_request(request)


def _activate_zone(request: HttpRequest) -> None:
    member = member_of(request)
    name = "UTC" if member is None else member.time_zone
    try:
        timezone.activate(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        timezone.deactivate()


class SlashMiddleware(CommonMiddleware):
    """Lead to the same address with a slash, as Django does, unless it is too long to lead to."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Leave the answer as it is where the address with its slash would be too long."""
        try:
            return super().process_response(request, response)
        except DisallowedRedirect:
            return response


class HubErrorMiddleware:
    """Turn a :class:`HubError` that no view handled into a page with its sentence and status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; errors arrive at :meth:`process_exception`.
        A view that asked somebody to wait answers 429.
        """
        response = self.get_response(request)
        seconds = getattr(request, "retry_after", 0)
        if seconds and response.status_code in {200, 429}:
            response.status_code = 429
            response.headers.setdefault("Retry-After", str(seconds))
        return keep_typed_texts(request, response)

    def process_view(
        self,
        request: HttpRequest,
        view: object,
        args: Sequence[object],
        kwargs: Mapping[str, object],
    ) -> None:
        """Find nothing at an address whose number no database holds.

        Whoever wrote its view; the API says so itself.
        """
        is_page = "api" not in request.resolver_match.namespaces  # type: ignore[union-attr]
        if is_page and not all(map(is_key, (*args, *kwargs.values()))):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with the error's page.

        A stranger at a hidden address sees what a missing one shows. An address that is too long
        for a redirect is no error of ours, whichever view would have led to it.
        """
        if isinstance(exception, DisallowedRedirect):
            return without_the_long_address(request)
        if not isinstance(exception, HubError):
            return None
        if exception.http_status == 404:
            return nothing_here(request, exception)
        context = {"error": exception, "draft": draft_of(request)}
        response = render(request, "error.html", context, status=exception.http_status)
        return with_retry_after(response, exception)
