"""My lists: what I get by mail from each discussion."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.dates import format_day
from hub.lib.errors import HubError, Invalid, NotFound
from hub.lib.numbers import whole_number
from hub.lib.paging import PagedList
from hub.lib.receipts import Receipt, Undo, give
from hub.lib.scripts import isolate
from hub.members.requests import signed_in
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
    """Show the reader's lists with their delivery; a POST changes one of them, or pauses all."""
    member = signed_in(request)
    if "unpause_all" in request.POST:
        return _unpause_all(request, member)
    if "pause_all" in request.POST:
        return _pause_all(request, member)
    page = selectors.list_page_for(member, page=whole_number(request.GET.get("page"), 1))
    if request.method == "POST":
        return _change(request, member, page)
    return _show(request, page, _rows(request, member, page))


def _change(request: HttpRequest, member: "Member", page: PagedList[Line]) -> HttpResponse:
    """Do with one list what its button says; its forms come back when something is wrong.

    Raises: NotFound.
    """
    asked = request.POST.get("list", "")
    rows = _rows(request, member, page, asked)
    for row in rows:
        if row[0].mailing_list.name != asked:
            continue
        act = next((act for name, act in ACTS.items() if name in request.POST), _save)
        if act(request, member, row):
            return HttpResponseRedirect(f"{request.get_full_path()}#{asked}")
        return _show(request, page, rows, status=422, open=asked)
    raise NotFound


def _show(
    request: HttpRequest,
    page: PagedList[Line],
    rows: list[Row],
    *,
    pause_all: PauseForm | None = None,
    status: int = 200,
    **context: str,
) -> HttpResponse:
    """Render a page of lists. Args: pause_all, a form that came back with errors."""
    form = pause_all or PauseForm(None)
    context_of_page = {"rows": rows, "pause_all": form, **page.links(), **context}
    return render(request, "listserv/lists.html", context_of_page, status=status)


def _rows(
    request: HttpRequest, member: "Member", page: PagedList[Line], asked: str = ""
) -> list[Row]:
    """Return the lists of a page with their forms; those of the list asked for hold what was sent.

    Its form may have stood on another page, or the list has moved since: it then comes first.
    """
    lines = list(page)
    if asked and asked not in {line.mailing_list.name for line in lines}:
        line = selectors.list_line_for(member, asked)
        if line is not None:
            lines.insert(0, line)
    addresses = selectors.addresses_of(member)
    rows: list[Row] = []
    for line in lines:
        saved = paused = None
        # Each button sends what stands in its own form.
        if line.mailing_list.name == asked:
            if "pause" in request.POST:
                paused = request.POST
            elif ACTS.keys().isdisjoint(request.POST):
                saved = request.POST
        rows.append((line, DeliveryForm(line, addresses, saved), PauseForm(line, paused)))
    return rows


def _save(request: HttpRequest, member: "Member", row: Row) -> bool:
    line, form, _pause_form = row
    if not form.is_valid():
        return False
    undo = None
    if line.on_roster is not None and form.has_changed():
        undo = Undo(request.path, pgettext("button", "Undo"), _sent_before(line, form))
    subscription = services.set_delivery(
        list_id=line.mailing_list.pk, member=member, now=clock.now(), **form.choices
    )
    _give(request, row, _delivery_sentence(subscription), undo=undo)
    return True


def _sent_before(line: Line, form: DeliveryForm) -> dict[str, str]:
    """Return what stood in a form before: sent once more, it brings that back."""
    fields = {"list": line.mailing_list.name}
    for name, value in form.initial.items():
        # A box without its tick is not sent.
        if name in form.fields and value is not False:
            fields[form.add_prefix(name)] = str(value)
    return fields


