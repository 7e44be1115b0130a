"""Small things every page shows: times, people, states, text of unknown direction.

::

    {% load hub_ui %}
    {% when contribution.created_at %}      24 Nov 2026, 12:00 (09:00 UTC)
    {% when session.opens_at "day" %}       24 Nov 2026
    {% when session.closes_at "near" %}     today at 12:00 (09:00 UTC), or as above on any other day
    {% hours session.opens_at session.closes_at %}  24 Nov 2026, 12:00 – 14:00 (09:00 – 11:00 UTC)
    {% initials member %}                   the mark AM over KE
    {{ member.country|region }}             Africa
    {{ member.country|country }}            Kenya
    {{ topic.subject|bidi }}                text isolated from the direction around it
    {{ group.term_ends|day }}               2 Jul 2026
    {{ file.size|size }}                    175 kB
    {{ list_address|ltr }}                  an address, code or symbol: always left to right
    {{ "closing"|state:_("closes in 3 days") }}
    {% period policy.opens_at policy.closes_at %}   the time box as a bar: components/period.html
    {% receipt "held" said.number %}        what the hub says of the last act on this thing
    {% typed as texts %}                    what came with a refused form: components/unsent.html
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from django import forms, template
from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries

from hub.lib import receipts
from hub.lib.dates import format_day, local_and_utc
from hub.lib.scripts import isolate
from hub.lib.sizes import format_size
from hub.lib.spans import format_ago, format_until
from hub.lib.typed import typed_texts
from hub.members.regions import NAMES, region_of

if TYPE_CHECKING:
    from django.forms.boundfield import BoundField

    from hub.members.models import Member

register = template.Library()

# How long before its end a time box shows that it is closing.
CLOSING = timedelta(hours=72)
STATES = frozenset(
    {"open", "agreed", "live", "held", "closing", "coming", "closed", "refused", "objection"}
)


_BOXES_FOR_WORDS = (forms.TextInput, forms.Textarea)


def _day(moment: datetime) -> str:
    return format_day(moment, short=True)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.simple_tag
def when(moment: datetime | None, style: str = "full") -> SafeString | str:
    """Show a moment in the reader's zone with UTC beside it, inside ``<time>``.

    Args:
        moment: UTC-aware; None shows nothing.
        style: ``full`` (day and both times), ``near`` (the same, but its own day is "today"),
            ``day`` (no time).
    """
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if style == "day":
        return format_html('<time datetime="{}">{}</time>', _iso(moment), _day(local))
    now, near = None, SafeString("")
    if style == "near":
        # A script that keeps the page up to date writes it anew when the day is over.
        now, near = timezone.now(), SafeString(" data-near")
    shown, utc = local_and_utc(moment, now=now)
    if not utc:
        return format_html('<time datetime="{}"{}><bdi>{}</bdi></time>', _iso(moment), near, shown)
    return format_html(
        '<time datetime="{}" title="{}"{}><bdi>{}</bdi> <bdi class="utc">({})</bdi></time>',
        _iso(moment),
        timezone.get_current_timezone_name(),
        near,
        shown,
        utc,
    )


@register.simple_tag
def hours(first: datetime | None, last: datetime | None) -> SafeString | str:
    """Show from when to when something lasts.

    The day stands once where it is the same in the reader's zone and in UTC. An hour that the
    clocks show twice is told apart by the UTC beside it.
    """
    if first is None:
        return when(last)
    if last is None:
        return when(first)
    local, until = timezone.localtime(first), timezone.localtime(last)
    utc, utc_until = first.astimezone(UTC), last.astimezone(UTC)
    if (local.date(), utc.date()) != (until.date(), utc_until.date()):
        return format_html("{} – {}", when(first), when(last))
    shown, beside = local_and_utc(first)
    if not beside and not until.utcoffset():
        return _span(first, last, shown.removesuffix(" UTC"), f"{until:%H:%M} UTC", "")
    beside = beside.removesuffix(" UTC") or f"{utc:%H:%M}"
    return _span(
        first,
        last,
        shown.removesuffix(" UTC"),
        f"{until:%H:%M}",
        f"({beside} – {utc_until:%H:%M} UTC)",
    )


def _span(first: datetime, last: datetime, shown: str, until: str, utc: str) -> SafeString:
    span = format_html(
        '<bdi><time datetime="{}">{}</time> – <time datetime="{}">{}</time></bdi>',
        _iso(first),
        shown,
        _iso(last),
        until,
    )
    if not utc:
        return span
    return format_html('{} <bdi class="utc">{}</bdi>', span, utc)


@register.simple_tag
def left(moment: datetime | None) -> str:
    """Say how long it is until a moment ("3 days, 4 hours"), empty when it is past."""
    if moment is None:
        return ""
    now = timezone.now()
    if moment <= now:
        return ""
    return format_until(moment, now)


@register.simple_tag
def ago(moment: datetime | None) -> str:
    """Say how long ago a moment was ("3 days ago", "just now"), empty for none."""
    if moment is None:
        return ""
    return format_ago(moment, timezone.now())


def _stand(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> tuple[str, str]:
    if opens_at and now < opens_at:
        return "coming", _("opens in %s") % format_until(opens_at, now)
    if not closes_at:
        return "open", pgettext("state of a discussion", "open")
    if now >= closes_at:
        return "closed", pgettext("state of a discussion", "closed")
    rest = format_until(closes_at, now)
    if closes_at - now <= CLOSING:
        return "closing", _("closes in %s") % rest
    return "open", _("open, closes in %s") % rest


@register.simple_tag
def stands(opens_at: datetime | None, closes_at: datetime | None) -> SafeString:
    """Say in a word and a shape where a time box stands; nothing for one without ends."""
    if not (opens_at or closes_at):
        return SafeString("")
    return state(*_stand(opens_at, closes_at, timezone.now()))


def _minutes(
    opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> tuple[int, int]:
    """Return how long a time box is and how much of it is over; 0 for one without both ends."""
    if opens_at is None or closes_at is None:
        return 0, 0
    whole = max(int((closes_at - opens_at).total_seconds() // 60), 0)
    done = max(int((now - opens_at).total_seconds() // 60), 0)
    return whole, min(done, whole)


@register.inclusion_tag("components/period.html")
def period(opens_at: datetime | None, closes_at: datetime | None) -> dict[str, object]:
    """Draw a time box: both ends, how much of it is over, and a word for where it stands.

    Its length is in minutes.
    """
    now = timezone.now()
    kind, label = _stand(opens_at, closes_at, now)
    whole, done = _minutes(opens_at, closes_at, now)
    return {
        "shown": bool(opens_at or closes_at),
        "kind": kind,
        "label": label,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "whole": whole,
        "done": done,
    }


@register.simple_tag(takes_context=True)
def receipt(context: template.Context, *place: object) -> SafeString | str:
    """Show what the hub says of the last act on a thing, beside it; nothing on nearly every page.

    Args: place, the anchor of the thing, in parts.
    """
    # An included template that gets no context has the request all the same.
    request: HttpRequest | None = getattr(context, "request", None)
    if request is None:
        return ""
    rows = receipts.waiting(request).pop("".join(map(str, place)), [])
    return _receipts(request, rows)


@register.simple_tag(takes_context=True)
def other_receipts(context: template.Context) -> SafeString | str:
    """Show the receipts whose things are not on the page; the stylesheet puts them above it."""
    request: HttpRequest | None = getattr(context, "request", None)
    if request is None or not hasattr(request, "session"):
        return ""
    waiting = receipts.waiting(request)
    rows = [row for rows in waiting.values() for row in rows]
    waiting.clear()
    return _receipts(request, rows)


def _receipts(request: HttpRequest, rows: list[receipts.Receipt]) -> SafeString | str:
    if not rows:
        return ""
    return render_to_string("components/receipts.html", {"receipts": rows}, request)


@register.simple_tag(takes_context=True)
def typed(context: template.Context) -> list[str]:
    """Return what somebody typed into the form that this page answers.

    There is nothing where a page was only read.
    """
    request: HttpRequest | None = getattr(context, "request", None)
    if request is None:
        return []
    return typed_texts(request)


@register.simple_tag
def initials(member: "Member") -> SafeString:
    """Draw the mark of a person: initials over the country's code.

    The name stands beside it in words.
    """
    return format_html(
        '<span class="initials" aria-hidden="true"><b>{}</b>{}</span>',
        member.initials,
        str(member.country),
    )


@register.filter
def region(code: object) -> str:
    """Return the name of the UN regional group for a country or a group's code, empty for none."""
    text = str(code or "")
    return str(NAMES.get(text) or NAMES.get(region_of(text)) or "")


