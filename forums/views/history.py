"""Show the wordings of a contribution and of a summary, with who changed them, when and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from forums import edits
from forums.views.common import discussion_url
from hub.lib.numbers import whole_number
from hub.members.requests import member_of


def _links(history: edits.History) -> dict[str, str]:
    # The newest wordings are on the first page.
    links = {"earlier_url": "", "later_url": ""}
    if history.number < history.pages:
        links["earlier_url"] = f"?page={history.number + 1}"
    if history.number > 1:
        links["later_url"] = f"?page={history.number - 1}"
    return links


@require_safe
def contribution(request: HttpRequest, number: int) -> HttpResponse:
    """Show the wordings of a contribution, the newest first."""
    page = whole_number(request.GET.get("page"), 1)
    row, discussion, history = edits.history_for(member_of(request), number, page=page)
    context = {
        "contribution": row,
        "discussion": discussion,
        "history": history,
        "canonical": discussion_url(discussion.forum),
        **_links(history),
    }
    return render(request, "forums/history.html", context)


@require_safe
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the wordings of a discussion's summary, the newest first."""
    page = whole_number(request.GET.get("page"), 1)
    discussion, history = edits.summary_history_for(member_of(request), pk, page=page)
    context = {
        "discussion": discussion,
        "history": history,
        "canonical": discussion_url(discussion.forum),
        **_links(history),
    }
    return render(request, "forums/summary_history.html", context)
