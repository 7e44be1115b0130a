"""The log of a discussion: who did what, when and why, and the way back."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forums import selectors, services
from forums.forms import PaceForm
from forums.logged import lines_of
from forums.policy import APPROVE
from forums.views.common import discussion_url
from hub.lib import clock
from hub.lib.errors import HubError, NotAllowed, NotFound
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, give
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the log of a discussion to those who lead it; a POST takes an act back."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    if not discussion.may(APPROVE):
        raise NotAllowed
    if request.method == "POST":
        return _undo(request, discussion, member)
    page = selectors.log_of(discussion, page=whole_number(request.GET.get("page"), 1))
    context = {
        "discussion": discussion,
        "log_lines": lines_of(page, member),
        "pace_form": PaceForm(initial={"minutes": discussion.policy.slow_minutes}),
        "canonical": discussion_url(discussion.forum),
        "page_number": page.number,
        "page_count": page.pages,
        **page.links(),
    }
    return render(request, "forums/log.html", context)


def _undo(
    request: HttpRequest, discussion: selectors.Discussion, member: "Member"
) -> HttpResponseRedirect:
    entry_id = whole_number(request.POST.get("undo"))
    place, text, level = f"entry{entry_id}", _("This was undone."), "success"
    try:
        services.undo_act(entry_id=entry_id, forum_id=discussion.pk, actor=member, now=clock.now())
    except NotFound:
        raise
    except HubError as error:
        text, level = str(error), "warning"
    give(request, Receipt(text, place, level=level))
    return HttpResponseRedirect(f"{request.get_full_path()}#{place}")
