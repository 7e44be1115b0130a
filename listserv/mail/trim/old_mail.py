"""Find where old mails begin in a text: introductions, header blocks, "Original Message", in any
depth of quotes.
"""

from dataclasses import dataclass, replace

from hub.lib import forwards
from listserv.mail.trim import cues, intros, prefixes
from listserv.mail.trim.header_blocks import BLOCK, RULE, TIME, block_end, lone_kind
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.phrases import BARE_MARKS, ORIGINAL, REPLY_ABOVE, SUBJECT, TO, WROTE

# Lines that are asked whether they introduce an old mail; a mail has a handful, in its quotes some
# more.
_CANDIDATES = 600
_NESTED = 200
# Characters of a label that stands alone.
_LABEL = 16
# Lines of a header whose labels stand alone, of what stands above it, and characters of those.
_STACK = 12
_ABOVE_STACK = 4
_NARROW = 80
_RULE_MARKS = frozenset("-_=—–~*#\u2010")
_RULE_STARTS = tuple(_RULE_MARKS)
# What a line ends with that introduces a quote without a colon: "wrote", "writes", rules, an
# address.
_LAST_OF_INTRO = frozenset("eEsS->")
# Lines between an announcement and its quote that are no old words: "[...]", a greeting, initials.
_LABELS_ABOVE_QUOTE = 2
_LABEL_CHARACTERS, _LABEL_WORDS = 40, 4
# Texts in which quotes marked otherwise than with ">" are looked for.
_MARKINGS = 5
# Characters that begin and end a drawn heading, and lines below it in which another one stands.
_DRAWN, _HEADINGS = 2, 200
# Characters of a line that draws words into a rule.
_RULED = 90


@dataclass(frozen=True, slots=True)
class Old:
    """What announces an old mail.

    Attributes: ``start`` and ``end`` its lines; ``depth`` how deep it is quoted itself; ``bare``
    whether the old words stand below as they were and not quoted deeper; ``is_forward`` whether
    they are passed on rather than answered; ``column`` where it begins in what its first line says,
    behind words of the author's.
    """

    start: int
    end: int
    depth: int
    bare: bool
    is_forward: bool = False
    column: int = 0


def scan(page: TextLines) -> list[Old]:
    """Return all that announces an old mail, from top to bottom, at most :data:`_CANDIDATES` looked
    at.
    """
    announcements: list[Old] = []
    at = floor = 0
    left = {True: _CANDIDATES, False: _NESTED}
    while at < len(page):
        text = page.texts[at]
        outermost = page.depths[at] == 0
        if text and left[outermost] and _may_announce(text):
            left[outermost] -= 1
            old = _at(page, at, floor, may_mark=len(announcements) < _MARKINGS)
            if old is not None:
                announcements.append(old)
                at = floor = old.end
                continue
        at += 1
    return announcements


def _may_announce(text: str) -> bool:
    """Whether a line is worth a closer look: it has
    a colon, a rule, or words that stand without.
    """
    if ":" in text or "：" in text or text[0] in _RULE_MARKS:
        return True
    if len(text) < _LABEL and lone_kind(text) == TO:
        return True
    if text[-1] in _LAST_OF_INTRO:
        low = text[-12:].lower()
        if low[-1] == ">" or low.rstrip("- ").endswith(("wrote", "writes")):
            return True
    low = text[:40].lower()
    return low.startswith(_WORDS.get(low[:2], ()))


