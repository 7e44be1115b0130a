"""Tell what the author of a message wrote from what the mail program added.

That is quotes, introductions, signatures. Pure functions over text, in time linear in its length.
Only a tail is ever folded away: visible and folded, one behind the other, are the text as it was.
When in doubt words stay: quotes that the author answers below (interleaved, or bottom posting) do,
what the author passes on does, a closing and a name do.

How: :mod:`listserv.mail.trim.old_mail` finds what announces old messages, from top to bottom,
and :mod:`listserv.mail.trim.blocks` decides about what stands below one that is not quoted:
the first block whose words are all old ends what the author wrote. From there the cut moves up over
what is a tail of quotes, a signature or a phone's line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from listserv.mail.trim import (
    blocks,
    delimited,
    header_blocks,
    intro_forms,
    old_mail,
    quotes,
    signatures,
)
from listserv.mail.trim.blocks import BlockVerdict
from listserv.mail.trim.earlier import EarlierText
from listserv.mail.trim.lines import MAX_LINES, TextLines
from listserv.mail.trim.old_mail import Announcement

# Pieces of tail (quote, signature, phone's line, footer) that are folded at most.
_MAX_TAILS = 30
# Lines that an introduction, or a name and a post, may have.
_UNMARKED_LINES = 3
_UNMARKED = re.compile("[^>＞]")
# Characters that an author has written above a phone's line below which old words may stand that
# nothing announces.
_WRITTEN_CHARACTERS = 240
# Announcements below which a block is looked at.
_MAX_BLOCKS = 12


@dataclass(frozen=True)
class Trimmed:
    """A text in two halves: ``visible + folded`` is all of it."""

    visible: str
    folded: str

    @property
    def is_only_quoted(self) -> bool:
        """Whether the author wrote nothing of their own."""
        return not self.visible.strip()

    @property
    def may_hold_own_words(self) -> bool:
        """Whether so many folded lines bear no marks that some might be the author's own."""
        lines = (line.strip() for line in self.folded.split("\n", MAX_LINES))
        unmarked = filter(_UNMARKED.match, lines)
        return next(islice(unmarked, _UNMARKED_LINES, None), None) is not None


@dataclass(frozen=True)
class Reply:
    """One message of those that a text holds, as its lines are, marks of quotes included.

    Attributes: ``header`` what announces it (empty for the author's own), ``body`` its words,
    ``signature`` what stands below them, a mere closing and name included.
    """

    header: str
    body: str
    signature: str
    content: str


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where the folded part begins: a line, and a character of what it says."""

    line: int
    column: int = 0

    def offset(self, page: TextLines) -> int:
        """Return how many characters stand above it."""
        above = sum(map(len, page.lines[: self.line])) + self.line
        if not self.column:
            return above
        return above + page.raw_column(self.line, self.column)


def trim(text: str, *, is_forward: bool = False, earlier: str = "") -> Trimmed:
    """Split ``text`` (newlines as ``\\n``) where its author stops. Linear; never raises.

    Args: ``is_forward`` whether the message is known to pass another on (its subject says so): then
    no old message is folded that stands there unquoted; ``earlier`` the text of the message that is
    answered, what it had folded included, where it is at hand.
    """
    page = TextLines(text.rstrip())
    announcements = old_mail.scan(page)
    cut = _first_cut(page, announcements, EarlierText(earlier), is_forward=is_forward)
    if cut is None:
        return Trimmed(text, "")
    if cut.line == len(page) and page.goes_on:
        return Trimmed(text, "")
    cut = _above_nothing(page, _tail_cut(page, announcements, cut))
    if cut.line >= len(page) and not page.rest:
        return Trimmed(text, "")
    offset = cut.offset(page)
    return Trimmed(text[:offset], text[offset:])


def read_chain(text: str) -> list[Reply]:
    """Return the messages that ``text`` holds, the newest first.

    They are the author's own words and what these answer. Lines below the first
    :data:`~listserv.mail.trim.lines.MAX_LINES` are not read.
    """
    page = TextLines(text.rstrip())
    announcements = old_mail.scan(page)
    if not announcements or announcements[0].start > page.top:
        announcements = [Announcement(0, 0, 0, is_bare=True), *announcements]
    ends = [*(below.start for below in announcements[1:]), len(page)]
    pairs = zip(announcements, ends, strict=True)
    return [_reply(page, announcement, end) for announcement, end in pairs]


def _reply(page: TextLines, announcement: Announcement, end: int) -> Reply:
    cut = _signed_from(page, announcement.end, end)
    body = "\n".join(page.lines[announcement.end : cut]).strip()
    above, newline, last = body.rpartition("\n")
    return Reply(
        header="\n".join(page.lines[announcement.start : announcement.end]).strip(),
        # A rule above the next message is left with the words: their author may have drawn it.
        body=above + newline + last.strip(),
        signature="\n".join(page.lines[cut:end]).strip(),
        content="\n".join(page.lines[announcement.start : end]).strip(),
    )


def _signed_from(page: TextLines, start: int, end: int) -> int:
    """Return where the signature of a message between two lines begins.

    The footers of lists below it are included.
    """
    cut = end
    for _piece in range(_MAX_TAILS):
        last = page.above_empty(cut, start)
        if last <= start:
            break
        signature = signatures.find(page, last, top=start, may_be_text=True)
        if signature is None:
            break
        cut = signature.start
        if signature.ends_words:
            break
    return cut


def _first_cut(
    page: TextLines,
    announcements: list[Announcement],
    earlier: EarlierText,
    *,
    is_forward: bool,
) -> _Cut | None:
    """Return the line of the first unquoted old message whose words are all old.

    The number of lines when there is none, None when the message passes another on: that is what
    its author says.
    """
    judged = 0
    for index, announcement in enumerate(announcements):
        if announcement.depth:
            continue
        if announcement.is_forward:
            return None
        if not announcement.is_bare:
            continue
        if is_forward:
            return None
        if _begins_text(page, announcement):
            return None
        verdict = _judge(page, announcements, index, earlier)
        if verdict is BlockVerdict.SHOWN:
            return None
        if verdict is BlockVerdict.OLD:
            return _cut_at(page, announcement)
        judged += 1
        if judged == _MAX_BLOCKS:
            break
    return _Cut(min(_phone_cut(page, earlier), _known_cut(page, earlier)))


def _begins_text(page: TextLines, announcement: Announcement) -> bool:
    return announcement.start <= page.top and not announcement.column


def _judge(
    page: TextLines, announcements: list[Announcement], index: int, earlier: EarlierText
) -> BlockVerdict:
    """Return what the block below an announcement is, marks of answers within it considered."""
    verdict = blocks.judge(page, announcements, index, earlier)
    if verdict is not BlockVerdict.DOUBTFUL:
        return verdict
    if blocks.is_answered_by_marks(page, announcements[index]):
        return BlockVerdict.SHOWN
    return verdict


def _known_cut(page: TextLines, earlier: EarlierText) -> int:
    """Return the line "Boris wrote:" below which all words are known to be old.

    It has neither a date nor an address. The number of lines where there is none.
    """
    if not earlier:
        return len(page)
    below_top = range(page.top + 1, len(page))
    lines = (at for at in below_top if intro_forms.names_writer(page.texts[at]))
    for at in islice(lines, _MAX_BLOCKS):
        if _is_above_unquoted(page, at) and blocks.is_all_known(page, at + 1, earlier):
            return at
    return len(page)


def _is_above_unquoted(page: TextLines, at: int) -> bool:
    """Whether words stand below an unquoted line, and nothing there is quoted."""
    return any(page.texts[at + 1 :]) and not page.is_quoted_from(at)


def _phone_cut(page: TextLines, earlier: EarlierText) -> int:
    """Return the phone's line below which old words stand that nothing announces.

    Programs put the line where the author's words end: who has written above it, and more than a
    word, does not go on below. Quotes tell that this time somebody may. The number of lines where
    there is none.
    """
    at = next(_phone_lines(page), None)
    if at is None:
        return len(page)
    if not _is_above_unquoted(page, at):
        return len(page)
    below = page.spoken(at + 1, len(page))
    if delimited.is_afterthought(below[0]):
        return len(page)
    if earlier and not earlier.holds(below):
        return len(page)
    return at


def _phone_lines(page: TextLines) -> Iterator[int]:
    """Give the phone's lines that stand alone above all quotes, below a text of some length."""
    written = 0
    for at in range(len(page) - 1):
        text = page.texts[at]
        if page.depths[at]:
            return
        if written >= _WRITTEN_CHARACTERS and _is_phone_line_alone(page, at):
            yield at
        written += len(text)


