"""Write: send a draft, start a topic, edit. What was typed always comes back with the error."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forums import pages, rules, selectors, services
from forums.drafts import Draft
from forums.errors import KeyTaken
from forums.forms import EditForm, TopicForm, WritingForm
from forums.models import Contribution
from forums.policy import START
from forums.views.common import discussion_url, place_of, topic_url
from hub.lib import clock
from hub.lib.differences import changes
from hub.lib.errors import HubError, NotAllowed, NotFound, Stale
from hub.lib.receipts import Receipt, give
from hub.lib.retry_after import with_retry_after
from hub.lib.verdicts import Verdict
from hub.lib.way_in import keeps_draft
from hub.members.requests import signed_in


def send(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Publish a draft and lead its author to it, with a word on what happens next.

    Raises: what :func:`forums.services.publish` raises.
    """
    published = services.publish(
        draft=draft, author=signed_in(request), origin=Contribution.Origin.WEB, now=clock.now()
    )
    contribution = published.contribution
    if contribution.state == Contribution.State.ACCEPTED:
        text = _("Sent: your contribution is number %d.") % contribution.number
        give(request, Receipt(text, f"c{contribution.number}", is_sent=True))
        return HttpResponseRedirect(place_of(contribution))
    sentence = _("Your contribution is number %d. The moderators read it before it appears.")
    # It stands nowhere yet, so the receipt stands where its author was: at the box, or above the
    # topics.
    topic = contribution.post.topic
    if topic.approved:
        url, place = topic_url(topic), "reply"
    else:
        url, place = discussion_url(topic.forum), "topics"
    text = sentence % contribution.number
    give(request, Receipt(text, place, level="warning", is_sent=True))
    return HttpResponseRedirect(f"{url}#{place}")


def sent_before(request: HttpRequest, form: WritingForm, error: KeyTaken) -> dict[str, object]:
    """Prepare a form that came a second time with other words: give it a new key.

    Returns: ``earlier`` (the contribution), ``earlier_pieces`` (how the new words differ; nothing
    when they do not, but stand in another place, or with another subject or other files),
    ``may_replace``.
    """
    form.add_error(None, str(error))
    form.renew_key()
    earlier = selectors.contribution_for(signed_in(request), error.contribution.number)
    if error.has_same_text:
        return {"earlier": earlier, "earlier_pieces": [], "may_replace": False}
    _discussion, verdict, _needs_reason = _verdict_on(request, earlier)
    return {
        "earlier": earlier,
        "earlier_pieces": changes(earlier.text, form.cleaned_data["text"]),
        "may_replace": verdict.accepts,
    }


def _opening(forum_id: int, data: dict[str, Any]) -> Draft:
    """Return the contribution that begins a topic."""
    return Draft(
        forum_id=forum_id,
        subject=data["subject"],
        text=data["text"],
        files=data["attached"],
        once_key=data["once_key"],
    )


@keeps_draft("new-{pk}")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_topic(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a topic in a discussion."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    status, conflict = 200, {}
    refused: HubError | None = None
    form = TopicForm(request.POST or None, request.FILES or None, draft=f"new-{pk}")
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return send(request, _opening(pk, form.cleaned_data))
            except NotFound:
                raise
            except KeyTaken as error:
                conflict, status = sent_before(request, form, error), error.http_status
            except HubError as error:
                form.add_error(None, str(error))
                status, refused = error.http_status, error
    silenced = pages.silenced(discussion, None, member, clock.now())
    context = {
        **conflict,
        **pages.unsent(discussion, f"new-{pk}", form["text"].value(), silenced),
        "discussion": discussion,
        "form": form,
        "silenced": silenced,
        "leaders": pages.leaders_to_ask(discussion, member),
        "is_held_first": discussion.is_held_first,
        "may_start": discussion.may(START),
        "canonical": discussion_url(discussion.forum),
    }
    answer = render(request, "forums/new_topic.html", context, status=status)
    return with_retry_after(answer, refused)


def _verdict_on(
    request: HttpRequest, contribution: Contribution
) -> tuple[selectors.Discussion, Verdict, bool]:
    """Return the discussion, whether the reader may change a contribution, and must say why."""
    member, now = signed_in(request), clock.now()
    discussion = selectors.discussion_for(member, contribution.forum_id)
    is_sealed = bool(rules.sealed_among([contribution]))
    verdict = rules.decide_edit(
        contribution=contribution,
        actor=member,
        policy=discussion.policy,
        rights=discussion.rights,
        now=now,
        is_sealed=is_sealed,
    )
    needs_reason = rules.needs_reason(
        contribution=contribution,
        actor=member,
        policy=discussion.policy,
        now=now,
        is_sealed=is_sealed,
    )
    return discussion, verdict, needs_reason


def _shown_at(contribution: Contribution) -> str:
    if contribution.state == Contribution.State.ACCEPTED:
        return place_of(contribution)
    return reverse("forums:contribution", args=(contribution.number,))


@keeps_draft("edit-{number}")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Change the words of a contribution; what it said before is kept.

    Who saves over a newer version is shown both, and their own words stay in the box.
    """
    contribution = selectors.contribution_for(signed_in(request), number)
    discussion, verdict, needs_reason = _verdict_on(request, contribution)
    if not verdict.accepts:
        if request.POST.get("text", "").strip():
            return _refuse_edit(request, contribution, discussion, verdict)
        raise NotAllowed(verdict.reason, code=verdict.code)
    initial = {"text": contribution.text, "revision": contribution.revision}
    draft = f"edit-{number}"
    form = EditForm(request.POST or None, initial=initial, needs_reason=needs_reason, draft=draft)
    status, stale = 200, None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _save(request, number, form)
            except Stale as error:
                form.show_revision(error.revision)
                stale, status = error, error.http_status
            except HubError as error:
                form.add_error("text", str(error))
                status = error.http_status
            else:
                text = _("Contribution %d was changed; the earlier version is kept.") % number
                give(request, Receipt(text, f"c{number}", is_sent=True))
                return HttpResponseRedirect(_shown_at(contribution))
    context = {
        "contribution": contribution,
        "discussion": discussion,
        "form": form,
        "back": _shown_at(contribution),
        "stale": stale,
        "draft": draft,
        "is_own": contribution.author_id == signed_in(request).pk,
    }
    return render(request, "forums/edit.html", context, status=status)


def _refuse_edit(
    request: HttpRequest,
    contribution: Contribution,
    discussion: selectors.Discussion,
    verdict: Verdict,
) -> HttpResponse:
    """Show new words that came too late for a change; they can become a reply."""
    topic, reply_url = contribution.post.topic, ""
    silenced = pages.silenced(discussion, topic, signed_in(request), clock.now())
    if not silenced and contribution.state == Contribution.State.ACCEPTED:
        reply_url = f"{topic_url(topic)}?page=last#id_text"
    context = {
        "error": verdict.reason,
        "number": contribution.number,
        "reply_url": reply_url,
        "text": request.POST["text"],
    }
    return render(request, "forums/edit_refused.html", context, status=NotAllowed.http_status)


def _save(request: HttpRequest, number: int, form: EditForm) -> None:
    data = form.cleaned_data
    services.edit_contribution(
        number=number,
        actor=signed_in(request),
        text=data["text"],
        reason=data["reason"],
        revision=form.seen,
        now=clock.now(),
    )
