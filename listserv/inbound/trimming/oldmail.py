"""Find where old mails begin in a text: introductions, header blocks, "Original Message", in any depth of quotes."""

import re
from dataclasses import dataclass

from listserv.inbound.phrases import (
    BARE_MARKS,
    DATE,
    FORWARDED,
    FROM,
    LABELS,
    ORIGINAL,
    OTHER,
    RAW,
    REPLY_ABOVE,
    SENT,
    SUBJECT,
    TO,
)
from listserv.inbound.trimming import intros
from listserv.inbound.trimming.lines import Page

# Lines that are asked whether they introduce an old mail; a mail has a handful, in its quotes some more.
_CANDIDATES = 600
_NESTED = 200
# Lines of a header block, and of one value in it, at most.
_BLOCK = 24
_FOLDED = 3
# Characters of a label that stands alone.
_LABEL = 16
# Lines of a header whose labels stand alone, of what stands above it, and characters of those.
_STACK = 12
_ABOVE_STACK = 4
_NARROW = 80
# What a header begins with where each of its labels is a paragraph.
_FIRST = {FROM, SENT, DATE}
_RULE = "-_=—–~*# \xa0"
_RULE_MARKS = frozenset("-_=—–~*#")
_RULE_STARTS = tuple(_RULE_MARKS)
# What a line ends with that introduces a quote without a colon: "wrote", "writes", rules, an address.
_LAST_OF_INTRO = frozenset("eEsS->")
_TIME = re.compile(r"\d{1,2}[:.h٫]\d{2}")
_PASSED_ON = (*FORWARDED, *(f"{words}:" for words in FORWARDED))


@dataclass(frozen=True, slots=True)
class Old:
    """What announces an old mail.

    Attributes: ``start`` and ``end`` its lines; ``depth`` how deep it is quoted itself; ``bare`` whether the old words
    stand below as they were and not quoted deeper; ``is_forward`` whether they are passed on rather than answered.
    """

    start: int
    end: int
    depth: int
    bare: bool
    is_forward: bool = False


def scan(page: Page) -> list[Old]:
    """Return all that announces an old mail, from top to bottom, at most :data:`_CANDIDATES` looked at."""
    found: list[Old] = []
    at = floor = 0
    left = {True: _CANDIDATES, False: _NESTED}
    while at < len(page):
        text = page.texts[at]
        outermost = page.depths[at] == 0
        if text and left[outermost] and _may_announce(text):
            left[outermost] -= 1
            old = _at(page, at, floor)
            if old is not None:
                found.append(old)
                at = floor = old.end
                continue
        at += 1
    return found


def _may_announce(text: str) -> bool:
    """Whether a line is worth a closer look: it has a colon, a rule, or words that stand without."""
    if ":" in text or "：" in text or text[0] in _RULE_MARKS:
        return True
    if len(text) < _LABEL and _lone_kind(text) == TO:
        return True
    if text[-1] in _LAST_OF_INTRO:
        low = text[-12:].lower()
        if low[-1] == ">" or low.rstrip("- ").endswith(("wrote", "writes")):
            return True
    low = text[:40].lower()
    return low.startswith(_WORDS.get(low[:2], ()))


