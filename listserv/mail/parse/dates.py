"""Read the moment a Date field means, also where its program wrote a year or an hour that is none.

Source: RFC 5322 §3.3, §4.3 (obsolete forms); ISO 8601, which some programs write instead.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_DASHED = re.compile(r"(\d)-([A-Za-z]{3})-(\d)")
# "2026/11/29 09:00" and "29.11.2026 09:00"; with slashes nobody knows whether a day comes first.
_NUMBERS = re.compile(
    r"(?:(\d{4})[/.年-] ?(\d{1,2})[/.月-] ?(\d{1,2})(?!\d)日?|(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d))"
    r"(?:[ ,T]{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_NAMED = re.compile(
    r"(\d{1,2})\.? (?:de )?([^\W\d]{3,10})\.? (?:de )?(\d{2,4})(?!\d),? ?"
    r"(\d{1,2}:\d{2}(?::\d{2})?)? ?(.*)"
)
# How the names of months begin in German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS = {
    "Jan": ("jan", "jän", "ene", "gen"), "Feb": ("feb", "fév", "fev"),
    "Mar": ("mar", "mär", "mrz", "mrt", "maa"), "Apr": ("apr", "avr", "abr"),
    "May": ("mai", "may", "mei", "mag"), "Jun": ("jun", "juin", "giu"),
    "Jul": ("jul", "juil", "lug"), "Aug": ("aug", "aoû", "aou", "ago"), "Sep": ("sep", "set"),
    "Oct": ("okt", "oct", "ott", "out"), "Nov": ("nov",), "Dec": ("dez", "dec", "déc", "dic"),
}  # fmt: skip
_MAX = 100  # characters of a field
# Programs that count years from 1900 wrote 100, 0100 or 19100 for 2000.
_CENTURY = 1900
_LAST_COUNTED = 199
# Hours an offset from UTC may have.
_MAX_OFFSET = timedelta(hours=24)


def parse_date(value: str) -> datetime | None:
    """Return the moment of a Date field in UTC, None where it names none.

    UTC is assumed where no zone is named.
    """
    value = value.strip()[:_MAX]
    for read in (_mail_date, _iso_date, _local_date):
        try:
            moment = read(value)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        if moment is not None:
            return moment
    return None


def _local_date(value: str) -> datetime | None:
    """Read what programs write in other languages, and numbers whose order leaves no doubt."""
    numbers = _NUMBERS.match(value)
    if numbers is not None:
        return _numeric_date(numbers)
    named = _NAMED.search(value.lower())
    if named is None:
        return None
    month = next((name for name, starts in _MONTHS.items() if named[2].startswith(starts)), "")
    if not month:
        return None
    return _mail_date(f"{named[1]} {month} {named[3]} {named[4] or '00:00'} {named[5]}")


def _numeric_date(numbers: re.Match[str]) -> datetime:
    if numbers[1]:
        year, month, day = numbers.group(1, 2, 3)
    else:
        day, month, year = numbers.group(4, 5, 6)
    hour, minute, second = map(int, numbers.groups("0")[6:])
    return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)


def _mail_date(value: str) -> datetime | None:
    fields = parsedate_tz(_DASHED.sub(r"\1 \2 \3", value))
    if fields is None:
        return None
    year, month, day, hour, minute, second = fields[:6]
    moment = datetime(_year(year), month, day, tzinfo=_zone(fields[9] or 0))
    # A leap second, 24:00 and the like are counted on.
    clock = timedelta(hours=min(hour, 24), minutes=min(minute, 60), seconds=min(second, 60))
    return (moment + clock).astimezone(UTC)


def _year(year: int) -> int:
    if 100 <= year <= _LAST_COUNTED:
        return _CENTURY + year
    if 19_000 <= year <= 19_000 + _LAST_COUNTED:
        return _CENTURY + year - 19_000
    return year


def _zone(seconds: int) -> timezone:
    offset = timedelta(seconds=seconds)
    if abs(offset) >= _MAX_OFFSET:
        return UTC
    return timezone(offset)


def _iso_date(value: str) -> datetime | None:
    moment = datetime.fromisoformat(value[:40])
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)
