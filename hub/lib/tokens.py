"""Signed tokens short enough for the local part of a mail address.

A local part may be folded to lower case on its way (RFC 5321 §2.4 leaves it to the host) and holds
64 octets, so a token is base32 in lower case: a payload of small numbers and 80 bits of an HMAC
over purpose and payload. A purpose separates tokens: one made for replies opens nothing else. What
both sides know anyway belongs into the purpose, where it costs no letter.

Keys rotate: what a key of ``HUB_SECRET_KEY_OLD`` has signed is read until the key is taken from
there; new tokens are signed with the present key alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

MAC_BYTES = 10
_BLOCK = 64  # bytes that SHA-256 takes at a time
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 §6, in lower case
_PAIRS = tuple(first + second for first in _LETTERS for second in _LETTERS)


@lru_cache(maxsize=1_024)
def _states(key: str, purpose: str) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """Return what every token of a purpose begins with, inside and outside (RFC 2104 §2, §4).

    Copies of these cost half of a copy of :class:`hmac.HMAC`, and a fan-out signs three tokens for
    each recipient.
    """
    secret = key.encode()
    if len(secret) > _BLOCK:
        secret = hashlib.sha256(secret).digest()
    padded = secret.ljust(_BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + purpose.encode() + b"\0")
    return inner, hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))


def _mac(purpose: str, payload: bytes, key: str) -> bytes:
    inner, outer = _states(key, purpose)
    inside, outside = inner.copy(), outer.copy()
    inside.update(payload)
    outside.update(inside.digest())
    return outside.digest()[:MAC_BYTES]


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


def _spelled(mac: bytes, payload: bytes) -> str:
    """Return base32 in lower case, without padding.

    It is spelled two letters at a time, since a fan-out spells thousands.
    """
    raw = mac + payload
    bits = len(raw) * 8
    width = -(-bits // 10) * 10
    number = int.from_bytes(raw, "big") << (width - bits)
    pairs = _PAIRS
    return "".join([pairs[number >> shift & 1023] for shift in range(width - 10, -1, -10)])[
        : -(-bits // 5)
    ]


def sign(purpose: str, numbers: Sequence[int]) -> str:
    """Return a token that carries ``numbers`` (each >= 0) for one purpose."""
    payload = b"".join([_varint(number) for number in numbers])
    return _spelled(_mac(purpose, payload, settings.SECRET_KEY), payload)


def read(purpose: str, token: str) -> list[int] | None:
    """Return the numbers of a genuine token, None for any other text; accepts any letter case."""
    try:
        raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (ValueError, UnicodeEncodeError):
        return None
    mac, payload = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if not payload or not _is_genuine(purpose, payload, mac):
        return None
    # A second spelling of one token (unused bits of base32) would defeat "once": only the canonical
    # one counts.
    numbers = _numbers(payload)
    canonical = _spelled(mac, b"".join([_varint(number) for number in numbers]))
    return numbers if canonical == token.lower() else None


def _is_genuine(purpose: str, payload: bytes, mac: bytes) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(mac, _mac(purpose, payload, key)) for key in keys)
