"""The lines of a message, each with how deep it is quoted and what it says.

At most :data:`MAX_LINES` lines and
:data:`~listserv.mail.trim.quote_marks.LOOK` characters of each are looked at, whatever a
message holds: what stands below is only asked whether it is all quoted. That bounds the time of
everything that is built on a :class:`TextLines`.
"""

import re
from collections.abc import Iterator

from listserv.mail.trim import quote_marks

# A message that a person wrote has fewer; below them nothing is taken for an old message or a
# signature.
MAX_LINES = 8_000
_UNQUOTED = re.compile(r"^[ \t\xa0]*[^>\s]", re.MULTILINE)


class TextLines:
    """The lines of a text.

    Attributes: ``lines`` as they are; ``depths`` how deep each is quoted; ``texts`` what each says
    without marks and blanks; ``rest`` what stands below the lines that are looked at.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n", MAX_LINES)
        self.rest = ""
        if len(self.lines) > MAX_LINES:
            self.rest = self.lines.pop()
        self.depths, self.texts = quote_marks.read(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def top(self) -> int:
        """The first line that is not blank."""
        return next((at for at in range(len(self)) if not self.is_blank(at)), 0)

    @property
    def goes_on(self) -> bool:
        """Whether words that are no quote stand below the lines that are looked at."""
        return _UNQUOTED.search(self.rest) is not None

    def is_blank(self, at: int) -> bool:
        """Whether the line is empty; the empty line of a quote is not blank."""
        return not self.texts[at] and not self.depths[at]

    def is_unquoted(self, at: int) -> bool:
        """Whether the line says something and is not quoted."""
        return self.texts[at] != "" and self.depths[at] == 0

    def text_at(self, at: int) -> str:
        """Return what the line says; empty where there is no such line."""
        return self.texts[at] if 0 <= at < len(self) else ""

    def unquoted_text(self, at: int) -> str:
        """Return what the line says if it is not quoted; empty where there is no such line."""
        if not 0 <= at < len(self) or self.depths[at]:
            return ""
        return self.texts[at]

    def is_of_other_depth(self, at: int, depth: int) -> bool:
        """Whether the line says something and is not quoted at ``depth``."""
        return self.texts[at] != "" and self.depths[at] != depth

    def is_quoted_from(self, at: int) -> bool:
        """Whether any line from ``at`` on is quoted."""
        return any(self.depths[at:])

    def quoted_runs(self, start: int, end: int) -> Iterator[int]:
        """Give the first line of each run of quoted lines between two lines."""
        quoted = (at for at in range(start, end) if self.depths[at])
        return (at for at in quoted if at == 0 or not self.depths[at - 1])

    def spoken(self, start: int, end: int) -> list[str]:
        """Return what the lines from ``start`` to ``end`` say, empty ones left away."""
        return [text for text in self.texts[start:end] if text]

    def unquoted_texts(self, end: int) -> Iterator[str]:
        """Give what the lines above ``end`` say that are not quoted."""
        return (self.texts[at] for at in range(end) if self.is_unquoted(at))

    def above(self, end: int) -> int:
        """Return ``end`` without the blank lines that stand right above it."""
        while end and self.is_blank(end - 1):
            end -= 1
        return end

    def above_empty(self, end: int, lowest: int) -> int:
        """Return ``end`` without the empty lines right above it, at ``lowest`` at least."""
        above = range(end - 1, lowest - 1, -1)
        return next((at + 1 for at in above if self.texts[at]), min(end, lowest))

    def below(self, start: int, most: int) -> int:
        """Return ``start`` without the empty lines from there on, at most ``most`` of them."""
        end = min(len(self), start + most)
        return next((at for at in range(start, end) if self.texts[at]), end)

    def raw_column(self, at: int, column: int) -> int:
        """Return where in the line as it is the character at ``column`` of what it says stands."""
        count = 0
        for offset, char in enumerate(self.lines[at]):
            if ord(char) in quote_marks.INVISIBLE:
                continue
            if count == 0 and char.isspace():
                continue
            if count == column:
                return offset
            count += 1
        return len(self.lines[at])
