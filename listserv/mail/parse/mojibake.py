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
# How text of Japan begins its own letters, and ends them (RFC 1468).
_OF_JAPAN = (b"\x1b$", b"\x1b(J")
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


def escaped_charset(data: bytes) -> str:
    """Return the charset whose escape sequences stand in the octets (RFC 1468, 1557).

    Returns: empty for none.
    """
    if b"\x1b$)C" in data[:_SAMPLE]:
        return "iso2022_kr"
    if any(sequence in data for sequence in _OF_JAPAN):
        return "iso2022_jp_ext"
    return ""


def is_utf8(data: bytes, codec: str) -> bool:
    """Whether octets that were declared as something else are UTF-8.

    Text of another charset is hardly ever valid UTF-8.
    """
    if not is_valid_utf8(data):
        return False
    if codec not in _MANY_BYTES:
        return True
    if _count(data, _HIGH) >= 10:
        return True
    return _LATIN.search(data) is not None


def _count(data: bytes, octets: bytes) -> int:
    """Return how many of the octets of one kind are in the data."""
    return len(data) - len(data.translate(None, delete=octets))


# Charsets of which another one is put below a text without anybody noticing: by lists, scanners and
# gateways.
_BY_LINE = frozenset(
    {"", "utf-8", "cp1252", "iso8859-15", "iso8859-2", "cp1250", "iso8859-9", "cp1254"}
)


def decode_by_line(data: bytes, codec: str) -> str:
    """Return text whose lines are partly in UTF-8 and partly in another charset.

    Such is a text below which a list has put its own in another charset. A line is UTF-8 where it
    can be.

    Returns: empty where one charset fits all.
    """
    if codec not in _BY_LINE or is_valid_utf8(data):
        return ""
    lines = data.split(b"\n")
    if not any(map(_is_beyond_ascii_in_utf8, lines)):
        return ""
    if codec in {"", "utf-8"}:
        return "\n".join(_line(line, "cp1252") for line in lines)
    if is_hardly_latin(data):
        return ""
    return "\n".join(_line(line, codec) for line in lines)


def _is_beyond_ascii_in_utf8(line: bytes) -> bool:
    return not line.isascii() and is_valid_utf8(line)


def _line(line: bytes, other: str) -> str:
    """Return one line: as UTF-8 where it is that, else in the other charset."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(other, "replace")


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
    """Whether octets declared as ASCII or Latin-1 are mostly of other letters than those."""
    sample = data[:_SAMPLE]
    high = _count(sample, _HIGH)
    if high < _ENOUGH:
        return False
    return high > _count(sample, _LETTERS)


def cyrillic_charset(data: bytes, codec: str) -> str:
    """Return the charset of Cyrillic text, which programs take one for another.

    The declared one unless it makes no words and another one does; any other charset as it is.
    """
    if codec not in _CYRILLIC:
        return codec
    shares = {name: _share(data, name) for name in (codec, *_CYRILLIC)}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < max(0.45, 1.3 * shares[codec]):
        return codec
    return best


def likely_cyrillic_charset(data: bytes) -> str:
    """Return the charset in which the octets are Cyrillic words in small letters, empty for none.

    Greek and Hebrew make words in capitals of koi8-r.
    """
    shares = {name: _share(data, name) for name in _CYRILLIC}
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < _SURE:
        return ""
    letters = _letters_beyond_ascii(data[:_SAMPLE].decode(best, "ignore"))
    if sum(char.islower() for char in letters) <= _SMALL * len(letters):
        return ""
    return best


def _letters_beyond_ascii(text: str) -> list[str]:
    return [char for char in filter(str.isalpha, text) if char > "\x7f"]


def wide_charset(data: bytes) -> str:
    """Return the charset of text of two octets a letter that has no mark, empty for other text.

    Each second octet of a Latin text is zero in it.
    """
    sample = data[:_SAMPLE]
    zeros = sample.count(0)
    if zeros < _ENOUGH:
        return ""
    if 5 * zeros < 2 * len(sample):
        return ""
    if sample[1::2].count(0) == zeros:
        return "utf-16-le"
    if sample[::2].count(0) == zeros:
        return "utf-16-be"
    return ""


def _share(data: bytes, codec: str) -> float:
    """Return the share of frequent letters among those beyond ASCII; 0 for too few."""
    try:
        letters = _letters_beyond_ascii(data[:_SAMPLE].decode(codec))
    except (UnicodeError, LookupError):
        return 0.0
    if len(letters) < _WORDS:
        return 0.0
    return sum(char in _FREQUENT for char in letters) / len(letters)


def undo_double_encoding(text: str) -> str:
    """Return text that was encoded as UTF-8 twice as it was before (``Ã©`` for ``é``).

    Any other text is returned as it is.
    """
    if text.isascii():
        return text
    if _PAIR.search(text) is None:
        return text
    try:
        data, _length = codecs.charmap_encode(text, "strict", _TABLE)
        decoded = data.decode("utf-8")
    except (UnicodeError, TypeError):
        return text
    # One such pair may be meant; what was encoded twice has many.
    if len(text) - len(decoded) < 2:
        return text
    return decoded
