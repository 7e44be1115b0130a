"""The page of one list: figures, archive, and for who leads it how its messages look."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.dates import format_day
from hub.lib.errors import Invalid, Stale
from hub.members.requests import signed_in
from listserv import rosters
from listserv.figures import RECENT_DAYS, figures_for, led_list_for
from listserv.forms import ListForm
from listserv.models import MailingList

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mailing_list(request: HttpRequest, name: str) -> HttpResponse:
    """Show the figures of a list; a POST by who leads it sets how its messages look."""
    member = signed_in(request)
    form, status = None, 200
    if request.method == "POST":
        form = ListForm(request.POST, current=rosters.looks_of(led_list_for(member, name)))
        status = 422
        if form.is_valid():
            status = _save(request, member, name, form)
        if status == 302:
            return HttpResponseRedirect(request.path)
    figures = figures_for(member, name, now=clock.now())
    if form is None and figures.leads:
        looks = figures.mailing_list
        initial = {"tag": looks.tag, "shows_addresses": looks.shows_addresses}
        form = ListForm(initial=initial, current=rosters.looks_of(looks))
    context = {
        "figures": figures,
        "list": figures.mailing_list,
        "weeks": [(format_day(day, short=True), count) for day, count in figures.weeks],
        "form": form,
        "days": RECENT_DAYS,
    }
    return render(request, "listserv/list.html", context, status=status)


def _save(request: HttpRequest, member: "Member", name: str, form: ListForm) -> int:
    """Save and return the HTTP status of the answer."""
    led_list = led_list_for(member, name)
    data, seen = form.cleaned_data, None
    if "seen_values" in form.data:
        seen = form.seen
    try:
        rosters.set_list(
            list_id=led_list.pk,
            tag=data["tag"],
            shows_addresses=data["shows_addresses"],
            actor=member,
            seen=seen,
        )
    except Stale:
        led_list.refresh_from_db()
        form.show_current()
        form.add_error(None, _changed_meanwhile(led_list))
        return 409
    except Invalid as error:
        form.add_error("tag", str(error))
        return 422
    messages.success(request, _("The next messages of the list will look like this."))
    return 302


def _changed_meanwhile(led_list: MailingList) -> str:
    if led_list.shows_addresses:
        sentence = _(
            "Somebody has saved other settings: the tag is “%(tag)s”, and messages show "
            "the authors' addresses."
        )
    else:
        sentence = _(
            "Somebody has saved other settings: the tag is “%(tag)s”, and messages do "
            "not show the authors' addresses."
        )
    advice = _("Your settings are not saved yet: correct the form, then save again.")
    return f"{sentence % {'tag': led_list.tag}} {advice}"
