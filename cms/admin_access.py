"""Access to Wagtail's admin: who comes in, and how far.

It is checked around every view of ``/admin/`` (:func:`guarded_urls`), whoever brought it. Nobody
comes in who has not signed in, nor without the second factor that the hub asks for (decision record
0017). The Secretariat comes in; its Wagtail group follows ``is_staff``. A rapporteur with a draft
in hand gets to what editing it takes (:func:`serves_writers`); the rest of the admin, whose
choosers and reports name pages that are not published, answers as if it were not there, and so does
whatever a new release of Wagtail brings. Everybody else finds nothing. Wagtail's own sign-in and
password pages lead to allauth's, which know passkeys, second factors and rate limits.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import InvalidPage
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, URLPattern, URLResolver, reverse

from cms.models import IssuedText
from cms.models.issued import frozen
from cms.policy import MemberPolicy
from cms.rules import is_secretariat
from cms.scripts import set_policy
from cms.services.rights import follow_roles, follow_secretariat
from hub.lib.errors import NotFound
from hub.members.account.middleware import lead_to_set_up
from hub.members.account.rules import must_set_up
from hub.members.models import Member

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
Pattern = URLPattern | URLResolver

# No page's content in them.
PUBLIC = frozenset({"wagtailadmin_sprite", "wagtailadmin_javascript_catalog"})
SIGN_IN = "wagtailadmin_login"
PASSWORD_RESET = "wagtailadmin_password_reset"  # noqa: S105 - how the names of its pages begin
# What nobody may do with members, one by one or in bulk, and a page that fails on purpose.
SHUT = frozenset(
    {"wagtailadmin_error_test", *(f"wagtailusers_users:{action}" for action in MemberPolicy.NEVER)}
)
# Where Wagtail leads after saving; a rapporteur's place is the desk.
HOMES = frozenset(
    {
        "wagtailadmin_home",
        "wagtailadmin_explore_root",
        "wagtailadmin_explore",
        "wagtailadmin_pages:search",
    }
)
# Below the admin's address: the editor of one page, its draft, history and revisions, and the
# question that the editor asks before it ends a workflow. Each view asks Wagtail's policy about the
# page.
_OF_ONE_PAGE = re.compile(
    r"pages/(?:\d+/(?:edit|view_draft|history|revisions|workflow_history)"
    r"|workflow/confirm_cancellation/\d+)/"
)
# Who else has the page open; each view asks Wagtail's policy too.
_EDITING_SESSIONS = "wagtailadmin_editing_sessions:"
# What belongs to the person alone.
_OWN = frozenset({"wagtailadmin_dismissibles", "wagtailadmin_logout"})


def guarded_urls(patterns: Iterable[Pattern]) -> list[Pattern]:
    """Return Wagtail's addresses with the check around each view; its own list stays as it is."""
    return [_guarded_pattern(pattern) for pattern in patterns]


def _guarded_pattern(pattern: Pattern) -> Pattern:
    if isinstance(pattern, URLPattern):
        view = guarded(pattern.callback)
        return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)
    inner = guarded_urls(pattern.url_patterns)
    return URLResolver(
        pattern.pattern, inner, pattern.default_kwargs, pattern.app_name, pattern.namespace
    )


@dataclass(frozen=True)
class Visit:
    """One request for a view of the admin.

    Args: serve, lets the view answer; arguments, those of its address.
    """

    request: HttpRequest
    serve: Callable[[], HttpResponse]
    arguments: dict[str, Any]

    @property
    def name(self) -> str:
        """The view's name with its namespace, empty for none."""
        match = self.request.resolver_match
        return "" if match is None else match.view_name


def guarded(view: View) -> View:
    """Wrap a view of Wagtail's admin, and give its pages the policy they need."""

    @wraps(view)
    def through(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        visit = Visit(request, partial(view, request, *args, **kwargs), kwargs)
        response = _answer(visit)
        set_policy(response)
        return response

    return through


def _answer(visit: Visit) -> HttpResponse:
    """Answer a visit; deleting a page that has something issued below it is refused."""
    try:
        return _admit(visit)
    except ProtectedError as error:
        issued = (row for row in error.protected_objects if isinstance(row, IssuedText))
        text = next(issued, None)
        if text is None:
            raise
        raise frozen(text.symbol) from error


def _admit(visit: Visit) -> HttpResponse:
    request, name = visit.request, visit.name
    if name in PUBLIC:
        return visit.serve()
    if name == SIGN_IN:
        return redirect(f"{reverse('account_login')}?next={reverse('wagtailadmin_home')}")
    if name.startswith(PASSWORD_RESET):
        return redirect("account_reset_password")
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("account_login"))
    if _is_shut(visit):
        raise NotFound
    follow_roles(member=request.user)
    if must_set_up(request.user):
        return lead_to_set_up(request)
    if is_secretariat(request.user):
        return _serve_secretariat(visit)
    return _serve_writer(visit)


def _is_shut(visit: Visit) -> bool:
    """Whether nobody gets an answer, not even the Secretariat."""
    if visit.name == "wagtail_bulk_action":
        return bool(visit.arguments.get("app_label") == Member._meta.app_label)
    return visit.name in SHUT


def _serve_secretariat(visit: Visit) -> HttpResponse:
    """Serve a view; where it cannot read a key or page in its address, nothing is there."""
    try:
        return visit.serve()
    except (InvalidPage, NoReverseMatch, OverflowError, ValueError) as error:
        if visit.request.method not in {"GET", "HEAD"}:
            raise
        # Wagtail puts what stands in an address to the database as it is.
        log.warning("%s could not read its address: %s", visit.name, error, exc_info=error)
        raise NotFound from error


def serves_writers(name: str, path: str) -> bool:
    """Whether a view is for those who edit a draft of their own.

    Args: name, of the view with its namespace; path, of its address.
    """
    if name in _OWN or name.startswith(_EDITING_SESSIONS):
        return True
    return _OF_ONE_PAGE.match(path.removeprefix(reverse("wagtailadmin_home"))) is not None


def _serve_writer(visit: Visit) -> HttpResponse:
    request = visit.request
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise NotFound
    if serves_writers(visit.name, request.path):
        if request.method == "POST":
            # Submitting writes to the group.
            follow_secretariat()
        return visit.serve()
    if visit.name in HOMES:
        return redirect("cms:desk")
    raise NotFound
