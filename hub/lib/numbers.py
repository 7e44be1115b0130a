"""Read numbers from outside: those that a database holds and a calendar knows.

All else is not there, or gets a sentence.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The largest key of any table (64 bits with a sign): both databases refuse to be asked for more.
MAX_KEY = 2**63 - 1
# Far enough from the ends of the calendar that no time zone leads beyond them.
FIRST_YEAR, LAST_YEAR = 1900, 2999
# Of a key, and of a number that is still multiplied, as pages are by their size.
_KEY_DIGITS, _DIGITS = 18, 15


def whole_number(text: str | None, default: int = 0) -> int:
    """Return a number of ASCII digits that a database holds, the default for anything else."""
    if not text or len(text) > _DIGITS:
        return default
    if not text.isascii() or not text.isdigit():
        return default
    return int(text)


def is_key(value: object) -> bool:
    """Whether an argument of an address is no number, or one that may be a key."""
    if isinstance(value, int):
        return -MAX_KEY <= value <= MAX_KEY
    if not isinstance(value, str):
        return True
    return len(value) <= _KEY_DIGITS or not value.isdecimal()


def is_year(year: int) -> bool:
    """Whether a year is one that people plan for or remember."""
    return FIRST_YEAR <= year <= LAST_YEAR


def check_year(value: date) -> None:
    """Refuse a date at the ends of the calendar; a validator of form fields.

    Raises: ValidationError.
    """
    if not is_year(value.year):
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError(
            _("Give a year between %(first)d and %(last)d."), params=years, code="year"
        )
