"""Withdraw a contribution, after its consequences were read; take that back."""

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from forums import rules, selectors, services, withdrawal
from forums.forms import WithdrawalForm
from forums.views.common import discussion_url, place_of
from hub.lib import clock
from hub.lib.errors import HubError, NotAllowed, NotFound
from hub.lib.receipts import Receipt, Undo, give
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from forums.models import Contribution
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Say what withdrawing a contribution means, then do it; ``restore`` takes it back."""
    member = signed_in(request)
    if "restore" in request.POST:
        return _restore(request, member, number)
    contribution = selectors.contribution_for(member, number)
    discussion = selectors.discussion_for(member, contribution.forum_id)
    _check(contribution, discussion, member)
    is_own = contribution.author_id == member.pk
    form, status = WithdrawalForm(needs_reason=not is_own), 200
    if request.method == "POST":
        form, status = WithdrawalForm(request.POST, needs_reason=not is_own), 422
        if form.is_valid():
            try:
                return _withdraw(request, member, number, form.cleaned_data["reason"])
            except NotFound:
                raise
            except HubError as error:
                form.add_error(None, str(error))
                status = error.http_status
    context = {
        "contribution": contribution,
        "discussion": discussion,
        "form": form,
        "is_own": is_own,
        "back": place_of(contribution),
        "canonical": discussion_url(discussion.forum),
    }
    return render(request, "forums/withdraw.html", context, status=status)


def _check(
    contribution: "Contribution", discussion: selectors.Discussion, member: "Member"
) -> None:
    """Refuse before anything is typed what would be refused afterwards."""
    verdict = withdrawal.decide_withdrawal(
        contribution=contribution,
        actor=member,
        policy=discussion.policy,
        rights=discussion.rights,
        now=clock.now(),
        is_sealed=bool(rules.sealed_among([contribution])),
    )
    if verdict.accepts:
        verdict = withdrawal.cited(contribution.number)
    if not verdict.accepts:
        raise NotAllowed(verdict.reason, code=verdict.code)


def _withdraw(
    request: HttpRequest, member: "Member", number: int, reason: str
) -> HttpResponseRedirect:
    contribution = services.withdraw_contribution(
        number=number, actor=member, reason=reason, now=clock.now()
    )
    undo = Undo(request.path, pgettext("button", "Undo"), {"restore": "1"})
    text = _("Contribution %d is withdrawn. Its number and date stay.") % number
    give(request, Receipt(text, f"c{number}", undo=undo))
    return HttpResponseRedirect(place_of(contribution))


def _restore(request: HttpRequest, member: "Member", number: int) -> HttpResponseRedirect:
    contribution = services.restore_contribution(number=number, actor=member, now=clock.now())
    text = _("Contribution %d is shown again.") % number
    give(request, Receipt(text, f"c{number}"))
    return HttpResponseRedirect(place_of(contribution))