def _by_start(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return phrases by their first two letters: a
    line is compared with a handful, not with all.
    """
    starts = dict.fromkeys(phrase[:2] for phrase in phrases)
    return {start: tuple(phrase for phrase in phrases if phrase[:2] == start) for start in starts}


_WORDS = _by_start((*BARE_MARKS, *ORIGINAL, *forwards.PHRASES, *REPLY_ABOVE, *forwards.PLAIN))


def _at(page: TextLines, at: int, floor: int, *, may_mark: bool) -> Old | None:
    depth = page.depths[at]
    mark = _mark(page, at)
    if mark is not None:
        return mark
    end = block_end(page, at, depth)
    if end > at:
        return _announced(page, Old(at, end, depth, bare=True), may_mark=may_mark)
    start = _stacked(page, at, floor)
    if start >= 0:
        end = min(len(page), at + _STACK)
        end = next(line for line in range(at, end) if lone_kind(page.texts[line]) == SUBJECT) + 2
        return Old(start, min(end, len(page)), depth, bare=True)
    if not depth and intros.runs_on(page.texts[at]):
        return Old(at, at + 1, depth, bare=True)
    quoted = not _is_bare(page, at + 1, depth) or (not depth and prefixes.are_below(page, at + 1))
    intro = intros.find(page, at, floor=floor, quoted=quoted)
    if intro is None:
        return None
    old = Old(intro.start, at + 1, depth, bare=not quoted, column=intro.column)
    return _announced(page, old, may_mark=may_mark)


def _announced(page: TextLines, old: Old, *, may_mark: bool) -> Old:
    """Return an announcement with what stands between it and a quote that it announces."""
    if not old.depth and may_mark and _is_bare(page, old.end, old.depth):
        prefixes.mark(page, old.end)
    bare = _is_bare(page, old.end, old.depth)
    return replace(old, end=old.end if bare else _past_elision(page, old.end), bare=bare)


def _stacked(page: TextLines, at: int, floor: int) -> int:
    """Return where a header begins whose labels stand alone, each above its value; -1 when line
    ``at`` is in none.

    Lotus Notes writes them so: a name, a date, "To", a name, "cc", a name, "Subject", a subject.
    """
    kinds = [lone_kind(text) for text in page.texts[at : at + _STACK] if text]
    if kinds[0] != TO or SUBJECT not in kinds or any(page.depths[at : at + _STACK]):
        return -1
    start, dated = page.above(at), False
    for line in range(start - 1, max(floor, start - _ABOVE_STACK) - 1, -1):
        text = page.texts[line]
        if not text or len(text) > _NARROW:
            break
        start, dated = line, dated or TIME.search(text) is not None
    return start if dated else -1


def _is_bare(page: TextLines, end: int, depth: int) -> bool:
    """Whether what follows is not quoted deeper than ``depth``; a label above a quote is no old
    text.
    """
    labels = 0
    for at in range(end, min(len(page), end + 6 + 2 * _LABELS_ABOVE_QUOTE)):
        if page.depths[at] > depth:
            return False
        text = page.texts[at]
        if not text:
            continue
        labels += 1
        if page.depths[at] < depth or labels > _LABELS_ABOVE_QUOTE or not _is_label(text):
            return True
    return True


def _is_label(text: str) -> bool:
    """Whether a line below an announcement is too little to be what it announces: "[...]",
    "Boris,", "BH:".
    """
    if cues.is_elision(text) or cues.is_greeting(text):
        return True
    short = (
        len(text) <= _LABEL_CHARACTERS
        and len(text.split()) <= _LABEL_WORDS
        and text[-1] in ",:：，،"
    )
    return short and not text.rstrip(",:：，، ").lower().endswith(WROTE)


def _past_elision(page: TextLines, end: int) -> int:
    """Return where lines end that say that words were left away, if a quote follows them; else
    ``end``.
    """
    at = end
    while (
        at < len(page)
        and not page.depths[at]
        and (not page.texts[at] or cues.is_elision(page.texts[at]))
    ):
        at += 1
    return at if at < len(page) and page.depths[at] and any(page.texts[end:at]) else end


def _mark(page: TextLines, at: int) -> Old | None:
    """Return what "-----Original Message-----" or its like announces, the header block below it
    included.
    """
    text, depth = page.texts[at], page.depths[at]
    if forwards.is_mark(text):
        return _forward(page, at)
    words = (
        text.strip(RULE)
        .removesuffix(":")
        .removesuffix("：")
        .replace("&nbsp;", " ")
        .strip(RULE)
        .lower()
    )
    if not words or len(words) > _RULED:
        return None
    if any(phrase in words for phrase in REPLY_ABOVE) and text.startswith(
        (*_RULE_STARTS, "[", "(")
    ):
        return Old(at, at + 1, depth, bare=True)
    ruled = text.startswith(_RULE_STARTS)
    forward = words in forwards.PHRASES
    if words not in ORIGINAL and not forward and not words.startswith(BARE_MARKS):
        return None
    below = at + 1
    while below < min(len(page), at + 4) and not page.texts[below]:
        below += 1
    end = block_end(page, below, depth, announced=True) if below < len(page) else below
    # Without a rule the words may be a heading of the author's; within quotes only a block proves
    # them.
    if end <= below and (
        depth or not (ruled or words.startswith(BARE_MARKS)) or _is_heading(page, at)
    ):
        return None
    return _announced(
        page, Old(at, max(end, at + 1), depth, bare=True, is_forward=forward), may_mark=True
    )


def _is_heading(page: TextLines, at: int) -> bool:
    """Whether a ruled line is one of several headings that an author has drawn alike: "--- Original
    ---" and "--- Amended ---".
    """
    rule = page.texts[at][:_DRAWN]
    if rule != page.texts[at][-_DRAWN:]:
        return False
    for text in page.texts[at + 1 : at + _HEADINGS]:
        words = text.strip(RULE).lower() if text.startswith(rule) and text.endswith(rule) else ""
        if words and words not in ORIGINAL and len(words) <= BLOCK and not forwards.is_mark(text):
            return True
    return False


def _forward(page: TextLines, at: int) -> Old:
    """Return a mark that a message is passed on, with the header block below it."""
    depth, below = page.depths[at], at + 1
    while below < min(len(page), at + 4) and not page.texts[below]:
        below += 1
    end = block_end(page, below, depth, announced=True) if below < len(page) else below
    end = max(end, at + 1) if end > below else at + 1
    return Old(at, end, depth, bare=_is_bare(page, end, depth), is_forward=True)
