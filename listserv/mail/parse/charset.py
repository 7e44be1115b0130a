"""Turn octets of a message into text, whatever their declared charset.

Real mail names charsets nobody registered, names one and uses another, and leaves it out. Text is
decoded by the declared name where that fits, as UTF-8 where that fits, else by what the bytes look
like, and at last byte by byte: there is no error.
"""

import codecs
import logging
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from listserv.mail.parse import charset_labels, mojibake

if TYPE_CHECKING:
    from collections.abc import Iterator

# Codecs of Python that are no charsets; some are slow or run long on short input.
_NOT_CHARSETS = {
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "rot13",
    "rot_13",
}
# Octets that are looked at to guess; more makes no better guess and takes time.
_SAMPLE = 16_384
# Octets beyond ASCII without which a guess is a lottery.
_ENOUGH = 24
_HIGH = bytes(range(0x80, 0x100))
# Charsets that fit almost any octets, or none that mail has.
_NEVER_GUESSED = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]

logging.getLogger("charset_normalizer").setLevel(logging.WARNING)


def codec_for(name: str) -> str:
    """Return Python's name of the charset called ``name``; empty when there is none."""
    for spelling in charset_labels.spellings(name):
        try:
            codec = codecs.lookup(spelling)
        except (LookupError, ValueError):
            continue
        return codec.name if _is_charset(codec) else ""
    return ""


def _is_charset(codec: codecs.CodecInfo) -> bool:
    if codec.name.replace("-", "_") in _NOT_CHARSETS:
        return False
    return getattr(codec, "_is_text_encoding", True)


def decode(data: bytes, declared: str = "", *, guess: bool = False) -> str:
    """Return octets as text; never raises.

    No character is lost that they hold in a known charset.

    Args: ``guess`` looks at what the bytes resemble when neither ``declared`` nor UTF-8 fits; it
    takes up to 50 ms, so a caller with many pieces asks for it a few times only.
    """
    if not data:
        return ""
    label = declared.strip(" \"'").lower()
    if _is_plain_ascii(data, label):
        return data.decode("ascii")
    codec = _codec(data, label)
    mixed = mojibake.decode_by_line(data, codec)
    if mixed:
        return mixed.removeprefix(_MARK)
    for name in _candidates(data, codec):
        text = _strict(data, name)
        if text is None:
            continue
        if name != "utf-8":
            return text
        return mojibake.undo_double_encoding(text).removeprefix(_MARK)
    return _likeliest(data, codec, guess=guess).removeprefix(_MARK)


# Charsets in which every octet is ASCII and its meaning is another.
_SHIFTED = ("utf-7", "unicode-1-1-utf-7", "utf-16", "utf-32", "hz")
_WIDE = ("utf-16", "utf-32")
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARK = "\ufeff"
# What a program names that knows no charset, as Python calls it: no label, ASCII or Latin-1.
_UNDECLARED = frozenset({"", "cp1252"})
# Labels under which text of Japan and Korea comes in escape sequences all the same.
_WITH_ESCAPES = _UNDECLARED | {"utf-8"}


def _is_plain_ascii(data: bytes, label: str) -> bool:
    """Whether every octet is ASCII and means that."""
    if not data.isascii():
        return False
    if b"\0" in data:
        return False
    if b"\x1b" not in data and not label.startswith(_SHIFTED):
        return True
    # Text of two or four octets a letter would have zeros in it: its label is wrong.
    return codec_for(label).startswith(_WIDE)


def _codec(data: bytes, label: str) -> str:
    """Return the codec that the first octets, their pattern or the label name; empty for none."""
    if data.startswith(_BOMS) and not label.startswith("utf-32"):
        return "utf-16"
    codec = mojibake.wide_charset(data) or codec_for(label)
    if codec not in _WITH_ESCAPES:
        return codec
    return mojibake.escaped_charset(data) or codec


def _candidates(data: bytes, codec: str) -> "Iterator[str]":
    """Give the charsets to try, the likeliest first."""
    if codec.startswith(("utf", "iso2022", "hz")):
        yield codec
        yield "utf-8"
        return
    if mojibake.is_utf8(data, codec):
        yield "utf-8"
    if codec != "cp1252":
        yield mojibake.cyrillic_charset(data, codec)
        yield mojibake.WINDOWS.get(codec, "")
    elif not mojibake.is_hardly_latin(data):
        yield codec


def _strict(data: bytes, codec: str) -> str | None:
    if not codec:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _likeliest(data: bytes, codec: str, *, guess: bool) -> str:
    """Decode what no charset fits."""
    return next(filter(None, _attempts(data, codec, guess=guess)))


def _attempts(data: bytes, codec: str, *, guess: bool) -> "Iterator[str | None]":
    """Give what may be the text, the likeliest first; nothing where it cannot be.

    By the charset that mostly fits, then by a guess where there is enough to guess from.
    """
    yield _mostly_fitting(data, codec)
    if codec in _UNDECLARED:
        yield _as_cyrillic(data)
    if guess:
        yield _guessed(data)
    yield data.decode("cp1252", "replace")


def _mostly_fitting(data: bytes, codec: str) -> str | None:
    """Decode by the label or as UTF-8 where few characters are lost; None where many are."""
    names = ("utf-8",) if codec in _UNDECLARED else (codec, "utf-8")
    for name in names:
        text = data.decode(name, "replace")
        if not text:
            continue
        lost = text.count("\ufffd")
        if lost <= max(len(text) // 50, _foreign(text) // 2):
            return text
    return None


def _as_cyrillic(data: bytes) -> str | None:
    if not mojibake.is_hardly_latin(data):
        return None
    return _strict(data, mojibake.likely_cyrillic_charset(data))


def _guessed(data: bytes) -> str | None:
    """Decode by what the octets resemble; None where there is too little to tell."""
    if len(data) - len(data.translate(None, delete=_HIGH)) < _ENOUGH:
        return None
    best = from_bytes(data[:_SAMPLE], cp_exclusion=_NEVER_GUESSED).best()
    if best is None:
        return None
    return _strict(data, best.encoding)


def _foreign(text: str) -> int:
    """Count the characters beyond ASCII that were decoded, in the first thousands."""
    beyond = [char for char in text[:4_000] if char > "\x7f"]
    return len(beyond) - beyond.count("\ufffd")


def clean(text: str) -> str:
    """Return ``text`` as a database and a page can hold it.

    Without NUL and without lone surrogates; newlines are ``\\n``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def one_line(text: str) -> str:
    """Return ``text`` on one line, with a blank for every character that cannot be shown."""
    printable = (char if char.isprintable() else " " for char in text)
    return " ".join("".join(printable).split())
