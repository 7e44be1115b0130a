"""Time the trimming of replies, and the reading of HTML, on what overwhelms readers: a megabyte each, worst first."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from listserv.mail.parse.flowed import unflow
from listserv.mail.parse.html_text import to_text
from listserv.mail.trim.trimming import read_chain, trim

SIZE = 1_000_000
INTRO = "On 3 May 2026 at 10:02, Boris Horvat <boris@people.example> wrote:\n"
TEXTS = {
    "On On On": "On ",
    "one-letter lines": "a\n",
    "empty lines": "\n",
    "blanks": " ",
    "quote marks": ">",
    "quote marks, a line each": ">\n",
    "labels": "a:\n",
    "labels of headers": "From: a\n",
    "header blocks": "From: a@b\nSent: 10:02\nTo: c\nSubject: d\n",
    "long line without blanks": "x",
    "nested quotes": "".join(f"{'>' * (depth % 60)} q\n" for depth in range(5_000)),
    "introductions": INTRO,
    "introductions, quoted": f"> {INTRO}> > q\n",
    "broken introductions": "On 3 May 2026 at 10:02\nBoris\n<boris@people.example>\nelse:\n",
    "nearly introductions": "1@a 10:02 something that nobody wrote:\n",
    "undated introductions": "On a day when nothing wrote:\n> q\n",
    "long introductions": "x" * 390 + " wrote:\n",
    "long quotes broken off": "> " + "x" * 80 + "\nyz\n> q\n",
    "signatures": "-- \nx\n",
    "rules": "____\nlist@b\n",
    "phones' lines": "Sent from my iPhone\n\n",
    "closings": "Regards,\nA B\n",
    "closings apart": "Regards,\n\nJohn Doe\nCEO\n\n",
    "bars": "| a\n",
    "original messages": "-----Original Message-----\n",
    "dashes": "-",
    "underscores": "_",
    "colons": ":",
    "wide colons": "写道：\n",
    "marks of direction": "\u202b",
    "disclaimers": "This e-mail is confidential\n",
    "angle brackets": "<a@",
    "words": "A plain sentence of some words that goes on to the end of the line, as people write.\n",
}
MARKUP = {
    "open divisions": "<div>",
    "open quotes": "<blockquote>",
    "quotes of a program": '<div class="gmail_quote">',
    "unclosed tags": "<a <a ",
    "unclosed tag": "<",
    "attributes": '<a href="x" ',
    "open attribute": '<a href="',
    "comments": "<!--",
    "entities": "&amp;",
    "open scripts": "<script>",
    "closed divisions": "</div>",
    "links": '<a href="https://people.example/">x</a>',
    "breaks": "<br>",
    "cells": "<td>a",
    "preformatted": "<pre>a\n",
    "nested classes": '<div class="x_moz-cite-prefix x"><span class="gmail_signature">a',
    "text": "A plain sentence of some words. ",
}


def spent(work: Callable[[str], object], text: str) -> float:
    """Return milliseconds of processor time."""
    start = time.process_time()
    work(text)
    return (time.process_time() - start) * 1000


def run(title: str, work: Callable[[str], object], inputs: dict[str, str]) -> None:
    """Print what each input costs, alone and between two lines that people write."""
    rows = []
    for name, unit in inputs.items():
        text = (unit * (SIZE // len(unit) + 1))[:SIZE]
        rows += [
            (spent(work, text), name),
            (spent(work, f"My own words.\n\n{text}\n\nThe end."), f"{name}, between words"),
        ]
    print(f"{title}, ms for {SIZE:,} characters")
    for cost, name in sorted(rows, reverse=True)[:12]:
        print(f"{cost:8.1f}  {name}")


def main() -> None:
    """Print the worst of each."""
    run("trim", trim, TEXTS)
    run("read_chain", read_chain, TEXTS)
    run("unflow", unflow, TEXTS)
    run("to_text", to_text, MARKUP)


if __name__ == "__main__":
    main()
