"""The lines of a mail, each with how deep it is quoted and what it says.

At most :data:`MAX_LINES` lines and :data:`LOOK` characters of each are looked at, whatever a mail
holds: what stands below is only asked whether it is all quoted. That bounds the time of everything
that is built on a :class:`TextLines`.
"""

import re

from listserv.mail.trim import cues

LOOK = 400  # characters
# A mail that a person wrote has fewer; below them nothing is taken for an old mail or a signature.
MAX_LINES = 8_000
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
_UNQUOTED = re.compile(r"^[ \t\xa0]*[^>\s]", re.MULTILINE)
# Marks of direction and blanks without width, which programs put around names and dates.
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_SENTENCE_ENDS = tuple(".!?:;…。！？؟")
# Where programs break lines; a line that is broken there had no room for the next word.
_FULL = 72
_BROKEN_FROM = 60
# So many such lines leave no doubt that they were broken.
_BROKEN_LINES = 2
# Characters of the rest of an introduction whose address was broken before its last mark.
_ADDRESS_TAIL = 90


class TextLines:
    """The lines of a text: as they are, how deep each is quoted, and what each says without marks
    and blanks.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n", MAX_LINES)
        self.rest = self.lines.pop() if len(self.lines) > MAX_LINES else ""
        self.depths: list[int] = []
        self.texts: list[str] = []
        if ">" in text or "＞" in text:
            for line in self.lines:
                self._read(line)
            self._take_back_escaped()
            self._take_back_enclosed()
            self._mend_broken_quotes()
        else:
            self.depths = [0] * len(self.lines)
            self.texts = [_said(line) for line in self.lines]

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def top(self) -> int:
        """The first line that says something."""
        return next((at for at, text in enumerate(self.texts) if text or self.depths[at]), 0)

    @property
    def goes_on(self) -> bool:
        """Whether words that are no quote stand below the lines that are looked at."""
        return _UNQUOTED.search(self.rest) is not None

    def is_blank(self, at: int) -> bool:
        """Whether the line is empty; the empty line of a quote is not."""
        return not self.texts[at] and not self.depths[at]

    def above(self, end: int) -> int:
        """Return ``end`` without the blank lines that stand right above it."""
        while end and self.is_blank(end - 1):
            end -= 1
        return end

    def _read(self, line: str) -> None:
        is_whole = GROUPWISE.match(line[:LOOK]) or _ENCLOSED.match(line[:LOOK])
        marks = None if is_whole else _MARKS.match(line)
        text = _said(line if marks is None else line[marks.end() :])
        depth = 0 if marks is None else marks[0].count(">") + marks[0].count("＞")
        before = self.depths[-1] if self.depths else 0
        if depth == before + 1 and _is_tail_of_address(self.texts[-1] if self.texts else "", text):
            # "… <ana@people.example" broken before ">": that mark closes the address and quotes
            # nothing.
            depth, text = before, f">{text}" if text[:1] == ":" else f"> {text}"
        self.depths.append(depth)
        self.texts.append(text)

    def raw_column(self, at: int, column: int) -> int:
        """Return where in the line as it is the character stands that what it says has at
        ``column``.
        """
        count, begun = 0, False
        for offset, char in enumerate(self.lines[at]):
            if ord(char) in _INVISIBLE or (not begun and char.isspace()):
                continue
            if count == column:
                return offset
            begun, count = True, count + 1
        return len(self.lines[at])

    def _take_back_escaped(self) -> None:
        """Take a lone ">From here on" for the author's line that it was before a program escaped
        it.
        """
        for at, line in enumerate(self.lines):
            if self.depths[at] != 1 or _ESCAPED_FROM.match(line[:LOOK]) is None:
                continue
            around = (
                self.depths[other] for other in (at - 1, at + 1) if 0 <= other < len(self.lines)
            )
            if not any(around):
                self.depths[at], self.texts[at] = 0, _said(line)[1:]

    def _take_back_enclosed(self) -> None:
        """Take lines between ">>>" and "<<<" for their author's, as one such line is."""
        for at, line in enumerate(self.lines):
            if self.depths[at] or _ENCLOSED_TO.match(line[:LOOK]) is None:
                continue
            first = at - 1
            while (
                first > max(0, at - _ENCLOSED_LINES)
                and self.texts[first]
                and not self.depths[first]
            ):
                first -= 1
            if first >= 0 and _ENCLOSED_FROM.match(self.lines[first][:LOOK]) is not None:
                self.depths[first], self.texts[first] = 0, _said(self.lines[first])

    def _may_answer(self, at: int) -> bool:
        """Whether the line may be an answer below an item of a list, which ends without a mark."""
        below = self.texts[at + 1]
        return cues.is_answer(self.texts[at]) or (bool(below) and not below[0].islower())

    def _mend_broken_quotes(self) -> None:
        """Give the end of a quoted line that was broken off, and so has no mark, the depth of its
        beginning.
        """
        broken, doubtful = [], []
        for at in range(1, len(self.lines) - 1):
            if self.depths[at] or not self.depths[at - 1] or not self.depths[at + 1]:
                continue
            before, text = self.lines[at - 1], self.texts[at]
            if before.endswith("=") and len(before) > _FULL:
                # Quoted-printable that nobody has decoded ends what it breaks so.
                self.depths[at] = self.depths[at - 1]
                continue
            if not text[:1].isalpha() or text[0].isupper() or len(before) < _BROKEN_FROM:
                continue
            had_no_room = len(before) + 1 + len(text.partition(" ")[0]) > _FULL
            if had_no_room and not before.endswith(_SENTENCE_ENDS):
                broken.append(at)
            elif not before.endswith(("?", "؟", "？")):
                doubtful.append(at)
        # Once it is known that lines of this mail were broken, a full stop may have ended one by
        # chance.
        broken = [at for at in broken if len(broken) >= _BROKEN_LINES or not self._may_answer(at)]
        for at in (
            *broken,
            *(at for at in doubtful if broken and not cues.is_answer(self.texts[at])),
        ):
            self.depths[at] = self.depths[at - 1]


def _said(line: str) -> str:
    text = line[: 2 * LOOK]
    return (text if text.isascii() else text.translate(_INVISIBLE)).strip()[:LOOK]


def _is_tail_of_address(before: str, text: str) -> bool:
    opened = before.rfind("<") > before.rfind(">") and "@" in before
    return (
        opened
        and len(text) < _ADDRESS_TAIL
        and (not text or text.endswith((":", "：", "wrote", "wrote ")))
    )
