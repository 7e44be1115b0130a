"""What changed between two texts, in words where that can be shown, else in lines; its cost is
bounded.

Lines are compared first, then the words of lines that were changed. What is too long for that is
shown as taken out and put in whole: comparing costs the product of both lengths at worst.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# Lines and words of each side that are compared with each other; words of all hunks together.
MAX_LINES, MAX_WORDS, MAX_WORDS_IN_ALL = 400, 400, 4_000
# Characters around a change that are shown of what stayed.
CONTEXT = 160
# Lines of a comparison in a mail.
MAX_SHOWN_LINES = 200
_HAN = "\u2e80-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u064b-\u0670"
_WORD = re.compile(rf"\s+|[{_HAN}]|(?:[^\W{_HAN}]|[{_MARKS}])+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, was taken out or was put in."""

    kind: Literal["same", "gone", "new"]
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Return the pieces of which both texts are made: without
    "new" they give ``before``, without "gone" ``after``.
    """
    old, new = (text.replace("\r\n", "\n").splitlines(keepends=True) for text in (before, after))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", "".join(old[:start])), *_by_lines(middle_old, middle_new)]
    pieces.append(Piece("same", "".join(old[len(old) - end :])))
    return _joined(pieces)


def changes(before: str, after: str) -> list[Piece]:
    """Return the pieces for a page: long runs that
    stayed are cut to what stands around a change.
    """
    pieces = compare(before, after)
    last = len(pieces) - 1
    return [_cut(piece, is_first=at == 0, is_last=at == last) for at, piece in enumerate(pieces)]


def change_lines(before: str, after: str) -> list[str]:
    """Return the changed lines for a plain text: ``- ``
    before what was taken out, ``+ `` before what was put in.
    """
    old, new = (text.replace("\r\n", "\n").split("\n") for text in (before, after))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    lines = []
    for tag, i1, i2, j1, j2 in _opcodes(old, new, MAX_LINES):
        if tag != "equal":
            lines += [f"- {line}" for line in old[i1:i2] if line.strip()]
            lines += [f"+ {line}" for line in new[j1:j2] if line.strip()]
    return lines[:MAX_SHOWN_LINES] + (["…"] if len(lines) > MAX_SHOWN_LINES else [])


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
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
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


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Put runs together: between two changes a blank
    alone belongs to both, so that phrases stay whole.
    """
    joined: list[Piece] = []
    gone = new = ""
    for at, piece in enumerate(pieces):
        is_blank = piece.text in {" ", ""}
        is_between = is_blank and gone + new and at < len(pieces) - 1
        if piece.kind == "same" and not is_between:
            joined += [Piece("gone", gone), Piece("new", new)]
            gone = new = ""
            filled = [previous for previous in joined if previous.text]
            if filled and filled[-1].kind == "same":
                joined = [*filled[:-1], Piece("same", filled[-1].text + piece.text)]
            else:
                joined.append(piece)
            continue
        gone += piece.text if piece.kind != "new" else ""
        new += piece.text if piece.kind != "gone" else ""
    joined += [Piece("gone", gone), Piece("new", new)]
    return [piece for piece in joined if piece.text]


def _cut(piece: Piece, *, is_first: bool, is_last: bool) -> Piece:
    text = piece.text
    if piece.kind != "same" or len(text) <= 3 * CONTEXT:
        return piece
    head = "" if is_first else text[:CONTEXT]
    tail = "" if is_last else text[-CONTEXT:]
    return Piece("same", f"{head} … {tail}")
