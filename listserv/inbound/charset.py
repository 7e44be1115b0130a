"""Turn bytes of a mail into text whatever their declared charset says.

Real mail names charsets nobody registered, names one and uses another, and leaves it out. Text is decoded by the
declared name where that fits, as UTF-8 where that fits, else by what the bytes look like, and at last byte by byte:
there is no error.
"""

import codecs
import logging
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes

from listserv.content import repair

if TYPE_CHECKING:
    from collections.abc import Iterator

# Names seen in mail that Python does not know, or knows as a subset of what is really sent.
_ALIASES = {
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "iso-8859-6-e": "iso-8859-6",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "cp-850": "cp850",
}
# Codecs of Python that are no charsets; some are slow or run long on short input.
_NOT_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "rot13", "rot_13"}
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
    wanted = name.strip().strip("\"'").lower()[:40]
    wanted = _ALIASES.get(wanted, wanted)
    try:
        found = codecs.lookup(wanted)
    except (LookupError, ValueError):
        return ""
    if found.name.replace("-", "_") in _NOT_CHARSETS or not getattr(found, "_is_text_encoding", True):
        return ""
    return found.name


def decode(data: bytes, declared: str = "", *, guess: bool = False) -> str:
    """Return ``data`` as text; never raises, loses no character that the bytes hold in a known charset.

    Args: ``guess`` looks at what the bytes resemble when neither ``declared`` nor UTF-8 fits; it takes up to 50 ms, so
    a caller with many pieces asks for it a few times only.
    """
    if not data:
        return ""
    lowered = declared.strip(" \"'").lower()
    if data.isascii() and b"\x1b" not in data and not lowered.startswith(_SHIFTED):
        return data.decode("ascii")
    if data.startswith(_BOMS) and not lowered.startswith("utf-32"):
        codec = "utf-16"
    else:
        codec = codec_for(declared)
        if b"\x1b" in data and codec in {"cp1252", "utf-8", ""}:
            codec = repair.escaped(data) or codec
    for name in _candidates(data, codec):
        text = _strict(data, name)
        if text is not None:
            return repair.once(text).removeprefix("\ufeff") if name == "utf-8" else text
    return _likeliest(data, codec, guess).removeprefix("\ufeff")


# Charsets in which every octet is ASCII and its meaning is another.
_SHIFTED = ("utf-7", "unicode-1-1-utf-7", "utf-16", "utf-32", "hz")
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _candidates(data: bytes, codec: str) -> "Iterator[str]":
    """Give the charsets to try, the likeliest first."""
    if codec.startswith(("utf", "iso2022", "hz")):
        yield codec
        yield "utf-8"
        return
    if repair.is_utf8(data, codec):
        yield "utf-8"
    if codec == "cp1252":
        if not repair.is_hardly_latin(data):
            yield codec
        return
    yield repair.cyrillic(data, codec) if repair.is_cyrillic(codec) else codec
    yield repair.WINDOWS.get(codec, "")


def _strict(data: bytes, codec: str) -> str | None:
    if not codec:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _likeliest(data: bytes, codec: str, guess: bool) -> str:
    """Decode what no charset fits: by the one that mostly fits, then by a guess where there is enough to guess from."""
    for name in (codec if codec != "cp1252" else "", "utf-8"):
        lenient = data.decode(name, "replace") if name else ""
        wrong = lenient.count("\ufffd")
        if lenient and wrong <= max(len(lenient) // 50, _foreign(lenient) // 2):
            return lenient
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
    """Return ``text`` as a database and a page can hold it: no NUL, no lone surrogate, newlines as ``\\n``."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
