"""Read a TrueType font as far as print needs it, and compose shapes of others.

Print needs to know which letters a glyph stands for. The part of a font that a PDF carries numbers
its glyphs anew and drops their names; a glyph is recognised again by its outline. OpenType 1.9:
``cmap`` (formats 4 and 12), ``glyf``, ``loca``, ``hmtx``, ``GSUB`` (lookups 1, 3, 4 and 7).
"""

import struct
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import accumulate

# A chain of substitutions is never longer than this; contextual ones only call the others.
_ROUNDS = 8
# Letters that one glyph may stand for, as the beginnings of Arabic and Persian yeh.
_MAX_READINGS = 8
_PRESENTATION_FORMS = range(0xFB50, 0xFEFD)
# Flags of a component in a composite glyph.
_WORDS, _PLACED, _SCALED, _MORE, _SCALED_TWICE, _TRANSFORMED = 0x1, 0x2, 0x8, 0x20, 0x40, 0x80
# Bytes that each way of scaling a component takes.
_SCALE_BYTES = {_SCALED: 2, _SCALED_TWICE: 4, _TRANSFORMED: 8}
# Bytes of a glyph's number of contours and its box; what is not longer has no shape.
_GLYPH_HEADER = 10
_CHECKSUM_LENGTH = 4

Rule = tuple[tuple[int, ...], int]
Part = tuple[int, int, int]  # glyph, how far to the right, how far up


def tables_of(font: bytes) -> dict[bytes, bytes]:
    """Return the tables of a font by their tags."""
    (count,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(count))
    return {tag: font[offset : offset + length] for tag, _, offset, length in records}


