"""The page of the search; open to all, and showing each what they may read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hub.lib.numbers import whole_number
from hub.lib.paging import neighbours
from hub.lib.throttle import throttled
from hub.members.requests import member_of
from hub.search.query import MAX_LENGTH
from hub.search.selectors import search

KINDS = {
    "": pgettext_lazy("search in all places", "Everything"),
    "contribution": pgettext_lazy("heading or column", "Contributions"),
    "proceedings": pgettext_lazy("navigation or heading", "Proceedings"),
    "page": pgettext_lazy("kind of search result", "Pages"),
}


@never_cache
@require_safe
@throttled(100)
def results(request: HttpRequest) -> HttpResponse:
    """Show what was found, newest first; without a question, how to ask."""
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:MAX_LENGTH]
    question = {"q": text}
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        kind = ""
    if kind:
        question["kind"] = kind
    page = search(
        member_of(request), text, kind=kind, page=whole_number(request.GET.get("page"), 1)
    )
    context = {
        "text": text,
        "kind": kind,
        "kinds": KINDS.items(),
        "results": page,
        **neighbours(page.page, page.pages, **question),
    }
    return render(request, "search/search.html", context)
