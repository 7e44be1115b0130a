"""Recognise a text that repeats others and adds nothing."""

import re
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from hub.lib.markup import PLAIN
from hub.lib.plaintext import quote_depths
from hub.lib.scripts import shorten

# Characters of a text in which its first words are looked for, and of these.
SCANNED, FIRST_WORDS = 4_000, 140
_markdown_quote = re.compile(r" {0,3}>")


def head() -> str:
    """Return the line above a quotation, in the present language, with its gaps."""
    return _("%(name)s wrote on %(day)s (#%(number)d):")


def is_only_quotation(text: str, text_format: str) -> bool:
    """Whether a text has quoted lines and nothing else, beside the hub's own line above them."""
    lines = [line for line in text.splitlines() if line.strip()]
    quotes = _quotes_among(lines, text_format)
    if not any(quotes):
        return False
    is_above_quote = [*quotes[1:], False][: len(lines)]
    for line, is_quote, is_above in zip(lines, quotes, is_above_quote, strict=True):
        if is_quote:
            continue
        if not is_above or _heads().fullmatch(line.strip()) is None:
            return False
    return True


def _quotes_among(lines: list[str], text_format: str) -> list[bool]:
    """Return for each line whether it is quoted."""
    if text_format == PLAIN:
        return [depth > 0 for depth, _line in quote_depths(lines)]
    return [_markdown_quote.match(line) is not None for line in lines]


def own_lines(text: str, text_format: str) -> list[str]:
    """Return the lines of a text that are its author's: no quotation, and no line above one."""
    lines = text.splitlines()
    quotes = _quotes_among(lines, text_format)
    is_above_quote = [*quotes[1:], False]
    return [
        line
        for line, is_quote, is_above in zip(lines, quotes, is_above_quote, strict=True)
        if not (is_quote or (is_above and _heads().fullmatch(line.strip())))
    ]


def first_words(text: str, text_format: str) -> str:
    """Return the beginning of the first line of an author's own words, without marks."""
    lines = (line.strip("#*_`- \t") for line in own_lines(text[:SCANNED], text_format))
    return shorten(next(filter(None, lines), ""), FIRST_WORDS)


@cache
def _heads() -> re.Pattern[str]:
    """Return what matches the line above a quotation, in every language of the hub."""
    parts = {"%(name)s": ".{1,300}", "%(day)s": r".{0,20}\d{4}.{0,8}", "%(number)d": r"\d{1,19}"}
    patterns = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            pattern = re.escape(head())
        for name, part in parts.items():
            pattern = pattern.replace(re.escape(name), part)
        patterns.add(pattern)
    return re.compile("|".join(sorted(patterns)))
