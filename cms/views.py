"""The rapporteurs' desk: compile, look at the draft, submit; for the Secretariat: approve, send back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cms import presenter, selectors, services
from cms.forms import SendBackForm
from cms.rules import is_secretariat
from hub.lib.clock import now
from hub.lib.errors import HubError, NotFound
from hub.lib.throttle import throttled

if TYPE_CHECKING:
    from hub.members.models import Member


def _member(request: HttpRequest) -> "Member":
    return cast("Member", request.user)


@require_GET
@login_required
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Show the conferences whose proceedings the member writes or decides on; to others the page is not there."""
    member = _member(request)
    lines = selectors.desk_for(member)
    if not lines and not is_secretariat(member):
        raise NotFound
    return render(
        request, "cms/desk.html", {"lines": lines, "send_back": SendBackForm(), "secretariat": is_secretariat(member)}
    )


@require_POST
@login_required
def compile_(request: HttpRequest, conference_id: int) -> HttpResponse:
    """Compile the record of a conference into its draft."""
    try:
        page = services.compile_proceedings(conference_id=conference_id, actor=_member(request), now=now())
    except NotFound:
        raise
    except HubError as error:
        messages.error(request, str(error))
        return redirect("cms:desk")
    messages.success(
        request, _("Compiled: %d statements are in the draft.") % len(page.record.numbers if page.record else ())
    )
    return redirect("cms:draft", page_id=page.pk)


@require_GET
@login_required
@never_cache
def draft(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the draft as it will look, to those who work on it."""
    page = selectors.draft_for(_member(request), page_id)
    return render(request, "cms/draft.html", {"page": page, **presenter.page_context(page)})


@require_GET
@login_required
@never_cache
@throttled(30)
def draft_pdf(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the draft in print, marked as one."""
    return presenter.pdf_response(selectors.draft_for(_member(request), page_id), draft=True)


@require_POST
@login_required
def submit(request: HttpRequest, page_id: int) -> HttpResponse:
    """Hand the draft to the Secretariat."""
    return _act(
        request,
        _("Submitted. The Secretariat reads it and publishes it, or sends it back to you."),
        lambda: services.submit_proceedings(page_id=page_id, actor=_member(request)),
    )


@require_POST
@login_required
def approve(request: HttpRequest, page_id: int) -> HttpResponse:
    """Approve and publish."""
    return _act(
        request,
        _("Published. The page is open to everybody under its symbol."),
        lambda: services.approve_proceedings(page_id=page_id, actor=_member(request)),
    )


@require_POST
@login_required
def send_back(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the draft back with a comment, which is kept when it is refused."""
    member = _member(request)
    # Who may not see the draft is told nothing about the comment either.
    selectors.draft_for(member, page_id)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        context = {
            "lines": selectors.desk_for(member),
            "send_back": form,
            "open": page_id,
            "secretariat": is_secretariat(member),
        }
        return render(request, "cms/desk.html", context, status=422)
    return _act(
        request,
        _("Sent back with your comment."),
        lambda: services.send_back_proceedings(
            page_id=page_id, actor=_member(request), comment=form.cleaned_data["comment"]
        ),
    )


def _act(request: HttpRequest, done: str, act: Callable[[], object]) -> HttpResponse:
    """Do it and say so on the desk; what cannot be done now is said there as well."""
    try:
        act()
    except NotFound:
        raise
    except HubError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("cms:desk")
