"""Write days and times as each language writes them.

Django's own formats put the month first in English and name it wrongly in Russian. A time never
stands without its day: "24 Nov 2026, 12:00 (09:00 UTC)", and "today at 12:00 (09:00 UTC)" where the
day is the reader's own. The zone is the active one; UTC stands beside it, so that readers of
different zones can compare.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hub.lib.languages import current_language

# language -> (day with its month in full, short day, short day without the year), in Django's
# format letters.
_DAYS = {
    "zh-hans": ("Y年n月j日", "Y年n月j日", "n月j日"),
    "ru": ("j E Y", "j b Y", "j b"),
    "fr": ("j F Y", "j N Y", "j N"),
    "es": (r"j \d\e F \d\e Y", "j b Y", "j b"),
    "ar": ("j F Y", "j F Y", "j F"),
}
# A day with its month in full, without the year, where a year can be left out.
_WITHOUT_YEAR = {"en": "j F", "fr": "j F", "ru": "j E", "es": r"j \d\e F", "ar": "j F"}
_OTHER = ("j F Y", "j M Y", "j M")
# What stands between a day and a time of it.
_COMMA = {"ar": "، ", "zh-hans": " "}


def format_day(day: date | datetime, *, short: bool = False, year: bool = True) -> str:
    """Return a day in the reader's language, in the zone it is given in."""
    full, with_year, without_year = _DAYS.get(current_language(), _OTHER)
    if not short:
        return date_format(day, full, use_l10n=False)
    return date_format(day, with_year if year else without_year, use_l10n=False)


def format_utc(moment: datetime) -> str:
    """Return day and time of a moment in UTC, for sentences that end in "UTC"."""
    moment = moment.astimezone(UTC)
    return f"{format_day(moment)}{comma()}{moment:%H:%M}"


def format_days(first: date, last: date) -> str:
    """Return the days from one to another: "22 November – 1 December 2026".

    The year stands once where it is the same.
    """
    if first == last:
        return format_day(first)
    begin = format_day(first)
    language = current_language()
    if first.year == last.year and language in _WITHOUT_YEAR:
        begin = date_format(first, _WITHOUT_YEAR[language], use_l10n=False)
    return f"{begin} – {format_day(last)}"


def comma() -> str:
    """Return what stands between a day and a time of it, with its blank.

    Facts in a row are parted by it as well.
    """
    return _COMMA.get(current_language(), ", ")


def is_today(moment: datetime, now: datetime) -> bool:
    """Whether a moment is of the reader's present day."""
    return timezone.localtime(moment).date() == timezone.localtime(now).date()


def local_and_utc(moment: datetime, *, now: datetime | None = None) -> tuple[str, str]:
    """Return a moment in the reader's zone, and in UTC.

    The second is empty where both are the same time; then the first names UTC.

    Args: now, so that its day is called today; None writes every day out.
    """
    local, utc = timezone.localtime(moment), moment.astimezone(UTC)
    if now is not None and is_today(moment, now):
        shown = _("today at %(time)s") % {"time": f"{local:%H:%M}"}
    else:
        shown = f"{format_day(local, short=True)}{comma()}{local:%H:%M}"
    if local.utcoffset() == utc.utcoffset():
        return f"{shown} UTC", ""
    beside = f"{utc:%H:%M} UTC"
    # The day stands beside UTC only where it is another one.
    if local.date() != utc.date():
        beside = f"{format_day(utc, short=True, year=False)}{comma()}{beside}"
    return shown, beside


def format_moment(moment: datetime, *, now: datetime | None = None) -> str:
    """Return a moment as text: "24 Nov 2026, 12:00 (09:00 UTC)".

    Args: now, so that its day is called today.
    """
    local, utc = local_and_utc(moment, now=now)
    if not utc:
        return local
    return f"{local} ({utc})"


def patterns() -> dict[str, Any]:
    """Return what a script needs to write moments as :func:`format_moment` does.

    They are in the reader's language. ``days`` and ``daysShort`` (without the year) have one
    pattern for each month, with ``{day}`` and ``{year}``.
    """
    # No month is called 28, and none 2001.
    months = [date(2001, number, 28) for number in range(1, 13)]

    def of(*, year: bool) -> list[str]:
        texts = (format_day(month, short=True, year=year) for month in months)
        return [text.replace("28", "{day}").replace("2001", "{year}") for text in texts]

    return {
        "comma": comma(),
        "today": _("today at %(time)s") % {"time": "{time}"},
        "days": of(year=True),
        "daysShort": of(year=False),
    }
