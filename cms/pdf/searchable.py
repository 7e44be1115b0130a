"""Let readers find and copy the Arabic text of a print that typst made.

typst gives each sign of vowels the text of its whole cluster, in order of reading. Programs that
read PDFs turn right to left text around letter by letter, so that clusters came out backwards, and
twice where a sign stands higher; and a sign set above its letter looked to them like the beginning
of another word. Here each glyph gets its own letter (``ToUnicode``), and a sign begins where its
letter begins: its distance moves from the text into the glyph. What looks otherwise than typst
writes it stays as it is.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from cms.pdf.container import PdfFile
from cms.pdf.subset_fonts import Readings, SubsetFont, codes_of, store_font, subset_fonts, text_of

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
_PAGE = re.compile(rb"/Type/Page\b(?!s)")
_FONT_REFERENCE = re.compile(rb"/(f\d+) (\d+) 0 R")
# A sign higher or lower than this many ems belongs to another line.
_HIGHEST = 1.5
# Ems; readers take a gap of a tenth for a space.
_GAP = 0.03
# Points; glyphs nearer than this stand on one line.
_LEVEL = 0.001


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

    def takes(self, glyph: _Glyph, run: "_Run") -> bool:
        """Whether a glyph of another run may follow here: it is set alike, on the same line."""
        if (self.mode, self.name, self.size) != (run.mode, run.name, run.size):
            return False
        return abs(self.glyphs[-1].y - glyph.y) < _LEVEL


@dataclass
class _Block:
    """One block of text, with what stands around it in the page's description."""

    x: float
    y: float
    colour: bytes
    runs: list[_Run] = field(default_factory=list)


def _runs(text: bytes, left: float, base: float, fonts: dict[bytes, SubsetFont]) -> Iterator[_Run]:
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
            for glyph in codes_of(shown["string"]):
                glyphs.append(_Glyph(glyph, x, y))
                x += font.outlines.advances[glyph] / font.outlines.units_per_em * size
        letters = _letters(text_of(piece["text"] or b"()"))
        if len(letters) == 1:
            glyphs = _as_letter(glyphs, letters[0], font, size)
        yield _Run(piece["mode"] or b"0 Tr", piece["font"], size, glyphs)


def _letters(text: str) -> list[str]:
    """Return the letters of a cluster without the signs above and below them."""
    return [
        letter for letter in unicodedata.normalize("NFC", text) if not unicodedata.combining(letter)
    ]


def _as_letter(glyphs: list[_Glyph], letter: str, font: SubsetFont, size: float) -> list[_Glyph]:
    """Return the glyphs of one cluster with one glyph for its letter.

    Some letters are drawn in two pieces, and some have the shape of another one, as Persian yeh.
    """
    bases = [glyph for glyph in glyphs if not font.is_sign(glyph.code)]
    if [font.texts.get(glyph.code) for glyph in bases] == [letter]:
        return glyphs
    if not bases or not all(font.outlines.glyphs[glyph.code] for glyph in bases):
        return glyphs
    signs = [glyph for glyph in glyphs if font.is_sign(glyph.code)]
    return [*signs, _joined(bases, letter, font, size)]


def _joined(bases: list[_Glyph], letter: str, font: SubsetFont, size: float) -> _Glyph:
    """Return one glyph made of the pieces of a letter."""
    ems, first, last = font.outlines.units_per_em / size, bases[0], bases[-1]
    parts = [
        (glyph.code, round((glyph.x - first.x) * ems), round((glyph.y - first.y) * ems))
        for glyph in bases
    ]
    advance = round((last.x - first.x) * ems) + font.outlines.advances[last.code]
    return _Glyph(font.composed(parts, letter, advance), first.x, first.y)


def _blocks(content: bytes, fonts: dict[bytes, SubsetFont]) -> dict[int, _Block]:
    """Return the blocks that an Arabic font sets, by their places in the content."""
    blocks = {}
    for match in _BLOCK.finditer(content):
        names = {run["font"] for run in _RUN.finditer(match["text"])}
        if not names or names - fonts.keys():
            continue
        block = _Block(float(match["x"]), float(match["y"]), match["colour"])
        try:
            block.runs = list(_runs(match["text"], block.x, block.y, fonts))
        except ValueError:
            continue
        blocks[match.start()] = block
    return blocks


