"""Tell in which script words are written, and in which direction.

Emphasis, initials and sentences depend on it.
"""

import unicodedata

from django.utils.translation import get_language_bidi

ARABIC, HAN = "arabic", "han"
_BEGIN, _END = "\u2068", "\u2069"
# Han, kana and hangul: written in squares, without slanted letters.
_SQUARES = (
    range(0x2E80, 0x3100),
    range(0x3100, 0xA4D0),
    range(0xAC00, 0xD7B0),
    range(0xF900, 0xFB00),
    range(0x20000, 0x40000),
)


def script_of(text: str) -> str:
    """Return ``arabic`` or ``han`` for words in scripts without slanted letters, else empty.

    The first letter decides; Hebrew and others from right to left count as Arabic, kana and hangul
    as Han.
    """
    for letter in text:
        if not letter.isalpha():
            continue
        if unicodedata.bidirectional(letter) in {"R", "AL"}:
            return ARABIC
        return HAN if _is_square(ord(letter)) else ""
    return ""


def _is_square(code: int) -> bool:
    return any(code in block for block in _SQUARES)


def isolate(text: str) -> str:
    """Return a name or title for a sentence of plain text, isolated from the words around it.

    Marks of isolation (UAX 9, U+2068 and U+2069) stand around what has a letter against the
    reader's language, and around nothing else: most mail stays as it is typed. What has marks
    already keeps them.
    """
    if _BEGIN in text:
        return text
    kinds = {unicodedata.bidirectional(letter) for letter in text}
    against = {"L"} if get_language_bidi() else {"R", "AL"}
    if kinds.isdisjoint(against):
        return text
    return f"{_BEGIN}{text}{_END}"


def shorten(line: str, length: int) -> str:
    """Return a line in at most ``length`` characters.

    One that is cut ends in an ellipsis, and isolates no more.
    """
    if len(line) <= length:
        return line
    line = f"{line[: length - 2].rstrip()}…"
    if line.count(_BEGIN) > line.count(_END):
        line += _END
    return line
