"""Turn bytes of a mail into text whatever their declared charset says.

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
        if codec.name.replace("-", "_") in _NOT_CHARSETS or not getattr(
            codec, "_is_text_encoding", True
        ):
            return ""
        return codec.name
    return ""


def decode(data: bytes, declared: str = "", *, guess: bool = False) -> str:
    """Return ``data`` as text; never raises, loses no character that the bytes hold in a known
    charset.

    Args: ``guess`` looks at what the bytes resemble when neither ``declared`` nor UTF-8 fits; it
    takes up to 50 ms, so a caller with many pieces asks for it a few times only.
    """
    if not data:
        return ""
    lowered = declared.strip(" \"'").lower()
    if data.isascii() and not _may_be_shifted(data) and not lowered.startswith(_SHIFTED):
        return data.decode("ascii")
    if data.startswith(_BOMS) and not lowered.startswith("utf-32"):
        codec = "utf-16"
    else:
        codec = mojibake.wide(data) or codec_for(declared)
        if codec.startswith(("utf-16", "utf-32")) and data.isascii() and b"\0" not in data:
            return data.decode("ascii")
        if b"\x1b" in data and codec in {"cp1252", "utf-8", ""}:
            codec = mojibake.escaped(data) or codec
    mixed = mojibake.by_line(data, codec)
    if mixed:
        return mixed.removeprefix("\ufeff")
    for name in _candidates(data, codec):
        text = _strict(data, name)
        if text is not None:
            return mojibake.once(text).removeprefix("\ufeff") if name == "utf-8" else text
    return _likeliest(data, codec, guess).removeprefix("\ufeff")


# Charsets in which every octet is ASCII and its meaning is another.
_SHIFTED = ("utf-7", "unicode-1-1-utf-7", "utf-16", "utf-32", "hz")
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _may_be_shifted(data: bytes) -> bool:
    return b"\x1b" in data or b"\0" in data


def _candidates(data: bytes, codec: str) -> "Iterator[str]":
    """Give the charsets to try, the likeliest first."""
    if codec.startswith(("utf", "iso2022", "hz")):
        yield codec
        yield "utf-8"
        return
    if mojibake.is_utf8(data, codec):
        yield "utf-8"
    if codec == "cp1252":
        if not mojibake.is_hardly_latin(data):
            yield codec
        return
    yield mojibake.cyrillic(data, codec) if mojibake.is_cyrillic(codec) else codec
    yield mojibake.WINDOWS.get(codec, "")


def _strict(data: bytes, codec: str) -> str | None:
    if not codec:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _likeliest(data: bytes, codec: str, guess: bool) -> str:
    """Decode what no charset fits: by the one that mostly
    fits, then by a guess where there is enough to guess from.
    """
    for name in (codec if codec != "cp1252" else "", "utf-8"):
        lenient = data.decode(name, "replace") if name else ""
        wrong = lenient.count("\ufffd")
        if lenient and wrong <= max(len(lenient) // 50, _foreign(lenient) // 2):
            return lenient
    if codec in {"", "cp1252"} and mojibake.is_hardly_latin(data):
        text = _strict(data, mojibake.likely_cyrillic(data))
        if text is not None:
            return text
    if guess and len(data) - len(data.translate(None, delete=_HIGH)) >= _ENOUGH:
        best = from_bytes(data[:_SAMPLE], cp_exclusion=_NEVER_GUESSED).best()
        text = _strict(data, best.encoding) if best is not None else None
        if text is not None:
            return text
    return data.decode("cp1252", "replace")


def _foreign(text: str) -> int:
    """Count the characters beyond ASCII that were decoded, in the first thousands."""
    return sum(1 for char in text[:4_000] if char > "\x7f" and char != "\ufffd")


def clean(text: str) -> str:
    """Return ``text`` as a database and a page can hold
    it: no NUL, no lone surrogate, newlines as ``\\n``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
