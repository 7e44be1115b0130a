"""Time the renderers on what overwhelms parsers: ``python tests/bench/markup.py [CHARACTERS]``, 40,000 by itself.

The bar (decision 0021): at most 200 ms of processor time and 20 times the text and 4 kB. Every family of
:mod:`tests.lib.hostile_text` is tried as Markdown and as plain text, then mixtures of them. Ends with 1 when one is
over it.
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import django
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from hub.lib.markup import TEXT_FORMATS, render  # noqa: E402 - after the settings
from tests.lib.hostile_text import FAMILIES  # noqa: E402 - beside the settings

MILLISECONDS = 200.0
SHOWN = 20
MIXTURES = 60


def weigh(text: str, text_format: str) -> tuple[float, float]:
    """Return milliseconds of processor time, the better of two, and the share of the bytes that are allowed."""
    spent = []
    for _ in range(2):
        start = time.process_time()
        made = render(text, text_format)
        spent.append((time.process_time() - start) * 1000)
    return min(spent), len(made.encode()) / (20 * len(text.encode()) + 4_000)


def mixtures(length: int) -> Iterator[tuple[str, str]]:
    """Give texts of several families, one behind the other and line by line."""
    mixed: list[tuple[str, str]] = []

    @settings(max_examples=MIXTURES, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(sorted(FAMILIES)), min_size=2, max_size=5, unique=True), st.booleans())
    def draw(names: list[str], woven: bool) -> None:
        texts = [FAMILIES[name](length // len(names)) for name in names]
        if woven:
            lines = zip(*(text.splitlines() for text in texts), strict=False)
            texts = [line for row in lines for line in row]
        mixed.append((" + ".join(names), "\n".join(texts)[:length]))

    draw()
    yield from mixed


def main() -> int:
    """Print the slowest; return 1 when one is over the bar."""
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
    render("So that **all** is loaded.\n\n|a|\n|-|\n")
    texts = [(name, family(length)) for name, family in FAMILIES.items()]
    texts += mixtures(length)
    rows = [
        (*weigh(text, text_format), f"{text_format}: {name}") for text_format in TEXT_FORMATS for name, text in texts
    ]
    for spent, share, name in sorted(rows, reverse=True)[:SHOWN]:
        print(f"{spent:8.1f} ms  {share:6.1%} of the bytes  {name[:90]}")
    over = [name for spent, share, name in rows if spent > MILLISECONDS or share > 1]
    print(f"{len(rows)} renderings of {length:,} characters, {len(over)} over the bar {over or ''}")
    return int(bool(over))


if __name__ == "__main__":
    sys.exit(main())
