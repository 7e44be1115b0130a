"""Find quotes that are marked with something else than ``>``: bars, colons, the initials of who
wrote.

Such marks stand in tables, lists and transcripts as well; so they are looked for below what
announces an old mail only.
"""

import re

from listserv.mail.trim.lines import LOOK, TextLines

# Empty lines between the announcement and what it announces.
_BLANKS = 3
_BAR = re.compile(r"[ \t]{0,2}\|(?![ \t]*[-+=|])[^|]*$")
# "BH> …" and "Boris> …".
_INITIALS = re.compile(r"[ \t]{0,2}([^\W\d_][\w.-]{0,14}>)(?:[ \t]|$)")
# Marks of which one line alone proves nothing.
_SIGNS = re.compile(r"[ \t]{0,2}([:}#%»›+]|=>|-->|\]) ?(?=\S|$)")
_LEAST_SIGNED = 2


def are_below(page: TextLines, start: int) -> bool:
    """Whether the first words from line ``start`` on are marked so."""
    return bool(_sign(page, _first(page, start)))


def mark(page: TextLines, start: int) -> None:
    """Take lines from ``start`` on for quoted ones that begin as the first of them does."""
    first = _first(page, start)
    sign = _sign(page, first)
    for at in range(first, len(page)) if sign else ():
        if not page.depths[at] and page.texts[at].startswith(sign):
            page.depths[at], page.texts[at] = 1, page.texts[at][len(sign) :].strip()


def _first(page: TextLines, start: int) -> int:
    first = start
    while first < min(len(page), start + _BLANKS) and not page.texts[first]:
        first += 1
    return first


def _sign(page: TextLines, first: int) -> str:
    """Return what marks the line as quoted; empty when nothing does."""
    if first >= len(page) or page.depths[first]:
        return ""
    line = page.lines[first][:LOOK]
    if _BAR.match(line) is not None:
        return "|"
    initials, sign = _INITIALS.match(line), _SIGNS.match(line)
    if initials is not None:
        return initials[1]
    if sign is not None and _count(page, first, sign[1]) >= _LEAST_SIGNED:
        return sign[1]
    return ""


def _count(page: TextLines, first: int, sign: str) -> int:
    """Return how many lines right behind each other begin with ``sign``."""
    at = first
    while at < min(len(page), first + _LEAST_SIGNED) and page.texts[at].startswith(sign):
        at += 1
    return at - first
