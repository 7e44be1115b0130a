"""Find where old messages begin in a text, in any depth of quotes.

Introductions, header blocks, "Original Message" and their like announce them.
"""

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from hub.lib import forwards
from listserv.mail.trim import cues, intro_forms, intros, prefixes
from listserv.mail.trim.header_blocks import RULE, TIME, block_end, lone_kind
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.phrases import BARE_MARKS, ORIGINAL, REPLY_ABOVE, SUBJECT, TO, WROTE

# Lines that are asked whether they introduce an old message; a message has a handful, in its quotes
# some more.
_MAX_CANDIDATES = 600
_MAX_QUOTED_CANDIDATES = 200
_LABEL_CHARACTERS = 16  # of a label that stands alone
# Lines of a header whose labels stand alone, of what stands above it, and characters of those.
_STACK_LINES = 12
_ABOVE_STACK_LINES = 4
_NARROW_CHARACTERS = 80
_RULE_MARKS = frozenset("-_=—–~*#\u2010")
_RULE_STARTS = tuple(_RULE_MARKS)
_REPLY_ABOVE_STARTS = (*_RULE_STARTS, "[", "(")
# What a line ends with that introduces a quote without a colon: "wrote", "writes", rules, an
# address.
_LAST_OF_INTRO = frozenset("eEsS->")
_INTRO_END = re.compile(r">\Z|wr(?:ote|ites)[- ]*\Z")
# Lines between an announcement and its quote that are no old words: "[...]", a greeting, initials.
_MAX_LABELS_ABOVE_QUOTE = 2
_SHORT_CHARACTERS, _SHORT_WORDS = 40, 4
_SHORT_ENDS = ",:：，،"
# Lines below an announcement in which its quote begins, the labels above it and blanks between them
# included.
_ABOVE_QUOTE_LINES = 6 + 2 * _MAX_LABELS_ABOVE_QUOTE
# Announcements below which quotes marked otherwise than with ">" are looked for.
_MAX_PREFIXED = 5
# Characters that begin and end a drawn heading, and of its words.
_DRAWN_CHARACTERS, _HEADING_CHARACTERS = 2, 24
# Lines below a heading in which another one stands that is drawn alike.
_HEADINGS_LINES = 200
# Characters of a line that draws words into a rule.
_RULED_CHARACTERS = 90
# Empty lines between a mark and the header below it.
_BLANK_LINES = 3


@dataclass(frozen=True, slots=True)
class Announcement:
    """What announces an old message.

    Attributes: ``start`` and ``end`` its lines; ``depth`` how deep it is quoted itself; ``is_bare``
    whether the old words stand below as they were and not quoted deeper; ``is_forward`` whether
    they are passed on rather than answered; ``column`` where it begins in what its first line says,
    behind words of the author's.
    """

    start: int
    end: int
    depth: int
    is_bare: bool
    is_forward: bool = False
    column: int = 0


def scan(page: TextLines) -> list[Announcement]:
    """Return all that announces an old message, from top to bottom.

    At most :data:`_MAX_CANDIDATES` lines are looked at closely.
    """
    scanner = _Scanner(page)
    # Read by place: what is announced may change how deep the lines below it are quoted.
    texts = page.texts
    at = 0
    while at < len(texts):
        announcement = None
        if texts[at] and _may_announce(texts[at]):
            announcement = scanner.read(at)
        at = at + 1 if announcement is None else announcement.end
    return scanner.announcements


