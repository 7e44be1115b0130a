"""The page of one list: its figures, its archive, and for who leads the discussion how its mails look."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.dates import say_day
from hub.lib.errors import Invalid
from listserv import rosters
from listserv.figures import RECENT, figures_for, led_list_for
from listserv.forms import ListForm

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mailing_list(request: HttpRequest, name: str) -> HttpResponse:
    """Show the figures of a list the reader may read; a POST of who leads it sets how its mails look."""
    member = cast("Member", request.user)
    form, status = None, 200
    if request.method == "POST":
        led_list_for(member, name)
        form = ListForm(request.POST)
        if form.is_valid() and _set(request, member, name, form):
            return HttpResponseRedirect(request.path)
        status = 422
    figures = figures_for(member, name, now=clock.now())
    if form is None and figures.leads:
        found = figures.mailing_list
        form = ListForm(initial={"tag": found.tag, "shows_addresses": found.shows_addresses})
    context = {
        "figures": figures,
        "list": figures.mailing_list,
        "weeks": [(say_day(day, short=True), count) for day, count in figures.weeks],
        "form": form,
        "days": RECENT,
    }
    return render(request, "listserv/list.html", context, status=status)


def _set(request: HttpRequest, member: "Member", name: str, form: ListForm) -> bool:
    try:
        rosters.set_list(list_id=led_list_for(member, name).pk, actor=member, **form.cleaned_data)
    except Invalid as error:
        form.add_error("tag", str(error))
        return False
    messages.success(request, _("The next mails of the list look like that."))
    return True
