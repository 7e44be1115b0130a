"""My lists: what I get by mail from each discussion."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.errors import NotFound
from listserv import selectors, services
from listserv.forms import DeliveryForm
from listserv.models import Subscription

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Show the reader's lists with their delivery; a POST saves one of them."""
    member = cast("Member", request.user)
    lines, addresses = selectors.lists_for(member), selectors.addresses_of(member)
    asked = request.POST.get("list", "") if request.method == "POST" else None
    rows = [
        (line, DeliveryForm(line, addresses, request.POST if line.mailing_list.name == asked else None))
        for line in lines
    ]
    if asked is None:
        return render(request, "listserv/lists.html", {"rows": rows})
    line, form = next(((line, form) for line, form in rows if line.mailing_list.name == asked), (None, None))
    if line is None or form is None:
        raise NotFound
    if not form.is_valid():
        return render(request, "listserv/lists.html", {"rows": rows}, status=422)
    _save(request, member, line, form)
    return HttpResponseRedirect(request.path)


def _save(request: HttpRequest, member: "Member", line: selectors.ListLine, form: DeliveryForm) -> None:
    data = form.cleaned_data
    row = services.set_delivery(
        list_id=line.mailing_list.pk,
        member=member,
        delivery=data["delivery"],
        now=clock.now(),
        own_copy=data["own_copy"],
        address_id=data.get("address") or None,
    )
    name = {"discussion": line.mailing_list.forum.name}
    if row.delivery == Subscription.Delivery.NONE:
        messages.success(request, _("No more mail from “%(discussion)s”. You read and write on the web.") % name)
    else:
        messages.success(request, _("You get each contribution to “%(discussion)s” by mail.") % name)
