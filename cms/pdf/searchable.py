"""Let readers find and copy the Arabic text of a print that typst made.

typst gives each sign of vowels the text of its whole cluster, in order of reading. Programs that
read PDFs turn right to left text around letter by letter, so that clusters came out backwards, and
twice where a sign stands higher; and a sign set above its letter looked to them like the beginning
of another word. Here each glyph gets its own letter (``ToUnicode``), and a sign begins where its
letter begins: its distance moves from the text into the glyph. What looks otherwise than typst
writes it stays as it is.
"""

import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cms.pdf.container import PdfFile
from cms.pdf.opentype import Outlines, Part, best_reading

# family as a PDF spells it -> shape -> texts it may stand for
Readings = dict[str, dict[bytes, set[str]]]

_LITERAL = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)"
_STRING = rb"(?:" + _LITERAL + rb"|<[0-9A-F]*>)"
_NUMBER = rb"-?\d*\.?\d+"
_RUN = re.compile(
    rb"(?P<mode>\d Tr)?/(?P<font>f\d+) (?P<size>%(n)s) Tf 1 0 0 -1 (?P<x>%(n)s) (?P<y>%(n)s) Tm"
    rb"(?P<shown>\[(?:%(s)s|[-\d.\s])*\]TJ|%(s)sTj)" % {b"n": _NUMBER, b"s": _STRING},
    re.DOTALL,
)
_BLOCK = re.compile(
    rb"q 1 0 0 -1 (?P<x>%(n)s) (?P<y>%(n)s) cm(?P<colour>[^()]{0,80}?)\n"
    rb"BT(?P<text>(?:%(s)s|[^()])*?)\nET\nQ" % {b"n": _NUMBER, b"s": _LITERAL},
    re.DOTALL,
)
_PIECE = re.compile(
    rb"(?:/Span<</ActualText(?P<text>"
    + _STRING
    + rb")>>BDC)?(?:/ReversedChars BMC)?\s*"
    + _RUN.pattern,
    re.DOTALL,
)
_SHOWN = re.compile(rb"(?P<string>" + _STRING + rb")|(?P<number>" + _NUMBER + rb")", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MAPPED = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
# Marks of direction, which typst sets around the lines of its contents: the letters tell their own.
_marks = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Entries of one section of a character map (Adobe Technical Note 5014).
_SECTION = 100
# A sign higher or lower than this many ems belongs to another line.
_HIGHEST = 1.5
# Ems; readers take a gap of a tenth for a space.
_GAP = 0.03
# Points; glyphs nearer than this stand on one line.
_LEVEL = 0.001


@dataclass
class _Font:
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
        """Whether a glyph stands above or below another
        one, which follows it in a line from right to left.
        """
        return self.outlines.advances[glyph] == 0 and len(self.outlines.glyphs[glyph]) > 10


@dataclass(frozen=True)
class _Glyph:
    """A glyph and where it begins, in points on the page."""

    code: int
    x: float
    y: float


@dataclass
class _Run:
    """Glyphs in one font and size."""

    mode: bytes
    name: bytes
    size: float
    glyphs: list[_Glyph]

    def continues(self, other: "_Run") -> bool:
        """Whether the glyphs of another run may follow in this one."""
        return (self.mode, self.name, self.size) == (other.mode, other.name, other.size)


@dataclass
class _Block:
    """One block of text, with what stands around it in the page's description."""

    x: float
    y: float
    colour: bytes
    runs: list[_Run] = field(default_factory=list)


def _bytes(string: bytes) -> bytes:
    """Return what a string of a PDF holds, written in letters or in hexadecimal digits."""

    def plain(match: re.Match[bytes]) -> bytes:
        code = match.group(1)
        return bytes([int(code, 8)]) if code.isdigit() else _ESCAPES.get(code, code)

    if string.startswith(b"<"):
        return bytes.fromhex(string[1:-1].decode())
    return _ESCAPED.sub(plain, string[1:-1])


def _codes(string: bytes) -> list[int]:
    data = _bytes(string)
    return list(struct.unpack(f">{len(data) // 2}H", data))


def _text(string: bytes) -> str:
    """Return the letters of a string, in UTF-16 or ASCII, without marks of direction."""
    data = _bytes(string)
    text = data[2:].decode("utf-16-be") if data.startswith(b"\xfe\xff") else data.decode("latin-1")
    return _marks.sub("", text) or text


def _fonts(file: PdfFile, readings: Readings) -> dict[int, _Font]:
    """Return the Arabic fonts of a file by the number of their object."""
    fonts = {}
    for number, body in file.objects.items():
        name = re.search(rb"/Subtype/Type0/BaseFont/\w+\+([\w-]+)", body)
        shapes = readings.get(name.group(1).decode()) if name else None
        if shapes is None:
            continue
        descendant = file.refers(number, "DescendantFonts")
        descriptor = file.refers(descendant, "FontDescriptor")
        program, mapping = file.refers(descriptor, "FontFile2"), file.refers(number, "ToUnicode")
        outlines = Outlines(file.stream(program))
        texts = {}
        for code, letters in _MAPPED.findall(file.stream(mapping)):
            glyph, context = int(code, 16), _text(b"<FEFF" + letters + b">")
            known = shapes.get(outlines.digest(glyph))
            texts[glyph] = best_reading(known, context) if known else context
        fonts[number] = _Font(
            outlines, texts, program, mapping, file.refers(descriptor, "CIDSet"), descendant
        )
    return fonts


def _runs(text: bytes, left: float, base: float, fonts: dict[bytes, _Font]) -> Iterator[_Run]:
    """Yield the runs of a block; nothing else stands in it.

    Raises: ValueError for anything that was not foreseen.
    """
    rest = _PIECE.sub(b"", text).replace(b"EMC", b"").strip()
    if rest:
        raise ValueError(rest[:40])
    for piece in _PIECE.finditer(text):
        font, size = fonts[piece["font"]], float(piece["size"])
        x, y = left + float(piece["x"]), base - float(piece["y"])
        glyphs: list[_Glyph] = []
        for shown in _SHOWN.finditer(piece["shown"]):
            if shown["number"]:
                x -= float(shown["number"]) / 1000 * size
                continue
            for glyph in _codes(shown["string"]):
                glyphs.append(_Glyph(glyph, x, y))
                x += font.outlines.advances[glyph] / font.outlines.units_per_em * size
        letters = [] if piece["text"] is None else _letters(_text(piece["text"]))
        if len(letters) == 1:
            glyphs = _as_letter(glyphs, letters[0], font, size)
        yield _Run(piece["mode"] or b"0 Tr", piece["font"], size, glyphs)


def _letters(text: str) -> list[str]:
    """Return the letters of a cluster without the signs above and below them."""
    return [
        letter for letter in unicodedata.normalize("NFC", text) if not unicodedata.combining(letter)
    ]


def _as_letter(glyphs: list[_Glyph], letter: str, font: _Font, size: float) -> list[_Glyph]:
    """Return the glyphs of one cluster with one glyph for its letter.

    Some letters are drawn in two pieces, and some have the shape of another one, as Persian yeh.
    """
    bases = [glyph for glyph in glyphs if not font.is_sign(glyph.code)]
    if not bases or (len(bases) == 1 and font.texts[bases[0].code] == letter):
        return glyphs
    if not all(font.outlines.glyphs[glyph.code] for glyph in bases):
        return glyphs
    ems, first, last = font.outlines.units_per_em / size, bases[0], bases[-1]
    parts = [
        (glyph.code, round((glyph.x - first.x) * ems), round((glyph.y - first.y) * ems))
        for glyph in bases
    ]
    advance = round((last.x - first.x) * ems) + font.outlines.advances[last.code]
    whole = _Glyph(font.composed(parts, letter, advance), first.x, first.y)
    return [*(glyph for glyph in glyphs if font.is_sign(glyph.code)), whole]


def _blocks(content: bytes, fonts: dict[bytes, _Font]) -> dict[int, _Block]:
    """Return the blocks that an Arabic font sets, by
    their places in the content, from first to last.
    """
    blocks = {}
    for match in _BLOCK.finditer(content):
        names = {run["font"] for run in _RUN.finditer(match["text"])}
        if not names or not names <= set(fonts):
            continue
        block = _Block(float(match["x"]), float(match["y"]), match["colour"])
        try:
            block.runs = list(_runs(match["text"], block.x, block.y, fonts))
        except ValueError:
            continue
        blocks[match.start()] = block
    return blocks


def _move_signs(runs: list[_Run], fonts: dict[bytes, _Font]) -> None:
    """Put each sign where its letter begins, into the same
    run: the letter follows it in the order of the page.
    """
    base: _Glyph | None = None
    home: list[_Glyph] = []
    for run in reversed(runs):
        font, glyphs = fonts[run.name], run.glyphs
        run.glyphs = []
        for glyph in reversed(glyphs):
            if not font.is_sign(glyph.code):
                base, home = glyph, run.glyphs
            elif base and max(abs(glyph.x - base.x), abs(glyph.y - base.y)) < _HIGHEST * run.size:
                home.append(_moved(glyph, base, font, run.size))
                continue
            run.glyphs.append(glyph)
    for run in runs:
        run.glyphs.reverse()


def _moved(sign: _Glyph, base: _Glyph, font: _Font, size: float) -> _Glyph:
    """Return a sign that begins where its letter begins, and stands where it stood."""
    ems = font.outlines.units_per_em / size
    part = sign.code, round((sign.x - base.x) * ems), round((sign.y - base.y) * ems)
    return _Glyph(font.composed([part], font.texts.get(sign.code, "")), base.x, base.y)


def _without_gaps(run: _Run, font: _Font) -> _Run:
    """Return a run whose glyphs follow on each other:
    to a reader, a gap within a word is the end of it.
    """
    ems = font.outlines.units_per_em / run.size
    glyphs = list(run.glyphs)
    for at, glyph in enumerate(glyphs[:-1]):
        advance = font.outlines.advances[glyph.code]
        wanted = round((glyphs[at + 1].x - glyph.x) * ems)
        is_letter = advance > 0 and font.outlines.glyphs[glyph.code]
        if is_letter and wanted > 0 and abs(wanted - advance) >= _GAP * font.outlines.units_per_em:
            code = font.composed([(glyph.code, 0, 0)], font.texts.get(glyph.code, ""), wanted)
            glyphs[at] = _Glyph(code, glyph.x, glyph.y)
    return _Run(run.mode, run.name, run.size, glyphs)


def _shown(run: _Run, block: _Block, font: _Font) -> bytes:
    """Return the operators that set a run."""
    start = run.glyphs[0]
    parts, pen = [], start.x
    for glyph in run.glyphs:
        gap = round((pen - glyph.x) / run.size * 1000, 3)
        if abs(gap) >= 0.01:
            parts.append(b"%g" % gap)
        parts.append(b"<%04X>" % glyph.code)
        pen = glyph.x + font.outlines.advances[glyph.code] / font.outlines.units_per_em * run.size
    place = b"%.5f %.5f" % (start.x - block.x, block.y - start.y)
    shown = b"[%s]TJ" % b"".join(parts).replace(b"><", b"")
    values = (run.mode, run.name, run.size, place, shown)
    return b"/ReversedChars BMC %s/%s %g Tf 1 0 0 -1 %s Tm%s\nEMC" % values


def _lines(runs: list[_Run]) -> Iterator[_Run]:
    """Yield runs of glyphs on one line: joined where typst
    parted them, parted where a sign found no letter.
    """
    pending: _Run | None = None
    for run in runs:
        for glyph in run.glyphs:
            if pending and pending.continues(run) and abs(pending.glyphs[-1].y - glyph.y) < _LEVEL:
                pending.glyphs.append(glyph)
                continue
            if pending:
                yield pending
            pending = _Run(run.mode, run.name, run.size, [glyph])
    if pending:
        yield pending


def _rewritten(content: bytes, fonts: dict[bytes, _Font]) -> bytes:
    """Return what describes a page, with signs moved and each glyph for itself."""
    blocks = _blocks(content, fonts)
    _move_signs([run for block in blocks.values() for run in block.runs], fonts)

    def put(match: re.Match[bytes]) -> bytes:
        block = blocks.get(match.start())
        if block is None:
            return match.group()
        lines = [_without_gaps(line, fonts[line.name]) for line in _lines(block.runs)]
        text = b"".join(b"\n" + _shown(line, block, fonts[line.name]) for line in lines)
        return b"q 1 0 0 -1 %s %s cm%s\nBT%s\nET\nQ" % (match["x"], match["y"], block.colour, text)

    return _BLOCK.sub(put, content)


def _mapping(content: bytes, texts: Iterable[tuple[int, str]]) -> bytes:
    """Return a character map with other entries; those
    that say nothing of a glyph stay as they were.
    """
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


def _store(file: PdfFile, font: _Font) -> None:
    """Put a font and what is said of it back into the file."""
    file.replace(font.mapping, _mapping(file.stream(font.mapping), sorted(font.texts.items())))
    outlines = font.outlines
    new = range(outlines.first_new, len(outlines.glyphs))
    if not new:
        return
    file.replace(font.program, outlines.font())
    if font.subset:
        whole, more = divmod(len(outlines.glyphs), 8)
        file.replace(
            font.subset, b"\xff" * whole + (bytes([0xFF << (8 - more) & 0xFF]) if more else b"")
        )
    scale = 1000 / outlines.units_per_em
    widths = b"".join(
        b" %d %d %g" % (glyph, glyph, outlines.advances[glyph] * scale) for glyph in new
    )
    body = file.objects[font.descendant]
    file.objects[font.descendant] = re.sub(
        rb"/W\[([^]]*)\]", lambda match: b"/W[%s%s]" % (match[1], widths), body
    )


def searchable(pdf: bytes, readings: Readings) -> bytes:
    """Return a PDF of typst's whose Arabic text is found and copied as it was written.

    Raises: ValueError (not as typst writes it).
    """
    file = PdfFile(pdf)
    fonts = _fonts(file, readings)
    if not fonts:
        return pdf
    pages = [
        number for number, body in file.objects.items() if re.search(rb"/Type/Page\b(?!s)", body)
    ]
    for page in pages:
        resources = file.objects[file.refers(page, "Resources") or page]
        named = {
            name: fonts.get(int(number))
            for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
        }
        content = file.refers(page, "Contents")
        here = {name: font for name, font in named.items() if font}
        file.replace(content, _rewritten(file.stream(content), here))
    for font in fonts.values():
        _store(file, font)
    for number, body in file.objects.items():
        # It is for pages that face each other; readers turn the words of every line around by it,
        # of Latin ones too.
        if b"/Type/Catalog" in body:
            file.objects[number] = body.replace(b"/Direction/R2L", b"")
    return file.written()
