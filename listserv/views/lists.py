"""My lists: what I get by mail from each discussion."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.dates import say_day
from hub.lib.errors import HubError, Invalid, NotFound
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, Undo, give
from hub.lib.scripts import isolate
from listserv import selectors, services
from listserv.bounces import services as bounce_services
from listserv.forms import DeliveryForm, PauseForm
from listserv.models import Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

Line = selectors.ListLine
Row = tuple[Line, DeliveryForm, PauseForm]
# The anchor of what is done with all lists; no list has this name, which is no slug.
ALL = "all-lists:"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """Show the reader's lists with their delivery; a POST
    saves one of them, pauses it or takes it up again.
    """
    member = cast("Member", request.user)
    all_form = PauseForm(None, request.POST if "pause_all" in request.POST else None)
    if "unpause_all" in request.POST:
        return _unpause_all(request, member)
    if all_form.is_bound and _pause_all(request, member, all_form):
        return HttpResponseRedirect(f"{request.path}#{ALL}")
    page = selectors.list_page_for(member, page=whole_number(request.GET.get("page"), 1))
    addresses = selectors.addresses_of(member)
    asked = request.POST.get("list", "") if request.method == "POST" else None
    lines: list[Line] = page
    if asked and asked not in {line.mailing_list.name for line in lines}:
        # Its form stood on another page, or the list has moved since.
        line = selectors.list_line_for(member, asked)
        lines = [line, *lines] if line is not None else lines
    rows: list[Row] = []
    for line in lines:
        # Each button sends what stands in its own form.
        others = {"pause", "resume", "restart"} & set(request.POST)
        saved = asked == line.mailing_list.name and not others
        paused = asked == line.mailing_list.name and "pause" in request.POST
        delivery = DeliveryForm(line, addresses, request.POST if saved else None)
        rows.append((line, delivery, PauseForm(line, request.POST if paused else None)))
    context: dict[str, object] = {"rows": rows, "pause_all": all_form, **page.links()}
    if asked is None or all_form.is_bound:
        status = 422 if all_form.is_bound else 200
        return render(request, "listserv/lists.html", context, status=status)
    row = next((row for row in rows if row[0].mailing_list.name == asked), None)
    if row is None:
        raise NotFound
    act = next((act for name, act in ACTS.items() if name in request.POST), _save)
    if act(request, member, row):
        return HttpResponseRedirect(f"{request.get_full_path()}#{asked}")
    return render(request, "listserv/lists.html", {**context, "open": asked}, status=422)


def _save(request: HttpRequest, member: "Member", row: Row) -> bool:
    line, form, _pause_form = row
    if not form.is_valid():
        return False
    # What stood in the form before, sent once more, brings it back.
    values = {
        name: value
        for name, value in form.initial.items()
        if name in form.fields and value is not False
    }
    before = {form.add_prefix(name): str(value) for name, value in values.items()}
    undo = (
        Undo(request.path, _("Undo"), {"list": line.mailing_list.name, **before})
        if line.on_roster
        else None
    )
    saved = services.set_delivery(
        list_id=line.mailing_list.pk, member=member, now=clock.now(), **form.choices
    )
    _give(request, row, _said(saved), undo=undo if form.has_changed() else None)
    return True


def _said(row: Subscription) -> str:
    """Say what a member gets now; the sentence wants the discussion's name."""
    modes = Subscription.Delivery
    sentences = {
        modes.EACH: _("You get each contribution to “%(discussion)s” by mail."),
        modes.DAILY: _(
            "You get a digest of “%(discussion)s” each morning on which there is something new."
        ),
        modes.WEEKLY: _(
            "You get a digest of “%(discussion)s” on Mondays when there is something new."
        ),
        modes.NOTICES: _(
            "You get a short notice of each contribution to “%(discussion)s”, with a link to it."
        ),
        modes.NONE: _("No more mail from “%(discussion)s”. You read and write on the web."),
    }
    return sentences[modes(row.delivery)]


def _pause(request: HttpRequest, member: "Member", row: Row) -> bool:
    line, _form, form = row
    if not form.is_valid():
        return False
    try:
        services.pause(
            list_id=line.mailing_list.pk, member=member, until=form.moment, now=clock.now()
        )
    except HubError as error:
        form.add_error("until", str(error))
        return False
    day = say_day(form.cleaned_data["until"])
    # Its end stands below it, as long as it lasts.
    _give(request, row, _("Nothing comes from “%(discussion)s” until %(day)s."), day=day)
    return True


def _pause_all(request: HttpRequest, member: "Member", form: PauseForm) -> bool:
    if not form.is_valid():
        return False
    paused = {
        line.mailing_list.name: line.on_roster.paused_until.isoformat()
        if line.on_roster.paused_until
        else ""
        for line in selectors.lists_for(member)
        if line.on_roster
    }
    try:
        services.pause_all(member=member, until=form.moment, now=clock.now())
    except HubError as error:
        form.add_error("until", str(error))
        return False
    day = {"day": say_day(form.cleaned_data["until"])}
    undo = Undo(request.path, _("Undo"), {"unpause_all": json.dumps(paused)})
    give(
        request,
        Receipt(_("Nothing comes from any of your lists until %(day)s.") % day, ALL, undo=undo),
    )
    return True


def _unpause_all(request: HttpRequest, member: "Member") -> HttpResponse:
    """Give each list the pause back that it had before all were paused, or none."""
    try:
        before = json.loads(request.POST["unpause_all"])
        pauses = {
            str(name): datetime.fromisoformat(until) if until else None
            for name, until in before.items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise Invalid(_("The form was not complete. Choose for each list what you get.")) from error
    now = clock.now()
    for line in selectors.lists_for(member):
        until = pauses.get(line.mailing_list.name)
        if line.mailing_list.name in pauses and line.on_roster:
            services.resume(list_id=line.mailing_list.pk, member=member, now=now)
            if until is not None and until.tzinfo is not None and until > now:
                services.pause(list_id=line.mailing_list.pk, member=member, until=until, now=now)
    give(request, Receipt(_("The pause of all lists is undone."), ALL))
    return HttpResponseRedirect(f"{request.path}#{ALL}")


def _give(
    request: HttpRequest, row: Row, text: str, *, undo: Undo | None = None, **values: str
) -> None:
    """Say beside the list what was done; the sentence wants the discussion's name."""
    mailing_list = row[0].mailing_list
    sentence = text % {"discussion": isolate(mailing_list.forum.name), **values}
    give(request, Receipt(sentence, mailing_list.name, undo=undo))


def _resume(request: HttpRequest, member: "Member", row: Row) -> bool:
    services.resume(list_id=row[0].mailing_list.pk, member=member, now=clock.now())
    _give(request, row, _("Mail from “%(discussion)s” comes again."))
    return True


def _restart(request: HttpRequest, member: "Member", row: Row) -> bool:
    bounce_services.restart(list_id=row[0].mailing_list.pk, member=member, now=clock.now())
    _give(request, row, _("Mail from “%(discussion)s” comes again."))
    return True


ACTS: dict[str, Callable[[HttpRequest, "Member", Row], bool]] = {
    "pause": _pause,
    "resume": _resume,
    "restart": _restart,
}
