"""What replaces Wagtail's own sign-in pages: allauth's sign-in, and a limit on shared passwords.

Wagtail names these addresses itself when a page or a document is not for everybody.
"""

from collections.abc import Callable
from typing import Any

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from wagtail.documents.views.serve import authenticate_with_password as open_document
from wagtail.views import authenticate_with_password as open_page

from hub.lib.errors import TooMany

View = Callable[..., HttpResponse]


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the one page that signs people in, and from there back.

    Nothing that was posted is read.
    """
    next_url = request.GET.get("next", "")
    if not next_url:
        return redirect("account_login")
    return redirect(f"{reverse('account_login')}?{urlencode({'next': next_url})}")


def limited(view: View) -> View:
    """Limit a view that takes a shared password: attempts from one client, and for one password."""

    def within_limit(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            key = f"{view.__module__}.{sorted(kwargs.items())}"
            if not ratelimit.consume(request, action="shared_password", key=key):
                raise TooMany
        return view(request, *args, **kwargs)

    return within_limit


urlpatterns = [
    path("_util/login/", to_sign_in, name="wagtailcore_login"),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        limited(open_page),
        name="wagtailcore_authenticate_with_password",
    ),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        limited(open_document),
        name="wagtaildocs_authenticate_with_password",
    ),
]
