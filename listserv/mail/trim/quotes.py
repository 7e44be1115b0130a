"""Decide about quoted lines that end a text and that nothing announces: old words, or what their
author shows?

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
# Of the lines that say something, how many must look so (in hundredths).
_LISTED = 60
# Answers that make a form of a text.
_ANSWERS = 2
# Lines that are looked at.
_LOOKED = 200


def start(page: TextLines, end: int) -> int:
    """Return where the run of quoted and empty lines begins that ends at ``end``."""
    at = end
    while at and (page.depths[at - 1] or not page.texts[at - 1]):
        at -= 1
    return at


def _is_form(page: TextLines, end: int) -> bool:
    """Whether marked lines are answers to questions that stand right above them, in a text that
    begins with none.
    """
    runs = [at for at in range(end) if page.depths[at] and (not at or not page.depths[at - 1])]
    if len(runs) < _ANSWERS:
        return False
    return all(at and page.texts[at - 1].endswith(("?", "？", "؟")) for at in runs)


def are_old(page: TextLines, first: int, end: int) -> bool:
    """Whether quoted lines that nothing announces are old words: none that a colon shows, no
    listing, no session.
    """
    above = page.above(first)
    if _is_form(page, end):
        return False
    last = page.texts[above - 1] if above else ""
    if cues.shows(last) or cues.cites(last) or cues.proposes(last):
        return False
    if any(map(_BOX.match, page.texts[first:end])):
        return False
    lines = [text for at in range(first, min(end, first + _LOOKED)) if (text := page.texts[at])]
    listed = sum(_CODE.search(line) is not None and not line.endswith((",", "?")) for line in lines)
    return not above or 100 * listed < _LISTED * len(lines) or not lines
