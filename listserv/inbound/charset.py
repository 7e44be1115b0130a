"""Turn bytes of a mail into text whatever their declared charset says.

Real mail names charsets nobody registered, names one and uses another, and leaves it out. Text is decoded by the
declared name where that fits, as UTF-8 where that fits, else by what the bytes look like, and at last byte by byte:
there is no error.
"""

import codecs
import logging

from charset_normalizer import from_bytes

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
    if data.isascii() and b"\x1b" not in data and not declared.lower().startswith(("utf-7", "utf-16", "utf-32", "hz")):
        return data.decode("ascii")
    codec = codec_for(declared)
    for name in ("utf-8", codec) if codec in {"cp1252", ""} else (codec, "utf-8"):
        text = _strict(data, name)
        if text is not None:
            return text
    return _likeliest(data, codec, guess)


def _strict(data: bytes, codec: str) -> str | None:
    if not codec:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _likeliest(data: bytes, codec: str, guess: bool) -> str:
    """Decode what no charset fits; the declared one wins over a guess when it mostly fits."""
    if codec and codec != "cp1252":
        lenient = data.decode(codec, "replace")
        if lenient.count("\ufffd") <= len(lenient) // 50:
            return lenient
    best = from_bytes(data[:_SAMPLE]).best() if guess else None
    text = _strict(data, best.encoding) if best is not None else None
    return text if text is not None else data.decode("cp1252", "replace")