def _by_start(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return phrases by their first two letters.

    So a line is compared with a handful, not with all.
    """
    starts = dict.fromkeys(phrase[:2] for phrase in phrases)
    return {start: tuple(phrase for phrase in phrases if phrase[:2] == start) for start in starts}


_WORDS = _by_start((*BARE_MARKS, *ORIGINAL, *forwards.PHRASES, *REPLY_ABOVE, *forwards.PLAIN))
_MARK_WORDS = frozenset((*ORIGINAL, *forwards.PHRASES))


class _Scanner:
    """Reads a text from top to bottom.

    Attributes: ``announcements`` those above; ``floor`` the first line below the last of them;
    ``left`` how many candidates may still be looked at, by whether they are outside of quotes.
    """

    def __init__(self, page: TextLines) -> None:
        self.page = page
        self.announcements: list[Announcement] = []
        self.floor = 0
        self.left = {True: _MAX_CANDIDATES, False: _MAX_QUOTED_CANDIDATES}

    def read(self, at: int) -> Announcement | None:
        """Return what line ``at`` announces."""
        if not self._is_candidate(at):
            return None
        readers = (self._marked, self._headed, self._stacked, self._run_on, self._introduced)
        for reader in readers:
            announcement = reader(at)
            if announcement is not None:
                self.announcements.append(announcement)
                self.floor = announcement.end
                return announcement
        return None

    def _is_candidate(self, at: int) -> bool:
        is_outermost = self.page.depths[at] == 0
        if not self.left[is_outermost]:
            return False
        self.left[is_outermost] -= 1
        return True

    def _headed(self, at: int) -> Announcement | None:
        """Return the header block that begins at a line."""
        depth = self.page.depths[at]
        end = block_end(self.page, at, depth)
        if end == at:
            return None
        return self._above_old_words(Announcement(at, end, depth, is_bare=True))

    def _stacked(self, at: int) -> Announcement | None:
        """Return a header whose labels stand alone, each above its value.

        Lotus Notes writes them so: a name, a date, "To", a name, "cc", a name, "Subject", a
        subject.
        """
        page, end = self.page, at + _STACK_LINES
        kinds = [lone_kind(text) for text in page.texts[at:end]]
        if kinds[0] != TO:
            return None
        if SUBJECT not in kinds:
            return None
        if any(page.depths[at:end]):
            return None
        first = page.above(at)
        lowest = max(self.floor, first - _ABOVE_STACK_LINES)
        above = list(takewhile(self._is_narrow, range(first - 1, lowest - 1, -1)))
        if not any(TIME.search(page.texts[line]) for line in above):
            return None
        below = at + kinds.index(SUBJECT) + 2
        return Announcement(above[-1], min(below, len(page)), 0, is_bare=True)

    def _is_narrow(self, at: int) -> bool:
        return 1 <= len(self.page.texts[at]) <= _NARROW_CHARACTERS

    def _run_on(self, at: int) -> Announcement | None:
        """Return an introduction behind which old words stand at once."""
        if self.page.depths[at]:
            return None
        if not intro_forms.runs_on(self.page.texts[at]):
            return None
        return Announcement(at, at + 1, 0, is_bare=True)

    def _introduced(self, at: int) -> Announcement | None:
        """Return the introduction that ends with a line."""
        depth = self.page.depths[at]
        is_quoted = self._is_above_quote(at, depth)
        intro = intros.find(self.page, at, floor=self.floor, quoted=is_quoted)
        if intro is None:
            return None
        announcement = Announcement(
            intro.start, at + 1, depth, is_bare=not is_quoted, column=intro.column
        )
        return self._above_old_words(announcement)

    def _is_above_quote(self, at: int, depth: int) -> bool:
        if not _is_bare(self.page, at + 1, depth):
            return True
        return depth == 0 and prefixes.are_below(self.page, at + 1)

    def _marked(self, at: int) -> Announcement | None:
        """Return "-----Original Message-----" or its like, the header block below it included."""
        page, text, depth = self.page, self.page.texts[at], self.page.depths[at]
        if forwards.is_mark(text):
            return self._forward(at)
        words = _words_of_mark(text)
        if not 1 <= len(words) <= _RULED_CHARACTERS:
            return None
        if text.startswith(_REPLY_ABOVE_STARTS) and _asks_to_reply_above(words):
            return Announcement(at, at + 1, depth, is_bare=True)
        if words not in _MARK_WORDS and not words.startswith(BARE_MARKS):
            return None
        below, end = self._header_below(at)
        if end == below and not _stands_alone(page, at, words):
            return None
        is_forward = words in forwards.PHRASES
        announcement = Announcement(at, end, depth, is_bare=True, is_forward=is_forward)
        return _with_prefixes(page, announcement)

    def _forward(self, at: int) -> Announcement:
        """Return a mark that a message is passed on, with the header block below it."""
        page, depth = self.page, self.page.depths[at]
        below, end = self._header_below(at)
        if end == below:
            end = at + 1
        return Announcement(at, end, depth, is_bare=_is_bare(page, end, depth), is_forward=True)

    def _header_below(self, at: int) -> tuple[int, int]:
        """Return the first line below a mark that says something, and where its header ends."""
        below = self.page.below(at + 1, _BLANK_LINES)
        if below == len(self.page):
            return below, below
        return below, block_end(self.page, below, self.page.depths[at], announced=True)

    def _above_old_words(self, announcement: Announcement) -> Announcement:
        """Return an announcement with what stands between it and a quote that it announces."""
        if len(self.announcements) < _MAX_PREFIXED:
            return _with_prefixes(self.page, announcement)
        return _with_elision(self.page, announcement)


def _may_announce(text: str) -> bool:
    """Whether a line is worth a closer look.

    It has a colon, a rule, or words that stand without.
    """
    if ":" in text or "：" in text:
        return True
    if text[0] in _RULE_MARKS:
        return True
    if len(text) < _LABEL_CHARACTERS and lone_kind(text) == TO:
        return True
    if text[-1] in _LAST_OF_INTRO and _INTRO_END.search(text[-12:].lower()):
        return True
    low = text[:40].lower()
    return low.startswith(_WORDS.get(low[:2], ()))


def _with_prefixes(page: TextLines, announcement: Announcement) -> Announcement:
    """Return an announcement, quotes marked otherwise than with ">" below it having been read."""
    if not announcement.depth and _is_bare(page, announcement.end, 0):
        prefixes.mark(page, announcement.end)
    return _with_elision(page, announcement)


def _with_elision(page: TextLines, announcement: Announcement) -> Announcement:
    """Return an announcement with the "[...]" between it and its quote."""
    if _is_bare(page, announcement.end, announcement.depth):
        return replace(announcement, is_bare=True)
    return replace(announcement, end=_past_elision(page, announcement.end), is_bare=False)


def _is_bare(page: TextLines, end: int, depth: int) -> bool:
    """Whether what follows is not quoted deeper; a label above a quote is no old text."""
    labels = 0
    for at in range(end, min(len(page), end + _ABOVE_QUOTE_LINES)):
        if page.depths[at] > depth:
            return False
        text = page.texts[at]
        if not text:
            continue
        if page.depths[at] < depth:
            return True
        if not _is_label(text):
            return True
        labels += 1
        if labels > _MAX_LABELS_ABOVE_QUOTE:
            return True
    return True


def _is_label(text: str) -> bool:
    """Whether a line is too little to be what is announced: "[...]", "Boris,", "BH:"."""
    if cues.is_elision(text):
        return True
    if cues.is_greeting(text):
        return True
    if text[-1] not in _SHORT_ENDS:
        return False
    if len(text) > _SHORT_CHARACTERS:
        return False
    if len(text.split()) > _SHORT_WORDS:
        return False
    return not text.rstrip(",:：，، ").lower().endswith(WROTE)


def _past_elision(page: TextLines, end: int) -> int:
    """Return where lines end that say that words were left away, if a quote follows them.

    Else ``end``.
    """
    for at in range(end, len(page)):
        if page.depths[at]:
            return at if any(page.texts[end:at]) else end
        if page.texts[at] and not cues.is_elision(page.texts[at]):
            break
    return end


def _asks_to_reply_above(words: str) -> bool:
    return any(phrase in words for phrase in REPLY_ABOVE)


def _words_of_mark(text: str) -> str:
    words = text.strip(RULE).removesuffix(":").removesuffix("：")
    return words.replace("&nbsp;", " ").strip(RULE).lower()


def _stands_alone(page: TextLines, at: int, words: str) -> bool:
    """Whether a mark without a header block below it announces an old message.

    Without a rule the words may be a heading of the author's; within quotes only a block proves
    them.
    """
    if page.depths[at]:
        return False
    if words.startswith(BARE_MARKS):
        return not _is_heading(page, at)
    return page.texts[at].startswith(_RULE_STARTS) and not _is_heading(page, at)


def _is_heading(page: TextLines, at: int) -> bool:
    """Whether a ruled line is one of several headings that an author has drawn alike.

    As in "--- Original ---" and "--- Amended ---".
    """
    rule = page.texts[at][:_DRAWN_CHARACTERS]
    if rule != page.texts[at][-_DRAWN_CHARACTERS:]:
        return False
    below = (text for text in page.texts[at + 1 : at + _HEADINGS_LINES] if text.startswith(rule))
    return any(_is_authors_heading(text) for text in below if text.endswith(rule))


def _is_authors_heading(text: str) -> bool:
    words = text.strip(RULE).lower()
    if not 1 <= len(words) <= _HEADING_CHARACTERS:
        return False
    return words not in ORIGINAL and not forwards.is_mark(text)
