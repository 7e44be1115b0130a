"""Decide whether quoted lines that end a text and that nothing announces are old words.

Else their author shows them.

People type ``>`` for other things than old words: for the prompt of a shell or of R, for a text
that they propose.
"""

import re

from listserv.mail.trim import cues
from listserv.mail.trim.lines import TextLines

# What lines of a program or a session hold and sentences do not.
_CODE = re.compile(
    r"<-|[{}]|;$|\w\([^)]*\)$|\w\(\)|[\w)\]] ?[-+*/=]?= ?\S|(?<!\S)--?[a-zA-Z]|^[$%+] "
    r"|^\s{0,3}(?:sudo|cd|ls|make|pip|git|import|library|print|SELECT|select|npm|echo|export|cat"
    r"|grep"
    r"|help|summary|str|plot|install|python3?|R|ssh|curl|wget|apt(?:-get)?)\b"
    r"|^[^\s\w]\S*$|^\S*[^\w\s.,!?'’-]\S*$"
)
# A box of a ballot, ticked or not.
_BOX = re.compile(r"\[[ xX✓✔]?\] ?\S|[☐☑☒]")
# Of the lines that say something, how many must look so.
_LISTED_PERCENT = 60
# Answers that make a form of a text.
_LEAST_ANSWERS = 2
_LOOKED_LINES = 200
# What a line may do that leads on to what its author shows.
_LEADING = (cues.shows, cues.cites, cues.proposes)
_ASKED = ("?", "？", "؟")
# Ends of lines that no program has.
_WORDED_ENDS = (",", "?")


def start(page: TextLines, end: int) -> int:
    """Return where the run of quoted and empty lines begins that ends at ``end``."""
    at = end
    while at and not page.is_unquoted(at - 1):
        at -= 1
    return at


def are_old(page: TextLines, first: int, end: int) -> bool:
    """Whether quoted lines that nothing announces are old words.

    What a colon shows is none, a listing and a session are none.
    """
    if _is_form(page, end):
        return False
    above = page.above(first)
    last = page.text_at(above - 1)
    if any(leads_on(last) for leads_on in _LEADING):
        return False
    if any(map(_BOX.match, page.texts[first:end])):
        return False
    shown = page.spoken(first, min(end, first + _LOOKED_LINES))
    return above == 0 or not _is_listing(shown)


def _is_form(page: TextLines, end: int) -> bool:
    """Whether marked lines are answers to questions that stand right above them.

    The text begins with none.
    """
    runs = list(page.quoted_runs(0, end))
    if len(runs) < _LEAST_ANSWERS:
        return False
    return all(page.text_at(at - 1).endswith(_ASKED) for at in runs)


def _is_listing(lines: list[str]) -> bool:
    """Whether most lines are of a program or of a session."""
    if not lines:
        return False
    return 100 * sum(map(_is_code, lines)) >= _LISTED_PERCENT * len(lines)


def _is_code(line: str) -> bool:
    return _CODE.search(line) is not None and not line.endswith(_WORDED_ENDS)
