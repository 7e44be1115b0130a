"""Tell what the author of a mail wrote from what the mail program added: quotes, introductions,
signatures.

Pure functions over text, in time linear in its length. Only a tail is ever folded away: visible and
folded, one behind the other, are the text as it was. When in doubt words stay: quotes that the
author answers below (interleaved, or bottom posting) do, what the author passes on does, a closing
and a name do.

How: :mod:`listserv.mail.trim.old_mail` finds what announces old mails, from top to bottom,
and :mod:`listserv.mail.trim.blocks` decides about what stands below one that is not quoted:
the first block whose words are all old ends what the author wrote. From there the cut moves up over
what is a tail of quotes, a signature or a phone's line.
"""

from dataclasses import dataclass
from itertools import islice

from listserv.mail.trim import (
    blocks,
    delimited,
    header_blocks,
    intros,
    old_mail,
    quotes,
    signatures,
)
from listserv.mail.trim.known import Known
from listserv.mail.trim.lines import MAX_LINES, TextLines
from listserv.mail.trim.old_mail import Old

# Pieces of tail (quote, signature, phone's line, footer) that are folded at most.
_TAILS = 30
# Lines that an introduction, or a name and a post, may have.
_UNMARKED = 3
# Characters that an author has written above a phone's line below which old words may stand that
# nothing announces.
_WRITTEN = 240
# Announcements below which a block is looked at.
_BLOCKS = 12


@dataclass(frozen=True)
class Trimmed:
    """``visible + folded`` is the text that was given."""

    visible: str
    folded: str

    @property
    def is_only_quoted(self) -> bool:
        """Whether the author wrote nothing of their own."""
        return not self.visible.strip()

    @property
    def may_hold_own_words(self) -> bool:
        """Whether what is folded bears so many lines without marks that an author's own might be
        among them.
        """
        lines = (line.strip() for line in self.folded.split("\n", MAX_LINES))
        unmarked = (line for line in lines if line and not line.startswith((">", "＞")))
        return next(islice(unmarked, _UNMARKED, None), None) is not None