def _move_signs(runs: list[_Run], fonts: dict[bytes, SubsetFont]) -> None:
    """Put each sign where its letter begins, into the same run.

    The letter follows it in the order of the page.
    """
    base: _Glyph | None = None
    run_of_base: list[_Glyph] = []
    for run in reversed(runs):
        font, glyphs = fonts[run.name], run.glyphs
        run.glyphs = []
        for glyph in reversed(glyphs):
            if not font.is_sign(glyph.code):
                base, run_of_base = glyph, run.glyphs
                run.glyphs.append(glyph)
            elif base is not None and _stands_near(glyph, base, run.size):
                run_of_base.append(_moved(glyph, base, font, run.size))
            else:
                run.glyphs.append(glyph)
    for run in runs:
        run.glyphs.reverse()


def _stands_near(sign: _Glyph, base: _Glyph, size: float) -> bool:
    """Whether a sign is near enough to belong to a letter."""
    return max(abs(sign.x - base.x), abs(sign.y - base.y)) < _HIGHEST * size


def _moved(sign: _Glyph, base: _Glyph, font: SubsetFont, size: float) -> _Glyph:
    """Return a sign that begins where its letter begins, and stands where it stood."""
    ems = font.outlines.units_per_em / size
    part = sign.code, round((sign.x - base.x) * ems), round((sign.y - base.y) * ems)
    return _Glyph(font.composed([part], font.texts.get(sign.code, "")), base.x, base.y)


def _without_gaps(run: _Run, font: SubsetFont) -> _Run:
    """Return a run whose glyphs follow on each other.

    To a reader, a gap within a word is the end of it.
    """
    ems = font.outlines.units_per_em / run.size
    smallest_gap = _GAP * font.outlines.units_per_em
    glyphs = list(run.glyphs)
    for at, (glyph, following) in enumerate(pairwise(run.glyphs)):
        advance = font.outlines.advances[glyph.code]
        distance = round((following.x - glyph.x) * ems)
        if advance <= 0 or distance <= 0 or not font.outlines.glyphs[glyph.code]:
            continue
        if abs(distance - advance) >= smallest_gap:
            code = font.composed([(glyph.code, 0, 0)], font.texts.get(glyph.code, ""), distance)
            glyphs[at] = _Glyph(code, glyph.x, glyph.y)
    return _Run(run.mode, run.name, run.size, glyphs)


def _shown(run: _Run, block: _Block, font: SubsetFont) -> bytes:
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
    """Yield runs of glyphs on one line.

    They are joined where typst parted them, and parted where a sign has no letter.
    """
    line: _Run | None = None
    for run in runs:
        for glyph in run.glyphs:
            if line is not None and line.takes(glyph, run):
                line.glyphs.append(glyph)
                continue
            if line is not None:
                yield line
            line = _Run(run.mode, run.name, run.size, [glyph])
    if line is not None:
        yield line


def _rewritten(content: bytes, fonts: dict[bytes, SubsetFont]) -> bytes:
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


def searchable(pdf: bytes, readings: Readings) -> bytes:
    """Return a PDF of typst's whose Arabic text is found and copied as it was written.

    Raises: ValueError (not as typst writes it).
    """
    file = PdfFile(pdf)
    fonts = subset_fonts(file, readings)
    if not fonts:
        return pdf
    pages = [number for number, body in file.objects.items() if _PAGE.search(body)]
    for page in pages:
        _rewrite_page(file, page, fonts)
    for font in fonts.values():
        store_font(file, font)
    for number, body in file.objects.items():
        # It is for pages that face each other; readers turn the words of every line around by it,
        # of Latin ones too.
        if b"/Type/Catalog" in body:
            file.objects[number] = body.replace(b"/Direction/R2L", b"")
    return file.written()


def _rewrite_page(file: PdfFile, page: int, fonts: dict[int, SubsetFont]) -> None:
    resources = file.objects[file.refers(page, "Resources") or page]
    fonts_by_name = {
        name: fonts[int(number)]
        for name, number in _FONT_REFERENCE.findall(resources)
        if int(number) in fonts
    }
    content = file.refers(page, "Contents")
    file.replace(content, _rewritten(file.stream(content), fonts_by_name))
