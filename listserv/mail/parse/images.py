"""Pictures in the text of a message: what they are called there, and how large they are.

Of some, nobody is meant to see anything: trackers and spacers.
"""

import re
import struct

# A picture of so few pixels in one direction is a tracker or a rule.
TINY = 2
_TAG = re.compile(r"<img\b[^<>]{0,4000}>", re.IGNORECASE)
_SOURCE = re.compile(r"""\bsrc\s{0,5}=\s{0,5}["']?\s{0,5}cid:([^"'\s<>]{1,250})""", re.IGNORECASE)
# Outlook's way to say in plain text where a picture stands.
_PLAIN = re.compile(r"\[cid:([^\[\]\s]{1,250})\]")
_JPEG_FRAMES = frozenset(
    {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
)


def mark(name: str) -> str:
    """Return what stands in a text for a picture."""
    return f"[image: {name}]"


def mark_html(html: str, names: dict[str, str]) -> str:
    """Put marks in the place of the enclosed pictures of an HTML text.

    Args: names, Content-ID -> file name.
    """
    if not names:
        return html

    def replace(match: re.Match[str]) -> str:
        source = _SOURCE.search(match[0])
        if source is None or source[1] not in names:
            return match[0]
        return mark(names[source[1]]).replace("&", "&amp;").replace("<", "&lt;")

    return _TAG.sub(replace, html)


def mark_plain(text: str, names: dict[str, str]) -> str:
    """Call the enclosed pictures of a plain text by their names."""
    if "[cid:" not in text:
        return text
    return _PLAIN.sub(lambda match: mark(names[match[1]]) if match[1] in names else match[0], text)


def is_tiny(data: bytes) -> bool:
    """Whether a picture is a tracking pixel or a spacer; False for what cannot be measured."""
    size = size_of(data)
    return size is not None and min(size) <= TINY


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a GIF, PNG or JPEG, None for anything else.

    Only the first octets are looked at.
    """
    try:
        if data.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", data, 6)
            return width, height
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack_from(">II", data, 16)
            return width, height
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
    except struct.error:
        return None
    return None


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _segment in range(100):
        marker, length = struct.unpack_from(">HH", data, at)
        if marker & 0xFF in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 2 + length
    return None
