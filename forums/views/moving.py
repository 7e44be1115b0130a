"""Move a topic, split it, merge it into another: each page says what follows before it is done."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from machina.apps.forum_conversation.models import Topic

from forums import selectors, services
from forums.forms.moving import MergeForm, MoveForm, SplitForm
from forums.policy import APPROVE
from forums.views.common import discussion_url, topic_url
from hub.lib import clock
from hub.lib.errors import HubError, NotAllowed, NotFound
from hub.lib.receipts import Receipt, give
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from hub.members.models import Member

_Act = Callable[["Member", Topic, forms.Form], Topic]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a topic to another discussion that the reader leads."""

    def act(member: "Member", topic: Topic, form: forms.Form) -> Topic:
        forum_id = int(form.cleaned_data["discussion"])
        return services.move_topic(
            topic_id=topic.pk, forum_id=forum_id, actor=member, now=clock.now()
        )

    member = signed_in(request)
    topic, where = _led(member, pk)
    form = MoveForm(request.POST or None, choices=selectors.led_names(member, but=where.pk))
    return _page(request, topic, where, form, act, verb="move")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Let contributions of a topic, by their numbers, be a topic of their own."""

    def act(member: "Member", topic: Topic, form: forms.Form) -> Topic:
        data = form.cleaned_data
        return services.split_topic(
            topic_id=topic.pk,
            numbers=data["numbers"],
            subject=data["subject"],
            with_replies=data["with_replies"],
            actor=member,
            now=clock.now(),
        )

    topic, where = _led(signed_in(request), pk)
    form = SplitForm(request.POST or None, initial={"with_replies": True})
    return _page(request, topic, where, form, act, verb="split")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a topic go into another one, named by the number of any contribution in it."""

    def act(member: "Member", topic: Topic, form: forms.Form) -> Topic:
        into = selectors.contribution_for(member, form.cleaned_data["into"])
        return services.merge_topics(
            topic_id=topic.pk, into_id=into.topic_id, actor=member, now=clock.now()
        )

    topic, where = _led(signed_in(request), pk)
    form = MergeForm(request.POST or None)
    return _page(request, topic, where, form, act, verb="merge")


def _led(member: "Member", topic_id: int) -> tuple[Topic, selectors.Discussion]:
    topic, where = selectors.topic_for(member, topic_id)
    if not where.may(APPROVE):
        raise NotAllowed
    return topic, where


def _page(
    request: HttpRequest,
    topic: Topic,
    where: selectors.Discussion,
    form: forms.Form,
    act: _Act,
    *,
    verb: str,
) -> HttpResponse:
    """Show the form of an act with what follows from it, or do it."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _done(request, act(signed_in(request), topic, form))
            except NotFound:
                form.add_error(None, _("There is nothing with that number that you lead."))
            except HubError as error:
                form.add_error(None, str(error))
                status = error.http_status
    context = {
        "topic": topic,
        "discussion": where,
        "form": form,
        "verb": verb,
        "back": topic_url(topic),
        "canonical": discussion_url(where.forum),
    }
    return render(request, "forums/move.html", context, status=status)


def _done(request: HttpRequest, topic: Topic) -> HttpResponseRedirect:
    text = _("This is where the contributions stand now. You can undo this in the log.")
    give(request, Receipt(text, "topic"))
    return HttpResponseRedirect(topic_url(topic))
