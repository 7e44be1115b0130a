"""Decide about the block below an announcement that stands there unquoted: are all its words old?

The decision looks at the whole block, never at its first line. Old words that bear no marks look
like an author's own, so they are folded away only where nothing speaks against it: no words below
quoted lines, no unmarked words above them that nothing announces, no cue of the author's ("see
below", a greeting and nothing else). When in doubt they stay. Where an earlier message is at hand,
it decides: what it does not hold is its author's.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from listserv.mail.trim import answering, cues, signatures, tags
from listserv.mail.trim.header_blocks import ANSWERED, with_rule
from listserv.mail.trim.known import Known
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.old_mail import Old
from listserv.mail.trim.phrases import WROTE
from listserv.mail.trim.words import CLOSINGS

# Lines of the author's at the beginning and at the end that are looked at for cues.
_CUES = 8
# Lines that may be greetings and nothing else.
_GREETED = 3
# Words of an author who has answered inside quoted lines.
_SENT_WORDS = 60
# Signatures, footers and the like that may stand below the block.
_PIECES = 12
# Words of one who writes about headers.
_HEADERS = re.compile(
    r"\bheaders?\b|en-?têtes?\b|encabezad|cabeçalho|intestazion|kopfzeile|заголов|标头|邮件头|ヘッダ|ترويسة"
)
_DATED = re.compile(r"\d{4}.*\d[:.]\d{2}|\d[:.]\d{2}.*\d{4}")


class BlockVerdict(Enum):
    """What becomes of a block: all of it is old, some of it may be the author's, or they send
    readers to it.
    """

    OLD = "old"
    DOUBTFUL = "doubtful"
    SHOWN = "shown"


def judge(page: TextLines, olds: Sequence[Old], index: int, known: Known) -> BlockVerdict:
    """Return what the block below ``olds[index]`` is, to the end of the page."""
    old = olds[index]
    above = _own_lines(page, olds[:index], old)
    if old.column:
        above.append(page.texts[old.start][: old.column])
    own = (*above[:_CUES], *above[max(_CUES, len(above) - _CUES) :])
    if any(map(cues.points_below, own)) or answering.is_told(own):
        return BlockVerdict.SHOWN
    end = _end(page, old.end)
    paragraphs = list(_paragraphs(page, olds[index + 1 :], old.end, end))
    if known and paragraphs:
        return BlockVerdict.OLD if all(map(known.holds, paragraphs)) else BlockVerdict.DOUBTFUL
    if len(above) <= _GREETED and all(map(cues.is_greeting, above)):
        return BlockVerdict.SHOWN
    is_answered = any(map(ANSWERED.search, page.texts[old.start : old.end]))
    if above and not is_answered and _leads_on(above[-1]):
        return BlockVerdict.SHOWN
    if above and (
        cues.shows(above[-1]) or any(_HEADERS.search(line.lower()) for line in above[-_CUES:])
    ):
        return BlockVerdict.DOUBTFUL
    return (
        BlockVerdict.OLD
        if _is_old(page, olds[index + 1 :], old.end, end)
        else BlockVerdict.DOUBTFUL
    )


def holds_answers(page: TextLines, first: int, end: int) -> bool:
    """Whether the author sends readers into the quoted lines between ``first`` and ``end``, as who
    has typed answers inside them does: nothing else is quoted, and the words above are few.
    """
    if any(page.depths[:first]):
        return False
    above = [text for text in page.texts[:first] if text]
    if sum(len(text.split()) for text in above) > _SENT_WORDS:
        return False
    return any(map(cues.points_into, above)) or answering.is_inside(" ".join(above))


def is_all_known(page: TextLines, start: int, known: Known) -> bool:
    """Whether an earlier message holds every paragraph
    from a line on, what stands below its words left away.
    """
    paragraphs = list(_paragraphs(page, (), start, _end(page, start)))
    return bool(paragraphs) and all(map(known.holds, paragraphs))


def _leads_on(text: str) -> bool:
    """Whether the author's last line above an announcement ends with a colon: "Beware of this
    mail:".

    With a date and a time it may be an introduction that is not known.
    """
    if _DATED.search(text):
        return False
    closed = (
        text.endswith((":", "："))
        and "@" not in text
        and not text.rstrip(":： ").lower().endswith(WROTE)
    )
    return closed and not cues.is_greeting(text) and text.lower().strip(":： ") not in CLOSINGS


def is_answered_by_marks(page: TextLines, old: Old) -> bool:
    """Whether the marks of quotes below an announcement are those of answers: each right below an
    unmarked line of the old mail, which stands first.
    """
    end = page.above(len(page))
    first = next((at for at in range(old.end, end) if not page.is_blank(at)), end)
    quoted = [at for at in range(first, end) if page.depths[at] and not page.depths[at - 1]]
    if not quoted or page.depths[first] or cues.is_greeting(page.texts[first]):
        return False
    return all(page.texts[at - 1] for at in quoted)


def _own_lines(page: TextLines, before: Sequence[Old], old: Old) -> list[str]:
    """Return what the author says above an announcement, the signature left away."""
    announced = {
        line for other in before if not other.depth for line in range(other.start, other.end)
    }
    end = page.above(with_rule(page, old.start))
    signed = signatures.find(page, end, top=0) if end and not page.depths[end - 1] else None
    end = signed.start if signed is not None and not signed.own else end
    return [
        page.texts[at]
        for at in range(end)
        if page.texts[at] and not page.depths[at] and at not in announced
    ]


def _end(page: TextLines, start: int) -> int:
    """Return where a block ends, what stands below its words left away."""
    end = page.above(len(page))
    for _piece in range(_PIECES):
        end = max(page.above(end), start)
        signature = (
            signatures.find(page, end, top=start)
            if end > start and not page.depths[end - 1]
            else None
        )
        if signature is None or signature.own:
            break
        end = signature.start
    return end


def _paragraphs(page: TextLines, below: Sequence[Old], start: int, end: int) -> Iterator[list[str]]:
    """Give the paragraphs between two lines that bear no marks and announce nothing."""
    announced = {
        line for other in below if not other.depth for line in range(other.start, other.end)
    }
    paragraph: list[str] = []
    for at in range(start, end):
        if (
            page.texts[at]
            and not page.depths[at]
            and at not in announced
            and not cues.is_elision(page.texts[at])
        ):
            paragraph.append(page.texts[at])
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _is_old(page: TextLines, below: Sequence[Old], start: int, end: int) -> bool:
    quoted = next((at for at in range(start, end) if page.depths[at]), end)
    unmarked = next(_paragraphs(page, below, start, quoted), None)
    if quoted == end:
        return not tags.are_in(page, start, end)
    if next(_paragraphs(page, below, quoted, end), None) is not None:
        # Answers stand below quoted lines.
        return False
    # Old words that quote still older ones introduce them; what nobody introduces an author may
    # have answered.
    introduced = any(
        not other.depth and page.above(quoted) in (other.end, other.end - 1) for other in below
    )
    return unmarked is None or introduced
