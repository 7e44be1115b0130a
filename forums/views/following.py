"""Follow a topic, as the reader pleases."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from forums import selectors, services
from forums.views.common import topic_url
from hub.lib import clock
from hub.lib.receipts import Receipt, Undo, give
from hub.members.requests import signed_in

# What the button of the usual level sends, which has no name of its own.
AS_DISCUSSION = "following"


@login_required
@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Watch a topic, mute it, or follow it as its discussion; offer to take that back."""
    member = signed_in(request)
    topic, _where = selectors.topic_for(member, pk)
    level = request.POST.get("to", "")
    if level == AS_DISCUSSION:
        level = services.FOLLOWING
    before = services.follow_topic(member=member, topic_id=pk, level=level, now=clock.now())
    undo = None
    if before != level:
        fields = {"to": before or AS_DISCUSSION}
        undo = Undo(request.path, pgettext("button", "Undo"), fields)
    give(request, Receipt(_sentence(level), "topic", undo=undo))
    return HttpResponseRedirect(topic_url(topic))


def _sentence(level: str) -> str:
    if level == services.WATCHING:
        return _("You receive each contribution to this topic by e-mail.")
    if level == services.MUTED:
        return _("You receive nothing from this topic, and nothing in it is shown as new.")
    return _("You receive this topic as the rest of its discussion.")