def _segments(table: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield code and glyph of format 4: segments of 16-bit codes."""
    count = struct.unpack_from(">H", table, start + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, start + 14)
    starts = struct.unpack_from(f">{count}H", table, start + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, start + 16 + 4 * count)
    place = start + 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", table, place)
    for number in range(count):
        if starts[number] == 0xFFFF:
            continue
        for code in range(starts[number], ends[number] + 1):
            glyph = code
            if offsets[number]:
                at = place + 2 * number + offsets[number] + 2 * (code - starts[number])
                (glyph,) = struct.unpack_from(">H", table, at)
            yield code, (glyph + deltas[number]) & 0xFFFF


def _groups(table: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield code and glyph of format 12: groups of 32-bit codes."""
    (count,) = struct.unpack_from(">L", table, start + 12)
    for number in range(count):
        first, last, glyph = struct.unpack_from(">LLL", table, start + 16 + 12 * number)
        yield from ((code, glyph + code - first) for code in range(first, last + 1))


_CMAP_FORMATS = {4: _segments, 12: _groups}


def glyphs_by_code(font: bytes) -> dict[int, int]:
    """Return the glyph for each code point that the font has."""
    table = tables_of(font).get(b"cmap")
    if table is None:
        return {}
    (count,) = struct.unpack_from(">H", table, 2)
    glyphs: dict[int, int] = {}
    for number in range(count):
        (start,) = struct.unpack_from(">L", table, 8 + 8 * number)
        (kind,) = struct.unpack_from(">H", table, start)
        read = _CMAP_FORMATS.get(kind)
        if read is not None:
            glyphs |= read(table, start)
    return {code: glyph for code, glyph in glyphs.items() if glyph}


def _coverage(table: bytes, at: int) -> list[int]:
    kind, count = struct.unpack_from(">HH", table, at)
    if kind == 1:
        return list(struct.unpack_from(f">{count}H", table, at + 4))
    ranges = (struct.unpack_from(">HHH", table, at + 4 + 6 * number) for number in range(count))
    return [glyph for first, last, _ in ranges for glyph in range(first, last + 1)]


def _rules_at(table: bytes, kind: int, at: int) -> Iterator[Rule]:
    """Yield what one subtable of substitutions puts in the place of what.

    Those that only call others, and those that split a glyph, are left out.
    """
    match kind:
        case 1:
            yield from _singles(table, at)
        case 3:
            yield from _alternates(table, at)
        case 4:
            yield from _ligatures(table, at)
        case 7:
            _, inner, offset = struct.unpack_from(">HHL", table, at)
            yield from _rules_at(table, inner, at + offset)


def _singles(table: bytes, at: int) -> Iterator[Rule]:
    """Yield one glyph for one (lookup 1): by a distance, or by a list."""
    form, offset, count = struct.unpack_from(">HHH", table, at)
    covered = _coverage(table, at + offset)
    if form == 1:
        yield from (((glyph,), (glyph + count) & 0xFFFF) for glyph in covered)
        return
    values = struct.unpack_from(f">{count}H", table, at + 6)
    yield from (((glyph,), value) for glyph, value in zip(covered, values, strict=False))


def _sets(table: bytes, at: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Yield glyph, place and entries of each set of a subtable that has one for each glyph."""
    _, offset, count = struct.unpack_from(">HHH", table, at)
    places = struct.unpack_from(f">{count}H", table, at + 6)
    for glyph, place in zip(_coverage(table, at + offset), places, strict=False):
        (size,) = struct.unpack_from(">H", table, at + place)
        yield glyph, at + place, struct.unpack_from(f">{size}H", table, at + place + 2)


def _alternates(table: bytes, at: int) -> Iterator[Rule]:
    """Yield one of several glyphs for one (lookup 3)."""
    for glyph, _place, entries in _sets(table, at):
        yield from (((glyph,), entry) for entry in entries)


def _ligatures(table: bytes, at: int) -> Iterator[Rule]:
    """Yield one glyph for several (lookup 4)."""
    for glyph, place, entries in _sets(table, at):
        for entry in entries:
            ligature, parts = struct.unpack_from(">HH", table, place + entry)
            rest = struct.unpack_from(f">{parts - 1}H", table, place + entry + 4)
            yield (glyph, *rest), ligature


def _rules(font: bytes) -> list[Rule]:
    """Return every substitution that a font knows, in whatever context it makes it."""
    table = tables_of(font).get(b"GSUB")
    if table is None:
        return []
    (lookups,) = struct.unpack_from(">H", table, 8)
    (count,) = struct.unpack_from(">H", table, lookups)
    rules: list[Rule] = []
    for offset in struct.unpack_from(f">{count}H", table, lookups + 2):
        kind, _, subtables = struct.unpack_from(">HHH", table, lookups + offset)
        for place in struct.unpack_from(f">{subtables}H", table, lookups + offset + 6):
            rules += _rules_at(table, kind, lookups + offset + place)
    return rules


def readings_of(font: bytes) -> dict[int, set[str]]:
    """Return the texts that each glyph may stand for.

    That is its code point, or those of the glyphs that substitutions make it of.
    """
    readings: dict[int, set[str]] = {}
    for code, glyph in glyphs_by_code(font).items():
        readings.setdefault(glyph, set()).update(_letters_of(code))
    rules = _rules(font)
    for _ in range(_ROUNDS):
        before = sum(map(len, readings.values()))
        for glyphs, target in rules:
            _follow_rule(readings, glyphs, target)
        if sum(map(len, readings.values())) == before:
            break
    return readings


def _letters_of(code: int) -> set[str]:
    """Return what a code point stands for: its letter, and for one of a shape that of the shape."""
    letter = unicodedata.normalize("NFC", chr(code))
    if code not in _PRESENTATION_FORMS:
        return {letter}
    return {letter, unicodedata.normalize("NFKC", letter)}


def _follow_rule(readings: dict[int, set[str]], glyphs: tuple[int, ...], target: int) -> None:
    """Let the target of a substitution stand for what its glyphs stand for, where that is known."""
    if not readings.keys() >= set(glyphs):
        return
    known = readings.setdefault(target, set())
    if len(known) >= _MAX_READINGS:
        return
    if len(glyphs) == 1:
        known |= readings[glyphs[0]]
    else:
        known.add("".join(min(readings[glyph], key=_plain) for glyph in glyphs))


class Outlines:
    """The glyphs of a TrueType font as shapes, with room for more.

    Args: font, whole, or the part of it that a PDF carries.
    """

    def __init__(self, font: bytes) -> None:
        self.tables = tables_of(font)
        (count,) = struct.unpack_from(">H", self.tables[b"maxp"], 4)
        (is_long,) = struct.unpack_from(">h", self.tables[b"head"], 50)
        unit = 1 if is_long else 2
        ends = struct.unpack_from(f">{count + 1}{'L' if is_long else 'H'}", self.tables[b"loca"])
        glyf = self.tables[b"glyf"]
        self.glyphs = [glyf[unit * ends[at] : unit * ends[at + 1]] for at in range(count)]
        self.units_per_em: int = struct.unpack_from(">H", self.tables[b"head"], 18)[0]
        self.advances = self._advances(count)
        self._digests: dict[int, bytes] = {}
        self._composed: dict[tuple[tuple[Part, ...], int], int] = {}
        self.first_new = count

    def _advances(self, count: int) -> list[int]:
        """Return how far each glyph moves on, in units of the font."""
        (long,) = struct.unpack_from(">H", self.tables[b"hhea"], 34)
        metrics = [struct.unpack_from(">Hh", self.tables[b"hmtx"], 4 * at)[0] for at in range(long)]
        return metrics + metrics[-1:] * (count - long)

    def has_shape(self, glyph: int) -> bool:
        """Whether a glyph draws anything."""
        return len(self.glyphs[glyph]) > _GLYPH_HEADER

    def digest(self, glyph: int) -> bytes:
        """Return what tells a shape from others; an empty one has none."""
        if glyph not in self._digests:
            data = self.glyphs[glyph]
            parts = [data.rstrip(b"\0")]
            if _is_composite(data):
                parts = [place + self.digest(part) for part, place in _components(data)]
            self._digests[glyph] = sha256(b"".join(parts)).digest() if data else b""
        return self._digests[glyph]

    def composed(self, parts: Sequence[Part], advance: int = 0) -> int:
        """Return the number of a glyph made of others, each at its place; made once.

        Args: parts, none of them empty; advance, how far it moves on; both in units of the font.
        """
        key = tuple(parts), advance
        if key not in self._composed:
            boxes = [_moved_box(self.glyphs[glyph], dx, dy) for glyph, dx, dy in parts]
            left, bottom = (min(box[at] for box in boxes) for at in (0, 1))
            right, top = (max(box[at] for box in boxes) for at in (2, 3))
            data = struct.pack(">hhhhh", -1, left, bottom, right, top)
            for at, (glyph, dx, dy) in enumerate(parts, start=1):
                flags = _WORDS | _PLACED
                if at < len(parts):
                    flags |= _MORE
                data += struct.pack(">HHhh", flags, glyph, dx, dy)
            self.glyphs.append(data)
            self.advances.append(advance)
            self._composed[key] = len(self.glyphs) - 1
        return self._composed[key]

    def font(self) -> bytes:
        """Return the font with its new glyphs; there is at least one."""
        lengths = [len(glyph) + len(glyph) % 2 for glyph in self.glyphs]
        ends = [0, *accumulate(lengths)]
        lefts = [_left_of(glyph) for glyph in self.glyphs]
        head, hhea, maxp = (bytearray(self.tables[tag]) for tag in (b"head", b"hhea", b"maxp"))
        struct.pack_into(">h", head, 50, 1)
        struct.pack_into(">H", hhea, 34, len(self.glyphs))
        struct.pack_into(">H", maxp, 4, len(self.glyphs))
        # Elements and depth of a composite: a new one is a level above what it is made of.
        elements, depth = struct.unpack_from(">HH", maxp, 28)
        most = max(len(parts) for parts, _ in self._composed)
        struct.pack_into(">HH", maxp, 28, max(elements, most), depth + 1)
        pairs = zip(self.advances, lefts, strict=True)
        changed = {
            b"head": bytes(head),
            b"hhea": bytes(hhea),
            b"maxp": bytes(maxp),
            b"glyf": b"".join(glyph + b"\0" * (len(glyph) % 2) for glyph in self.glyphs),
            b"loca": struct.pack(f">{len(ends)}L", *ends),
            b"hmtx": b"".join(struct.pack(">Hh", advance, left) for advance, left in pairs),
        }
        return _assembled({**self.tables, **changed})


def _is_composite(glyph: bytes) -> bool:
    """Whether a glyph is composed of others: its number of contours is negative."""
    if len(glyph) <= _GLYPH_HEADER:
        return False
    return bool(struct.unpack_from(">h", glyph)[0] < 0)


def _left_of(glyph: bytes) -> int:
    """Return the left edge of a glyph's box, 0 for one without a shape."""
    if len(glyph) <= _GLYPH_HEADER:
        return 0
    return int(struct.unpack_from(">h", glyph, 2)[0])


def _moved_box(glyph: bytes, dx: int, dy: int) -> tuple[int, int, int, int]:
    left, bottom, right, top = struct.unpack_from(">hhhh", glyph, 2)
    return left + dx, bottom + dy, right + dx, top + dy


def _components(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the glyphs that a glyph is composed of, and how each is placed."""
    at, flags = _GLYPH_HEADER, _MORE
    while flags & _MORE:
        flags, glyph = struct.unpack_from(">HH", data, at)
        size = 4 if flags & _WORDS else 2
        size += next((more for flag, more in _SCALE_BYTES.items() if flags & flag), 0)
        yield glyph, data[at + 4 : at + 4 + size]
        at += 4 + size


def _checksum(table: bytes) -> int:
    padded = table + b"\0" * (-len(table) % _CHECKSUM_LENGTH)
    return sum(struct.unpack(f">{len(padded) // 4}L", padded)) & 0xFFFFFFFF


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    """Return tables as a font file."""
    count = len(tables)
    power = count.bit_length() - 1
    header = struct.pack(
        ">LHHHH", 0x00010000, count, 16 << power, power, 16 * count - (16 << power)
    )
    records, body = [], b""
    for tag in sorted(tables):
        place = 12 + 16 * count + len(body)
        records.append(struct.pack(">4sLLL", tag, _checksum(tables[tag]), place, len(tables[tag])))
        body += tables[tag] + b"\0" * (-len(tables[tag]) % 4)
    return header + b"".join(records) + body


def by_outline(font: bytes) -> dict[bytes, set[str]]:
    """Return the texts that each shape of a font may stand for, by its digest."""
    outlines, readings = Outlines(font), readings_of(font)
    known: dict[bytes, set[str]] = {}
    for glyph, texts in readings.items():
        if digest := outlines.digest(glyph):
            known.setdefault(digest, set()).update(texts)
    return known


def best_reading(texts: Sequence[str] | set[str], context: str) -> str:
    """Return which of its texts a shape stands for among the letters of ``context``."""
    if len(context) == 1 or context in texts:
        return context
    plain = unicodedata.normalize("NFC", context)
    in_context = [text for text in texts if text in plain or text in context]
    return max(in_context, key=len, default=min(texts, key=_plain))


def _plain(text: str) -> tuple[bool, str]:
    """Sort letters before the code points of their shapes."""
    return any(ord(letter) in _PRESENTATION_FORMS for letter in text), text
