"""Undo what programs do to text by naming the wrong charset, where the bytes leave no doubt.

Each test is made on a sample or is one pass of a C codec: it costs less than a millisecond.
"""

import codecs
import re

_HIGH = bytes(range(0x80, 0x100))
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SAMPLE = 8_192  # octets
# The eight letters that make up more than half of a Russian, Ukrainian, Bulgarian or Serbian text,
# and a third of one that was read in another charset of the same script.
_FREQUENT = frozenset("оеаинтсрОЕАИНТСР")
_CYRILLIC = ("cp1251", "koi8-r", "iso8859-5", "cp866")
_WORDS = 30  # letters from which on that can be told
_ENOUGH = 12  # letters
# Shares of frequent and of small letters from which on text without a label is Cyrillic.
_SURE = 0.42
_SMALL = 0.6
# What a charset of ISO is where a letter is missing in it: Windows' own.
WINDOWS = {
    "iso8859-6": "cp1256",
    "iso8859-7": "cp1253",
    "iso8859-8": "cp1255",
    "iso8859-9": "cp1254",
}
# A letter of two octets between ASCII letters is one of a Latin text in UTF-8, and no Chinese one.
_LATIN = re.compile(rb"[A-Za-z][\xc3-\xc5][\x80-\xbf][A-Za-z]")
# A first and a second octet of UTF-8 that were read as letters of Latin-1 or Windows' Latin.
_PAIR = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]")
_TWICE = {chr(byte): byte for byte in range(256)}
for _byte in range(0x80, 0xA0):
    _TWICE[bytes([_byte]).decode("cp1252", "ignore") or chr(_byte)] = _byte
_TABLE = {ord(char): byte for char, byte in _TWICE.items()}


def escaped(data: bytes) -> str:
    """Return the charset whose escape sequences stand
    in 7-bit data, empty for none (RFC 1468, 1557).
    """
    if b"\x1b$)C" in data[:_SAMPLE]:
        return "iso2022_kr"
    return "iso2022_jp_ext" if b"\x1b$" in data or b"\x1b(J" in data else ""


def is_utf8(data: bytes, codec: str) -> bool:
    """Whether data that was declared as something else is
    UTF-8: text of another charset is hardly ever valid UTF-8.
    """
    if not is_valid_utf8(data):
        return False
    if codec not in _MANY_BYTES:
        return True
    return (
        len(data) - len(data.translate(None, delete=_HIGH)) >= 10 or _LATIN.search(data) is not None
    )


# Charsets of which another one is put below a text without anybody noticing: by lists, scanners and
# gateways.
_BY_LINE = frozenset(
    {"", "utf-8", "cp1252", "iso8859-15", "iso8859-2", "cp1250", "iso8859-9", "cp1254"}
)


def by_line(data: bytes, codec: str) -> str:
    """Return text whose lines are partly in UTF-8 and partly in another charset; empty where one
    charset fits all.

    Such is a text below which a list has put its own in another charset. A line is UTF-8 where it
    can be.
    """
    if codec not in _BY_LINE or is_valid_utf8(data):
        return ""
    other = "cp1252" if codec in {"", "utf-8"} else codec
    lines = data.split(b"\n")
    special = [index for index, line in enumerate(lines) if not line.isascii()]
    utf8 = {index for index in special if is_valid_utf8(lines[index])}
    if not utf8 or (other == codec and is_hardly_latin(data)):
        return ""
    names = (("utf-8" if index in utf8 else other) for index in range(len(lines)))
    return "\n".join(line.decode(name, "replace") for line, name in zip(lines, names, strict=True))


def is_valid_utf8(data: bytes) -> bool:
    """Whether octets are UTF-8, as those of another charset hardly ever are."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


_MANY_BYTES = frozenset(
    {"gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp949", "euc_kr", "cp932", "euc_jp"}
)


def is_hardly_latin(data: bytes) -> bool:
    """Whether data that was declared as ASCII or Latin-1 is mostly of other letters than those."""
    sample = data[:_SAMPLE]
    high = len(sample) - len(sample.translate(None, delete=_HIGH))
    plain = len(sample) - len(sample.translate(None, delete=_LETTERS))
    return high >= _ENOUGH and high > plain


def cyrillic(data: bytes, codec: str) -> str:
    """Return the charset of Cyrillic data: the declared
    one unless it makes no words and another one does.
    """
    shares = {name: _share(data, name) for name in (codec, *_CYRILLIC)}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= max(0.45, 1.3 * shares[codec]) else codec


def likely_cyrillic(data: bytes) -> str:
    """Return the charset in which data makes Cyrillic words in small letters, empty for none.

    Greek and Hebrew make words in capitals of koi8-r.
    """
    shares = {name: _share(data, name) for name in _CYRILLIC}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < _SURE:
        return ""
    letters = [
        char for char in data[:_SAMPLE].decode(best, "ignore") if char > "\x7f" and char.isalpha()
    ]
    return best if sum(char.islower() for char in letters) > _SMALL * len(letters) else ""


def wide(data: bytes) -> str:
    """Return the charset of text of two octets a letter that has no mark, empty for other text.

    Each second octet of a Latin text is zero in it.
    """
    sample = data[:_SAMPLE]
    zeros = sample.count(0)
    if zeros < _ENOUGH or 5 * zeros < 2 * len(sample):
        return ""
    if sample[1::2].count(0) == zeros:
        return "utf-16-le"
    return "utf-16-be" if sample[::2].count(0) == zeros else ""


def is_cyrillic(codec: str) -> bool:
    """Whether a charset is one of those that are taken for each other."""
    return codec in _CYRILLIC


def _share(data: bytes, codec: str) -> float:
    """Return the share of frequent letters among those beyond ASCII; 0 for too few."""
    try:
        beyond = [char for char in data[:_SAMPLE].decode(codec) if char > "\x7f" and char.isalpha()]
    except (UnicodeError, LookupError):
        return 0.0
    return sum(char in _FREQUENT for char in beyond) / len(beyond) if len(beyond) >= _WORDS else 0.0


def once(text: str) -> str:
    """Return text that was encoded as UTF-8 twice (``Ã©``
    for ``é``) as it was before; any other text as it is.
    """
    if text.isascii() or not _PAIR.search(text):
        return text
    try:
        data, _length = codecs.charmap_encode(text, "strict", _TABLE)
        decoded = data.decode("utf-8")
    except (UnicodeError, TypeError):
        return text
    # One such pair may be meant; what was encoded twice has many.
    return decoded if len(text) - len(decoded) >= 2 else text
