"""The Arabic fonts that a PDF of typst's carries: the letters of their glyphs, and new glyphs.

A PDF carries only the part of a font that it shows (a subset), with a character map (``ToUnicode``)
that says which text each glyph stands for.
"""

import codecs
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cms.pdf.container import PdfFile
from cms.pdf.opentype import Outlines, Part, best_reading

# family as a PDF spells it -> shape -> texts it may stand for
Readings = dict[str, dict[bytes, set[str]]]

_FONT_NAME = re.compile(rb"/Subtype/Type0/BaseFont/\w+\+([\w-]+)")
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
# Marks of direction, which typst sets around the lines of its contents: the letters tell their own.
_marks = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Entries of one section of a character map (Adobe Technical Note 5014).
_SECTION = 100


@dataclass
class SubsetFont:
    """The part of an Arabic font that a PDF carries."""

    outlines: Outlines
    texts: dict[int, str]  # glyph -> its own letter
    program: int
    mapping: int
    subset: int
    descendant: int  # the object with its widths

    def composed(self, parts: Sequence[Part], text: str, advance: int = 0) -> int:
        """Return a glyph made of others, which stands for ``text``."""
        code = self.outlines.composed(parts, advance)
        self.texts[code] = text
        return code

    def is_sign(self, glyph: int) -> bool:
        """Whether a glyph stands above or below another one.

        The other one follows it in a line from right to left.
        """
        return self.outlines.advances[glyph] == 0 and self.outlines.has_shape(glyph)


def _bytes(string: bytes) -> bytes:
    """Return what a string of a PDF holds, written in letters or in hexadecimal digits."""

    def plain(match: re.Match[bytes]) -> bytes:
        code = match.group(1)
        if code.isdigit():
            return bytes([int(code, 8)])
        return _ESCAPES.get(code, code)

    if string.startswith(b"<"):
        return bytes.fromhex(string[1:-1].decode())
    return _ESCAPED.sub(plain, string[1:-1])


def codes_of(string: bytes) -> list[int]:
    """Return the numbers of the glyphs that a string shows."""
    data = _bytes(string)
    return list(struct.unpack(f">{len(data) // 2}H", data))


def text_of(string: bytes) -> str:
    """Return the letters of a string, in UTF-16 or ASCII, without marks of direction."""
    data = _bytes(string)
    encoding = "utf-16" if data.startswith(codecs.BOM_UTF16_BE) else "latin-1"
    text = data.decode(encoding)
    return _marks.sub("", text) or text


def subset_fonts(file: PdfFile, readings: Readings) -> dict[int, SubsetFont]:
    """Return the Arabic fonts of a file by the number of their object."""
    fonts = {}
    for number, body in file.objects.items():
        name = _FONT_NAME.search(body)
        if name is None:
            continue
        shapes = readings.get(name.group(1).decode())
        if shapes is not None:
            fonts[number] = _subset_font(file, number, shapes)
    return fonts


def _subset_font(file: PdfFile, number: int, shapes: dict[bytes, set[str]]) -> SubsetFont:
    """Return the font with an object's number, with the letter of each of its glyphs."""
    descendant = file.refers(number, "DescendantFonts")
    descriptor = file.refers(descendant, "FontDescriptor")
    program, mapping = file.refers(descriptor, "FontFile2"), file.refers(number, "ToUnicode")
    outlines = Outlines(file.stream(program))
    texts = {}
    for code, letters in _MAPPED.findall(file.stream(mapping)):
        glyph, context = int(code, 16), text_of(b"<FEFF" + letters + b">")
        known = shapes.get(outlines.digest(glyph), {context})
        texts[glyph] = best_reading(known, context)
    subset = file.refers(descriptor, "CIDSet")
    return SubsetFont(outlines, texts, program, mapping, subset, descendant)


def _character_map(content: bytes, texts: Iterable[tuple[int, str]]) -> bytes:
    """Return a character map with other entries; what says nothing of a glyph stays."""
    lines = [
        b"<%04X> <%s>\n" % (glyph, text.encode("utf-16-be").hex().upper().encode())
        for glyph, text in texts
    ]
    sections = (lines[at : at + _SECTION] for at in range(0, len(lines), _SECTION))
    body = b"".join(
        b"%d beginbfchar\n%sendbfchar\n" % (len(part), b"".join(part)) for part in sections
    )
    first, last = content.index(b"beginbfchar"), content.rindex(b"endbfchar")
    return (
        content[: content.rindex(b"\n", 0, first) + 1] + body + content[last:].partition(b"\n")[2]
    )


def store_font(file: PdfFile, font: SubsetFont) -> None:
    """Put a font and what is said of it back into the file."""
    character_map = _character_map(file.stream(font.mapping), sorted(font.texts.items()))
    file.replace(font.mapping, character_map)
    outlines = font.outlines
    new = range(outlines.first_new, len(outlines.glyphs))
    if not new:
        return
    file.replace(font.program, outlines.font())
    if font.subset:
        file.replace(font.subset, _all_bits(len(outlines.glyphs)))
    scale = 1000 / outlines.units_per_em
    widths = b"".join(
        b" %d %d %g" % (glyph, glyph, outlines.advances[glyph] * scale) for glyph in new
    )
    body = file.objects[font.descendant]
    file.objects[font.descendant] = re.sub(
        rb"/W\[([^]]*)\]", lambda match: b"/W[%s%s]" % (match[1], widths), body
    )


def _all_bits(count: int) -> bytes:
    """Return a row of so many bits that are set, from the highest one of the first byte."""
    size = -(-count // 8)
    return ((1 << 8 * size) - (1 << 8 * size - count)).to_bytes(size, "big")
