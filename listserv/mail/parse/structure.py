"""Find where the parts of a mail begin and end, in one bounded pass and without recursion.

The standard library's parser keeps every line against every open boundary and recurses at each
level: 100,000 parts cost it 22 s and 3,000 levels its stack. This one looks only at lines that
begin with ``--`` and keeps the open boundaries on a stack, so that its time is linear in the bytes
and its caps are met early.

Source: RFC 2046 §5.1 (multipart), RFC 5322 §2.1 (header and body).
"""

import re
from dataclasses import dataclass, field
from mmap import mmap
from urllib.parse import unquote_to_bytes

# A part more than these is refused by the guard; both are far above what people send.
MAX_PARTS = 1_000
MAX_DEPTH = 50
# Octets of one part's header; a longer one is cut there and its rest is body.
MAX_HEADER = 131_072
# Lines that begin like a delimiter and are none; far more than a patch or a database dump in plain
# text has.
MAX_LOOKALIKES = 200_000
_BOUNDARY_LIMIT = 200
# Octets before the header of a message that programs and archives leave there by mistake.
_MAX_BEFORE = 1_000
_BEFORE = re.compile(rb"(?:\xef\xbb\xbf)?(?:>?From [^\r\n]{0,500}\r?\n)?(?:[ \t]{0,20}\r?\n){0,20}")
_MAIL_FIELD = re.compile(
    rb"^(from|date|subject|message-id|received|to|return-path|mime-version|content-type):",
    re.IGNORECASE | re.MULTILINE,
)
# What programs put before the parts for those who see no parts.
_ABOUT_PARTS = re.compile(rb"mime|multi-?part|multiple parts|pgp", re.IGNORECASE)
_WHITE_SPACE = re.compile(rb"\s+")

Buffer = bytes | mmap


class TooManyParts(ValueError):
    """The mail has more parts, levels or lookalikes than the caps of this module."""


@dataclass
class Part:
    """Offsets of one part in the raw bytes; ``children`` when it is a multipart."""

    head: int
    body: int
    end: int
    boundaries: tuple[bytes, ...] = ()
    children: list["Part"] = field(default_factory=list)

    def header_bytes(self, raw: bytes) -> bytes:
        """Return the octets of the part's header."""
        return raw[self.head : self.body]

    def body_bytes(self, raw: bytes) -> bytes:
        """Return the octets of the part's body, still in its transfer encoding."""
        return raw[self.body : self.end]


def message_start(raw: Buffer) -> int:
    """Return where the header of a whole message begins: behind empty lines, where one follows
    them.

    Programs put an empty line, a byte order mark or the separator of an mbox before it. Where no
    header follows, what stands there is the body of a message without one.
    """
    before = _BEFORE.match(raw[:_MAX_BEFORE])
    start = before.end() if before is not None else 0
    return start if start and names_mail_fields(raw[start : start + MAX_HEADER]) else 0


def names_mail_fields(head: bytes) -> bool:
    """Whether octets begin with a header that has two fields which only mails have."""
    end = header_end(head, 0, len(head))
    return len({name.lower() for name in _MAIL_FIELD.findall(head[:end])}) >= 2


def message_header(raw: bytes, limit: int = MAX_HEADER) -> tuple[int, int]:
    """Return where the header of a whole message
    begins and ends, at most ``limit`` octets of it.
    """
    start = message_start(raw)
    return start, header_end(raw, start, min(len(raw), start + limit))


def header_end(raw: Buffer, start: int, limit: int) -> int:
    """Return the offset behind the empty line that ends a header; ``limit`` when there is none.

    A line that can be neither a field nor the continuation of one ends the header too, as a body
    whose empty line was lost on the way begins there.
    """
    at = start
    while at < limit:
        line_end = raw.find(b"\n", at, limit)
        stop = limit if line_end < 0 else line_end + 1
        line = raw[at : min(stop, at + 998)].rstrip(b"\r\n")
        if not line:
            return stop
        if (
            line[:1] not in b" \t"
            and not _is_field(line)
            and not (at == start and line.startswith(b"From "))
        ):
            return at
        at = stop
    return limit


def _is_field(line: bytes) -> bool:
    # A delimiter ends a header whose empty line is missing, even when its boundary has a colon in
    # it.
    name = line.partition(b":")[0].rstrip(b" \t")
    return (
        b":" in line
        and name != b""
        and name.isascii()
        and b" " not in name
        and not line.startswith(b"--")
    )


def boundaries_of(header: bytes) -> tuple[bytes, ...]:
    """Return the boundary that a part's header declares, none when it is no multipart.

    A boundary that is folded in its middle is meant with the white space of the fold, with one
    blank, or without any: all are returned. In pieces (RFC 2231 §3) it is put together.
    """
    lowered = header.lower()
    at = lowered.find(b"content-type")
    while at > 0 and lowered[at - 1 : at] != b"\n":
        at = lowered.find(b"content-type", at + 1)
    if at < 0:
        return ()
    stop = _field_end(lowered, at)
    value = header[at:stop]
    if b"multipart/" not in lowered[at:stop]:
        return ()
    pieces = [_boundary_value(value, match) for match in _BOUNDARY.finditer(value)]
    declared = b"".join(pieces) if len(pieces) > 1 and b"*" in value else b"".join(pieces[:1])
    unfolded = declared.replace(b"\r\n", b"").replace(b"\n", b"")
    plain = unfolded.strip(b"'")
    spelled = (unfolded, _WHITE_SPACE.sub(b" ", declared), _WHITE_SPACE.sub(b"", declared), plain)
    names = dict.fromkeys(spelling[:_BOUNDARY_LIMIT].rstrip(b" \t") for spelling in spelled)
    return tuple(name for name in names if name)


