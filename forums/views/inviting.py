"""Invite people to a discussion, and answer an invitation."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from forums import selectors, services
from forums.forms import InviteForm
from forums.policy import ADMIT, READ, access_of, may_name_chair
from forums.views.common import discussion_url
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.errors import HubError, NotAllowed, NotFound
from hub.lib.names import listed
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, give
from hub.lib.way_in import never_asks_to_sign_in
from hub.members import invited
from hub.members.errors import LinkBroken, LinkExpired
from hub.members.requests import member_of, signed_in

if TYPE_CHECKING:
    from hub.members.models import Invitation, Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite people by their addresses; show whose answer is waited for."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    if not discussion.may(ADMIT):
        raise NotAllowed
    names_chair, status = may_name_chair(member, discussion.role), 200
    form = InviteForm(names_chair=names_chair)
    if request.method == "POST":
        try:
            if "again" in request.POST or "revoke" in request.POST:
                _change(request, member)
                return HttpResponseRedirect(request.get_full_path())
            form, status = InviteForm(request.POST, names_chair=names_chair), 422
            if form.is_valid():
                _invite(request, member, pk, form)
                return HttpResponseRedirect(request.get_full_path())
        except NotFound:
            raise
        except HubError as error:
            status = error.http_status
            if form.is_bound:
                form.add_error(None, str(error))
            else:
                give(request, Receipt(str(error), "waiting", level="warning"))
                return HttpResponseRedirect(request.get_full_path())
    page = selectors.invitations_in(discussion, page=whole_number(request.GET.get("page"), 1))
    context = {
        "discussion": discussion,
        "canonical": discussion_url(discussion.forum),
        "form": form,
        "rows": page,
        "page_number": page.number,
        "page_count": page.pages,
        **page.links(),
    }
    return render(request, "forums/invitations.html", context, status=status)


def _invite(request: HttpRequest, member: "Member", pk: int, form: InviteForm) -> None:
    result = services.invite(
        forum_id=pk,
        addresses=form.address_list,
        actor=member,
        now=clock.now(),
        line=form.cleaned_data["line"],
        role=form.cleaned_data["role"],
    )
    sentence = ngettext("%d invitation was sent.", "%d invitations were sent.", result.sent)
    sentences = [with_count(sentence, result.sent)]
    if result.taking_part:
        names = listed(result.taking_part)
        sentences.append(_("They already take part: %s.") % names)
    if result.invited_before:
        names = listed(result.invited_before)
        sentences.append(_("They were invited before and have not answered: %s.") % names)
    for text in sentences:
        give(request, Receipt(text, "invite"))


def _change(request: HttpRequest, member: "Member") -> None:
    """Send an invitation again, or revoke it, as the button says."""
    now = clock.now()
    if "revoke" in request.POST:
        pk = whole_number(request.POST["revoke"])
        services.revoke_invitation(invitation_id=pk, actor=member, now=now)
        give(request, Receipt(_("The invitation was revoked. Its link opens nothing."), "waiting"))
        return
    pk = whole_number(request.POST["again"])
    services.send_invitation_again(invitation_id=pk, actor=member, now=now)
    text = _("The invitation was sent again. The link of the earlier message opens nothing.")
    give(request, Receipt(text, "waiting"))


@never_asks_to_sign_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link.

    A POST answers it, since mail scanners open links.
    """
    member = member_of(request)
    try:
        invitation = services.read_invitation(token=token, now=clock.now())
        if request.method == "POST":
            return _answer(request, member, invitation, token)
    except (LinkBroken, LinkExpired) as error:
        page, status = "forums/invitation_link.html", error.http_status
        return render(request, page, {"error": error}, status=status)
    owner = invitation.member
    context = {
        "invitation": invitation,
        "policy": invitation.forum.policy,
        "member": member,
        "is_known": owner is not None and owner.is_active,
        "here": request.path,
    }
    return render(request, "forums/invitation.html", context)


def _answer(
    request: HttpRequest, member: "Member | None", invitation: "Invitation", token: str
) -> HttpResponse:
    """Take part, decline, or go on to apply.

    Raises: LinkBroken, LinkExpired, Conflict (it was sent to another member).
    """
    now = clock.now()
    if "decline" in request.POST:
        services.decline_invitation(token=token, member=member, now=now)
        messages.success(request, _("You declined the invitation."))
        return HttpResponseRedirect("/")
    if member is None:
        request.session[invited.KEY] = token
        return HttpResponseRedirect(reverse("members:apply"))
    services.accept_invitation(token=token, member=member, now=now)
    if not access_of(member).may(READ, invitation.forum_id):
        return HttpResponseRedirect("/")
    text = _("You take part in this discussion and receive its messages by e-mail.")
    give(request, Receipt(text, "entrance"))
    return HttpResponseRedirect(discussion_url(invitation.forum))
