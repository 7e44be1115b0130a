"""Keep characters out of what is stored that no reader sees and that formats forbid.

One form feed or escape character in a contribution makes an Atom feed, a PDF or a mail header
invalid for everybody: XML 1.0 §2.2 has no place for most controls, U+FFFE and U+FFFF. Marks of
direction and joiners stay: Arabic, Persian, Indic scripts and emoji are written with them.
"""

import re
from collections.abc import Iterable

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_SURROGATES = "\ud800-\udfff"
# Where a page or a line ends in other systems: a form feed, a vertical tab, NEL.
_breaks = re.compile("[\x0b\x0c\x85]")
# What terminals are sent for colours and the like (ECMA-48 §5.4), whole; then every control by
# itself.
_controls = re.compile(
    f"\x1b\\[[0-?]{{0,20}}[ -/]{{0,5}}[@-~]|[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f{_NONCHARACTERS}]"
)
# What :func:`without_controls` takes out or replaces: most texts have none of it.
UNWANTED = re.compile(f"[\0\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_NONCHARACTERS}{_SURROGATES}]")


def without_controls(text: str, *, line_break: str = "\n") -> str:
    """Return a text without controls and noncharacters.

    Tabs and line ends stay, as do marks of direction and joiners. NUL and halves of surrogate
    pairs, which stand for a lost character, leave a mark.

    Args: line_break, what stands for a form feed, a vertical tab or NEL.
    """
    if UNWANTED.search(text) is None:
        return text
    text = _controls.sub("", _breaks.sub(line_break, text.replace("\0", "\ufffd")))
    return text.encode("utf-8", "replace").decode()


def all_without_controls(texts: Iterable[str]) -> list[str]:
    """Return texts that belong together, each :func:`without_controls`."""
    return [without_controls(text) for text in texts]


def one_line(text: str) -> str:
    """Return a text as a title has it: without controls, on one line, with single blanks."""
    return " ".join(without_controls(text, line_break=" ").split())