def _is_phone_line_alone(page: TextLines, at: int) -> bool:
    """Whether a phone's line stands between two empty ones."""
    if at == 0:
        return False
    if page.texts[at - 1]:
        return False
    if page.texts[at + 1]:
        return False
    return signatures.is_phone_line(page.texts[at])


def _cut_at(page: TextLines, announcement: Announcement) -> _Cut:
    if announcement.column:
        return _Cut(announcement.start, announcement.column)
    return _Cut(header_blocks.with_rule(page, announcement.start))


def _tail_cut(page: TextLines, announcements: list[Announcement], cut: _Cut) -> _Cut:
    """Return where the tail of quotes and signatures begins that ends at ``cut``."""
    by_end = {other.end: other for other in announcements if not other.depth}
    for _piece in range(_MAX_TAILS):
        if cut.column:
            break
        end = page.above(cut.line)
        if not end:
            break
        higher = _tail(page, by_end, end)
        if higher.line >= end:
            break
        cut = higher
    return cut


def _tail(page: TextLines, by_end: dict[int, Announcement], end: int) -> _Cut:
    """Return where one more piece of tail begins; ``end`` when there is none."""
    if page.depths[end - 1]:
        return _quoted_tail(page, by_end, end)
    return _Cut(signatures.start_of_added(page, end, top=0))


def _quoted_tail(page: TextLines, by_end: dict[int, Announcement], end: int) -> _Cut:
    """Return where the quoted lines begin that end at ``end``, with what announces them."""
    at = quotes.start(page, end)
    if blocks.holds_answers(page, at, end):
        return _Cut(end)
    if at in by_end:
        return _cut_at(page, by_end[at])
    while page.is_blank(at):
        at += 1
    if not quotes.are_old(page, at, end):
        return _Cut(end)
    if at == 0:
        return _Cut(0)
    return _Cut(header_blocks.with_rule(page, at))


def _above_nothing(page: TextLines, cut: _Cut) -> _Cut:
    """Return the cut, at the first line if nothing above it is the author's own.

    Nothing but quotes is left then, or an introduction whose quote has just been folded.
    """
    if cut.column:
        return cut
    if any(page.unquoted_texts(cut.line)):
        return cut
    return _Cut(0)
