"""Read a day as people write it: 2026-12-24, 24.12.2026,
24 December, le 24 décembre, 2026年12月24日, for 2 weeks.
"""

import re
import zoneinfo
from datetime import date, datetime, time, timedelta
from functools import cache

from django.conf import settings
from django.utils import dates, translation

from hub.lib.numbers import is_year
from hub.search.folding import fold
from listserv.commands.words import options, phrases_of, words_of
from listserv.digest_times import zone_of

_DIGITS = re.compile(r"\d{1,4}")
# Letters that a month is told by at least: "dec" is one, "de" is none.
_MONTH_MIN = 3
_SPANS = {"days": 1, "weeks": 7, "months": 30}


@cache
def _months() -> dict[str, int]:
    """Return the names of months in every language,
    folded, in full, cut and inflected: ``dict[str, int]``.
    """
    months: dict[str, int] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for names in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_3):
                for number, name in names.items():
                    for word in words_of(str(name)):
                        if not word.text.isdecimal() and len(word.text) >= _MONTH_MIN:
                            months.setdefault(word.text, number)
    return months


def day_in(text: str, *, now: datetime, zone: str) -> datetime | None:
    """Return the beginning of the day that a text names, in that zone; None when it names none.

    A day without a year is the next one of that name. Where day and month cannot be told apart the
    day is first.

    Args: zone, a name of the tz database.
    """
    place = zone_of(zone)
    today = now.astimezone(place).date()
    day = _span(text, today) or _date(text[:200], today)
    return (
        datetime.combine(day, time(0, 0), tzinfo=place).astimezone(zoneinfo.ZoneInfo("UTC"))
        if day
        else None
    )


def _span(text: str, today: date) -> date | None:
    """Read "2 weeks": one number and a unit."""
    spans = list(options(text[:200], phrases_of(*_SPANS)))
    numbers = [int(word) for name, word in spans if name == "number"]
    units = [name for name, _word in spans if name in _SPANS]
    if len(numbers) != 1 or len(units) != 1 or not 0 < numbers[0] < 1000:
        return None
    return today + timedelta(days=numbers[0] * _SPANS[units[0]])


def _date(text: str, today: date) -> date | None:
    numbers = [int(digits) for digits in _DIGITS.findall(fold(text))]
    named = [_months()[word.text] for word in words_of(text) if word.text in _months()]
    if len(numbers) == 3:
        if numbers[0] > 31:
            return _made(numbers[0], numbers[1], numbers[2])
        year = numbers[2] + 2000 if numbers[2] < 100 else numbers[2]
        return _made(year, numbers[1], numbers[0]) or _made(year, numbers[0], numbers[1])
    if len(named) == 1 and len(numbers) in (1, 2):
        years = [number for number in numbers if number > 31]
        days = [number for number in numbers if number <= 31]
        return _next(days[0], named[0], years[0] if years else 0, today) if len(days) == 1 else None
    if len(numbers) == 2 and not named:
        return _next(numbers[0], numbers[1], 0, today) or _next(numbers[1], numbers[0], 0, today)
    return None


def _next(day: int, month: int, year: int, today: date) -> date | None:
    if year:
        return _made(year, month, day)
    day_of_year = _made(today.year, month, day)
    return (
        day_of_year
        if day_of_year is None or day_of_year > today
        else _made(today.year + 1, month, day)
    )


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if is_year(year) else None
    except (ValueError, OverflowError):
        return None
