"""The page of one list: its figures, its archive,
and for who leads the discussion how its mails look.
"""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.dates import say_day
from hub.lib.errors import Invalid, Stale
from listserv import rosters
from listserv.figures import RECENT, figures_for, led_list_for
from listserv.forms import ListForm
from listserv.models import MailingList

if TYPE_CHECKING:
    from hub.members.models import Member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mailing_list(request: HttpRequest, name: str) -> HttpResponse:
    """Show the figures of a list the reader may read;
    a POST of who leads it sets how its mails look.
    """
    member = cast("Member", request.user)
    form, status = None, 200
    if request.method == "POST":
        form = ListForm(request.POST, current=rosters.looks_of(led_list_for(member, name)))
        status = _set(request, member, name, form) if form.is_valid() else 422
        if status == 302:
            return HttpResponseRedirect(request.path)
    figures = figures_for(member, name, now=clock.now())
    if form is None and figures.leads:
        mail_list = figures.mailing_list
        initial = {"tag": mail_list.tag, "shows_addresses": mail_list.shows_addresses}
        form = ListForm(initial=initial, current=rosters.looks_of(mail_list))
    context = {
        "figures": figures,
        "list": figures.mailing_list,
        "weeks": [(say_day(day, short=True), count) for day, count in figures.weeks],
        "form": form,
        "days": RECENT,
    }
    return render(request, "listserv/list.html", context, status=status)


def _set(request: HttpRequest, member: "Member", name: str, form: ListForm) -> int:
    """Save and return the HTTP status of the answer."""
    mail_list = led_list_for(member, name)
    data = form.cleaned_data
    try:
        rosters.set_list(
            list_id=mail_list.pk,
            tag=data["tag"],
            shows_addresses=data["shows_addresses"],
            actor=member,
            seen=form.seen if "seen_values" in form.data else None,
        )
    except Stale:
        mail_list.refresh_from_db()
        form.show_current()
        form.add_error(None, _changed_meanwhile(mail_list))
        return 409
    except Invalid as error:
        form.add_error("tag", str(error))
        return 422
    messages.success(request, _("The next mails of the list look like that."))
    return 302


def _changed_meanwhile(mail_list: MailingList) -> str:
    sentence = (
        _(
            "Somebody has saved other settings: the tag is “%(tag)s”, and mails show the authors' "
            "addresses."
        )
        if mail_list.shows_addresses
        else _(
            "Somebody has saved other settings: the tag is “%(tag)s”, and mails do not show the "
            "authors' addresses."
        )
    )
    again = _("Nothing of yours is saved yet: correct the form, then save again.")
    return f"{sentence % {'tag': mail_list.tag}} {again}"
