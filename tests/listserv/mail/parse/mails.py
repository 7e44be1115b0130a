"""Mails of the kinds that programs send, made up part by part."""

import base64
import struct

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 640, 480) + b"\x08\x02" + b"\0" * 40
PIXEL = b"GIF89a" + struct.pack("<HH", 1, 1) + b"\0" * 20


def part(kind: str, body: bytes | str, *headers: str) -> bytes:
    """Return one part; octets go as base64."""
    lines = [f"Content-Type: {kind}", *headers]
    if isinstance(body, bytes):
        lines.append("Content-Transfer-Encoding: base64")
        body = base64.encodebytes(body).decode().replace("\n", "\r\n")
    return "\r\n".join([*lines, "", body]).encode()


def multi(subtype: str, *parts: bytes, boundary: str = "b1", head: str = "") -> bytes:
    """Return a multipart of parts."""
    edge = f"\r\n--{boundary}\r\n".encode()
    top = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{head}\r\n\r\n'.encode()
    return top + b"".join(edge + each for each in parts) + f"\r\n--{boundary}--\r\n".encode()


def mail(body: bytes, **headers: str) -> bytes:
    """Return a mail with a body that begins with its own header."""
    lines = {"From": "Amina Diallo <amina.diallo@people.example>", "Subject": "A thought", **headers}
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items()).encode() + body


def envelope(*files: tuple[str, bytes], body: bytes = b"") -> bytes:
    """Return a winmail.dat with files, as Outlook writes it."""

    def attribute(level: int, identifier: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, identifier, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    out = struct.pack("<IH", 0x223E9F78, 1) + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    if body:
        out += attribute(1, 0x0002800C, body + b"\0")
    for name, content in files:
        encoded = (name + "\0").encode("utf-16-le")
        padded = encoded + b"\0" * (-len(encoded) % 4)
        long_name = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(encoded)) + padded
        out += attribute(2, 0x00069002, b"\0" * 14) + attribute(2, 0x00018010, b"SHORT~1.PDF\0")
        out += attribute(2, 0x0006800F, content) + attribute(2, 0x00069005, long_name)
    return out


def der(tag: int, content: bytes) -> bytes:
    """Return one DER element."""
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def signed_data(content: bytes, *, streamed: bool = False) -> bytes:
    """Return CMS signed data around a MIME entity, without signers; in pieces of indefinite length when streamed."""
    data = bytes.fromhex("06092a864886f70d010701")
    kind = bytes.fromhex("06092a864886f70d010702")
    head = der(2, b"\x01") + der(0x31, b"")
    if streamed:
        pieces = b"".join(der(4, content[at : at + 50]) for at in range(0, len(content), 50))
        inner = b"\x30\x80" + data + b"\xa0\x80\x24\x80" + pieces + b"\0\0" * 3
        return b"\x30\x80" + kind + b"\xa0\x80\x30\x80" + head + inner + b"\0\0" * 3
    inner = der(0x30, data + der(0xA0, der(4, content)))
    return der(0x30, kind + der(0xA0, der(0x30, head + inner)))


INVITATION = """BEGIN:VCALENDAR
METHOD:{method}
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ORGANIZER;CN="Amina Diallo":mailto:amina.diallo@people.example
SUMMARY:Field trial call\\, second round
DTSTART;TZID=W. Europe Standard Time:20261201T100000
DTEND;TZID=W. Europe Standard Time:20261201T113000
LOCATION:Room 3
UID:1
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
