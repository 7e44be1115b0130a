"""Open Outlook's envelope, winmail.dat (TNEF): its files, and its text where there is no other.

A reader of its own of a hundred lines: every length is checked against what is there, nothing is
copied twice, there is no recursion but for one level of enclosed messages. It takes time in
proportion to the bytes and cannot run long, so it needs no process of its own (decision record
0014).

Source: [MS-OXTNEF] Transport Neutral Encapsulation Format, [MS-OXCDATA] property types,
[MS-OXPROPS] property ids.
"""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_SIGNATURE = 0x223E9F78
_MARK = struct.pack("<I", _SIGNATURE)
_MAX_ATTRIBUTES = 20_000
_MAX_PROPERTIES = 20_000
_MAX_FILES = 200
# Attributes ([MS-OXTNEF] §2.1.3.2), the low half of their identifiers.
_RENDER_DATA, _TITLE, _DATA, _ATTACHMENT = 0x9002, 0x8010, 0x800F, 0x9005
_PROPERTIES, _BODY, _CODEPAGE = 0x9003, 0x800C, 0x9007
# Properties.
_MIME, _ATTACH_DATA = 0x370E, 0x3701
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME = 0x3707, 0x3704, 0x3001
_PLAIN, _HTML = 0x1000, 0x1013
# Types of properties whose values have a fixed length, in octets.
_FIXED = {
    0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8,
    0x48: 16,
}  # fmt: skip
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MANY = 0x1000
# Numbers of code pages that are no names of Python's.
_CHARSETS = {65001: "utf-8", 20127: "cp1252", 936: "gb18030"}


@dataclass
class Enclosed:
    """A file in the envelope; the name is as it was written."""

    name: str = ""
    content_type: str = ""
    content: bytes = field(default=b"", repr=False)


@dataclass
class TnefEnvelope:
    """What an envelope holds; ``text`` or ``html`` are the message's words, mostly both empty."""

    files: list[Enclosed] = field(default_factory=list)
    text: str = ""
    html: bytes = b""


class BrokenEnvelope(ValueError):
    """These bytes are no envelope, or end before anything was in it."""


def open_envelope(data: bytes) -> TnefEnvelope:
    """Return what an envelope holds; what follows a broken attribute is left out.

    Raises: BrokenEnvelope when nothing could be read.
    """
    reader = _read(data)
    envelope = reader.envelope
    for inner in reader.enclosed:
        envelope.files += _read(inner).envelope.files
    envelope.files = [file for file in envelope.files if file.content][:_MAX_FILES]
    if envelope == TnefEnvelope():
        raise BrokenEnvelope("nothing in it")
    return envelope


def _read(data: bytes) -> "_TnefReader":
    if len(data) < 6 or not data.startswith(_MARK):
        raise BrokenEnvelope("no TNEF signature")
    reader = _TnefReader()
    for level, name, value in itertools.islice(_attributes(data), _MAX_ATTRIBUTES):
        if level == 1:
            reader.read_message(name, value)
        else:
            reader.read_attachment(name, value)
    return reader


def _attributes(data: bytes) -> Iterator[tuple[int, int, memoryview]]:
    """Give level, name and value of each attribute.

    The level is 1 for the message and 2 for an attachment; the name is the low half of the
    identifier.
    """
    view, at = memoryview(data), 6
    while at + 9 <= len(data):
        level, identifier, length = struct.unpack_from("<BII", data, at)
        at += 9
        if level not in (1, 2) or at + length > len(data):
            return
        yield level, identifier & 0xFFFF, view[at : at + length]
        at += length + 2


