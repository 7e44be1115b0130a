"""Show each member the hub in their language and zone, and map our errors to pages once."""

import zoneinfo
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from hub.lib.errors import HubError
from hub.lib.numbers import is_key

# Answers that the public may keep: the same for everybody who is not signed in.
PUBLIC = frozenset({200, 206, 301, 304})


class PrivateCacheMiddleware:
    """Keep what depends on who asks out of every cache: ``Cache-Control: private, no-store``.

    That is each answer to somebody who is signed in or shows a key of a feed, and each that is no plain success:
    whether a page is missing, or asks for a sign-in, depends on membership too. What the public gets stays as the view
    has it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, then say whether it may be kept; static files are served below, and know nobody."""
        response = self.get_response(request)
        user = getattr(request, "user", None)
        is_someones = user is not None and (user.is_authenticated or "key" in request.GET)
        if is_someones or response.status_code not in PUBLIC:
            response.headers["Cache-Control"] = "private, no-store"
        return response


class MemberLocaleMiddleware:
    """Activate language and time zone: the member's own, else the visitor's cookie or browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request in the reader's language and zone."""
        member = request.user if request.user.is_authenticated else None
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else None
        if language is None:
            language = member.language if member else translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
        try:
            timezone.activate(zoneinfo.ZoneInfo(member.time_zone if member else "UTC"))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class HubErrorMiddleware:
    """Turn a :class:`HubError` that no view handled into a page with its sentence and status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; errors arrive at :meth:`process_exception`. A view that asked somebody to wait answers 429."""
        response = self.get_response(request)
        seconds = getattr(request, "retry_after", 0)
        if seconds and response.status_code in {200, 429}:
            response.status_code = 429
            response.headers.setdefault("Retry-After", str(seconds))
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> None:
        """Find nothing at an address whose number no database holds, whoever wrote its view; the API says so itself."""
        is_page = "api" not in request.resolver_match.namespaces  # type: ignore[union-attr]
        if is_page and not all(map(is_key, (*args, *kwargs.values()))):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer with the error's page; a stranger at a hidden address sees what a missing one shows."""
        if not isinstance(exception, HubError):
            return None
        template = "404.html" if exception.http_status == 404 else "error.html"
        response = render(request, template, {"error": exception}, status=exception.http_status)
        if exception.retry_after:
            response.headers["Retry-After"] = str(exception.retry_after)
        return response
