"""Read the results of a trusted relay from its Authentication-Results fields, and from no others.

A field is believed when the client is one of ``HUB_TRUSTED_RELAYS``, the field carries
``HUB_AUTHSERV_ID``, and it stands above the first Received field that names a client outside those
relays: everything below that one was written by somebody else. Contradicting fields are no result.
The message is stored as it came; forged fields are never read.

Source: RFC 8601 §2.2 (syntax), §4.1 (position), §5 and §7.1 (forged fields).
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hub.lib.clients import is_in, is_loopback
from listserv.mail.auth.canonical import Field, SignedMessage

# Characters of one field, fields of one message and results of one field that are read; honest ones
# have a tenth.
MAX_FIELD = 10_000
MAX_FIELDS = 20
MAX_RESULTS = 30
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
_IN_BRACKETS = re.compile(r"\[(?:IPv6:)?([0-9a-fA-F:.%]{2,60})\]", re.IGNORECASE)
_POLICY = re.compile(r"\b(?:p|policy)\s?=\s?(none|quarantine|reject)\b", re.IGNORECASE)


# Properties by which relays say what the author's domain asks for.
_POLICY_PROPERTIES = ("policy.dmarc", "policy.published-domain-policy")
# What would part a quoted word where it may not be parted.
_PARTING = re.compile(r"[\s;]")


@dataclass(frozen=True)
class AuthenticationResult:
    """One result: ``dkim=pass header.d=example.org``, and its comments."""

    method: str
    value: str
    properties: dict[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()

    @property
    def policy(self) -> str:
        """What the author's domain asks for, as relays say it.

        A property, or ``p=`` in a comment; empty otherwise.
        """
        for name in _POLICY_PROPERTIES:
            stated = self.properties.get(name, "")
            if stated:
                return stated.lower()
        match = _POLICY.search(" ".join(self.comments)[:1_000])
        if match is None:
            return ""
        return match[1].lower()


@dataclass(frozen=True)
class _Piece:
    """What stands between two semicolons of a field, and its comments."""

    text: str
    comments: tuple[str, ...]


def trusted_results(
    message: SignedMessage, *, peer: str, networks: Networks, authserv_id: str
) -> list[AuthenticationResult]:
    """Return the results of a trusted relay, the topmost first.

    None when the client is no such relay, or adds no results.
    """
    if not authserv_id or not is_in(peer, networks):
        return []
    trusted: list[AuthenticationResult] = []
    for row in islice(_fields_within(message, networks), MAX_FIELDS):
        authority, results = parse(row.text)
        if authority == authserv_id:
            trusted += results
    return trusted


def _fields_within(message: SignedMessage, networks: Networks) -> Iterator[Field]:
    """Give the Authentication-Results fields that stand above the first one of a stranger."""
    for row in message.fields:
        if row.name == "received" and not _is_from_within(row.text, networks):
            return
        if row.name == "authentication-results":
            yield row


def agreed_result(
    results: Sequence[AuthenticationResult], method: str
) -> AuthenticationResult | None:
    """Return the result of a method; None without one, or when fields contradict each other."""
    rows = [row for row in results if row.method == method]
    if len({row.value for row in rows}) != 1:
        return None
    return rows[0]


def _is_from_within(text: str, networks: Networks) -> bool:
    """Whether a Received field says that the message came from one of the relays.

    Whatever name the client gave.
    """
    clause = re.split(r"\sby\s", text[:2_000], maxsplit=1)[0]
    clients = _IN_BRACKETS.findall(clause)
    if not clients:
        return False
    return all(is_in(ip, networks) or is_loopback(ip) for ip in clients)


def parse(text: str) -> tuple[str, list[AuthenticationResult]]:
    """Return the identifier of a field's authority, in lower case, and its results.

    Empty for a field that breaks the grammar.
    """
    if len(text) > MAX_FIELD:
        return "", []
    pieces = list(_FieldSplitter(text).pieces())
    if not pieces:
        return "", []
    authority, *results = pieces
    words = authority.text.split()
    if not words:
        return "", []
    # The identifier may be followed by the version of the grammar.
    if words[1:] not in ([], ["1"]):
        return "", []
    parsed = map(_result, results[:MAX_RESULTS])
    return _unquoted(words[0]).lower(), [result for result in parsed if result is not None]


def _result(piece: _Piece) -> AuthenticationResult | None:
    """Return the result that a piece holds, None where it breaks the grammar."""
    words = re.sub(r" ?([=/]) ?", r"\1", " ".join(piece.text.split())).split(" ")
    method, _equals, value = words[0].partition("=")
    method = method.partition("/")[0].lower()
    if not _is_keyword(method) or not _is_keyword(value):
        return None
    properties: dict[str, str] = {}
    for word in words[1:]:
        name, equals, result_value = word.partition("=")
        if not equals or name.lower() in properties:
            return None
        properties[name.lower()] = _unquoted(result_value)
    return AuthenticationResult(method, value.lower(), properties, piece.comments)


def _is_keyword(word: str) -> bool:
    return word.replace("-", "").isalnum()


def _unquoted(word: str) -> str:
    return word.strip('"')


class _FieldSplitter:
    """Splits a field at its semicolons outside quotes and comments."""

    def __init__(self, text: str) -> None:
        self._chars = iter(text)
        self._text: list[str] = []
        self._comments: list[str] = []
        self._is_complete = True

    def pieces(self) -> Iterator[_Piece]:
        """Give the pieces; the last one only when no quote or comment is left open in it."""
        for char in self._chars:
            if char == ";":
                yield self._take()
            elif char == '"':
                self._read_quoted()
            elif char == "(":
                self._read_comment()
            else:
                self._text.append(char)
        if self._is_complete:
            yield self._take()

    def _take(self) -> _Piece:
        piece = _Piece("".join(self._text), tuple(self._comments))
        self._text, self._comments = [], []
        return piece

    def _read_quoted(self) -> None:
        quoted: list[str] = []
        for char in self._chars:
            if char == "\\":
                next(self._chars, None)
            elif char == '"':
                # A space within quotes must not part words.
                word = _PARTING.sub("_", "".join(quoted))
                self._text.append(f'"{word}"')
                return
            else:
                quoted.append(char)
        self._is_complete = False

    def _read_comment(self) -> None:
        comment: list[str] = []
        depth = 1
        for char in self._chars:
            if char == "\\":
                next(self._chars, None)
            elif char == "(":
                depth += 1
            elif char != ")":
                comment.append(char)
            elif depth > 1:
                depth -= 1
            else:
                self._comments.append("".join(comment))
                self._text.append(" ")
                return
        self._is_complete = False