def _delivery_sentence(row: Subscription) -> str:
    """Say what a member gets now; the sentence wants the discussion's name."""
    modes = Subscription.Delivery
    sentences = {
        modes.EACH: _("You receive each contribution to “%(discussion)s” by e-mail."),
        modes.DAILY: _(
            "You receive a digest of “%(discussion)s” each morning if there is something new."
        ),
        modes.WEEKLY: _(
            "You receive a digest of “%(discussion)s” on Mondays if there is something new."
        ),
        modes.NOTICES: _(
            "You receive a short notice of each contribution to “%(discussion)s”, with a "
            "link to it."
        ),
        modes.NONE: _(
            "You no longer receive e-mail from “%(discussion)s”. You can read and write on the web."
        ),
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
    day = format_day(form.cleaned_data["until"])
    # Its end stands below it, as long as it lasts.
    _give(request, row, _("You receive nothing from “%(discussion)s” until %(day)s."), day=day)
    return True


def _pause_all(request: HttpRequest, member: "Member") -> HttpResponse:
    """Pause every list on whose roster the member is, and offer to take that back."""
    form = PauseForm(None, request.POST)
    if not form.is_valid() or not _paused_all(request, member, form):
        page = selectors.list_page_for(member, page=whole_number(request.GET.get("page"), 1))
        return _show(request, page, _rows(request, member, page), pause_all=form, status=422)
    return HttpResponseRedirect(f"{request.path}#{ALL}")


def _paused_all(request: HttpRequest, member: "Member", form: PauseForm) -> bool:
    undo = Undo(
        request.path,
        pgettext("button", "Undo"),
        {"unpause_all": json.dumps(_present_pauses(member))},
    )
    try:
        services.pause_all(member=member, until=form.moment, now=clock.now())
    except HubError as error:
        form.add_error("until", str(error))
        return False
    sentence = _("You receive nothing from any of your lists until %(day)s.")
    day = {"day": format_day(form.cleaned_data["until"])}
    give(request, Receipt(sentence % day, ALL, undo=undo))
    return True


def _present_pauses(member: "Member") -> dict[str, str]:
    """Return until when the member's lists are paused: name -> moment, empty for no pause."""
    pauses = {}
    for line in selectors.lists_for(member):
        if line.on_roster is None:
            continue
        pauses[line.mailing_list.name] = ""
        if line.on_roster.paused_until is not None:
            pauses[line.mailing_list.name] = line.on_roster.paused_until.isoformat()
    return pauses


def _unpause_all(request: HttpRequest, member: "Member") -> HttpResponse:
    """Give each list the pause back that it had before all were paused, or none."""
    pauses, now = _pauses_before(request), clock.now()
    for line in selectors.lists_for(member):
        mailing_list = line.mailing_list
        if mailing_list.name not in pauses or line.on_roster is None:
            continue
        services.resume(list_id=mailing_list.pk, member=member, now=now)
        until = pauses[mailing_list.name]
        if until is not None and until > now:
            services.pause(list_id=mailing_list.pk, member=member, until=until, now=now)
    give(request, Receipt(_("The pause of all lists was undone."), ALL))
    return HttpResponseRedirect(f"{request.path}#{ALL}")


def _pauses_before(request: HttpRequest) -> dict[str, datetime | None]:
    """Return the pauses that :func:`_present_pauses` gave along.

    A moment without a zone is none of ours and counts as no pause.

    Raises: Invalid (the form holds something else).
    """
    try:
        pauses = json.loads(request.POST["unpause_all"])
        return {str(name): _aware_moment(until) for name, until in pauses.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise Invalid(
            _("The form was not complete. Choose what you receive from each list.")
        ) from error


def _aware_moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return None
    return moment


def _give(
    request: HttpRequest, row: Row, text: str, *, undo: Undo | None = None, **values: str
) -> None:
    """Say beside the list what was done; the sentence wants the discussion's name."""
    mailing_list = row[0].mailing_list
    sentence = text % {"discussion": isolate(mailing_list.forum.name), **values}
    give(request, Receipt(sentence, mailing_list.name, undo=undo))


def _resume(request: HttpRequest, member: "Member", row: Row) -> bool:
    services.resume(list_id=row[0].mailing_list.pk, member=member, now=clock.now())
    _give(request, row, _("You receive e-mail from “%(discussion)s” again."))
    return True


def _restart(request: HttpRequest, member: "Member", row: Row) -> bool:
    bounce_services.restart(list_id=row[0].mailing_list.pk, member=member, now=clock.now())
    _give(request, row, _("You receive e-mail from “%(discussion)s” again."))
    return True


ACTS: dict[str, Callable[[HttpRequest, "Member", Row], bool]] = {
    "pause": _pause,
    "resume": _resume,
    "restart": _restart,
}
