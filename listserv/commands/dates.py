"""Parse a day as people write it.

2026-12-24, 24.12.2026, 24 December, le 24 décembre, 2026年12月24日, for 2 weeks.
"""

import re
import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

from django.conf import settings
from django.utils import dates, translation

from hub.lib.numbers import is_year
from hub.search.folding import fold
from listserv.commands.words import options, phrases_of, words_of
from listserv.digest_times import zone_of

_DIGITS = re.compile(r"\d{1,4}")
# Letters of the shortest name of a month: "dec" is one, "de" is none.
_MONTH_MIN = 3
# The largest number that is a day, not a year.
_DAY_MAX = 31
_SPANS = {"days": 1, "weeks": 7, "months": 30}


@cache
def _months() -> dict[str, int]:
    """Return the names of months: ``dict[str, int]  # folded word -> 1 to 12``."""
    months: dict[str, int] = {}
    for word, number in _month_words():
        if len(word) >= _MONTH_MIN and not word.isdecimal():
            months.setdefault(word, number)
    return months


def _month_words() -> Iterator[tuple[str, int]]:
    """Yield the words of the months in every language, in full, cut and inflected."""
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for names in (dates.MONTHS, dates.MONTHS_ALT, dates.MONTHS_3):
                for number, name in names.items():
                    yield from ((word.text, number) for word in words_of(str(name)))


def day_in(text: str, *, now: datetime, zone: str) -> datetime | None:
    """Return the beginning of the day that a text names, in that zone; None when it names none.

    A day without a year is the next one of that name. Where day and month cannot be told apart the
    day is first.

    Args: zone, a name of the tz database.
    """
    place = zone_of(zone)
    today = now.astimezone(place).date()
    day = _span(text, today) or _date(text[:200], today)
    if day is None:
        return None
    beginning = datetime.combine(day, time(0, 0), tzinfo=place)
    return beginning.astimezone(zoneinfo.ZoneInfo("UTC"))


def _span(text: str, today: date) -> date | None:
    """Parse "2 weeks": one number and a unit."""
    spans = list(options(text[:200], phrases_of(*_SPANS)))
    numbers = [int(word) for name, word in spans if name == "number"]
    units = [name for name, _word in spans if name in _SPANS]
    if len(numbers) != 1 or len(units) != 1:
        return None
    if not 0 < numbers[0] < 1000:
        return None
    return today + timedelta(days=numbers[0] * _SPANS[units[0]])


def _date(text: str, today: date) -> date | None:
    """Parse a date: three numbers, two numbers, or a month by its name with one or two numbers."""
    numbers = [int(digits) for digits in _DIGITS.findall(fold(text))]
    months = [_months()[word.text] for word in words_of(text) if word.text in _months()]
    match numbers, months:
        case [first, second, third], _:
            return _of_three_numbers(first, second, third)
        case [_] | [_, _], [month]:
            return _of_named_month(month, numbers, today)
        case [first, second], []:
            return _coming_date(first, second, today) or _coming_date(second, first, today)
    return None


def _of_three_numbers(first: int, second: int, third: int) -> date | None:
    """Return the date of three numbers: the year first, else the day first where that is one."""
    if first > _DAY_MAX:
        return _valid_date(first, second, third)
    year = third
    if year < 100:
        year += 2000
    return _valid_date(year, second, first) or _valid_date(year, first, second)


def _of_named_month(month: int, numbers: list[int], today: date) -> date | None:
    """Return the date of a month with a day and perhaps a year."""
    days = [number for number in numbers if number <= _DAY_MAX]
    if len(days) != 1:
        return None
    for number in numbers:
        if number > _DAY_MAX:
            return _valid_date(number, month, days[0])
    return _coming_date(days[0], month, today)


def _coming_date(day: int, month: int, today: date) -> date | None:
    """Return the next day of that name after today."""
    this_year = _valid_date(today.year, month, day)
    if this_year is None or this_year > today:
        return this_year
    return _valid_date(today.year + 1, month, day)


def _valid_date(year: int, month: int, day: int) -> date | None:
    if not is_year(year):
        return None
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
