"""Read how deep each line of a text is quoted, and what the line says without its marks.

Marks are ``>`` and its wide form. They are first read line by line; then lines are mended whose
marks mislead: a ">From" that a program escaped, answers between ">>>" and "<<<", and ends of quoted
lines that were broken off and so bear no mark.
"""

import re
from collections.abc import Iterator
from enum import Enum

from listserv.mail.trim import cues

LOOK = 400  # characters
_QUOTE_MARKS = (">", "＞")
_MARKS = re.compile(r"[ \t\xa0]{0,2}(?:[>＞][ \t\xa0]{0,2}){1,40}")
# "From " that begins a line of an author's own, as programs keep it in files: it quotes nothing.
_ESCAPED_FROM = re.compile(r">From [^:]*$")
# GroupWise's introduction, whose marks quote nothing: ">>> Ana Pérez 5/3/2026 10:02 AM >>>".
GROUPWISE = re.compile(
    r">>> ?[^>].{2,200}\d{1,2}[./-]\d{1,2}[./-]\d{2,4} \d{1,2}:\d{2}(?: ?[AP]M)? ?>>>\s*$"
)
# An answer that its author has set between such marks: ">>> The first, I think. <<<".
_ENCLOSED = re.compile(r"[ \t]{0,2}>{2,4}[^<>]{1,390}(?<!<)<{2,4}\s*$")
_ENCLOSED_FROM = re.compile(r"[ \t]{0,2}>{3}[^<>]{1,390}$")
_ENCLOSED_TO = re.compile(r"[^<>]{0,390}<{3}\s*$")
_ENCLOSED_LINES = 12
# Lines whose marks are those of their author.
_UNQUOTING = (GROUPWISE, _ENCLOSED)
# Marks of direction and blanks without width, which programs put around names and dates.
INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_SENTENCE_ENDS = tuple(".!?:;…。！？؟")
_QUESTION_MARKS = ("?", "؟", "？")
# Where programs break lines; a line that is broken there had no room for the next word.
_FULL_CHARACTERS = 72
_BROKEN_FROM_CHARACTERS = 60
# So many such lines leave no doubt that they were broken.
_BROKEN_LINES = 2
# The rest of an introduction whose address was broken before its last mark, if there is any.
_ADDRESS_TAIL = re.compile(r"(?=.{0,89}\Z)(?:.*(?:[:：]|wrote))?\Z")


class _LineBreak(Enum):
    """How an unmarked line between two quoted ones comes to stand there."""

    ENCODED = "a break of quoted-printable that nobody has decoded"
    WRAPPED = "the line above had no room for its first word"
    DOUBTFUL = "the line above is long, but ends as a sentence does or had room"
    AUTHORED = "its author has typed it"


def read(lines: list[str]) -> tuple[list[int], list[str]]:
    """Return how deep each line is quoted, and what each says without marks and blanks."""
    text = "\n".join(lines)
    if not any(mark in text for mark in _QUOTE_MARKS):
        return [0] * len(lines), _visible_texts(lines, text)
    quoted = _QuotedLines(lines)
    quoted.take_back_escaped()
    quoted.take_back_enclosed()
    quoted.mend_broken()
    return quoted.depths, quoted.texts


def _visible_texts(lines: list[str], text: str) -> list[str]:
    """Return what can be seen of each line of a text; in one of ASCII nothing is invisible."""
    if not text.isascii():
        return [visible_text(line) for line in lines]
    return [line[: 2 * LOOK].strip()[:LOOK] for line in lines]


def visible_text(line: str) -> str:
    """Return the first :data:`LOOK` characters of a line that can be seen."""
    text = line[: 2 * LOOK]
    if not text.isascii():
        text = text.translate(INVISIBLE)
    return text.strip()[:LOOK]


