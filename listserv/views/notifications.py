"""The one place for what a member is told: all discussions in one table, with one button."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from forums import selectors as forum_selectors
from forums.policy import access_of
from forums.views.feeds import concerns_url_for
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, Undo, give
from hub.members.forms import PreferencesForm
from hub.members.requests import signed_in
from listserv import selectors, services
from listserv.forms import label_of
from listserv.models import NotificationSettings, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

PLACE = "notifications"
ALSO = ("mentions", "answers", "decisions")
# Rows of one form that are read: pages have fewer.
MAX_ROWS = 100


@dataclass(frozen=True)
class Row:
    """A discussion in the table; who takes no part in it mutes nothing."""

    line: selectors.ListLine
    is_muted: bool
    may_mute: bool


@dataclass(frozen=True)
class Changes:
    """What a form changes, and the fields that bring back what stood there before."""

    deliveries: dict[int, str]
    muted: dict[int, bool]
    also: dict[str, bool]
    undo: dict[str, str]

    @property
    def count(self) -> int:
        """How many discussions and settings change."""
        rows = {name for name in self.undo if name.startswith("row.")}
        return len(rows) + len(self.also)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """Show what the reader is told, by mail and as new; a POST saves all of it at once."""
    member = signed_in(request)
    if request.method == "POST":
        _save(request, member)
        return HttpResponseRedirect(f"{request.get_full_path()}#{PLACE}")
    page = selectors.list_page_for(member, page=whole_number(request.GET.get("page"), 1))
    also = selectors.notification_settings_of(member)
    initial = {"language": member.language, "time_zone": member.time_zone}
    context = {
        "rows": _rows(member, list(page)),
        "modes": [Subscription.Delivery(mode) for mode in services.OFFERED],
        "also": [
            (name, label_of(NotificationSettings, name), getattr(also, name)) for name in ALSO
        ],
        "form": PreferencesForm(initial=initial),
        "addresses": selectors.addresses_of(member),
        "feed_url": concerns_url_for(member),
        "page_number": page.number,
        "page_count": page.pages,
        **page.links(),
    }
    return render(request, "listserv/notifications.html", context)


def _rows(member: "Member", lines: list[selectors.ListLine]) -> list[Row]:
    muted, roles = forum_selectors.muted_forums(member), access_of(member).roles
    return [
        Row(
            line,
            is_muted=line.mailing_list.forum_id in muted,
            may_mute=line.mailing_list.forum_id in roles,
        )
        for line in lines
    ]


def _save(request: HttpRequest, member: "Member") -> None:
    names = [name.removeprefix("row.") for name in request.POST if name.startswith("row.")]
    rows = _rows(member, selectors.list_lines_named(member, names[:MAX_ROWS]))
    changes = _changes(request.POST, rows, selectors.notification_settings_of(member))
    services.set_notifications(
        member=member,
        now=clock.now(),
        deliveries=changes.deliveries,
        muted=changes.muted,
        also=changes.also,
    )
    give(request, _receipt(request, changes))


def _changes(form: QueryDict, rows: list[Row], before: NotificationSettings) -> Changes:
    """Return what a form changes; what it does not name stays as it is."""
    changes = Changes({}, {}, {}, {})
    for row in rows:
        _note_changes(form, row, changes)
    if "also" in form:
        for name in ALSO:
            if (name in form) != getattr(before, name):
                changes.also[name] = name in form
    if changes.also:
        changes.undo["also"] = "1"
        changes.undo.update({name: "1" for name in ALSO if getattr(before, name)})
    return changes


def _note_changes(form: QueryDict, row: Row, changes: Changes) -> None:
    mailing_list, name = row.line.mailing_list, row.line.mailing_list.name
    delivery, is_muted = form.get(f"delivery.{name}"), f"muted.{name}" in form
    if delivery is not None and delivery != row.line.delivery:
        changes.deliveries[mailing_list.pk] = delivery
    if row.may_mute and is_muted != row.is_muted:
        changes.muted[mailing_list.forum_id] = is_muted
    if mailing_list.pk in changes.deliveries or mailing_list.forum_id in changes.muted:
        changes.undo.update({f"row.{name}": "1", f"delivery.{name}": row.line.delivery})
        if row.is_muted:
            changes.undo[f"muted.{name}"] = "1"


def _receipt(request: HttpRequest, changes: Changes) -> Receipt:
    if not changes.count:
        return Receipt(_("Nothing was changed."), PLACE)
    text = ngettext("Saved: %d change.", "Saved: %d changes.", changes.count)
    undo = Undo(request.path, pgettext("button", "Undo"), changes.undo)
    return Receipt(with_count(text, changes.count), PLACE, undo=undo)
