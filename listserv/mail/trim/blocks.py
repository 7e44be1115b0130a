"""Decide about the block below an announcement that stands there unquoted: are all its words old?

The decision looks at the whole block, never at its first line. Old words that bear no marks look
like an author's own, so they are folded away only where nothing speaks against it: no words below
quoted lines, no unmarked words above them that nothing announces, no cue of the author's ("see
below", a greeting and nothing else). When in doubt they stay. Where an earlier message is at hand,
it decides: what it does not hold is its author's.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from listserv.mail.trim import answering, cues, signatures, tags
from listserv.mail.trim.earlier import EarlierText
from listserv.mail.trim.header_blocks import ANSWERED, with_rule
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.old_mail import Announcement
from listserv.mail.trim.phrases import WROTE
from listserv.mail.trim.words import CLOSINGS

# Lines of the author's at the beginning and at the end that are looked at for cues.
_CUE_LINES = 8
# Lines that may be greetings and nothing else.
_GREETING_LINES = 3
# Words of an author who has answered inside quoted lines.
_SENT_WORDS = 60
# Signatures, footers and the like that may stand below the block.
_MAX_PIECES = 12
_COLONS = (":", "：")
# Words of one who writes about headers.
_HEADERS = re.compile(
    r"\bheaders?\b|en-?têtes?\b|encabezad|cabeçalho|intestazion|kopfzeile|заголов|标头|邮件头|ヘッダ|ترويسة"
)
_DATED = re.compile(r"\d{4}.*\d[:.]\d{2}|\d[:.]\d{2}.*\d{4}")


class BlockVerdict(Enum):
    """What becomes of a block."""

    OLD = "all of it is old"
    DOUBTFUL = "some of it may be the author's"
    SHOWN = "the author sends readers to it"


@dataclass(frozen=True, slots=True)
class _OldBlock:
    """What stands below an announcement.

    Attributes: ``start`` and ``end`` its lines, what stands below its words left away;
    ``announced`` the lines of announcements within it.
    """

    page: TextLines
    start: int
    end: int
    announced: frozenset[int] = frozenset()

    def paragraphs(self, start: int, end: int) -> Iterator[list[str]]:
        """Give the paragraphs between two lines that bear no marks and announce nothing."""
        for is_text, lines in groupby(range(start, end), self._is_text):
            if is_text:
                yield [self.page.texts[at] for at in lines]

    def all_paragraphs(self) -> list[list[str]]:
        """Return all its paragraphs that bear no marks and announce nothing."""
        return list(self.paragraphs(self.start, self.end))

    def _is_text(self, at: int) -> bool:
        if at in self.announced:
            return False
        return self.page.is_unquoted(at) and not cues.is_elision(self.page.texts[at])


def judge(
    page: TextLines, announcements: Sequence[Announcement], index: int, earlier: EarlierText
) -> BlockVerdict:
    """Return what the block below an announcement is, to the end of the page."""
    announcement, below = announcements[index], announcements[index + 1 :]
    own = _own_lines(page, announcements[:index], announcement)
    at_ends = (*own[:_CUE_LINES], *own[max(_CUE_LINES, len(own) - _CUE_LINES) :])
    if any(map(cues.points_below, at_ends)):
        return BlockVerdict.SHOWN
    if answering.sends_below(at_ends):
        return BlockVerdict.SHOWN
    start = announcement.end
    block = _OldBlock(page, start, _end(page, start), _lines_of(below))
    paragraphs = block.all_paragraphs()
    if earlier and paragraphs:
        return _verdict(is_old=all(map(earlier.holds, paragraphs)))
    if _only_greets(own):
        return BlockVerdict.SHOWN
    if _leads_on_to(page, announcement, own):
        return BlockVerdict.SHOWN
    return _verdict(is_old=not _speaks_of_it(own) and _is_old(block, below))


def _verdict(*, is_old: bool) -> BlockVerdict:
    return BlockVerdict.OLD if is_old else BlockVerdict.DOUBTFUL


def _only_greets(own: Sequence[str]) -> bool:
    """Whether an author says nothing above, or but a few greetings."""
    return len(own) <= _GREETING_LINES and all(map(cues.is_greeting, own))


def _leads_on_to(page: TextLines, announcement: Announcement, own: Sequence[str]) -> bool:
    """Whether an author leads on to what is announced, which answers nothing."""
    if not own:
        return False
    if not _leads_on(own[-1]):
        return False
    announced = page.texts[announcement.start : announcement.end]
    return not any(map(ANSWERED.search, announced))


def _speaks_of_it(own: Sequence[str]) -> bool:
    """Whether an author speaks of headers, or shows what stands below."""
    if not own:
        return False
    if cues.shows(own[-1]):
        return True
    return any(_HEADERS.search(line.lower()) for line in own[-_CUE_LINES:])


def holds_answers(page: TextLines, first: int, end: int) -> bool:
    """Whether the author sends readers into the quoted lines between ``first`` and ``end``.

    Who has typed answers inside them does so: nothing else is quoted, and the words above are few.
    """
    if any(page.depths[:first]):
        return False
    above = page.spoken(0, first)
    if sum(len(text.split()) for text in above) > _SENT_WORDS:
        return False
    return any(map(cues.points_into, above)) or answering.sends_inside(" ".join(above))


def is_all_known(page: TextLines, start: int, earlier: EarlierText) -> bool:
    """Whether an earlier message holds every paragraph from a line on.

    What stands below the words is left away.
    """
    paragraphs = _OldBlock(page, start, _end(page, start)).all_paragraphs()
    return bool(paragraphs) and all(map(earlier.holds, paragraphs))


def is_answered_by_marks(page: TextLines, announcement: Announcement) -> bool:
    """Whether the marks of quotes below an announcement are those of answers.

    Each stands right below an unmarked line of the old message, which stands first.
    """
    end = page.above(len(page))
    below = range(announcement.end, end)
    first = next((at for at in below if not page.is_blank(at)), end)
    runs = list(page.quoted_runs(first, end))
    if not runs:
        return False
    if page.depths[first]:
        return False
    if cues.is_greeting(page.texts[first]):
        return False
    return all(page.texts[at - 1] for at in runs)


def _leads_on(text: str) -> bool:
    """Whether the author's last line above an announcement ends with a colon.

    As in "Beware of this mail:". With a date and a time it may be an introduction that is not
    known.
    """
    if not text.endswith(_COLONS):
        return False
    if "@" in text:
        return False
    if _DATED.search(text):
        return False
    if text.rstrip(":： ").lower().endswith(WROTE):
        return False
    return not cues.is_greeting(text) and text.lower().strip(":： ") not in CLOSINGS


def _lines_of(announcements: Sequence[Announcement]) -> frozenset[int]:
    """Return the lines of announcements that are not quoted."""
    unquoted = (announcement for announcement in announcements if not announcement.depth)
    return frozenset(at for other in unquoted for at in range(other.start, other.end))


def _own_lines(
    page: TextLines, before: Sequence[Announcement], announcement: Announcement
) -> list[str]:
    """Return what the author says above an announcement, the signature left away."""
    end = _without_signature(page, page.above(with_rule(page, announcement.start)), top=0)
    announced = _lines_of(before)
    unannounced = (at for at in range(end) if at not in announced)
    own = [page.texts[at] for at in unannounced if page.is_unquoted(at)]
    if announcement.column:
        own.append(page.texts[announcement.start][: announcement.column])
    return own


def _without_signature(page: TextLines, end: int, *, top: int) -> int:
    """Return where the signature begins that ends at ``end``; ``end`` when there is none."""
    if end <= top:
        return end
    if page.depths[end - 1]:
        return end
    return signatures.start_of_added(page, end, top=top)


def _end(page: TextLines, start: int) -> int:
    """Return where a block ends, what stands below its words left away."""
    end = max(page.above(len(page)), start)
    for _piece in range(_MAX_PIECES):
        higher = _without_signature(page, end, top=start)
        if higher == end:
            break
        end = max(page.above(higher), start)
    return end


def _is_old(block: _OldBlock, below: Sequence[Announcement]) -> bool:
    """Whether the words of a block are all old, where no earlier message is at hand."""
    page, start, end = block.page, block.start, block.end
    quoted = next((at for at in range(start, end) if page.depths[at]), end)
    if quoted == end:
        return not tags.are_in(page, start, end)
    if any(block.paragraphs(quoted, end)):
        # Answers stand below quoted lines.
        return False
    if not any(block.paragraphs(start, quoted)):
        return True
    # Old words that quote still older ones introduce them; what nobody introduces an author may
    # have answered.
    last = page.above(quoted)
    return any(last in (other.end, other.end - 1) for other in below if not other.depth)
