"""Small things every page shows: times, people, states, text of unknown direction.

::

    {% load hub_ui %}
    {% when contribution.created_at %}      24 Nov 2026, 12:00 (09:00 UTC)
    {% when session.opens_at "day" %}       24 Nov 2026
    {% initials member %}                   the mark AM over KE
    {{ member.country|region }}             Africa
    {{ member.country|country }}            Kenya
    {{ topic.subject|bidi }}                text isolated from the direction around it
    {{ list_address|ltr }}                  an address, code or symbol: always left to right
    {{ "closing"|state:_("closes in 3 days") }}
    {% period policy.opens_at policy.closes_at %}   the time box as a bar, see components/period.html
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries

from hub.lib.dates import say_day
from hub.members.regions import NAMES, region_of

if TYPE_CHECKING:
    from hub.members.models import Member

register = template.Library()

_COMMA = {"ar": "، ", "zh-hans": " "}
# How long before its end a time box shows that it is closing.
CLOSING = timedelta(hours=72)
STATES = frozenset({"open", "agreed", "live", "held", "closing", "coming", "closed", "refused", "objection"})


def _day(moment: datetime, *, year: bool = True) -> str:
    return say_day(moment, short=True, year=year)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@register.simple_tag
def when(moment: datetime | None, style: str = "full") -> SafeString | str:
    """Show a moment in the reader's zone with UTC beside it, inside ``<time>``.

    Args:
        moment: UTC-aware; None shows nothing.
        style: ``full`` (day and both times), ``day`` (no time), ``time`` (no day).
    """
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if style == "day":
        return format_html('<time datetime="{}">{}</time>', _iso(moment), _day(local))
    comma = _COMMA.get(get_language() or "en", ", ")
    shown = f"{local:%H:%M}" if style == "time" else f"{_day(local)}{comma}{local:%H:%M}"
    utc = moment.astimezone(UTC)
    if local.utcoffset() == utc.utcoffset():
        return format_html('<time datetime="{}"><bdi>{} UTC</bdi></time>', _iso(moment), shown)
    # The day stands beside UTC only where it is another one.
    day = "" if local.date() == utc.date() else f"{_day(utc, year=False)}{comma}"
    return format_html(
        '<time datetime="{}" title="{}"><bdi>{}</bdi> <bdi class="utc">({}{} UTC)</bdi></time>',
        _iso(moment),
        timezone.get_current_timezone_name(),
        shown,
        day,
        f"{utc:%H:%M}",
    )


@register.simple_tag
def left(moment: datetime | None) -> str:
    """Say how long it is until a moment ("3 days, 4 hours"), empty when it is past."""
    if moment is None or moment <= timezone.now():
        return ""
    return timeuntil(moment, depth=1)


@register.simple_tag
def ago(moment: datetime | None) -> str:
    """Say how long ago a moment was ("3 days"), empty for none."""
    return timesince(moment, depth=1) if moment is not None else ""


def _stand(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> tuple[str, str]:
    if opens_at and now < opens_at:
        return "coming", _("opens in %s") % timeuntil(opens_at, now, depth=1)
    if closes_at and now >= closes_at:
        return "closed", _("closed")
    if closes_at:
        rest = timeuntil(closes_at, now, depth=1)
        if closes_at - now <= CLOSING:
            return "closing", _("closes in %s") % rest
        return "open", _("open, %s left") % rest
    return "open", _("open")


@register.simple_tag
def stands(opens_at: datetime | None, closes_at: datetime | None) -> SafeString:
    """Say in a word and a shape where a time box stands; nothing for one without ends."""
    if not (opens_at or closes_at):
        return SafeString("")
    return state(*_stand(opens_at, closes_at, timezone.now()))


@register.inclusion_tag("components/period.html")
def period(opens_at: datetime | None, closes_at: datetime | None) -> dict[str, object]:
    """Draw a time box: how much of it is over (in minutes), both ends, and a word for where it stands."""
    now = timezone.now()
    kind, label = _stand(opens_at, closes_at, now)
    whole = done = 0
    if opens_at and closes_at and closes_at > opens_at:
        whole = int((closes_at - opens_at).total_seconds() // 60)
        done = min(max(int((now - opens_at).total_seconds() // 60), 0), whole)
    return {
        "shown": bool(opens_at or closes_at),
        "kind": kind,
        "label": label,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "whole": whole,
        "done": done,
    }


@register.simple_tag
def initials(member: "Member") -> SafeString:
    """Draw the mark of a person: initials over the country's code; the name stands beside it in words."""
    return format_html(
        '<span class="initials" aria-hidden="true"><b>{}</b>{}</span>', member.initials, str(member.country or "")
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
def bidi(text: object) -> SafeString:
    """Isolate text of unknown direction (a name, a subject), so that it does not pull the line around."""
    return format_html('<bdi dir="auto">{}</bdi>', text)


@register.filter
def ltr(text: object) -> SafeString:
    """Isolate what is always read left to right: an address, a code, a symbol."""
    return format_html('<bdi dir="ltr">{}</bdi>', text)


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