@dataclass(frozen=True)
class Reply:
    """One mail of those that a text holds, as its lines are, marks of quotes included.

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


def trim(text: str, *, is_forward: bool = False, earlier: str = "") -> Trimmed:
    """Split ``text`` (newlines as ``\\n``) where its author stops. Linear; never raises.

    Args: ``is_forward`` whether the mail is known to pass another on (its subject says so): then no
    old mail is folded that stands there unquoted; ``earlier`` the text of the message that is
    answered, what it had folded included, where it is at hand.
    """
    page = TextLines(text.rstrip())
    olds = old_mail.scan(page)
    cut = _first_cut(page, olds, Known(earlier), is_forward=is_forward)
    if cut is None or (cut.line == len(page) and page.goes_on):
        return Trimmed(text, "")
    cut = _tail_cut(page, olds, cut)
    if cut.line and not cut.column and not _has_own_words(page, cut.line):
        # Nothing but quotes is left, or an introduction whose quote has just been folded.
        cut = _Cut(0)
    if cut.line >= len(page) and not page.rest:
        return Trimmed(text, "")
    offset = sum(map(len, page.lines[: cut.line])) + cut.line
    offset += page.raw_column(cut.line, cut.column) if cut.column else 0
    return Trimmed(text[:offset], text[offset:])


def read_chain(text: str) -> list[Reply]:
    """Return the mails that ``text`` holds, the newest first: the author's own words and what they
    answer.

    Lines below the first :data:`~listserv.mail.trim.lines.MAX_LINES` are not read.
    """
    page = TextLines(text.rstrip())
    olds = old_mail.scan(page)
    if not olds or olds[0].start > page.top:
        olds = [Old(0, 0, 0, bare=True), *olds]
    ends = [*(old.start for old in olds[1:]), len(page)]
    return [_reply(page, old, end) for old, end in zip(olds, ends, strict=True)]


def _reply(page: TextLines, old: Old, end: int) -> Reply:
    cut = _signed_from(page, old.end, end)
    body = "\n".join(page.lines[old.end : cut]).strip()
    above, newline, last = body.rpartition("\n")
    return Reply(
        header="\n".join(page.lines[old.start : old.end]).strip(),
        # A rule above the next mail is left with the words: their author may have drawn it.
        body=above + newline + last.strip(),
        signature="\n".join(page.lines[cut:end]).strip(),
        content="\n".join(page.lines[old.start : end]).strip(),
    )


def _signed_from(page: TextLines, start: int, end: int) -> int:
    """Return where the signature begins of a mail between two lines, the footers of lists below it
    included.
    """
    cut = end
    for _piece in range(_TAILS):
        last = cut
        while last > start and not page.texts[last - 1]:
            last -= 1
        signature = (
            signatures.find(page, last, top=start, may_be_text=True) if last > start else None
        )
        if signature is None:
            break
        cut = signature.start
        if signature.own or signature.delimited:
            break
    return cut


def _first_cut(page: TextLines, olds: list[Old], known: Known, *, is_forward: bool) -> _Cut | None:
    """Return the line of the first old mail that stands there unquoted and whose words are all old.

    The number of lines when there is none, None when the mail passes another on: that is what its
    author says.
    """
    judged = 0
    for index, old in enumerate(olds):
        if old.depth:
            continue
        if old.is_forward or (is_forward and old.bare):
            return None
        if not old.bare:
            continue
        if old.start <= page.top and not old.column:
            return None
        judged += 1
        verdict = blocks.judge(page, olds, index, known)
        is_marked = verdict is blocks.BlockVerdict.DOUBTFUL and blocks.is_answered_by_marks(
            page, old
        )
        if verdict is blocks.BlockVerdict.SHOWN or is_marked:
            return None
        if verdict is blocks.BlockVerdict.OLD:
            return _cut_at(page, old)
        if judged == _BLOCKS:
            break
    return _Cut(min(_phone_cut(page, known), _known_cut(page, known)))


def _known_cut(page: TextLines, known: Known) -> int:
    """Return the line "Boris wrote:", without a date or an address, below which all words are known
    to be old; the number of lines without one.
    """
    lines = (
        (at for at in range(page.top + 1, len(page)) if intros.names_writer(page.texts[at]))
        if known
        else ()
    )
    for at in islice(lines, _BLOCKS):
        below = [text for text in page.texts[at + 1 :] if text]
        if (
            not page.depths[at]
            and below
            and not any(page.depths[at:])
            and blocks.is_all_known(page, at + 1, known)
        ):
            return at
    return len(page)


def _phone_cut(page: TextLines, known: Known) -> int:
    """Return the phone's line below which old words stand that nothing announces; the number of
    lines without one.

    Programs put the line where the author's words end: who has written above it, and more than a
    word, does not go on below. Quotes tell that this time somebody may.
    """
    written = 0
    for at in range(len(page) - 1):
        if page.depths[at]:
            break
        is_alone = page.texts[at] and at and not page.texts[at - 1] and not page.texts[at + 1]
        if is_alone and written >= _WRITTEN and signatures.is_phone_line(page.texts[at]):
            below = [text for text in page.texts[at + 1 :] if text]
            is_old = (
                bool(below)
                and not any(page.depths[at:])
                and not delimited.is_afterthought(below[0])
            )
            return at if is_old and (not known or known.holds(below)) else len(page)
        written += len(page.texts[at])
    return len(page)


def _cut_at(page: TextLines, old: Old) -> _Cut:
    return (
        _Cut(old.start, old.column)
        if old.column
        else _Cut(header_blocks.with_rule(page, old.start))
    )


def _tail_cut(page: TextLines, olds: list[Old], cut: _Cut) -> _Cut:
    """Return where the tail of quotes and signatures begins that ends at ``cut``."""
    starts = {old.end: old for old in olds if not old.depth}
    for _piece in range(_TAILS):
        if cut.column:
            break
        end = page.above(cut.line)
        higher = _tail(page, starts, end) if end else _Cut(0)
        if higher.line >= end:
            break
        cut = higher
    return cut


def _tail(page: TextLines, starts: dict[int, Old], end: int) -> _Cut:
    """Return where one more piece of tail begins; ``end`` when there is none."""
    if page.depths[end - 1]:
        at = quotes.start(page, end)
        if blocks.holds_answers(page, at, end):
            return _Cut(end)
        if at in starts:
            return _cut_at(page, starts[at])
        while page.is_blank(at):
            at += 1
        if not quotes.are_old(page, at, end):
            return _Cut(end)
        return _Cut(at) if at == 0 else _Cut(header_blocks.with_rule(page, at))
    signature = signatures.find(page, end, top=0)
    return _Cut(signature.start if signature is not None and not signature.own else end)


def _has_own_words(page: TextLines, cut: int) -> bool:
    return any(page.texts[at] and not page.depths[at] for at in range(cut))
