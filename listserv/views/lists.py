"""My lists: what I get by mail from each discussion."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.dates import say_day
from hub.lib.errors import HubError, NotFound
from listserv import selectors, services
from listserv.bounces import services as bounces
from listserv.forms import DeliveryForm, PauseForm
from listserv.models import Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

Line = selectors.ListLine
Row = tuple[Line, DeliveryForm, PauseForm]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Show the reader's lists with their delivery; a POST saves one of them, pauses it or takes it up again."""
    member = cast("Member", request.user)
    all_form = PauseForm(None, request.POST if "pause_all" in request.POST else None)
    if all_form.is_bound and _pause_all(request, member, all_form):
        return HttpResponseRedirect(request.path)
    lines, addresses = selectors.lists_for(member), selectors.addresses_of(member)
    asked = request.POST.get("list", "") if request.method == "POST" else None
    rows: list[Row] = []
    for line in lines:
        # Each button sends what stands in its own form.
        saved = asked == line.mailing_list.name and not {"pause", "resume", "restart"} & set(request.POST)
        paused = asked == line.mailing_list.name and "pause" in request.POST
        delivery = DeliveryForm(line, addresses, request.POST if saved else None)
        rows.append((line, delivery, PauseForm(line, request.POST if paused else None)))
    context: dict[str, object] = {"rows": rows, "pause_all": all_form}
    if asked is None or all_form.is_bound:
        return render(request, "listserv/lists.html", context, status=422 if all_form.is_bound else 200)
    row = next((row for row in rows if row[0].mailing_list.name == asked), None)
    if row is None:
        raise NotFound
    act = next((act for name, act in ACTS.items() if name in request.POST), _save)
    if act(request, member, row):
        return HttpResponseRedirect(f"{request.path}#{asked}")
    return render(request, "listserv/lists.html", {**context, "open": asked}, status=422)


def _save(request: HttpRequest, member: "Member", row: Row) -> bool:
    line, form, _pause_form = row
    if not form.is_valid():
        return False
    saved = services.set_delivery(list_id=line.mailing_list.pk, member=member, now=clock.now(), **form.choices)
    messages.success(request, _said(saved) % {"discussion": line.mailing_list.forum.name})
    return True


def _said(row: Subscription) -> str:
    """Say what a member gets now; the sentence wants the discussion's name."""
    modes = Subscription.Delivery
    said = {
        modes.EACH: _("You get each contribution to “%(discussion)s” by mail."),
        modes.DAILY: _("You get a digest of “%(discussion)s” each morning on which there is something new."),
        modes.WEEKLY: _("You get a digest of “%(discussion)s” on Mondays when there is something new."),
        modes.NOTICES: _("You get a short notice of each contribution to “%(discussion)s”, with a link to it."),
        modes.NONE: _("No more mail from “%(discussion)s”. You read and write on the web."),
    }
    return said[modes(row.delivery)]


def _pause(request: HttpRequest, member: "Member", row: Row) -> bool:
    line, _form, form = row
    if not form.is_valid():
        return False
    try:
        services.pause(list_id=line.mailing_list.pk, member=member, until=form.moment, now=clock.now())
    except HubError as error:
        form.add_error("until", str(error))
        return False
    name = {"discussion": line.mailing_list.forum.name, "day": say_day(form.cleaned_data["until"])}
    messages.success(request, _("Nothing comes from “%(discussion)s” until %(day)s.") % name)
    return True


def _pause_all(request: HttpRequest, member: "Member", form: PauseForm) -> bool:
    if not form.is_valid():
        return False
    try:
        services.pause_all(member=member, until=form.moment, now=clock.now())
    except HubError as error:
        form.add_error("until", str(error))
        return False
    day = {"day": say_day(form.cleaned_data["until"])}
    messages.success(request, _("Nothing comes from any of your lists until %(day)s.") % day)
    return True


def _resume(request: HttpRequest, member: "Member", row: Row) -> bool:
    services.resume(list_id=row[0].mailing_list.pk, member=member, now=clock.now())
    name = {"discussion": row[0].mailing_list.forum.name}
    messages.success(request, _("Mail from “%(discussion)s” comes again.") % name)
    return True


def _restart(request: HttpRequest, member: "Member", row: Row) -> bool:
    bounces.restart(list_id=row[0].mailing_list.pk, member=member, now=clock.now())
    name = {"discussion": row[0].mailing_list.forum.name}
    messages.success(request, _("Mail from “%(discussion)s” comes again.") % name)
    return True


ACTS: dict[str, Callable[[HttpRequest, "Member", Row], bool]] = {
    "pause": _pause,
    "resume": _resume,
    "restart": _restart,
}
