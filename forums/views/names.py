"""Offer the names of readers while somebody types one behind an ``@``."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from forums import selectors
from hub.lib.errors import NotFound
from hub.lib.throttle import throttled
from hub.lib.way_in import never_asks_to_sign_in
from hub.members.requests import member_of
from hub.templatetags.hub_ui import country

# Characters of what was typed that are looked at.
MAX_TYPED = 60


@never_asks_to_sign_in
@require_GET
@throttled(120)
def names(request: HttpRequest, pk: int) -> JsonResponse:
    """Give a few readers of a discussion whose name begins as typed, to its readers alone."""
    member = member_of(request)
    selectors.discussion_for(member, pk)
    if member is None:
        raise NotFound
    typed = request.GET.get("q", "").replace("\0", "").strip()[:MAX_TYPED]
    people = list(selectors.names_offered(pk, typed)) if typed else []
    rows = [
        {
            "name": person.get_full_name(),
            "note": " · ".join(filter(None, (country(str(person.country)), person.organisation))),
        }
        for person in people
    ]
    response = JsonResponse({"names": rows})
    response.headers["Cache-Control"] = "no-store"
    return response