class _TnefReader:
    def __init__(self) -> None:
        self.envelope = TnefEnvelope()
        self.charset = "cp1252"
        self.enclosed: list[bytes] = []

    def read_message(self, name: int, value: memoryview) -> None:
        """Read an attribute of the message."""
        if name == _CODEPAGE and len(value) >= 4:
            number = struct.unpack_from("<I", value)[0]
            self.charset = _CHARSETS.get(number, f"cp{number}")
        elif name == _BODY:
            self.envelope.text = self.envelope.text or self.text(value)
        elif name == _PROPERTIES:
            self.read_properties(value)

    def read_properties(self, value: memoryview) -> None:
        """Read the words among the properties of the message."""
        for key, kind, content in _properties(value):
            if key == _PLAIN:
                self.envelope.text = self.string(kind, content)
            elif key == _HTML:
                self.envelope.html = bytes(content)

    def read_attachment(self, name: int, value: memoryview) -> None:
        """Read an attribute of an attachment: the first one of each begins a file."""
        files = self.envelope.files
        if name == _RENDER_DATA and len(files) <= _MAX_FILES:
            files.append(Enclosed())
        elif not files:
            return
        elif name == _TITLE:
            files[-1].name = files[-1].name or self.text(value)
        elif name == _DATA:
            files[-1].content = bytes(value)
        elif name == _ATTACHMENT:
            self.read_file(files[-1], value)

    def read_file(self, file: Enclosed, value: memoryview) -> None:
        """Read the properties of a file; its long name is the one people know."""
        names = dict.fromkeys((_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME), "")
        for key, kind, content in _properties(value):
            if key == _ATTACH_DATA and _is_message(kind, content):
                # An enclosed message is an envelope behind the sixteen octets that say so; its
                # files are of use.
                self.enclosed.append(bytes(content[16:]))
                file.content = b""
                return
            if key == _ATTACH_DATA:
                file.content = file.content or bytes(content)
            elif key == _MIME:
                file.content_type = self.string(kind, content).lower()
            elif key in names:
                names[key] = self.string(kind, content)
        # The best first; the one that it has by now is its title.
        best = (names[_LONG_NAME], file.name, names[_SHORT_NAME], names[_DISPLAY_NAME])
        file.name = next(filter(None, best), "")

    def text(self, value: memoryview) -> str:
        """Return 8-bit text in the envelope's code page."""
        raw = bytes(value).split(b"\0", 1)[0]
        try:
            return raw.decode(self.charset)
        except (UnicodeError, LookupError):
            return raw.decode("cp1252", "replace")

    def string(self, kind: int, value: memoryview) -> str:
        """Return a text property."""
        if kind & ~_MANY == _UNICODE:
            return bytes(value).decode("utf-16-le", "replace").partition("\0")[0]
        return self.text(value)


def _is_message(kind: int, content: memoryview) -> bool:
    return kind == _OBJECT and content[16:20] == _MARK


def _properties(value: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Give identifier, type and first value of each property; ends where a length leads outside."""
    try:
        yield from _walk(value)
    except struct.error:
        return


def _walk(value: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    count, at = struct.unpack_from("<I", value)[0], 4
    for _ in range(min(count, _MAX_PROPERTIES)):
        kind, key = struct.unpack_from("<HH", value, at)
        at += 4
        if key >= 0x8000:
            at = _behind_name(value, at)
        first, at = _values(value, at, kind)
        if at > len(value) + 3:
            return
        if first is not None:
            yield key, kind, first


def _values(value: memoryview, at: int, kind: int) -> tuple[memoryview | None, int]:
    """Return the first value of a property, None for no value, and the offset behind its last."""
    fixed = _FIXED.get(kind & ~_MANY)
    many = 1
    if kind & _MANY or fixed is None:
        many = struct.unpack_from("<I", value, at)[0]
        at += 4
    first: memoryview | None = None
    for _each in range(many):
        if at > len(value):
            raise struct.error("a value leads outside")
        length = fixed
        if length is None:
            length = struct.unpack_from("<I", value, at)[0]
            at += 4
        if first is None:
            first = value[at : at + length]
        # Values are filled up to four octets.
        at += -(-length // 4) * 4
    return first, at


def _behind_name(value: memoryview, at: int) -> int:
    """Return the offset behind the name of a named property."""
    numbered = struct.unpack_from("<I", value, at + 16)[0] == 0
    if numbered:
        return at + 24
    length = struct.unpack_from("<I", value, at + 20)[0]
    return at + 24 + -(-length // 4) * 4
