"""Days as each language writes them; Django's own put the month first in English and name it wrongly in Russian."""

from datetime import UTC, date, datetime

from django.utils.formats import date_format
from django.utils.translation import get_language

# language -> (day with its month in full, short day, short day without the year), in Django's format letters.
_DAYS = {
    "zh-hans": ("Y年n月j日", "Y年n月j日", "n月j日"),
    "ru": ("j E Y", "j b Y", "j b"),
    "fr": ("j F Y", "j b Y", "j b"),
    "es": (r"j \d\e F \d\e Y", "j b Y", "j b"),
    "ar": ("j F Y", "j F Y", "j F"),
}
_OTHER = ("j F Y", "j M Y", "j M")


def say_day(day: date | datetime, *, short: bool = False, year: bool = True) -> str:
    """Return a day in the reader's language, in the zone it is given in."""
    full, with_year, without = _DAYS.get(get_language() or "en", _OTHER)
    return date_format(day, (with_year if year else without) if short else full, use_l10n=False)


def say_utc(moment: datetime) -> str:
    """Return day and time of a moment in UTC, for sentences that end in "UTC"."""
    moment = moment.astimezone(UTC)
    return f"{say_day(moment)}, {moment:%H:%M}"
