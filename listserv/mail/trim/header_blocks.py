"""Know the header block of an old mail: labels such as "From:" and "Sent:", and where they end."""

import re

from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.phrases import DATE, FROM, LABELS, OTHER, RAW, SENT, SUBJECT, TO

# Lines of a header block, and of one value in it, at most.
BLOCK = 24
_FOLDED = 3
# What a header begins with where each of its labels is a paragraph.
_FIRST = {FROM, SENT, DATE}
RULE = "-_=—–~*#\u2010 \xa0"
TIME = re.compile(r"\d{1,2}[:.h٫]\d{2}")
# Characters of the shortest rule that stands alone.
_RULE_CHARACTERS = 3
# The first line of a patch as Git writes it; what stands below is its header.
_PATCH = re.compile(r"From [0-9a-f]{7,40} \w{3} \w{3} \d")
ANSWERED = re.compile(
    r"(?:^|[ \t:：])(?:re|aw|sv|antw|vs|odp|ynt|rv|fw|fwd|wg|tr|ref|回复|答复|回覆|رد|ответ)[:：]",
    re.I,
)
# Characters by which a heading and its underline may differ.
_UNDERLINED = 3
# Blanks before a line that is set in.
_SET_IN = 2
_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}")


def kind_of(text: str) -> str:
    """Return which part of a header a line ``Label: value`` names; empty when it is none."""
    shown = text[:60].replace("：", ":")
    # A program draws the header as a table: "| From | Ana Pérez<ana@people.example> |".
    shown = shown[1:].replace("|", ":", 1) if shown[:1] == "|" else shown
    head, colon, _value = shown.partition(":")
    return LABELS.get(head.strip("*_ \t\xa0").lower(), "") if colon else ""


def lone_kind(text: str) -> str:
    """Return which part of a header a label names that stands alone in its line."""
    return LABELS.get(text.strip("*_ ").lower(), "")


def block_end(page: TextLines, at: int, depth: int, *, announced: bool = False) -> int:
    """Return where a header block that begins at ``at`` ends; ``at`` when none does.

    Args: ``announced`` whether a line above says that an old mail follows: then two labels are
    proof enough.
    """
    first = kind_of(page.texts[at]) if page.depths[at] >= depth else ""
    if not first:
        return at
    kinds: set[str] = set()
    folded = 0
    last = line = at
    while line < min(len(page), at + BLOCK) and page.depths[line] == page.depths[at]:
        kind = kind_of(page.texts[line])
        if kind:
            kinds.add(kind)
            folded, last = 0, line
        elif page.texts[line]:
            folded += 1
        elif (
            first not in _FIRST
            or not _goes_on(page, line, at)
            or kind_of(page.texts[line + 1]) in kinds
        ):
            last = line - 1
            break
        if folded > _FOLDED:
            break
        line += 1
    value = " ".join(page.texts[at : last + 1])
    # Below a rule people write a heading of their own as well; programs say when it was sent.
    is_ruled = with_rule(page, at) < at and ("@" in value or not kinds.isdisjoint({SENT, DATE}))
    shaped = page.texts[at].startswith(("*", "_")) or is_ruled
    is_proven = _is_proven(first, kinds - {OTHER}, value, announced=announced, shaped=shaped)
    if is_proven and not announced:
        is_proven = first != TO or shaped or TIME.search(value) is not None
        # Two labels at the end of others are no header of their own.
        is_proven = is_proven and (len(kinds) > 2 or not at or not kind_of(page.texts[at - 1]))
    is_shown = not announced and _is_shown(page, at, has_program=SENT in kinds and TO in kinds)
    return last + 1 if is_proven and not is_shown else at


def _is_shown(page: TextLines, at: int, *, has_program: bool) -> bool:
    """Whether a header is one that its author shows: the rest of a raw one, one of a patch, one set
    in.

    Args: ``has_program`` whether labels stand in it that mail programs write and people do not.
    """
    if not has_program and (page.lines[at][:1] == "\t" or page.lines[at][:_SET_IN].isspace()):
        return True
    for line in range(at - 1, max(-1, at - BLOCK), -1):
        if not page.texts[line]:
            break
        if kind_of(page.texts[line]) == RAW or _PATCH.match(page.texts[line]) is not None:
            return True
    return False


def _goes_on(page: TextLines, blank: int, at: int) -> bool:
    """Whether a header block from ``at`` goes on below an empty line, as it does where each label
    is a paragraph.
    """
    below = blank + 1
    alone = blank - 1 == at or not page.texts[blank - 2]
    if not alone or below >= len(page) or page.depths[below] != page.depths[blank]:
        return False
    if below + 1 < len(page) and page.texts[below + 1]:
        return False
    return bool(kind_of(page.texts[blank - 1])) and bool(kind_of(page.texts[below]))


def _is_proven(first: str, kinds: set[str], value: str, *, announced: bool, shaped: bool) -> bool:
    """Whether lines with labels are the header of an old mail.

    Travels have a from, a to and a date as well, memoranda a subject too; a raw header has been put
    there to be read.
    """
    if announced:
        return len(kinds) >= 2 or FROM in kinds
    if RAW in kinds:
        return False
    address, time = "@" in value, TIME.search(value) is not None
    dated = not kinds.isdisjoint({SENT, DATE})
    if len(kinds) < 3:
        return len(kinds) == 2 and dated and address and _SECONDS.search(value) is not None
    if FROM not in kinds or (first != FROM and not address and not time):
        return False
    # Programs leave no subject out; people who list from, to and when do.
    if not shaped and kinds.isdisjoint({SENT, SUBJECT}):
        return False
    # Patches have no receiver, and templates no date.
    if not shaped and (not dated or kinds.isdisjoint({SENT, TO})):
        return False
    return (
        address
        or shaped
        or SENT in kinds
        or (SUBJECT in kinds and time and ANSWERED.search(value) is not None)
    )


def with_rule(page: TextLines, at: int) -> int:
    """Return where the rule begins that stands right
    above line ``at``; ``at`` when there is none.
    """
    above = page.above(at)
    if not above or page.depths[above - 1]:
        return at
    text = page.texts[above - 1]
    if len(text) < _RULE_CHARACTERS or text.strip(RULE):
        return at
    # A line drawn right below a heading underlines it.
    heading = page.texts[above - 2] if above > 1 and not page.depths[above - 2] else ""
    return (
        at
        if heading and text[0] in "-=~" and abs(len(text) - len(heading)) <= _UNDERLINED
        else above - 1
    )
