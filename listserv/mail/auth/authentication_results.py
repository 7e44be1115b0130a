"""What a relay in front of the door has found out, from its Authentication-Results fields, and from
no others.

A field is believed when the client is one of ``HUB_TRUSTED_RELAYS``, the field carries
``HUB_AUTHSERV_ID``, and it stands above the first Received field that names a client outside those
relays: everything below that one was written by somebody else. Contradicting fields are no result.
The mail is stored as it came; forged fields are never read.

Source: RFC 8601 §2.2 (syntax), §4.1 (position), §5 and §7.1 (forged fields).
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hub.lib.clients import is_in, is_loopback
from listserv.mail.auth.canonical import SignedMessage

# Characters of one field, fields of one mail and results of one field that are read; honest ones
# have a tenth.
MAX_FIELD = 10_000
MAX_FIELDS = 20
MAX_RESULTS = 30
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
_IN_BRACKETS = re.compile(r"\[(?:IPv6:)?([0-9a-fA-F:.%]{2,60})\]", re.IGNORECASE)
_POLICY = re.compile(r"\b(?:p|policy)\s?=\s?(none|quarantine|reject)\b", re.IGNORECASE)


@dataclass(frozen=True)
class AuthenticationResult:
    """One result: ``dkim=pass header.d=example.org``; ``remarks`` are its comments."""

    method: str
    value: str
    properties: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def policy(self) -> str:
        """What the author's domain asks for, as relays say it:
        a property, or ``p=`` in a comment; empty otherwise.
        """
        stated = self.properties.get("policy.dmarc", "") or self.properties.get(
            "policy.published-domain-policy", ""
        )
        match = _POLICY.search(" ".join(self.remarks)[:1_000])
        return stated.lower() or (match[1].lower() if match else "")


def believed(
    message: SignedMessage, *, peer: str, networks: Networks, authserv_id: str
) -> list[AuthenticationResult] | None:
    """Return what a trusted relay found, the topmost first;
    None when the client is none, or it has said nothing.
    """
    if not authserv_id or not is_in(peer, networks):
        return None
    believable: list[AuthenticationResult] = []
    seen = 0
    for row in message.fields:
        if row.name == "received" and not _from_within(row.text, networks):
            break
        if row.name == "authentication-results" and seen < MAX_FIELDS:
            seen += 1
            who, results = parse(row.text)
            believable += results if who == authserv_id else []
    return believable or None


def one(results: Sequence[AuthenticationResult], method: str) -> AuthenticationResult | None:
    """Return the result of a method; None when there
    is none, or when fields contradict each other.
    """
    rows = [row for row in results if row.method == method]
    return rows[0] if rows and len({row.value for row in rows}) == 1 else None


def _from_within(text: str, networks: Networks) -> bool:
    """Whether a Received field says that the mail came
    from one of the relays, whatever name the client gave.
    """
    clause = re.split(r"\sby\s", text[:2_000], maxsplit=1)[0]
    named = _IN_BRACKETS.findall(clause)
    return bool(named) and all(is_in(ip, networks) or is_loopback(ip) for ip in named)


def parse(text: str) -> tuple[str, list[AuthenticationResult]]:
    """Return who says so (in lower case) and what; a field that breaks the grammar says nothing."""
    pieces = list(_pieces(text[:MAX_FIELD]))
    if not pieces or len(text) > MAX_FIELD:
        return "", []
    words = pieces[0][0].split()
    if not words or words[1:] not in ([], ["1"]):
        return "", []
    results = [_result(*piece) for piece in pieces[1 : MAX_RESULTS + 1]]
    return _plain(words[0]).lower(), [row for row in results if row is not None]


def _result(text: str, remarks: list[str]) -> AuthenticationResult | None:
    words = re.sub(r" ?([=/]) ?", r"\1", " ".join(text.split())).split(" ")
    method, equals, value = words[0].partition("=")
    method = method.partition("/")[0].lower()
    if not equals or not method.replace("-", "").isalnum() or not value.replace("-", "").isalnum():
        return None
    properties: dict[str, str] = {}
    for word in words[1:]:
        name, equals, result_value = word.partition("=")
        if not equals or name.lower() in properties:
            return None
        properties[name.lower()] = _plain(result_value)
    return AuthenticationResult(method, value.lower(), properties, tuple(remarks))


def _plain(word: str) -> str:
    return word.strip('"')


def _pieces(text: str) -> Iterator[tuple[str, list[str]]]:
    """Cut a field at its semicolons outside quotes and
    comments, the comments of each piece beside it.
    """
    out: list[str] = []
    remark: list[str] = []
    remarks: list[str] = []
    quoted, depth, at = False, 0, 0
    while at < len(text):
        char = text[at]
        if char == "\\" and (quoted or depth):
            at += 1
        elif char == '"' and not depth:
            quoted = not quoted
            out.append(char)
        elif quoted:
            # A space within quotes must not part words.
            out.append("_" if char.isspace() or char == ";" else char)
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                remarks.append("".join(remark))
                remark = []
                out.append(" ")
        elif depth:
            remark.append(char)
        elif char == ";":
            yield "".join(out), remarks
            out, remarks = [], []
        else:
            out.append(char)
        at += 1
    if not quoted and not depth:
        yield "".join(out), remarks
