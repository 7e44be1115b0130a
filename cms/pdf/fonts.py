"""The fonts that print uses, and which letters they have.

Latin, Greek, Cyrillic: Libertinus Serif, inside typst. Arabic: Amiri, in ``amiri/`` with its
licence: each letter of it is one glyph, so that its text can be found in a PDF (decision 0030); for
letters of African languages that it lacks, ``fontpkg-noto-sans-arabic``. Chinese:
``cvttf-notosanscjk-regular``, in one weight; its Simplified shapes are chosen by the language. The
fonts of the machine are left out, so that print is the same everywhere.

The letters of the fonts in files are read from their ``cmap``; those of the fonts inside typst
stand in ``embedded.json`` as ranges, since typst shows no way to ask. A test sets every one of
them.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from cms.pdf.opentype import by_outline, glyphs_by_code

PACKAGES = ("fontpkg_noto_sans_arabic", "cvttf_NotoSansCJK_Regular")
AMIRI = Path(__file__).with_name("amiri")
FAMILIES = (
    "Libertinus Serif",
    "Amiri",
    "Noto Sans Arabic",
    "Noto Sans CJK TC",
    "DejaVu Sans Mono",
    "New Computer Modern",
)
# Shown for a letter that no font has.
BOX = "\u25a1"


def folders() -> list[str]:
    """Return the folders of the fonts in files: our own, and those of the installed packages."""
    places = [str(AMIRI)]
    for spec in filter(None, map(find_spec, PACKAGES)):
        places += spec.submodule_search_locations or ()
    return places


def _files() -> list[Path]:
    return [path for folder in folders() for path in sorted(Path(folder).rglob("*.[ot]tf"))]


@cache
def readings() -> dict[str, dict[bytes, set[str]]]:
    """Return what each shape of our Arabic font stands for, by the font's name in a PDF.

    That takes about 500 ms, once a process.
    """
    return {path.stem: by_outline(path.read_bytes()) for path in sorted(AMIRI.glob("*.ttf"))}


def embedded() -> set[int]:
    """Return the code points of the fonts inside typst."""
    ranges = json.loads(Path(__file__).with_name("embedded.json").read_text(encoding="ascii"))
    return {code for first, last in ranges for code in range(first, last + 1)}


@cache
def covered() -> frozenset[int]:
    """Return every code point that can be printed; read once a process (about 60 ms)."""
    codes = embedded() | set(range(0x20, 0x7F))
    for path in _files():
        codes |= set(glyphs_by_code(path.read_bytes()))
    return frozenset(codes)


def unprintable(letters: set[str]) -> set[str]:
    """Return which of ``letters`` no font has; spaces and line ends need none."""
    printable = covered()
    return {letter for letter in letters if ord(letter) not in printable and not letter.isspace()}
