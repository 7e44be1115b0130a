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
_EXPLANATION_LETTERS = frozenset("crt")
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
# Characters of a name.
MAX_NAME = 253


class BadRecordError(ValueError):
    """A record breaks the grammar: permerror."""


@dataclass(frozen=True)
class SpfFacts:
    """What macros speak of.

    Client, sender (local part and domain), HELO name, and the domain being looked at.
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
    if ip.version == 4:
        return str(ip)
    return ".".join(ip.exploded.replace(":", ""))


def pieces(text: str) -> list[str | re.Match[str]]:
    """Return literals and macros of a macro-string in their order. Raises: BadRecordError."""
    parts: list[str | re.Match[str]] = []
    at = 0
    for match in _MACRO.finditer(text):
        parts += [text[at : match.start()], match]
        at = match.end()
    parts.append(text[at:])
    if not all(map(_is_sound, parts)):
        raise BadRecordError(text)
    return parts


def _is_sound(part: str | re.Match[str]) -> bool:
    """Whether a part of a macro-string keeps to the grammar."""
    if isinstance(part, str):
        return _LITERAL.match(part) is not None
    letter, digits = part[1], part[2]
    # "%%", "%_" and "%-" stand for themselves.
    if letter is None:
        return True
    if letter.lower() not in _LETTERS | _EXPLANATION_LETTERS:
        return False
    # A number of labels is not zero.
    return not digits or digits.strip("0") != ""


def check_domain(text: str) -> str:
    """Return a domain-spec that keeps to the grammar. Raises: BadRecordError.

    It ends with a macro or a top label.
    """
    parts = pieces(text)
    if any(map(_is_for_explanations, parts)):
        raise BadRecordError(text)
    tail = parts[-1]
    if tail == "" and len(parts) > 1:
        return text
    assert isinstance(tail, str)
    rest, dot, top = tail.removesuffix(".").rpartition(".")
    if not dot or not _TOP_LABEL.match(top):
        raise BadRecordError(text)
    if not rest and len(parts) == 1:
        raise BadRecordError(text)
    return text


def _is_for_explanations(part: str | re.Match[str]) -> bool:
    """Whether a part is a macro that only explanations may have (RFC 7208 §7.2)."""
    if isinstance(part, str):
        return False
    letter = part[1]
    if letter is None:
        return False
    return letter.lower() in _EXPLANATION_LETTERS


def expand(text: str, facts: SpfFacts) -> str:
    """Return a domain-spec with its macros replaced (RFC 7208 §7.3).

    It is cut at the left to the length of a name.
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


def _value(macro: re.Match[str], facts: SpfFacts) -> str:
    letter, digits, is_reversed, delimiters = macro.group(1, 2, 3, 4)
    parts = re.split(f"[{re.escape(delimiters or '.')}]", facts.of(letter.lower()))
    if is_reversed:
        parts.reverse()
    if digits:
        parts = parts[-int(digits) :]
    value = ".".join(parts)
    if letter.isupper():
        return quote(value, safe="-._~")
    return value
