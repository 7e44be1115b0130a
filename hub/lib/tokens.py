"""Signed tokens short enough for the local part of a mail address.

A local part may be folded to lower case on its way (RFC 5321 §2.4 leaves it to the host) and holds 64 octets, so a
token is base32 in lower case: a payload of small numbers and 80 bits of an HMAC over purpose and payload. A purpose
separates tokens: one made for replies opens nothing else.
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256

from django.conf import settings

MAC_BYTES = 10


def _mac(purpose: str, payload: bytes, key: str) -> bytes:
    return hmac.new(key.encode(), purpose.encode() + b"\0" + payload, sha256).digest()[:MAC_BYTES]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _numbers(payload: bytes) -> list[int]:
    values, value, shift = [], 0, 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            values.append(value)
            value = shift = 0
    return values


def sign(purpose: str, numbers: Sequence[int]) -> str:
    """Return a token that carries ``numbers`` (each >= 0) for one purpose."""
    payload = b"".join(_varint(number) for number in numbers)
    mac = _mac(purpose, payload, settings.SECRET_KEY)
    return base64.b32encode(mac + payload).decode("ascii").rstrip("=").lower()


def read(purpose: str, token: str) -> list[int] | None:
    """Return the numbers of a genuine token, None for any other text; accepts any letter case."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (ValueError, UnicodeEncodeError):
        return None
    mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if not payload or not hmac.compare_digest(mac, _mac(purpose, payload, settings.SECRET_KEY)):
        return None
    # A second spelling of one token (unused bits of base32) would defeat "once": only the canonical one counts.
    return _numbers(payload) if sign(purpose, _numbers(payload)) == token.lower() else None
