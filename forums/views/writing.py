"""Write: send a draft, start a topic, edit one's own words. What was typed always comes back with the error."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forums import pages, rules, selectors, services
from forums.drafts import Draft
from forums.forms import EditForm, TopicForm
from forums.models import Contribution
from forums.policy import START, UNHELD
from forums.views.common import discussion_url, place_of, signed_in, topic_url
from hub.lib import clock
from hub.lib.errors import HubError, NotAllowed, NotFound


def send(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Publish a draft and lead its author to it, with a word on what happens next.

    Raises: what :func:`forums.services.publish` raises.
    """
    made = services.publish(draft=draft, author=signed_in(request), origin=Contribution.Origin.WEB, now=clock.now())
    said = made.contribution
    if said.state == Contribution.State.ACCEPTED:
        messages.success(request, _("Sent: your contribution is number %d.") % said.number, extra_tags="sent")
        return HttpResponseRedirect(place_of(said))
    text = _("Your contribution is number %d. The moderators read it before it appears.") % said.number
    messages.warning(request, text, extra_tags="sent")
    topic = said.post.topic
    return HttpResponseRedirect(topic_url(topic) if topic.approved else discussion_url(topic.forum))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a topic in a discussion."""
    member = signed_in(request)
    found = selectors.discussion_for(member, pk)
    status = 200
    form = TopicForm(request.POST or None, request.FILES or None, draft=f"new-{pk}")
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            draft = Draft(
                forum_id=pk,
                subject=data["subject"],
                text=data["text"],
                files=data["attached"],
                once_key=data["once_key"] or None,
            )
            try:
                return send(request, draft)
            except NotFound:
                raise
            except HubError as error:
                form.add_error(None, str(error))
                status = error.http_status
    silenced = pages.silenced(found, None, member, clock.now()) if request.method != "POST" else ""
    context = {
        "discussion": found,
        "form": form,
        "silenced": silenced,
        "is_held_first": not found.may(UNHELD),
        "may_start": found.may(START),
        "canonical": discussion_url(found.forum),
    }
    return render(request, "forums/new_topic.html", context, status=status)


def _editable(request: HttpRequest, number: int) -> tuple[Contribution, selectors.Discussion]:
    member = signed_in(request)
    found = selectors.contribution_for(member, number)
    where = selectors.discussion_for(member, found.post.topic.forum_id)
    verdict = rules.decide_edit(
        contribution=found, actor=member, policy=where.policy, rights=where.rights, now=clock.now()
    )
    if not verdict.accepts:
        raise NotAllowed(verdict.reason, code=verdict.code)
    return found, where


def _shown_at(found: Contribution) -> str:
    if found.state == Contribution.State.ACCEPTED:
        return place_of(found)
    return f"/c/{found.number}/"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change the words of a contribution; what it said before is kept."""
    found, where = _editable(request, number)
    status = 200
    form = EditForm(request.POST or None, initial={"text": found.text})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                services.edit_contribution(
                    number=number, actor=signed_in(request), text=data["text"], reason=data["reason"], now=clock.now()
                )
            except HubError as error:
                form.add_error("text", str(error))
                status = error.http_status
            else:
                messages.success(request, _("Contribution %d is changed; what it said before is kept.") % number)
                return HttpResponseRedirect(_shown_at(found))
    context = {"contribution": found, "discussion": where, "form": form, "back": _shown_at(found)}
    return render(request, "forums/edit.html", context, status=status)
