"""Tell what the author of a mail wrote from what the mail program added: quotes, introductions, signatures.

Pure functions over text, in time linear in its length. Only a tail is ever folded away: visible and folded, one behind
the other, are the text as it was. When in doubt words stay: quotes that the author answers below (interleaved, or
bottom posting) do, what the author passes on does, a closing and a name do.

How: :mod:`listserv.inbound.trimming.oldmail` finds what announces old mails, from top to bottom. The first that is not
quoted ends what the author wrote. From there the cut moves up over what is a tail of quotes, a signature or a phone's
line.
"""

from dataclasses import dataclass

from listserv.inbound.trimming import oldmail, signatures
from listserv.inbound.trimming.lines import Page
from listserv.inbound.trimming.oldmail import Old

# Pieces of tail (quote, signature, phone's line, footer) that are folded at most.
_TAILS = 30


@dataclass(frozen=True)
class Trimmed:
    """``visible + folded`` is the text that was given."""

    visible: str
    folded: str

    @property
    def is_only_quoted(self) -> bool:
        """Whether the author wrote nothing of their own."""
        return not self.visible.strip()


@dataclass(frozen=True)
class Reply:
    """One mail of those that a text holds, as its lines are, marks of quotes included.

    Attributes: ``header`` what announces it (empty for the author's own), ``body`` its words, ``signature`` what stands
    below them, a mere closing and name included.
    """

    header: str
    body: str
    signature: str
    content: str


def trim(text: str, *, is_forward: bool = False) -> Trimmed:
    """Split ``text`` (newlines as ``\\n``) where its author stops. Linear; never raises.

    Args: ``is_forward`` whether the mail is known to pass another on (its subject says so): then no old mail is folded
    that stands there unquoted.
    """
    page = Page(text.rstrip())
    olds = oldmail.scan(page)
    cut = _first_cut(page, olds, is_forward=is_forward)
    if cut < 0 or (cut == len(page) and page.goes_on):
        return Trimmed(text, "")
    cut = _tail_cut(page, olds, cut)
    if cut and not _has_own_words(page, cut):
        # Nothing but quotes is left, or an introduction whose quote has just been folded.
        cut = 0
    if cut >= len(page) and not page.rest:
        return Trimmed(text, "")
    offset = sum(map(len, page.lines[:cut])) + cut
    return Trimmed(text[:offset], text[offset:])


def read_chain(text: str) -> list[Reply]:
    """Return the mails that ``text`` holds, the newest first: the author's own words and what they answer.

    Lines below the first :data:`~listserv.inbound.trimming.lines.MAX_LINES` are not read.
    """
    page = Page(text.rstrip())
    olds = oldmail.scan(page)
    if not olds or olds[0].start > page.top:
        olds = [Old(0, 0, 0, bare=True), *olds]
    ends = [*(old.start for old in olds[1:]), len(page)]
    return [_reply(page, old, end) for old, end in zip(olds, ends, strict=True)]


def _reply(page: Page, old: Old, end: int) -> Reply:
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


def _signed_from(page: Page, start: int, end: int) -> int:
    """Return where the signature begins of a mail between two lines, the footers of lists below it included."""
    cut = end
    for _piece in range(_TAILS):
        last = cut
        while last > start and not page.texts[last - 1]:
            last -= 1
        found = signatures.find(page, last, top=start) if last > start else None
        if found is None:
            break
        cut = found.start
        if found.own or found.delimited:
            break
    return cut


def _first_cut(page: Page, olds: list[Old], *, is_forward: bool) -> int:
    """Return the line of the first old mail that stands there unquoted: all below it is old.

    The number of lines when there is none, -1 when the mail passes another on: that is what its author says.
    """
    cut = len(page)
    for old in olds:
        if old.depth:
            continue
        if old.is_forward or (is_forward and old.bare):
            return -1
        if old.bare:
            if old.start <= page.top:
                return -1
            cut = oldmail.with_rule(page, old.start)
            break
    return _phone_cut(page, cut)


def _phone_cut(page: Page, cut: int) -> int:
    """Return the phone's line below which old words stand that nothing announces; ``cut`` when there is none.

    Programs put the line where the author's words end: who has written above it does not go on below. Quotes below
    tell that this time somebody may.
    """
    for at in range(page.top + 1, min(cut, len(page)) - 1):
        if page.depths[at] or not page.texts[at] or page.texts[at + 1] or page.texts[at - 1]:
            continue
        if signatures.is_phone_line(page.texts[at]):
            own = any(page.texts[above] and not page.depths[above] for above in range(at))
            below = next((text for text in page.texts[at + 1 : cut] if text), "")
            is_old = own and not any(page.depths[at:cut]) and not signatures.is_afterthought(below)
            return at if is_old else cut
    return cut


def _tail_cut(page: Page, olds: list[Old], cut: int) -> int:
    """Return where the tail of quotes and signatures begins that ends at ``cut``."""
    starts = {old.end: old.start for old in olds if not old.depth}
    for _piece in range(_TAILS):
        end = page.above(cut)
        higher = _tail(page, starts, end) if end else 0
        if higher >= end:
            break
        cut = higher
    return cut


def _tail(page: Page, starts: dict[int, int], end: int) -> int:
    """Return where one more piece of tail begins; ``end`` when there is none."""
    if page.depths[end - 1]:
        at = end
        while at and (page.depths[at - 1] or not page.texts[at - 1]):
            at -= 1
        if at in starts:
            return oldmail.with_rule(page, starts[at])
        while page.is_blank(at):
            at += 1
        return at
    found = signatures.find(page, end, top=0)
    return found.start if found is not None and not found.own else end


def _has_own_words(page: Page, cut: int) -> bool:
    return any(page.texts[at] and not page.depths[at] for at in range(cut))