class _QuotedLines:
    """Lines whose marks are read from top to bottom and then mended."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.depths: list[int] = []
        self.texts: list[str] = []
        depth, text = 0, ""
        for line in lines:
            depth, text = _read_line(line, depth, text)
            self.depths.append(depth)
            self.texts.append(text)

    def take_back_escaped(self) -> None:
        """Give a lone ">From here on" back to its author, whose line a program has escaped."""
        for at, line in enumerate(self.lines):
            if self.depths[at] != 1:
                continue
            if _ESCAPED_FROM.match(line[:LOOK]) is None:
                continue
            above, below = self.depths[max(at - 1, 0) : at], self.depths[at + 1 : at + 2]
            if not any(above + below):
                self.depths[at], self.texts[at] = 0, visible_text(line)[1:]

    def take_back_enclosed(self) -> None:
        """Give lines between ">>>" and "<<<" back to their author."""
        for at, line in enumerate(self.lines):
            if self.depths[at]:
                continue
            if _ENCLOSED_TO.match(line[:LOOK]) is None:
                continue
            first = self._first_enclosed(at)
            if _ENCLOSED_FROM.match(self.lines[first][:LOOK]) is not None:
                self.depths[first], self.texts[first] = 0, visible_text(self.lines[first])

    def _first_enclosed(self, last: int) -> int:
        """Return the line above ``last`` that is quoted or blank, at most so many lines higher."""
        lowest = max(0, last - _ENCLOSED_LINES)
        above = range(last - 1, lowest, -1)
        return next((at for at in above if not self._is_unquoted_text(at)), lowest)

    def _is_unquoted_text(self, at: int) -> bool:
        return self.texts[at] != "" and self.depths[at] == 0

    def mend_broken(self) -> None:
        """Give the end of a quoted line that was broken off the depth of its beginning."""
        breaks: dict[_LineBreak, list[int]] = {kind: [] for kind in _LineBreak}
        for at in self._unmarked_between_quotes():
            breaks[self._break_above(at)].append(at)
        broken = self._certainly_wrapped(breaks[_LineBreak.WRAPPED])
        if broken:
            # Lines of this message were broken: a full stop may have ended one by chance.
            broken += self._continued(breaks[_LineBreak.DOUBTFUL])
        for at in (*breaks[_LineBreak.ENCODED], *broken):
            self.depths[at] = self.depths[at - 1]

    def _certainly_wrapped(self, wrapped: list[int]) -> list[int]:
        if len(wrapped) >= _BROKEN_LINES:
            return wrapped
        return [at for at in wrapped if not self._may_answer_item(at)]

    def _continued(self, doubtful: list[int]) -> list[int]:
        return [at for at in doubtful if not cues.is_answer(self.texts[at])]

    def _unmarked_between_quotes(self) -> Iterator[int]:
        for at in range(1, len(self.lines) - 1):
            is_between = min(self.depths[at - 1], self.depths[at + 1]) > 0
            if is_between and not self.depths[at]:
                yield at

    def _break_above(self, at: int) -> _LineBreak:
        before, text = self.lines[at - 1], self.texts[at]
        if before.endswith("=") and len(before) > _FULL_CHARACTERS:
            return _LineBreak.ENCODED
        if not _begins_small(text):
            return _LineBreak.AUTHORED
        if len(before) < _BROKEN_FROM_CHARACTERS:
            return _LineBreak.AUTHORED
        first_word = text.partition(" ")[0]
        had_room = len(before) + 1 + len(first_word) <= _FULL_CHARACTERS
        if not had_room and not before.endswith(_SENTENCE_ENDS):
            return _LineBreak.WRAPPED
        if before.endswith(_QUESTION_MARKS):
            return _LineBreak.AUTHORED
        return _LineBreak.DOUBTFUL

    def _may_answer_item(self, at: int) -> bool:
        """Whether the line may be an answer below an item of a list, which ends without a mark."""
        if cues.is_answer(self.texts[at]):
            return True
        below = self.texts[at + 1]
        return below != "" and not below[0].islower()


def _read_line(line: str, depth_above: int, text_above: str) -> tuple[int, str]:
    """Return how deep a line is quoted and what it says."""
    depth, text = _without_marks(line)
    if depth != depth_above + 1:
        return depth, text
    if not _is_tail_of_address(text_above, text):
        return depth, text
    # "… <ana@people.example" broken before ">": that mark closes the address and quotes nothing.
    if text.startswith(":"):
        return depth_above, f">{text}"
    return depth_above, f"> {text}"


def _without_marks(line: str) -> tuple[int, str]:
    if any(pattern.match(line[:LOOK]) for pattern in _UNQUOTING):
        return 0, visible_text(line)
    marks = _MARKS.match(line)
    if marks is None:
        return 0, visible_text(line)
    return sum(map(marks[0].count, _QUOTE_MARKS)), visible_text(line[marks.end() :])


def _begins_small(text: str) -> bool:
    first = text[:1]
    return first.isalpha() and not first.isupper()


def _is_tail_of_address(above: str, text: str) -> bool:
    """Whether a line ends an introduction whose address was broken in the line above."""
    if "@" not in above:
        return False
    if above.rfind("<") <= above.rfind(">"):
        return False
    return _ADDRESS_TAIL.match(text) is not None
