"""Find quotes that are marked with something else than ``>``: bars, colons, initials.

Such marks stand in tables, lists and transcripts as well; so they are looked for below what
announces an old message only.
"""

import re

from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.quote_marks import LOOK

# Empty lines between the announcement and what it announces.
_BLANK_LINES = 3
_BAR = re.compile(r"[ \t]{0,2}\|(?![ \t]*[-+=|])[^|]*$")
# "BH> …" and "Boris> …".
_INITIALS = re.compile(r"[ \t]{0,2}([^\W\d_][\w.-]{0,14}>)(?:[ \t]|$)")
# Marks of which one line alone proves nothing.
_SIGNS = re.compile(r"[ \t]{0,2}([:}#%»›+]|=>|-->|\]) ?(?=\S|$)")
_LEAST_SIGNED_LINES = 2


def are_below(page: TextLines, start: int) -> bool:
    """Whether the first words from line ``start`` on are marked so."""
    return bool(_prefix(page, page.below(start, _BLANK_LINES)))


def mark(page: TextLines, start: int) -> None:
    """Take lines from ``start`` on for quoted ones that begin as the first of them does."""
    first = page.below(start, _BLANK_LINES)
    prefix = _prefix(page, first)
    if not prefix:
        return
    for at in range(first, len(page)):
        if not page.depths[at] and page.texts[at].startswith(prefix):
            page.depths[at], page.texts[at] = 1, page.texts[at][len(prefix) :].strip()


def _prefix(page: TextLines, first: int) -> str:
    """Return what marks the line as quoted; empty when nothing does."""
    if first >= len(page):
        return ""
    if page.depths[first]:
        return ""
    line = page.lines[first][:LOOK]
    if _BAR.match(line) is not None:
        return "|"
    initials = _INITIALS.match(line)
    if initials is not None:
        return initials[1]
    sign = _SIGNS.match(line)
    if sign is None:
        return ""
    if not _is_repeated(page, first, sign[1]):
        return ""
    return sign[1]


def _is_repeated(page: TextLines, first: int, sign: str) -> bool:
    """Whether lines right behind each other begin with ``sign``."""
    signed = page.texts[first : first + _LEAST_SIGNED_LINES]
    return len(signed) == _LEAST_SIGNED_LINES and all(text.startswith(sign) for text in signed)