_BOUNDARY = re.compile(rb"(?<![\w-])boundary(?:\*[0-9]{0,2})?\*?\s*=\s*", re.IGNORECASE)


def _boundary_value(value: bytes, named: re.Match[bytes]) -> bytes:
    rest = value[named.end() : named.end() + 4 * _BOUNDARY_LIMIT]
    if named[0].rstrip(b"= \t\r\n").endswith(b"*") and rest.count(b"'") >= 2:
        # With a charset and a language before it (RFC 2231 §4).
        rest = unquote_to_bytes(rest.split(b"'", 2)[2])
    if rest.startswith(b'"'):
        return rest[1:].partition(b'"')[0]
    for mark in (b";", b"\n", b"\r", b" ", b"\t"):
        rest = rest.partition(mark)[0]
    return rest


def _field_end(header: bytes, at: int) -> int:
    while True:
        newline = header.find(b"\n", at)
        if newline < 0:
            return len(header)
        if header[newline + 1 : newline + 2] not in (b" ", b"\t"):
            return newline
        at = newline + 1


def outside(raw: bytes, part: Part) -> list[bytes]:
    """Return what stands before and behind the parts, without what programs say there of MIME."""
    first, last = part.children[0], part.children[-1]
    pieces = (_words(raw[part.body : first.head]), _words(raw[last.end : part.end]))
    return [piece for piece in pieces if not _ABOUT_PARTS.search(piece[:_MAX_BEFORE])]


def _words(piece: bytes) -> bytes:
    """Return octets without lines that look like delimiters."""
    lines = piece.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"--"))


def line_ended(raw: bytes) -> bytes:
    """Return a mail whose lines old Macs ended with CR alone with LF; any other as it is."""
    if b"\n" in raw[:_MAX_BEFORE].rstrip(b"\r\n") or raw[:_MAX_BEFORE].count(b"\r") < 2:
        return raw
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def scan(raw: bytes) -> Part:
    """Return the tree of parts.

    Raises: TooManyParts as soon as a cap is passed, before the rest is looked at.
    """
    return _Scan(raw).run()


class _Scan:
    """The one pass: ``open`` holds the multiparts whose
    closing line has not come yet, outermost first.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.count = 0
        self.lookalikes = 0
        self.is_closed = False  # the outermost multipart; parts may follow all the same
        self.open: list[Part] = []
        self.levels: dict[bytes, int] = {}

    def run(self) -> Part:
        """Return the tree."""
        root = self._begin(message_start(self.raw))
        at = max(root.body - 1, 0)
        while self.open and (at := self.raw.find(b"\n--", at)) >= 0:
            at = self._delimiter(at + 1)
        self._finish(len(self.raw), 0)
        root.end = len(self.raw)
        return root

    def _begin(self, head: int) -> Part:
        self.count += 1
        if self.count > MAX_PARTS:
            raise TooManyParts(f"more than {MAX_PARTS} parts")
        raw = self.raw
        limit = min(len(raw), head + MAX_HEADER)
        body = header_end(raw, head, limit)
        part = Part(head, body, len(raw))
        part.boundaries = boundaries_of(raw[head:body])
        if part.boundaries:
            if len(self.open) >= MAX_DEPTH:
                raise TooManyParts(f"more than {MAX_DEPTH} levels")
            self.open.append(part)
            # An inner multipart that reuses an outer boundary cannot be told from it; the outer one
            # keeps it.
            for boundary in part.boundaries:
                self.levels.setdefault(boundary, len(self.open) - 1)
        return part

    def _level(self, start: int) -> tuple[int | None, bool, int]:
        """Return the stack level that the line at ``start``
        delimits, whether it closes it, and the line's end.
        """
        raw = self.raw
        newline = raw.find(b"\n", start, start + _BOUNDARY_LIMIT + 80)
        stop = newline if newline >= 0 else min(len(raw), start + _BOUNDARY_LIMIT + 80)
        name = raw[start + 2 : stop].rstrip(b" \t\r")
        level = self.levels.get(name)
        if level is not None:
            return level, False, stop + 1
        if name.endswith(b"--"):
            level = self.levels.get(name[:-2])
            if level is not None:
                return level, True, stop + 1
        return None, False, stop

    def _delimiter(self, start: int) -> int:
        """Handle the line at ``start``; return where to
        look on (the newline before the next candidate).
        """
        level, closes, stop = self._level(start)
        if level is None:
            self.lookalikes += 1
            if self.lookalikes > MAX_LOOKALIKES:
                raise TooManyParts(f"more than {MAX_LOOKALIKES} lines like delimiters")
            return start + 2
        line_break = start - 2 if self.raw[start - 2 : start] == b"\r\n" else start - 1
        self._finish(max(line_break, 0), level + 1)
        owner = self.open[level]
        if owner.children and not (self.is_closed and level == 0):
            owner.children[-1].end = max(line_break, owner.children[-1].body)
        if closes and level == 0:
            self.is_closed = True
            return stop - 1
        if closes:
            self._pop()
            return stop - 1
        self.is_closed = self.is_closed and level > 0
        if stop >= len(self.raw):
            return len(self.raw)
        part = self._begin(stop)
        owner.children.append(part)
        return max(part.body - 1, stop - 1)

    def _finish(self, end: int, keep: int) -> None:
        """End the open multiparts above ``keep`` levels, whose closing line never came."""
        while len(self.open) > keep:
            part = self.open[-1]
            part.end = end
            if part.children:
                part.children[-1].end = max(min(part.children[-1].end, end), part.children[-1].body)
            self._pop()

    def _pop(self) -> None:
        part = self.open.pop()
        for boundary in part.boundaries:
            if self.levels.get(boundary) == len(self.open):
                del self.levels[boundary]
