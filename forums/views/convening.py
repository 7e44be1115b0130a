"""Open a discussion, change it, close it and open it again."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from forums import selectors, services
from forums.forms import OpenDiscussionForm, ReopenForm, SettingsForm, settings_form
from forums.models import DiscussionProposal
from forums.owners import owner_of
from forums.policy import APPROVE
from forums.setting_texts import SETTINGS, value_in
from forums.views.common import discussion_url
from hub.lib import clock
from hub.lib.errors import HubError, NotAllowed, NotFound, Stale
from hub.lib.forms import posted, status_of
from hub.lib.numbers import whole_number
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from forums.selectors import Discussion
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_discussion(request: HttpRequest) -> HttpResponse:
    """Open a discussion, perhaps one that a member has proposed (``?proposal=``)."""
    member = signed_in(request)
    if not member.is_in_secretariat:
        raise NotAllowed(_("Only the Secretariat can open discussions."))
    proposal = _proposal(request, member)
    initial = {"language": member.language, **_filled_in(proposal)}
    form = OpenDiscussionForm(posted(request), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
    if form.is_valid() and _has_free_name(form):
        try:
            return _opened(request, form, member)
        except NotFound:
            raise
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
    context = {"form": form, "proposal": proposal}
    return render(request, "forums/open.html", context, status=status)


def _proposal(request: HttpRequest, member: "Member") -> DiscussionProposal | None:
    key = whole_number(request.POST.get("proposal") or request.GET.get("proposal"))
    if not key:
        return None
    return selectors.proposal_for(member, key)


def _filled_in(proposal: DiscussionProposal | None) -> dict[str, Any]:
    if proposal is None:
        return {}
    leaders = ""
    if proposal.moderates:
        leaders = proposal.member.email
    return {
        "proposal": proposal.pk,
        "name": proposal.name,
        "theme": proposal.theme,
        "opens_at": proposal.opens_at,
        "closes_at": proposal.closes_at,
        "sponsors": proposal.sponsor,
        "leaders": leaders,
        "slug": services.propose_slug(proposal.name),
    }


def _has_free_name(form: OpenDiscussionForm) -> bool:
    """Whether the list can be called so; else the form says why, and proposes another name."""
    slug = form.cleaned_data["slug"]
    if not slug:
        form.cleaned_data["slug"] = services.propose_slug(form.cleaned_data["name"])
        return True
    refusal = services.refusal_of_name(slug)
    if refusal is None:
        return True
    form.offer_slug(services.propose_slug(slug), refusal)
    return False


def _opened(request: HttpRequest, form: OpenDiscussionForm, member: "Member") -> HttpResponse:
    data = form.cleaned_data
    policy = services.open_discussion(
        values=form.values,
        slug=data["slug"],
        leaders=data["leaders"],
        actor=member,
        now=clock.now(),
        proposal_id=data["proposal"],
    )
    messages.success(
        request, _("The discussion and its mailing list are there. Now admit the people.")
    )
    return HttpResponseRedirect(discussion_url(policy.forum))


def _led(request: HttpRequest, pk: int) -> "Discussion":
    """Return a discussion that the reader leads."""
    discussion = selectors.discussion_for(signed_in(request), pk)
    if not discussion.may(APPROVE):
        raise NotAllowed
    return discussion


def _owned(request: HttpRequest, discussion: "Discussion") -> HttpResponse | None:
    """Return the page that says where a discussion is changed which something else owns."""
    owner = owner_of(discussion.pk)
    if owner is None:
        return None
    context = {
        "discussion": discussion,
        "owner": owner,
        "canonical": discussion_url(discussion.forum),
    }
    status = 200
    if request.method == "POST":
        status = 403
    return render(request, "forums/owned.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def discussion_settings(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is set of a discussion."""
    member, discussion = signed_in(request), _led(request, pk)
    answer = _owned(request, discussion)
    if answer is not None:
        return answer
    is_over = services.is_over(discussion.policy, clock.now())
    form = settings_form(
        posted(request),
        discussion.policy,
        is_secretariat=member.is_in_secretariat,
        is_over=is_over,
    )
    status, stale = status_of(form), None
    if form.is_valid():
        try:
            return _changed(request, discussion, form)
        except NotFound:
            raise
        except Stale as error:
            form.take_over({name: value_in(discussion.policy, name) for name in SETTINGS})
            stale, status = error, error.http_status
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
    context = {
        "discussion": discussion,
        "form": form,
        "stale": stale,
        "is_over": is_over,
        "canonical": discussion_url(discussion.forum),
    }
    return render(request, "forums/settings.html", context, status=status)


def _changed(request: HttpRequest, discussion: "Discussion", form: SettingsForm) -> HttpResponse:
    changed = services.change_discussion(
        forum_id=discussion.pk,
        changes=form.values,
        seen=form.seen,
        actor=signed_in(request),
        now=clock.now(),
    )
    sentence = _("Nothing was different, so nothing was changed.")
    if changed:
        sentence = _("Saved. The log of the discussion says what changed.")
    messages.success(request, sentence)
    return HttpResponseRedirect(discussion_url(discussion.forum))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what closing a discussion means; a POST closes it."""
    discussion = _led(request, pk)
    answer = _owned(request, discussion)
    if answer is not None:
        return answer
    status, refused = 200, None
    if request.method == "POST":
        try:
            services.close_discussion(forum_id=pk, actor=signed_in(request), now=clock.now())
        except NotFound:
            raise
        except HubError as error:
            status, refused = error.http_status, error
        else:
            messages.success(request, _("The discussion is closed. Those who take part are told."))
            return HttpResponseRedirect(discussion_url(discussion.forum))
    context = {
        "discussion": discussion,
        "refused": refused,
        "canonical": discussion_url(discussion.forum),
    }
    return render(request, "forums/close.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed discussion again, with a reason."""
    discussion = _led(request, pk)
    answer = _owned(request, discussion)
    if answer is not None:
        return answer
    form, status = ReopenForm(posted(request)), 200
    if request.method == "POST":
        status = 422
    if form.is_valid():
        try:
            services.reopen_discussion(
                forum_id=pk,
                reason=form.cleaned_data["reason"],
                closes_at=form.cleaned_data["closes_at"],
                actor=signed_in(request),
                now=clock.now(),
            )
        except NotFound:
            raise
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
        else:
            messages.success(
                request, _("The discussion is open again. Those who take part are told.")
            )
            return HttpResponseRedirect(discussion_url(discussion.forum))
    context = {
        "discussion": discussion,
        "form": form,
        "canonical": discussion_url(discussion.forum),
    }
    return render(request, "forums/reopen.html", context, status=status)
