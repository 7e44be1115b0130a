"""Numbers in sentences: how many of something, and how long it is until or since a moment."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import npgettext

_MINUTE, _HOUR, _DAY, _WEEK, _MONTH, _YEAR = 60, 3_600, 86_400, 604_800, 2_629_800, 31_557_600


def with_count(sentence: str, number: int) -> str:
    """Put a number into a counted sentence, where the sentence has ``%d``.

    Arabic says one and two in the word itself.
    """
    if "%d" not in sentence:
        return sentence
    return sentence % number


def _unbroken(sentence: str, number: int) -> str:
    return with_count(sentence, number).replace(" ", "\u00a0")


def duration(length: timedelta) -> str:
    """Return a length of time in its largest unit, as it stands after "in" or before "ago".

    In English that is "3 days". Languages with cases put it into the one that follows their word
    for "in". Arabic has the dual and the singular without a number. Less than a minute is said so.
    """
    seconds = max(0, int(length.total_seconds()))
    if seconds < _MINUTE:
        return _("less than a minute")
    if seconds < _HOUR:
        count = seconds // _MINUTE
        return _unbroken(
            npgettext("after “in” or before “ago”", "%d minute", "%d minutes", count), count
        )
    if seconds < _DAY:
        count = seconds // _HOUR
        return _unbroken(
            npgettext("after “in” or before “ago”", "%d hour", "%d hours", count), count
        )
    if seconds < _WEEK:
        count = seconds // _DAY
        return _unbroken(npgettext("after “in” or before “ago”", "%d day", "%d days", count), count)
    if seconds < _MONTH:
        count = seconds // _WEEK
        return _unbroken(
            npgettext("after “in” or before “ago”", "%d week", "%d weeks", count), count
        )
    if seconds < _YEAR:
        count = seconds // _MONTH
        return _unbroken(
            npgettext("after “in” or before “ago”", "%d month", "%d months", count), count
        )
    count = seconds // _YEAR
    return _unbroken(npgettext("after “in” or before “ago”", "%d year", "%d years", count), count)
