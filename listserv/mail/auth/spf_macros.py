"""Domain specifications of SPF records: their grammar, and what their macros stand for.

Source: RFC 7208 §7.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Letters, in any case, and what follows them: digits, "r" for reversed, delimiters.
_MACRO = re.compile(r"%(?:\{([A-Za-z])([0-9]{0,3})([rR]?)([-.+,/_=]*)\}|([%_-]))")
# What may stand between macros: printable, no space, no percent sign (RFC 7208 §7.1).
_LITERAL = re.compile(r"[\x21-\x24\x26-\x7e]*\Z")
_TOP_LABEL = re.compile(r"(?=[A-Za-z0-9-]*[A-Za-z-])[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\Z")
_LETTERS = frozenset("slodiphv")
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
MAX_NAME = 253  # characters


class BadRecordError(ValueError):
    """A record breaks the grammar: permerror."""


@dataclass(frozen=True)
class SpfFacts:
    """What macros speak of: client, sender (local part and
    domain), HELO name, and the domain being looked at.
    """

    ip: Address
    sender: str
    helo: str
    domain: str
    validated: str = "unknown"

    def of(self, letter: str) -> str:
        """Return what one macro letter stands for."""
        local, _at, origin = self.sender.rpartition("@")
        return {
            "s": self.sender,
            "l": local,
            "o": origin,
            "d": self.domain,
            "i": _dotted(self.ip),
            "p": self.validated,
            "h": self.helo,
            "v": "in-addr" if self.ip.version == 4 else "ip6",
        }[letter]


def _dotted(ip: Address) -> str:
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", ""))


def pieces(text: str) -> list[str | re.Match[str]]:
    """Return literals and macros of a macro-string in their order. Raises: BadRecordError."""
    parts: list[str | re.Match[str]] = []
    at = 0
    for match in _MACRO.finditer(text):
        parts += [text[at : match.start()], match]
        at = match.end()
    parts.append(text[at:])
    for piece in parts:
        if isinstance(piece, str):
            if not _LITERAL.match(piece):
                raise BadRecordError(text)
        elif piece[1] and (
            piece[1].lower() not in _LETTERS | set("crt") or piece[2].strip("0") == "" != piece[2]
        ):
            raise BadRecordError(text)
    return parts


def check_domain(text: str) -> str:
    """Return a domain-spec that keeps to the grammar: it
    ends with a macro or a top label. Raises: BadRecordError.
    """
    parts = pieces(text)
    if any(
        isinstance(piece, re.Match) and (piece[1] or "").lower() in tuple("crt") for piece in parts
    ):
        raise BadRecordError(text)
    tail = parts[-1]
    if tail == "" and len(parts) > 1:
        return text
    assert isinstance(tail, str)
    rest, dot, top = tail.removesuffix(".").rpartition(".")
    if not dot or not _TOP_LABEL.match(top) or (not rest and len(parts) == 1):
        raise BadRecordError(text)
    return text


def expand(text: str, facts: SpfFacts) -> str:
    """Return a domain-spec with its macros replaced, cut
    at the left to the length of a name (RFC 7208 §7.3).
    """
    out = []
    for piece in pieces(text):
        if isinstance(piece, str):
            out.append(piece)
        elif piece[5]:
            out.append(_PLAIN[piece[5]])
        else:
            out.append(_value(piece, facts))
    name = "".join(out).removesuffix(".")
    while len(name) > MAX_NAME and "." in name:
        name = name.partition(".")[2]
    return name


def _value(piece: re.Match[str], facts: SpfFacts) -> str:
    letter, digits, turned, delimiters = piece[1], piece[2], piece[3], piece[4] or "."
    parts = re.split(f"[{re.escape(delimiters)}]", facts.of(letter.lower()))
    if turned:
        parts.reverse()
    value = ".".join(parts[-int(digits) :] if digits else parts)
    return quote(value, safe="-._~") if letter.isupper() else value
