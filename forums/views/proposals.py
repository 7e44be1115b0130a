"""Propose a discussion, follow one's proposals, and decide about those of others."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from forums import selectors, services
from forums.forms import DeclineProposalForm, ProposalForm
from forums.models import DiscussionProposal
from forums.views.common import discussion_url
from hub.lib import clock
from hub.lib.errors import HubError, NotFound, Stale
from hub.lib.forms import posted
from hub.lib.numbers import whole_number
from hub.lib.scripts import isolate
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a discussion to the Secretariat."""
    form, status = ProposalForm(posted(request)), 200
    if request.method == "POST":
        status = 422
    if form.is_valid():
        try:
            services.propose_discussion(actor=signed_in(request), now=clock.now(), **form.proposed)
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
        else:
            messages.success(
                request,
                _("The Secretariat has your proposal. You will receive its answer by e-mail."),
            )
            return HttpResponseRedirect(reverse("forums:proposals"))
    return render(request, "forums/propose.html", {"form": form}, status=status)


@login_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """List one's own proposals; for the Secretariat, what waits and what was decided."""
    member = signed_in(request)
    rows = selectors.proposals_for(member, page=whole_number(request.GET.get("page"), 1))
    context = {
        "waiting": rows.waiting,
        "others": rows.others,
        "decides": member.is_in_secretariat,
        "page_number": rows.others.number,
        "page_count": rows.others.pages,
        **rows.others.links(),
    }
    return render(request, "forums/proposals.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposal: who made it changes or withdraws it, the Secretariat decides about it."""
    member = signed_in(request)
    row = selectors.proposal_for(member, pk)
    form, decline = ProposalForm.of(row), DeclineProposalForm(initial={"revision": row.revision})
    status, refused = 200, None
    if request.method == "POST":
        try:
            if "withdraw" in request.POST:
                return _withdrawn(request, row, member)
            if "decline" in request.POST:
                decline = DeclineProposalForm(request.POST)
                if decline.is_valid():
                    return _declined(request, row, member, decline)
            else:
                form = ProposalForm.of(row, request.POST)
                if form.is_valid():
                    return _changed(request, row, member, form)
            status = 422
        except NotFound:
            raise
        except HubError as error:
            status, refused = error.http_status, error
            if isinstance(error, Stale):
                form.show_revision(error.revision)
                decline.show_revision(error.revision)
    context = {
        "proposal": row,
        "form": form,
        "decline": decline,
        "refused": refused,
        "may_change": row.is_waiting and row.member_id == member.pk,
        "may_decide": row.is_waiting and member.is_in_secretariat,
        "discussion_url": _discussion_url(row),
    }
    return render(request, "forums/proposal.html", context, status=status)


def _discussion_url(row: DiscussionProposal) -> str:
    if row.forum is None:
        return ""
    return discussion_url(row.forum)


def _withdrawn(request: HttpRequest, row: DiscussionProposal, member: "Member") -> HttpResponse:
    services.withdraw_proposal(proposal_id=row.pk, actor=member, now=clock.now())
    messages.success(request, _("Your proposal is withdrawn."))
    return HttpResponseRedirect(reverse("forums:proposals"))


def _declined(
    request: HttpRequest, row: DiscussionProposal, member: "Member", form: DeclineProposalForm
) -> HttpResponse:
    services.decline_proposal(
        proposal_id=row.pk,
        actor=member,
        reason=form.cleaned_data["reason"],
        revision=form.seen,
        now=clock.now(),
    )
    sentence = _("The proposal is declined; %s will receive your reason by e-mail.")
    messages.success(request, sentence % isolate(row.member.get_full_name()))
    return HttpResponseRedirect(reverse("forums:proposals"))


def _changed(
    request: HttpRequest, row: DiscussionProposal, member: "Member", form: ProposalForm
) -> HttpResponse:
    services.change_proposal(
        proposal_id=row.pk, actor=member, revision=form.seen, now=clock.now(), **form.proposed
    )
    messages.success(request, _("Your proposal is changed."))
    return HttpResponseRedirect(request.path)
