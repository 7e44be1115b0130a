"""Pin topics and set the pace of a discussion, as the buttons said, whatever others did."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from forums import selectors, services
from forums.forms import PaceForm
from forums.policy import APPROVE, LOCK
from forums.services.pace import TOPIC_TYPES
from forums.views.common import topic_url
from hub.lib import clock
from hub.lib.errors import Invalid, NotAllowed
from hub.lib.receipts import Receipt, Undo, give
from hub.members.requests import signed_in

_UNDO = {0: "unpin", 1: "pin", 2: "announce"}


@login_required
@require_POST
def topic_type(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a topic stand first in its discussion, or among the others again."""
    member, verb = signed_in(request), request.POST.get("to", "")
    topic, where = selectors.topic_for(member, pk)
    if not where.may(LOCK):
        raise NotAllowed
    if verb not in TOPIC_TYPES:
        raise Invalid(_("Say whether the topic is to stand first or among the others."))
    services.set_topic_type(topic_id=topic.pk, actor=member, verb=verb, now=clock.now())
    texts = {
        "pin": _("This topic is pinned: it stands first in the discussion."),
        "announce": _("This topic is an announcement: it stands first in the discussion."),
        "unpin": _("This topic stands among the others."),
    }
    undo = Undo(request.path, pgettext("button", "Undo"), {"to": _UNDO[topic.type]})
    give(request, Receipt(texts[verb], "topic", undo=undo))
    return HttpResponseRedirect(topic_url(topic))


@login_required
@require_POST
def pace(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how long members wait between two contributions."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    if not discussion.may(APPROVE):
        raise NotAllowed
    form = PaceForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Give the pause in minutes: 0 for none, a week at most."))
    minutes = form.cleaned_data["minutes"]
    services.set_pace(forum_id=pk, actor=member, minutes=minutes, now=clock.now())
    text = _("Everybody writes as they like again.")
    if minutes:
        text = _("This discussion is in slow mode now.")
    give(request, Receipt(text, "pace"))
    return HttpResponseRedirect(reverse("forums:log", args=(pk,)) + "#pace")
