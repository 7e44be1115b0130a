"""The roster of a list, for who leads its discussion:
who gets what, and many put on it or taken off at once.
"""

from typing import TYPE_CHECKING, cast

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
    """List the roster, ``?q=`` searches names; a POST
    adds or removes the members with the given addresses.
    """
    member = cast("Member", request.user)
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
    return render(
        request, "listserv/roster.html", context, status=422 if unknown or form.errors else 200
    )


def _change(
    request: HttpRequest, member: "Member", mailing_list: MailingList, form: RosterForm
) -> tuple[str, ...]:
    """Put them on or take them off, say how many, and return the addresses that nobody has."""
    removes = "remove" in request.POST
    act = rosters.unsubscribe_many if removes else rosters.subscribe_many
    change = act(
        list_id=mailing_list.pk,
        addresses=form.cleaned_data["addresses"],
        now=clock.now(),
        actor=member,
    )
    done, already = change.changed, change.unchanged
    if removes:
        sentence = with_count(
            ngettext(
                "%d member was taken off the roster.", "%d members were taken off the roster.", done
            ),
            done,
        )
        rest = with_count(ngettext("%d was not on it.", "%d were not on it.", already), already)
    else:
        sentence = with_count(
            ngettext(
                "%d member was put on the roster.", "%d members were put on the roster.", done
            ),
            done,
        )
        rest = with_count(ngettext("%d was on it.", "%d were on it.", already), already)
    if done or already:
        messages.success(request, f"{sentence} {rest}" if already else sentence)
    return change.unknown


def _take_off(request: HttpRequest, member: "Member", mailing_list: MailingList) -> None:
    key = whole_number(request.POST["off"])
    row = rosters.take_off(
        list_id=mailing_list.pk, subscription_id=key, actor=member, now=clock.now()
    )
    if row is not None:
        messages.success(
            request,
            _("%(name)s gets no more mail of this list.")
            % {"name": isolate(row.member.get_full_name())},
        )
