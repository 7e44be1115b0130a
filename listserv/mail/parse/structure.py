"""Find where the parts of a message begin and end, in one bounded pass, without recursion.

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
# The name of a field and its colon. A delimiter ends a header whose empty line is missing, even
# when its boundary has a colon in it.
_FIELD = re.compile(rb"(?!--)[^: \x80-\xff]++[ \t]*:")
_CONTENT_TYPE = re.compile(rb"^content-type", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"(?<![\w-])boundary(?:\*[0-9]{0,2})?\*?\s*=\s*", re.IGNORECASE)

Buffer = bytes | mmap


class TooManyParts(ValueError):
    """The message has more parts, levels or lookalikes than the caps of this module."""


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
    """Return where the header of a whole message begins: behind what programs put before it.

    That is an empty line, a byte order mark or the separator of an mbox. Where no header follows,
    what stands there is the body of a message without one.
    """
    before = _BEFORE.match(raw[:_MAX_BEFORE])
    if before is None or not before[0]:
        return 0
    start = before.end()
    return start if names_mail_fields(raw[start : start + MAX_HEADER]) else 0


def names_mail_fields(head: bytes) -> bool:
    """Whether octets begin with a header that has two fields which only messages have."""
    end = header_end(head, 0, len(head))
    return len({name.lower() for name in _MAIL_FIELD.findall(head[:end])}) >= 2


def message_header(raw: bytes, limit: int = MAX_HEADER) -> tuple[int, int]:
    """Return where the header of a whole message begins and ends, at most ``limit`` octets."""
    start = message_start(raw)
    return start, header_end(raw, start, min(len(raw), start + limit))


def header_end(raw: Buffer, start: int, limit: int) -> int:
    """Return the offset behind the empty line that ends a header; ``limit`` when there is none.

    A line that can be neither a field nor the continuation of one ends the header too, as a body
    whose empty line was lost on the way begins there.
    """
    at = start
    while at < limit:
        stop = raw.find(b"\n", at, limit) + 1 or limit
        line = raw[at : min(stop, at + 998)].rstrip(b"\r\n")
        if not line:
            return stop
        if not _is_of_header(line, is_first=at == start):
            return at
        at = stop
    return limit


def _is_of_header(line: bytes, *, is_first: bool) -> bool:
    """Whether a line is a field, or goes on with one; the separator of an mbox may be the first."""
    if line.startswith((b" ", b"\t")):
        return True
    if _FIELD.match(line) is not None:
        return True
    return is_first and line.startswith(b"From ")


def boundaries_of(header: bytes) -> tuple[bytes, ...]:
    """Return the boundary that a part's header declares, none when it is no multipart.

    A boundary that is folded in its middle is meant with the white space of the fold, with one
    blank, or without any: all are returned. In pieces (RFC 2231 §3) it is put together.
    """
    value = _content_type(header)
    if b"multipart/" not in value.lower():
        return ()
    pieces = [_boundary_value(value, match) for match in _BOUNDARY.finditer(value)]
    if b"*" not in value:
        del pieces[1:]
    declared = b"".join(pieces)
    unfolded = declared.replace(b"\r\n", b"").replace(b"\n", b"")
    plain = unfolded.strip(b"'")
    spelled = (unfolded, _WHITE_SPACE.sub(b" ", declared), _WHITE_SPACE.sub(b"", declared), plain)
    names = dict.fromkeys(spelling[:_BOUNDARY_LIMIT].rstrip(b" \t") for spelling in spelled)
    return tuple(name for name in names if name)


def _content_type(header: bytes) -> bytes:
    """Return the field with its name and its folds, empty when absent."""
    named = _CONTENT_TYPE.search(header)
    if named is None:
        return b""
    return header[named.start() : _field_end(header, named.start())]


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
        at = newline + 1
        if not header.startswith((b" ", b"\t"), at):
            return newline


def octets_outside(raw: bytes, part: Part) -> list[bytes]:
    """Return what stands before and behind the parts, without what programs say there of MIME."""
    first, last = part.children[0], part.children[-1]
    pieces = (_words(raw[part.body : first.head]), _words(raw[last.end : part.end]))
    return [piece for piece in pieces if not _ABOUT_PARTS.search(piece[:_MAX_BEFORE])]


def _words(piece: bytes) -> bytes:
    """Return octets without lines that look like delimiters."""
    lines = piece.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"--"))


def with_newlines(raw: bytes) -> bytes:
    """Return a message whose lines old Macs ended with CR alone with LF; any other as it is."""
    head = raw[:_MAX_BEFORE]
    if b"\n" in head.rstrip(b"\r\n") or head.count(b"\r") < 2:
        return raw
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def scan(raw: bytes) -> Part:
    """Return the tree of parts.

    Raises: TooManyParts as soon as a cap is passed, before the rest is looked at.
    """
    return _Scan(raw).run()


class _Scan:
    """The one pass.

    ``open`` holds the multiparts whose closing line has not come yet, outermost first.
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
        """Read the line at ``start``.

        Returns: the stack level that it delimits, None for none; whether it closes it; where to
        read on.
        """
        limit = start + _BOUNDARY_LIMIT + 80
        newline = self.raw.find(b"\n", start, limit)
        stop = newline if newline >= 0 else min(len(self.raw), limit)
        name = self.raw[start + 2 : stop].rstrip(b" \t\r")
        if name in self.levels:
            return self.levels[name], False, stop + 1
        closed = name.removesuffix(b"--")
        if closed in self.levels:
            return self.levels[closed], True, stop + 1
        return None, False, stop

    def _delimiter(self, start: int) -> int:
        """Handle the line at ``start``; return where to look on.

        That is the newline before the next candidate.
        """
        level, closes, stop = self._level(start)
        if level is None:
            self._count_lookalike()
            return start + 2
        line_break = start - 2 if self.raw[start - 2 : start] == b"\r\n" else start - 1
        self._finish(max(line_break, 0), level + 1)
        self._end_last_child(level, line_break)
        if closes:
            self._close(level)
            return stop - 1
        if level == 0:
            self.is_closed = False
        if stop >= len(self.raw):
            return len(self.raw)
        owner = self.open[level]
        part = self._begin(stop)
        owner.children.append(part)
        return max(part.body - 1, stop - 1)

    def _count_lookalike(self) -> None:
        self.lookalikes += 1
        if self.lookalikes > MAX_LOOKALIKES:
            raise TooManyParts(f"more than {MAX_LOOKALIKES} lines like delimiters")

    def _end_last_child(self, level: int, end: int) -> None:
        """End the last part of a multipart, unless its closing line has come already."""
        if self.is_closed and level == 0:
            return
        for child in self.open[level].children[-1:]:
            child.end = max(end, child.body)

    def _close(self, level: int) -> None:
        if level == 0:
            self.is_closed = True
        else:
            self._pop()

    def _finish(self, end: int, keep: int) -> None:
        """End the open multiparts above ``keep`` levels, whose closing line never came."""
        while len(self.open) > keep:
            part = self.open[-1]
            part.end = end
            for child in part.children[-1:]:
                child.end = max(min(child.end, end), child.body)
            self._pop()

    def _pop(self) -> None:
        part = self.open.pop()
        for boundary in part.boundaries:
            if self.levels.get(boundary) == len(self.open):
                del self.levels[boundary]
