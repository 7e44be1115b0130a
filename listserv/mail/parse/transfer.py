"""Undo the transfer encoding of a part, as far as that goes; never raises.

Programs on the way append text to what is encoded, glue encoded pieces together, and name an
encoding they did not use.

Source: RFC 2045 §6 (encodings), POSIX uuencode.
"""

import binascii
import re
from dataclasses import dataclass, field

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_ALPHABET))
# What no line of base64 holds: another letter, or white space between letters.
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]|[A-Za-z0-9+/=][ \t]+[A-Za-z0-9+/=]")
_LONG_LINE = re.compile(rb"^[A-Za-z0-9+/]{40,}={0,2}[ \t]*\r?$", re.MULTILINE)
_PADDED_END = re.compile(rb"=[ \t]*\r?\n")
_EMPTY_LINE = re.compile(rb"\n[ \t]*\r?\n")
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_SOFT_BREAK = re.compile(rb"=[ \t]{1,80}\r?\n")
# Octets of a word or two below encoded text; what is longer may be another encoded piece.
_FEW = 40


@dataclass(frozen=True)
class Decoded:
    """The octets of a part, its transfer encoding undone.

    ``below`` is text that was put below them on the way and had never been encoded.
    """

    data: bytes = field(repr=False)
    below: bytes = field(default=b"", repr=False)


def decode_transfer(data: bytes, encoding: str) -> Decoded:
    """Return the octets of a part. Args: encoding, the value of Content-Transfer-Encoding."""
    words = _COMMENT.sub(" ", encoding.lower()).replace(";", " ").split()
    name = next(iter(words), "").strip("\"'")
    if name == "base64":
        encoded, below = split_base64(data)
        return Decoded(lenient_base64(encoded), below)
    if name == "quoted-printable":
        # A mark of a soft line break may have blanks behind it (RFC 2045 §6.7 (3)).
        return Decoded(binascii.a2b_qp(_SOFT_BREAK.sub(b"=\n", data)))
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return Decoded(uudecode(data))
    return Decoded(data)


def split_base64(data: bytes) -> tuple[bytes, bytes]:
    """Return what is base64, and the text below it that never was.

    All of it is base64 where it is named so and is not. A stray letter between encoded lines does
    not begin a text: lines follow it that can only be encoded.
    """
    foreign = _FOREIGN.search(data)
    if foreign is None:
        return _without_last_words(data)
    line = data.rfind(b"\n", 0, foreign.start()) + 1
    if _LONG_LINE.search(data, line) is not None:
        return data, b""
    begins = len(data) - len(data.lstrip(b"\r\n"))
    padded = _last_end(_PADDED_END, data, begins, line)
    if padded:
        return data[:padded], data[padded:]
    if _is_encoded(data[line:]):
        return data, b""
    end = _last_end(_EMPTY_LINE, data, begins, line) or line
    return data[:end], data[end:]


def _last_end(pattern: re.Pattern[bytes], data: bytes, start: int, end: int) -> int:
    return max((match.end() for match in pattern.finditer(data, start, end)), default=0)


def _without_last_words(data: bytes) -> tuple[bytes, bytes]:
    """Return base64, and a word that stands alone below its padding and an empty line."""
    stripped = data.rstrip()
    at = max(stripped.rfind(b"\n\n"), stripped.rfind(b"\n\r\n"))
    if at < 0 or not stripped[:at].rstrip().endswith(b"="):
        return data, b""
    word = stripped[at:].strip()
    if b"=" in word:
        return data, b""
    if len(word) >= _FEW:
        return data, b""
    return data[:at], data[at:]


def _is_encoded(rest: bytes) -> bool:
    """Whether a line with a foreign letter is of base64 all the same."""
    line = rest.partition(b"\n")[0].strip()
    if b" " in line:
        return False
    if line.endswith(b"="):
        return True
    known = len(line) - len(line.translate(None, delete=_ALPHABET))
    return len(line) >= 8 and known >= 0.9 * len(line)


def lenient_base64(data: bytes) -> bytes:
    """Decode base64 with line breaks, foreign characters and missing padding.

    What was padded in the middle, as that of messages glued together is, is decoded piece by
    piece. What cannot be decoded is dropped.
    """
    pieces = data.translate(None, delete=_NOT_BASE64).split(b"=")
    if b"=" not in data[:-4]:
        del pieces[1:]
    try:
        return b"".join(map(_unpadded, pieces))
    except binascii.Error:
        return b""


def _unpadded(encoded: bytes) -> bytes:
    """Decode letters without padding; one that stands alone holds no octet and is dropped."""
    if len(encoded) % 4 == 1:
        encoded = encoded[:-1]
    return binascii.a2b_base64(encoded + b"=" * (-len(encoded) % 4))


def uudecode(data: bytes) -> bytes:
    """Return the octets of uuencoded data; broken lines are left out."""
    decoded = bytearray()
    for line in data.splitlines():
        if line.startswith(b"begin ") or not line.strip():
            continue
        # A line may say that it is longer than it is, and is then filled up: not beyond what was
        # sent.
        if line.strip() == b"end" or len(decoded) > len(data):
            break
        decoded += _uudecode_line(line)
    return bytes(decoded)


def _uudecode_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders write more than the count says (the standard library's own work-around).
        count = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:count])
    except binascii.Error:
        return b""
