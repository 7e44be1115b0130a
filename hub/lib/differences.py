"""Show what changed between two texts, at a bounded cost.

Lines are compared first, then the words of lines that were changed. What is too long for that is
shown as taken out and put in whole: comparing costs the product of both lengths at worst.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter
from typing import Literal

# Lines and words of each side that are compared with each other; words of all hunks together.
MAX_LINES, MAX_WORDS, MAX_WORDS_IN_ALL = 400, 400, 4_000
# Characters around a change that are shown of what stayed.
CONTEXT = 160
# Lines of a comparison in a mail.
MAX_SHOWN_LINES = 200
_HAN = "\u2e80-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u064b-\u0670"
_BLANK = frozenset({" ", ""})
_WORD = re.compile(rf"\s+|[{_HAN}]|(?:[^\W{_HAN}]|[{_MARKS}])+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, was taken out or was put in."""

    kind: Literal["same", "gone", "new"]
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Return the pieces of which both texts are made.

    Without the "new" ones they give ``before``, without the "gone" ones ``after``.
    """
    old, new = (text.replace("\r\n", "\n").splitlines(keepends=True) for text in (before, after))
    start, end = _common_ends(old, new)
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", "".join(old[:start])), *_by_lines(middle_old, middle_new)]
    pieces.append(Piece("same", "".join(old[len(old) - end :])))
    return list(_merged(_with_blanks_in_changes(pieces)))


def changes(before: str, after: str) -> list[Piece]:
    """Return the pieces for a page.

    Long runs that stayed are cut to what stands around a change.
    """
    pieces = compare(before, after)
    last = len(pieces) - 1
    return [_cut(piece, is_first=at == 0, is_last=at == last) for at, piece in enumerate(pieces)]


def change_lines(before: str, after: str) -> list[str]:
    """Return the changed lines for a plain text.

    ``- `` stands before what was taken out, ``+ `` before what was put in.
    """
    old, new = (text.replace("\r\n", "\n").split("\n") for text in (before, after))
    start, end = _common_ends(old, new)
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    lines = []
    for tag, i1, i2, j1, j2 in _opcodes(old, new, MAX_LINES):
        if tag != "equal":
            lines += [f"- {line}" for line in old[i1:i2] if line.strip()]
            lines += [f"+ {line}" for line in new[j1:j2] if line.strip()]
    if len(lines) > MAX_SHOWN_LINES:
        return [*lines[:MAX_SHOWN_LINES], "…"]
    return lines


def _common_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """Return how much is the same at the beginning of both, and how much of the rest at the end."""
    start = _common(old, new)
    return start, _common(old[start:][::-1], new[start:][::-1])


def _common(old: list[str], new: list[str]) -> int:
    count = 0
    for left, right in zip(old, new, strict=False):
        if left != right:
            break
        count += 1
    return count


def _opcodes(old: list[str], new: list[str], most: int) -> list[tuple[str, int, int, int, int]]:
    if len(old) > most or len(new) > most:
        return [("replace", 0, len(old), 0, len(new))]
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _by_lines(old: list[str], new: list[str]) -> Iterator[Piece]:
    words_left = MAX_WORDS_IN_ALL
    for tag, i1, i2, j1, j2 in _opcodes(old, new, MAX_LINES):
        gone, put = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            yield Piece("same", gone)
            continue
        words, others = _WORD.findall(gone), _WORD.findall(put)
        words_left -= len(words) + len(others)
        yield from _by_words(words, others, MAX_WORDS if words_left > 0 else 0)


def _by_words(old: list[str], new: list[str], most: int) -> Iterator[Piece]:
    # A paragraph is often one long line: most of it is the same at both ends.
    start, end = _common_ends(old, new)
    yield Piece("same", "".join(old[:start]))
    yield from _by_inner_words(old[start : len(old) - end], new[start : len(new) - end], most)
    yield Piece("same", "".join(old[len(old) - end :]))


def _by_inner_words(old: list[str], new: list[str], most: int) -> Iterator[Piece]:
    for tag, i1, i2, j1, j2 in _opcodes(old, new, most):
        gone, put = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            yield Piece("same", gone)
        else:
            yield Piece("gone", gone)
            yield Piece("new", put)


def _with_blanks_in_changes(pieces: list[Piece]) -> Iterator[Piece]:
    """Put what changed together, with the single blanks within it, so that phrases stay whole."""
    gone = new = ""
    for piece in pieces[:-1]:
        if piece.kind == "same" and not (piece.text in _BLANK and gone + new):
            yield from (Piece("gone", gone), Piece("new", new), piece)
            gone = new = ""
            continue
        if piece.kind != "new":
            gone += piece.text
        if piece.kind != "gone":
            new += piece.text
    yield from (Piece("gone", gone), Piece("new", new), pieces[-1])


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Put neighbours of one kind together, and leave empty pieces out."""
    filled = (piece for piece in pieces if piece.text)
    for kind, run in groupby(filled, key=attrgetter("kind")):
        yield Piece(kind, "".join(piece.text for piece in run))


def _cut(piece: Piece, *, is_first: bool, is_last: bool) -> Piece:
    text = piece.text
    if piece.kind != "same":
        return piece
    if len(text) <= 3 * CONTEXT:
        return piece
    head = "" if is_first else text[:CONTEXT]
    tail = "" if is_last else text[-CONTEXT:]
    return Piece("same", f"{head} … {tail}")
