"""Find introductions: the lines with which a mail program says whose words follow.

"On 3 May 2026, at 10:02, Ana Pérez <ana@people.example> wrote:" in its many forms. Above a quote
little proof is asked; where old text stands below without marks more is, since what is found there
may be folded away to the end. Sentences of an author's own that end alike ("I do not see what Boris
wrote:") are none, and where an author's words stand before an introduction in its line the
introduction begins behind them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from listserv.mail.trim import cues, intro_forms, own_words
from listserv.mail.trim.intro_forms import BEFORE_OPENER, COLONS, TRIM, IntroText
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.quote_marks import LOOK

# Lines that an introduction is broken over at most.
_MAX_LINES = 5
# What ends a line that does not go on below.
_STOPS = (".", "!", "?", ":", "：", "。", "؟", "！", "？")
# Characters of a line that holds the name before an address.
_NAME_CHARACTERS = 80
# What begins a line that goes with the name above it.
_AFTER_NAME = "<>("
_WROTE_LAST = re.compile(r"wr(?:ote|ites)$")


@dataclass(frozen=True, slots=True)
class Intro:
    """An introduction.

    Attributes: ``start`` its first line; ``column`` where it begins in what that line says, behind
    an author's words.
    """

    start: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class _IntroSearch:
    """Looks for the introduction that ends at line ``last`` and begins at ``lowest`` or below."""

    page: TextLines
    last: int
    lowest: int
    quoted: bool

    def run(self) -> Intro | None:
        """Return the introduction."""
        for at, joined in self._joined():
            if IntroText(joined).is_intro(quoted=self.quoted):
                return self._bounded(at)
        if self.quoted and self._is_line_above_quote():
            return Intro(self.last)
        return None

    def _joined(self) -> Iterator[tuple[int, str]]:
        """Give the lines up from the last one, each joined with those below it."""
        joined = ""
        for at in range(self.last, self.lowest - 1, -1):
            text = self._text(at)
            if not text:
                return
            joined = f"{text} {joined}".strip()
            if len(joined) > LOOK:
                return
            yield at, joined

    def _text(self, at: int) -> str:
        """Return what a line says; empty when it is quoted otherwise than the last one."""
        if self.page.depths[at] != self.page.depths[self.last]:
            return ""
        return self.page.texts[at]

    def _is_line_above_quote(self) -> bool:
        """Whether the last line introduces a quote without a date.

        It has to say all of it: what stands above may be the author's.
        """
        text = self.page.texts[self.last]
        if cues.has_sentence(text):
            return False
        if intro_forms.is_undated(text):
            return True
        return not self.page.text_at(self.last - 1) and intro_forms.is_full_name(text)

    def _bounded(self, at: int) -> Intro | None:
        """Return where what was recognised from line ``at`` on begins.

        None when its author has written it.
        """
        for start in dict.fromkeys((self._opening(at), at)):
            joined = " ".join(self.page.texts[start : self.last + 1])
            column = own_words.end(joined)
            if column <= len(self.page.texts[start]) and self._is_whole(joined[column:], column):
                return Intro(start, column)
        return None

    def _is_whole(self, rest: str, column: int) -> bool:
        """Whether what stands behind an author's words is an introduction and nothing more."""
        if cues.has_sentence(rest):
            return False
        if own_words.is_followed_by_more(rest):
            return False
        return not column or IntroText(rest).is_intro(quoted=self.quoted)

    def _opening(self, at: int) -> int:
        """Move up to the line that opens the introduction when it was broken before it."""
        start, is_opened = at, intro_forms.has_opener(self.page.texts[at])
        for above in range(at - 1, self.lowest - 1, -1):
            text = self._text(above)
            if not text:
                break
            if text.endswith(_STOPS):
                break
            # What has been opened goes further up only where a comma says so: "On 3 May 2026,",
            # "at 10:02,".
            if is_opened and not text.endswith(","):
                break
            if intro_forms.has_opener(text):
                start, is_opened = above, True
            elif not is_opened and self._dates(text, start):
                return above
            elif self._names(text, start):
                start = above
        return start

    def _dates(self, text: str, start: int) -> bool:
        """Whether a line is the date before a name that has none."""
        low = text.lower().lstrip(BEFORE_OPENER)
        if not intro_forms.has_date(low):
            return False
        if not intro_forms.begins(low):
            return False
        below = self.page.texts[start : self.last + 1]
        return not any(map(intro_forms.has_date, below))

    def _names(self, text: str, start: int) -> bool:
        """Whether a line is the name before its address, or what is left of it."""
        if self.page.texts[start][0] not in _AFTER_NAME:
            return False
        return len(text.lower().lstrip(BEFORE_OPENER)) < _NAME_CHARACTERS


def find(page: TextLines, last: int, *, floor: int, quoted: bool) -> Intro | None:
    """Return the introduction that ends at line ``last``.

    Args: ``floor`` the first line it may begin at; ``quoted`` whether a quote follows.
    """
    if not _may_end(page.texts[last], quoted=quoted):
        return None
    lowest = max(floor, last - _MAX_LINES + 1)
    return _IntroSearch(page, last, lowest, quoted).run()


def _may_end(text: str, *, quoted: bool) -> bool:
    """Whether the last line of an introduction may say this; asked of many lines, so cheap."""
    bare = text.rstrip(TRIM)
    if bare.endswith(COLONS):
        return True
    if quoted and bare.endswith(">"):
        return True
    return _WROTE_LAST.search(bare[-8:].lower()) is not None