def _by_start(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return phrases by their first two letters: a line is compared with a handful, not with all."""
    starts = dict.fromkeys(phrase[:2] for phrase in phrases)
    return {start: tuple(phrase for phrase in phrases if phrase[:2] == start) for start in starts}


_WORDS = _by_start((*BARE_MARKS, *ORIGINAL, *FORWARDED, *REPLY_ABOVE))


def _at(page: Page, at: int, floor: int) -> Old | None:
    depth = page.depths[at]
    mark = _mark(page, at)
    if mark is not None:
        return mark
    end = block_end(page, at, depth)
    if end > at:
        return Old(at, end, depth, bare=_is_bare(page, end, depth))
    start = _stacked(page, at, floor)
    if start >= 0:
        end = min(len(page), at + _STACK)
        end = next(line for line in range(at, end) if _lone_kind(page.texts[line]) == SUBJECT) + 2
        return Old(start, min(end, len(page)), depth, bare=True)
    bare = _is_bare(page, at + 1, depth)
    start = intros.find(page, at, floor=floor, quoted=not bare)
    return Old(start, at + 1, depth, bare) if start >= 0 else None


def _stacked(page: Page, at: int, floor: int) -> int:
    """Return where a header begins whose labels stand alone, each above its value; -1 when line ``at`` is in none.

    Lotus Notes writes them so: a name, a date, "To", a name, "cc", a name, "Subject", a subject.
    """
    kinds = [_lone_kind(text) for text in page.texts[at : at + _STACK] if text]
    if kinds[0] != TO or SUBJECT not in kinds or any(page.depths[at : at + _STACK]):
        return -1
    start, dated = page.above(at), False
    for line in range(start - 1, max(floor, start - _ABOVE_STACK) - 1, -1):
        text = page.texts[line]
        if not text or len(text) > _NARROW:
            break
        start, dated = line, dated or _TIME.search(text) is not None
    return start if dated else -1


def _is_bare(page: Page, end: int, depth: int) -> bool:
    """Whether what follows is not quoted deeper than ``depth``."""
    for at in range(end, min(len(page), end + 6)):
        if page.texts[at]:
            return page.depths[at] <= depth
        if page.depths[at] > depth:
            return False
    return True


def _mark(page: Page, at: int) -> Old | None:
    """Return what "-----Original Message-----" or its like announces, the header block below it included."""
    text, depth = page.texts[at], page.depths[at]
    words = text.strip(_RULE).removesuffix(":").removesuffix("：").replace("&nbsp;", " ").strip(_RULE).lower()
    if not words or len(words) > 90:
        return None
    if any(phrase in words for phrase in REPLY_ABOVE) and text.startswith((*_RULE_STARTS, "[", "(")):
        return Old(at, at + 1, depth, bare=True)
    ruled = text.startswith(_RULE_STARTS)
    forward = words in FORWARDED
    if not forward and words not in ORIGINAL and not words.startswith(BARE_MARKS):
        return None
    below = at + 1
    while below < min(len(page), at + 4) and not page.texts[below]:
        below += 1
    end = block_end(page, below, depth, announced=True) if below < len(page) else below
    # Without a rule the words may be a heading of the author's; within quotes only a block proves them.
    plain = words.startswith(BARE_MARKS) or (forward and text.endswith((":", "：")))
    if end <= below and (depth or not (ruled or plain)):
        return None
    end = max(end, at + 1)
    return Old(at, end, depth, bare=_is_bare(page, end, depth), is_forward=forward)


def kind_of(text: str) -> str:
    """Return which part of a header a line ``Label: value`` names; empty when it is none."""
    head, colon, _value = text[:60].replace("：", ":").partition(":")
    return LABELS.get(head.strip("*_ \t\xa0").lower(), "") if colon else ""


def _lone_kind(text: str) -> str:
    """Return which part of a header a label names that stands alone in its line."""
    return LABELS.get(text.strip("*_ ").lower(), "")


def block_end(page: Page, at: int, depth: int, *, announced: bool = False) -> int:
    """Return where a header block that begins at ``at`` ends; ``at`` when none does.

    Args: ``announced`` whether a line above says that an old mail follows: then two labels are proof enough.
    """
    first = kind_of(page.texts[at]) if page.depths[at] >= depth else ""
    if not first:
        return at
    kinds: set[str] = set()
    folded = 0
    last = line = at
    while line < min(len(page), at + _BLOCK) and page.depths[line] == page.depths[at]:
        kind = kind_of(page.texts[line])
        if kind:
            kinds.add(kind)
            folded, last = 0, line
        elif page.texts[line]:
            folded += 1
        elif first not in _FIRST or not _goes_on(page, line, at) or kind_of(page.texts[line + 1]) in kinds:
            last = line - 1
            break
        if folded > _FOLDED:
            break
        line += 1
    value = " ".join(page.texts[at : last + 1])
    shaped = page.texts[at].startswith(("*", "_")) or with_rule(page, at) < at
    is_proven = _is_proven(first, kinds - {OTHER}, value, announced=announced, shaped=shaped)
    return last + 1 if is_proven and (announced or not _is_below_raw(page, at)) else at


def _is_below_raw(page: Page, at: int) -> bool:
    """Whether the lines right above belong to a raw header, of which these are the rest."""
    for line in range(at - 1, max(-1, at - _BLOCK), -1):
        if not page.texts[line]:
            break
        if kind_of(page.texts[line]) == RAW:
            return True
    return False


def _goes_on(page: Page, blank: int, at: int) -> bool:
    """Whether a header block from ``at`` goes on below an empty line, as it does where each label is a paragraph."""
    below = blank + 1
    alone = blank - 1 == at or not page.texts[blank - 2]
    if not alone or below >= len(page) or page.depths[below] != page.depths[blank]:
        return False
    if below + 1 < len(page) and page.texts[below + 1]:
        return False
    return bool(kind_of(page.texts[blank - 1])) and bool(kind_of(page.texts[below]))


def _is_proven(first: str, kinds: set[str], value: str, *, announced: bool, shaped: bool) -> bool:
    """Whether lines with labels are the header of an old mail.

    Travels have a from, a to and a date as well, memoranda a subject too; a raw header has been put there to be read.
    """
    if announced:
        return len(kinds) >= 2 or FROM in kinds
    if RAW in kinds:
        return False
    address, time = "@" in value, _TIME.search(value) is not None
    if len(kinds) < 3:
        return len(kinds) == 2 and not kinds.isdisjoint({SENT, DATE}) and address and time
    if FROM not in kinds or (first != FROM and not address and not time):
        return False
    return address or shaped or SENT in kinds or (SUBJECT in kinds and time)


def with_rule(page: Page, at: int) -> int:
    """Return where the rule begins that stands right above line ``at``; ``at`` when there is none."""
    above = page.above(at)
    if not above or page.depths[above - 1]:
        return at
    text = page.texts[above - 1]
    return above - 1 if len(text) >= 4 and not text.strip(_RULE) else at
