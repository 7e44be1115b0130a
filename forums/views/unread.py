"""Everything a member has not read, and *Mark all as read* with its undo."""

import json
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from forums import selectors, services
from forums.policy import access_of
from hub.lib.errors import Invalid
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, Undo, give
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from hub.members.models import Member

# The anchor of the list, for its receipts.
PLACE = "topics"
# Bytes of an undo that are read: a member of 1,000 discussions sends 40,000.
_UNDO_BYTES = 200_000


@login_required
@require_safe
def unread(request: HttpRequest) -> HttpResponse:
    """Show the topics with something new, the newest first, each with its first unread words."""
    member = signed_in(request)
    page = whole_number(request.GET.get("page"), 1)
    news = selectors.news_for(member, access_of(member), page=page)
    context = {
        "news": news,
        "unread_topics": news.topics.total,
        "page_number": news.topics.number,
        "page_count": news.topics.pages,
        **news.topics.links(),
    }
    return render(request, "forums/unread.html", context)


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark everything as read, or take that back."""
    member = signed_in(request)
    if "moved" in request.POST:
        _unread_again(request, member)
    else:
        _read(request, member)
    return HttpResponseRedirect(f"{reverse('forums:unread')}#{PLACE}")


def _read(request: HttpRequest, member: "Member") -> None:
    moved = services.read_everything(member=member)
    undo = None
    if moved:
        steps = {forum_id: (step.before, step.after) for forum_id, step in moved.items()}
        fields = {"moved": json.dumps(steps, separators=(",", ":"))}
        undo = Undo(request.path, pgettext("button", "Undo"), fields)
    text = _("Everything in your discussions is marked as read.")
    give(request, Receipt(text, PLACE, undo=undo))


def _unread_again(request: HttpRequest, member: "Member") -> None:
    moved = _moved(request.POST["moved"])
    if services.unread_everything(member=member, moved=moved):
        give(request, Receipt(_("What you have not read is marked as new again."), PLACE))
    else:
        text = _("This could not be undone: more has been marked as read since.")
        give(request, Receipt(text, PLACE, level="warning"))


def _moved(text: str) -> dict[int, services.MovedHorizon]:
    """Return the steps of an undo.

    Raises: Invalid (the form holds something else).
    """
    try:
        steps = json.loads(text[:_UNDO_BYTES])
        return {
            whole_number(forum_id): services.MovedHorizon(int(before), int(after))
            for forum_id, (before, after) in steps.items()
        }
    except (AttributeError, TypeError, ValueError, OverflowError) as error:
        raise Invalid(_("This could not be undone: the form was not complete.")) from error
