"""The fonts that print uses, all from installed packages, and which letters they have.

Latin, Greek, Cyrillic: Libertinus Serif, inside typst. Arabic: ``fontpkg-noto-sans-arabic`` (variable, so that bold is
bold). Chinese: ``cvttf-notosanscjk-regular``, in one weight; its Simplified shapes are chosen by the language. The
fonts of the machine are left out, so that print is the same everywhere.

The letters of the two packages are read from their ``cmap`` (OpenType 1.9, formats 4 and 12); those of the fonts inside
typst stand in ``embedded.json`` as ranges, since typst shows no way to ask. A test sets every one of them.
"""

import json
import struct
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("fontpkg_noto_sans_arabic", "cvttf_NotoSansCJK_Regular")
FAMILIES = ("Libertinus Serif", "Noto Sans Arabic", "Noto Sans CJK TC", "DejaVu Sans Mono", "New Computer Modern")
# Shown for a letter that no font has.
BOX = "\u25a1"


def folders() -> list[str]:
    """Return the folders of the font packages that are installed."""
    found = (find_spec(package) for package in PACKAGES)
    return [str(Path(place)) for spec in found if spec for place in (spec.submodule_search_locations or ())]


def _files() -> list[Path]:
    return [path for folder in folders() for path in sorted(Path(folder).rglob("*.[ot]tf"))]


def _format_4(table: bytes) -> set[int]:
    """Read segments of 16-bit codes; the last one (0xFFFF) stands for nothing."""
    count = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    return {code for start, end in zip(starts, ends, strict=True) if start != 0xFFFF for code in range(start, end + 1)}


def _format_12(table: bytes) -> set[int]:
    """Read groups of 32-bit codes."""
    (count,) = struct.unpack_from(">L", table, 12)
    groups = (struct.unpack_from(">LLL", table, 16 + 12 * number) for number in range(count))
    return {code for start, end, _ in groups for code in range(start, end + 1)}


def letters_in(font: bytes) -> set[int]:
    """Return the code points an OpenType font has a glyph for."""
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(tables))
    start = next((offset for tag, _, offset, _ in records if tag == b"cmap"), None)
    if start is None:
        return set()
    (subtables,) = struct.unpack_from(">H", font, start + 2)
    found: set[int] = set()
    for number in range(subtables):
        (offset,) = struct.unpack_from(">L", font, start + 8 + 8 * number)
        table = font[start + offset :]
        (kind,) = struct.unpack_from(">H", table)
        found |= _format_4(table) if kind == 4 else _format_12(table) if kind == 12 else set()
    return found


def embedded() -> set[int]:
    """Return the code points of the fonts inside typst."""
    ranges = json.loads(Path(__file__).with_name("embedded.json").read_text(encoding="ascii"))
    return {code for first, last in ranges for code in range(first, last + 1)}


@cache
def covered() -> frozenset[int]:
    """Return every code point that can be printed; read once a process (about 60 ms)."""
    codes = embedded() | set(range(0x20, 0x7F))
    for path in _files():
        codes |= letters_in(path.read_bytes())
    return frozenset(codes)


def unprintable(letters: set[str]) -> set[str]:
    """Return which of ``letters`` no font has; spaces and line ends need none."""
    return {letter for letter in letters if ord(letter) not in covered() and not letter.isspace()}
