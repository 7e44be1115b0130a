"""Time the renderer on what overwhelms parsers, 64 kB each: the worst ones first (finding S13)."""

import os
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from hub.lib.markup import render  # noqa: E402 - after the settings

SIZE = 64_000
INPUTS = {
    name: (unit * SIZE)[:SIZE]
    for name, unit in {
        "quote marks": ">",
        "comments": "<!--",
        "backticks": "`",
        "tabs": "\t",
        "brackets": "[",
        "images": "![",
        "open links": "[a](",
        "emphasis": "*a **b ",
        "underscores": "a_",
        "strikethrough": "~~a ",
        "nested lists": "- ",
        "list items": "- a\n",
        "table rows": "|a|b|\n|-|-|\n",
        "one table row": "|a",
        "references": "[a]: /x\n[a]",
        "addresses": "https://a.example/ ",
        "glued addresses": "https://",
        "entities": "&amp;",
        "headings": "a\n=\n",
        "words": "A plain sentence of some words. ",
    }.items()
}


def main() -> None:
    """Print milliseconds of processor time for each."""
    found = []
    for name, text in INPUTS.items():
        start = time.process_time()
        made = render(text)
        found.append(((time.process_time() - start) * 1000, name, len(made)))
    for spent, name, size in sorted(found, reverse=True):
        print(f"{spent:8.1f} ms  {name:<16} {size:>9,} characters out")


if __name__ == "__main__":
    main()
