"""The roster of a list, for who leads it: who gets what, and many put on or taken off at once."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.numbers import whole_number
from hub.lib.scripts import isolate
from hub.members.requests import signed_in
from listserv import rosters
from listserv.figures import led_list_for, roster_of
from listserv.forms import RosterForm
from listserv.models import MailingList
from listserv.views.paging import SIZE, paging

if TYPE_CHECKING:
    from hub.members.models import Member

# Unknown addresses that are listed; the text field keeps all of them.
LISTED = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roster(request: HttpRequest, name: str) -> HttpResponse:
    """List the roster, ``?q=`` searches names; a POST adds or removes members by addresses."""
    member = signed_in(request)
    mailing_list = led_list_for(member, name)
    form = RosterForm()
    unknown: tuple[str, ...] = ()
    if request.method == "POST":
        if "off" in request.POST:
            _take_off(request, member, mailing_list)
            return HttpResponseRedirect(request.get_full_path())
        form = RosterForm(request.POST)
        if form.is_valid():
            unknown = _change(request, member, mailing_list, form)
            if not unknown:
                return HttpResponseRedirect(request.path)
            form = RosterForm(initial={"addresses": "\n".join(unknown)})
    search = " ".join(request.GET.get("q", "").split())[:100]
    rows = roster_of(mailing_list, search=search)
    page = paging(request.GET.get("page", ""), rows.count(), size=SIZE, q=search)
    context = {
        "list": mailing_list,
        "rows": rows[page.rows],
        "search": search,
        "form": form,
        "unknown": unknown[:LISTED],
        "unlisted": max(len(unknown) - LISTED, 0),
        "shows_addresses": member.is_staff,
        **page.context,
    }
    status = 200
    if unknown or form.errors:
        status = 422
    return render(request, "listserv/roster.html", context, status=status)


def _change(
    request: HttpRequest, member: "Member", mailing_list: MailingList, form: RosterForm
) -> tuple[str, ...]:
    """Put them on or take them off, say how many, and return the addresses that nobody has."""
    removes = "remove" in request.POST
    act = rosters.subscribe_many
    if removes:
        act = rosters.unsubscribe_many
    change = act(
        list_id=mailing_list.pk,
        addresses=form.cleaned_data["addresses"],
        now=clock.now(),
        actor=member,
    )
    if change.changed or change.unchanged:
        messages.success(request, _report(change, removes=removes))
    return change.unknown


def _report(change: rosters.RosterChange, *, removes: bool) -> str:
    """Say how many were put on a roster or taken off it, and how many were so already."""
    done, already = change.changed, change.unchanged
    if removes:
        sentence = ngettext("%d member was unsubscribed.", "%d members were unsubscribed.", done)
        rest = ngettext("%d was not subscribed.", "%d were not subscribed.", already)
    else:
        sentence = ngettext("%d member was subscribed.", "%d members were subscribed.", done)
        rest = ngettext("%d was already subscribed.", "%d were already subscribed.", already)
    report = with_count(sentence, done)
    if already:
        report = f"{report} {with_count(rest, already)}"
    return report


def _take_off(request: HttpRequest, member: "Member", mailing_list: MailingList) -> None:
    key = whole_number(request.POST["off"])
    row = rosters.take_off(
        list_id=mailing_list.pk, subscription_id=key, actor=member, now=clock.now()
    )
    if row is not None:
        sentence = _("%(name)s no longer receives the messages of this list.")
        messages.success(request, sentence % {"name": isolate(row.member.get_full_name())})