@register.filter
def country(code: object) -> str:
    """Return the country's name in the reader's language, empty for none."""
    return str(countries.name(str(code or "")))


@register.filter
def box(field: "BoundField") -> SafeString:
    """Draw the box of a field.

    One for words runs as its words do, and as the page does while it is empty. The style sheet
    knows an empty box by its placeholder, which is a blank.
    """
    widget = field.field.widget
    if type(widget) not in _BOXES_FOR_WORDS or "dir" in widget.attrs:
        return field.as_widget()
    placeholder = widget.attrs.get("placeholder", " ")
    return field.as_widget(attrs={"dir": "auto", "placeholder": placeholder})


@register.filter
def isolated(text: object) -> str:
    """Isolate a name or title in a sentence without markup, against the reader's language."""
    return isolate(str(text))


@register.filter
def bidi(text: object) -> SafeString:
    """Isolate a name or subject of unknown direction, so that it does not pull the line around."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def ltr(text: object) -> SafeString:
    """Isolate what is always read left to right: an address, a code, a symbol."""
    return format_html('<bdi dir="ltr">{}</bdi>', text)


@register.filter
def day(value: date) -> str:
    """Return a day without a time, as the reader's language writes it: 2 Jul 2026."""
    return format_day(value, short=True)


@register.filter
def size(value: int) -> str:
    """Return a size in bytes as people read it: 175 kB."""
    return format_size(value)


@register.filter
def state(kind: str, label: object) -> SafeString:
    """Draw a state as a shape, a colour and a word; ``kind`` is one of STATES."""
    if kind not in STATES:
        raise ValueError(kind)
    return format_html('<span class="state {}">{}</span>', kind, label)


@register.filter
def language_name(code: object) -> str:
    """Return the name of a language of the hub in the reader's language."""
    return next((str(name) for known, name in settings.LANGUAGES if known == str(code)), "")
