"""The door of Wagtail's admin: who comes in, and how far.

Around every view of ``/admin/`` (:mod:`cms.urls`), whoever brought it. Nobody comes in who has not
signed in, nor without the second factor that the hub asks for (decision record 0017). The
Secretariat comes in; its Wagtail group follows ``is_staff``. A rapporteur with a draft in hand gets
to the few views that editing it takes; the rest of the admin, whose choosers and reports name pages
that are not published, answers as if it were not there. Everybody else finds nothing. Wagtail's own
sign-in and password pages lead to allauth's, which know passkeys, second factors and rate limits.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import InvalidPage
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from cms.models import IssuedText
from cms.models.issued import frozen
from cms.rules import is_secretariat
from cms.scripts import set_policy
from cms.services.rights import follow_roles, follow_secretariat
from hub.lib.errors import NotFound
from hub.members.account.middleware import lead_to_set_up
from hub.members.account.rules import must_set_up
from hub.members.models import Member

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]

# No page's content in them.
PUBLIC = frozenset({"wagtailadmin_sprite", "wagtailadmin_javascript_catalog"})
SIGN_IN = frozenset({"wagtailadmin_login"})
# What editing one's own draft takes; each view checks the page itself.
EDITING = frozenset(
    {
        "wagtailadmin_pages:edit",
        "wagtailadmin_pages:preview_on_edit",
        "wagtailadmin_pages:view_draft",
        "wagtailadmin_pages:history",
        "wagtailadmin_pages:history_results",
        "wagtailadmin_pages:revisions_index",
        "wagtailadmin_pages:revisions_view",
        "wagtailadmin_pages:revisions_compare",
        "wagtailadmin_pages:revisions_revert",
        "wagtailadmin_pages:workflow_history",
        "wagtailadmin_pages:workflow_history_detail",
        "wagtailadmin_pages:confirm_workflow_cancellation",
        "wagtailadmin_editing_sessions:ping",
        "wagtailadmin_editing_sessions:release",
        "wagtailadmin_dismissibles",
        "wagtailadmin_logout",
    }
)
# Shut for everybody: members come in by application and are never deleted, one by one or in bulk;
# and a page that fails on purpose.
SHUT = frozenset({"wagtailusers_users:add", "wagtailusers_users:delete", "wagtailadmin_error_test"})
# Where Wagtail leads after saving; a rapporteur's place is the desk.
HOMES = frozenset(
    {
        "wagtailadmin_home",
        "wagtailadmin_explore_root",
        "wagtailadmin_explore",
        "wagtailadmin_pages:search",
    }
)


def guarded(view: View) -> View:
    """Wrap a view of Wagtail's admin, and give its pages the policy they need."""

    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = refusing(request, *args, **kwargs)
        set_policy(response)
        return response

    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return admitted(request, *args, **kwargs)
        except ProtectedError as error:
            # Deleting a page deletes what stands below it, and something there was issued.
            issued = next(
                (row for row in error.protected_objects if isinstance(row, IssuedText)), None
            )
            if issued is None:
                raise
            raise frozen(issued.symbol) from error

    def admitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in PUBLIC:
            return view(request, *args, **kwargs)
        if name in SIGN_IN or name.startswith("wagtailadmin_password_reset"):
            return _to_allauth(request, name)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("account_login"))
        if name in SHUT or (
            name == "wagtail_bulk_action" and kwargs.get("app_label") == Member._meta.app_label
        ):
            raise NotFound
        follow_roles(member=request.user)
        if must_set_up(request.user):
            return lead_to_set_up(request)
        if is_secretariat(request.user):
            return _served(view, name, request, *args, **kwargs)
        return _for_writer(view, name, request, *args, **kwargs)

    return through


def _served(view: View, name: str, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Serve a view of Wagtail's; where it fails for a key
    or page in the address that is none, nothing is there.
    """
    try:
        return view(request, *args, **kwargs)
    except (InvalidPage, NoReverseMatch, OverflowError, ValueError) as error:
        if request.method not in {"GET", "HEAD"}:
            raise
        # Wagtail puts what stands in an address to the database as it is.
        log.warning("%s could not read its address: %s", name, error, exc_info=error)
        raise NotFound from error


def _to_allauth(request: HttpRequest, name: str) -> HttpResponse:
    if name in SIGN_IN:
        return redirect(f"{reverse('account_login')}?next={reverse('wagtailadmin_home')}")
    return redirect("account_reset_password")


def _for_writer(
    view: View, name: str, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise NotFound
    if name in EDITING:
        if request.method == "POST":
            # Submitting writes to the group.
            follow_secretariat()
        return view(request, *args, **kwargs)
    if name in HOMES:
        return redirect("cms:desk")
    raise NotFound
