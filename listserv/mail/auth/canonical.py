"""The bytes of a message that signatures cover: its fields and its body, in both canonical forms.

Linear, whatever the bytes: runs of white space are made one space first, and only then looked at.

Source: RFC 6376 §3.4.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from listserv.mail.parse import structure
from listserv.mail.parse.headers import Headers, addresses

_SPACE = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")


@dataclass(frozen=True)
class Field:
    """One header field: its name in lower case, and all of its bytes with the last line end."""

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands behind the colon."""
        return self.raw.partition(b":")[2]

    @property
    def text(self) -> str:
        """The value on one line."""
        return _FOLD.sub(b"", self.value).strip().decode("utf-8", "replace")

    def canonical(self, *, relaxed: bool, value: bytes | None = None) -> bytes:
        """Return the field as it is signed; ``value`` stands in for its own."""
        name, _colon, own = self.raw.partition(b":")
        if value is None:
            value = own
        if not relaxed:
            return name + b":" + value
        unfolded = _SPACE.sub(b" ", _FOLD.sub(b"", value)).strip(b" \r\n")
        return name.strip().lower() + b":" + unfolded + b"\r\n"


class SignedMessage:
    """A message split as its signers saw it.

    ``is_sound`` says that the header ends where RFC 5322 and our own lenient reader both say; where
    they differ, a signature could cover another From than the one that is read, and none is looked
    at.
    """

    def __init__(self, raw: bytes) -> None:
        start, end = structure.message_header(raw)
        self.is_sound = start == 0 and _is_header(raw, end)
        self._raw, self._body_at = raw, end
        self.fields = _fields(raw[start:end])
        self._by_name: dict[str, list[Field]] = {}
        for field in self.fields:
            self._by_name.setdefault(field.name, []).append(field)
        self._digests: dict[bool, bytes] = {}

    @cached_property
    def author(self) -> str:
        """The one address in the one From field, in lower case.

        Empty when there is not exactly one of each.
        """
        named = self.named("from")
        if len(named) != 1:
            return ""
        block = named[0].raw
        # Raw 8-bit letters are read in the charset that another field may name.
        if not block.isascii():
            block = self._raw[: self._body_at]
        from_addresses = addresses(Headers(block).raw("from"), most=2)
        if len(from_addresses) != 1:
            return ""
        return from_addresses[0]

    def __len__(self) -> int:
        return len(self._raw)

    def named(self, name: str) -> list[Field]:
        """Return the fields of a name, the topmost first."""
        return list(self._by_name.get(name, ()))

    def signed_fields(self, names: list[str], *, without: Field) -> list[Field]:
        """Return the fields that a list of names covers.

        Of one name the lowest comes first (RFC 6376 §5.4.2).
        """
        left = {
            name: [field for field in self.named(name) if field is not without]
            for name in set(names)
        }
        return [left[name].pop() for name in names if left[name]]

    def body_digest(self, *, relaxed: bool) -> bytes:
        """Return the SHA-256 of the body."""
        if relaxed not in self._digests:
            self._digests[relaxed] = sha256(
                body(self._raw[self._body_at :], relaxed=relaxed)
            ).digest()
        return self._digests[relaxed]


def _is_header(raw: bytes, end: int) -> bool:
    """Whether RFC 5322 says that the header of a message ends where our reader says so."""
    # A message without a first octet, or one that begins with a continuation line.
    if raw[:1] in b" \t":
        return False
    blank_line = raw.find(b"\r\n\r\n")
    if blank_line < 0:
        return end == len(raw)
    return end == blank_line + 4


def _fields(block: bytes) -> list[Field]:
    fields: list[Field] = []
    lines: list[bytes] = []
    for line in [*block.splitlines(keepends=True), b""]:
        if lines and line.startswith((b" ", b"\t")):
            lines.append(line)
            continue
        name, colon, _value = b"".join(lines[:1]).partition(b":")
        if colon:
            field_name = name.strip().lower().decode("ascii", "replace")
            fields.append(Field(field_name, b"".join(lines)))
        lines = [line]
    return fields


# One author in the form nearly all programs write: a plain or quoted name without anything that
# could hide another address, and one address.
_ADDRESS = rb"""([^\s@<>"()\\,;:]{1,64}@[a-z0-9.-]{1,255})"""
_NAME = rb"""(?:"[^"\r\n@()<>\\]{0,200}"|[^"\r\n@()<>,;:\\]{0,200})[ ]?"""
_AUTHOR = re.compile(
    rb"^from:[ ]?(?:" + _NAME + b"<" + _ADDRESS + b">|" + _ADDRESS + rb")\r\n(?![ \t])",
    re.IGNORECASE | re.MULTILINE,
)
_FROM = re.compile(rb"^from[ \t]*:", re.IGNORECASE | re.MULTILINE)


def plain_author(raw: bytes) -> str:
    """Return the author's address where the header says it in the plainest form.

    Empty otherwise: then look closely.
    """
    head = raw[: raw.find(b"\r\n\r\n", 0, structure.MAX_HEADER) + 2]
    match = _AUTHOR.search(head)
    if match is None or len(_FROM.findall(head)) != 1:
        return ""
    return (match[1] or match[2]).decode("ascii", "replace").lower()


def body(raw: bytes, *, relaxed: bool) -> bytes:
    """Return a body in canonical form: without empty lines at its end.

    In relaxed form also without what white space adds.
    """
    if relaxed:
        raw = _SPACE.sub(b" ", raw).replace(b" \r\n", b"\r\n")
        raw = raw.removesuffix(b" ")
    stripped = raw.rstrip(b"\r\n")
    if relaxed and not stripped:
        return b""
    return stripped + b"\r\n"
