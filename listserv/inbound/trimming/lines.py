"""The lines of a mail, each with how deep it is quoted and what it says.

At most :data:`MAX_LINES` lines and :data:`LOOK` characters of each are looked at, whatever a mail holds: what stands
below is only asked whether it is all quoted. That bounds the time of everything that is built on a :class:`Page`.
"""

import re

LOOK = 400  # characters
# A mail that a person wrote has fewer; below them nothing is taken for an old mail or a signature.
MAX_LINES = 8_000
_MARKS = re.compile(r"[ \t\xa0]{0,2}(?:[>＞][ \t\xa0]{0,2}){1,40}")
_BAR = re.compile(r"[ \t]{0,2}\|[ \t]?([^|]*)$")
_UNQUOTED = re.compile(r"^[ \t\xa0]*[^>\s]", re.MULTILINE)
# Marks of direction and blanks without width, which programs put around names and dates.
_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_SENTENCE_ENDS = tuple(".!?:;…。！？؟")
# Where programs break lines; a line that is broken there had no room for the next word.
_FULL = 72
_BROKEN_FROM = 60
# Characters of the rest of an introduction whose address was broken before its last mark.
_ADDRESS_TAIL = 90


class Page:
    """The lines of a text: as they are, how deep each is quoted, and what each says without marks and blanks."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n", MAX_LINES)
        self.rest = self.lines.pop() if len(self.lines) > MAX_LINES else ""
        self.depths: list[int] = []
        self.texts: list[str] = []
        if ">" in text or "＞" in text:
            for line in self.lines:
                self._read(line)
            self._mend_broken_quotes()
        else:
            self.depths = [0] * len(self.lines)
            self.texts = [_said(line) for line in self.lines]
        if "|" in text:
            self._mark_bars()

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
        found = _MARKS.match(line)
        text = _said(line if found is None else line[found.end() :])
        depth = 0 if found is None else found[0].count(">") + found[0].count("＞")
        before = self.depths[-1] if self.depths else 0
        if depth == before + 1 and _is_tail_of_address(self.texts[-1] if self.texts else "", text):
            # "… <ana@people.example" broken before ">": that mark closes the address and quotes nothing.
            depth, text = before, f">{text}" if text[:1] == ":" else f"> {text}"
        self.depths.append(depth)
        self.texts.append(text)

    def _mend_broken_quotes(self) -> None:
        """Give the end of a quoted line that was broken off, and so has no mark, the depth of its beginning."""
        doubtful = []
        is_broken = False
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
                self.depths[at], is_broken = self.depths[at - 1], True
            elif not before.endswith(("?", "؟", "？")):
                doubtful.append(at)
        # Once it is known that lines of this mail were broken, a full stop may have ended one by chance.
        for at in doubtful if is_broken else ():
            self.depths[at] = self.depths[at - 1]

    def _mark_bars(self) -> None:
        """Take lines that begin with a bar for a quote where an introduction stands above; tables are none."""
        at = 0
        while at < len(self.lines):
            if self.texts[at][:1] != "|":
                at += 1
                continue
            start = at
            while at < len(self.lines) and _BAR.match(self.lines[at][:LOOK]):
                at += 1
            above = self.above(start)
            if above and (self.depths[above - 1] or self.texts[above - 1].endswith((":", "："))):
                for line in range(start, at):
                    self.depths[line], self.texts[line] = 1, self.texts[line][1:].strip()
            at = max(at, start + 1)


def _said(line: str) -> str:
    text = line[: 2 * LOOK]
    return (text if text.isascii() else text.translate(_INVISIBLE)).strip()[:LOOK]


def _is_tail_of_address(before: str, text: str) -> bool:
    opened = before.rfind("<") > before.rfind(">") and "@" in before
    return opened and len(text) < _ADDRESS_TAIL and (not text or text.endswith((":", "：", "wrote", "wrote ")))
