"""Tell what the author of a mail wrote from what the mail program added: quotes, introductions, signatures.

A pure function over text, in time linear in its length. Only a tail is ever folded away: visible and folded, one
behind the other, are the text as it was. Quotes that the author answers below (interleaved, or bottom posting) stay.

How: lines are looked at from the end, and the cut moves up over what is a tail of quotes, a signature or a phone's
line; an old mail that stands there unquoted (Outlook's header block, "Original Message", "On … wrote:") is found from
the start. Each test of a line looks at :data:`_LOOK` characters at most.
"""

import re
from dataclasses import dataclass

from listserv.inbound.phrases import (
    FORWARDED,
    FROM_LABELS,
    OPENERS,
    ORIGINAL,
    OTHER_LABELS,
    SENT_FROM,
    VERB_FIRST,
    WROTE,
)

_LOOK = 400
# Lines of a signature; below a line of two dashes that has more than these stands text.
_SIGNATURE_LINES = 20
# Lines that an introduction is broken over at most.
_INTRO_LINES = 4
# Characters of an introduction that has no date; longer ones are sentences of the author's own.
_UNDATED = 120
# Lines ending in a colon that are looked at as introductions or labels; a mail has a handful.
_CANDIDATES = 2_000
# Pieces of tail (quote, signature, phone's line, footer) that are folded at most.
_TAILS = 30
_DATE = re.compile(r"\d{4}|\d{1,2}:\d{2}|\d{1,2}[./-]\d{1,2}|\d{1,2}[年月日]|[\u0660-\u0669]{1,4}")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|[\u0660-\u0669]{1,2}:[\u0660-\u0669]{2}|\d{4}")
# Both begin with letters that are searched for at the speed of memory; the rest is asked of the lines that have them.
_COLON = re.compile(r"[:：][^\n]*")
_WROTE_END = re.compile(r"wr(?:ote|ites)[ \t-]{0,8}$", re.MULTILINE)
_LABEL = re.compile(r"[ \t*]{0,8}[^\s:：][^:：\n]{0,24}[:：][^\n]")
# What ends a sentence within a line: then the line says more than who wrote.
_SENTENCE_END = re.compile(r"[.!?؟；;][\s\xa0]|[。！？]")
_DASHES = re.compile(r"^[ \t*]{0,4}[-_=—–]{2,}[ \t]*(?P<text>[^\n]*?)[ \t]*[-_=—–]*[ \t*]*$")


@dataclass(frozen=True)
class Trimmed:
    """``visible + folded`` is the text that was given."""

    visible: str
    folded: str

    @property
    def is_only_quoted(self) -> bool:
        """Whether the author wrote nothing of their own."""
        return not self.visible.strip()


def trim(text: str) -> Trimmed:
    """Split ``text`` (newlines as ``\\n``) where its author stops. Linear; never raises."""
    body = text.rstrip()
    lines = body.split("\n")
    top = body.count("\n", 0, len(body) - len(body.lstrip()))
    cut = _old_mail(body, lines, top)
    for _piece in range(_TAILS):
        higher = _tail(lines, cut)
        if higher >= cut:
            break
        cut = higher
    if cut and all(not line.strip() or is_quote(line) for line in lines[:cut]) and not _is_forward(lines, top):
        # Nothing but quotes is left, or an introduction whose quote has just been folded.
        cut = 0
    if cut >= len(lines):
        return Trimmed(text, "")
    offset = sum(map(len, lines[:cut])) + cut
    return Trimmed(text[:offset], text[offset:])


def is_quote(line: str) -> bool:
    """Whether a line is quoted with ``>``; the ``>:`` that ends a broken introduction is none."""
    return line.startswith((">", " >", "  >", "\xa0>")) and line.rstrip() != ">:"


def _tail(lines: list[str], cut: int) -> int:
    """Return where the cut moves to when one more piece of tail is folded; ``cut`` when there is none."""
    end = cut
    while end and not lines[end - 1].strip():
        end -= 1
    if not end:
        return 0
    if is_quote(lines[end - 1]):
        return _quote_tail(lines, end)
    signature = _signature(lines, end)
    if signature < end:
        return signature
    start = _intro(lines, end - 1, quoted=end < cut or cut < len(lines))
    # An introduction whose quote is already folded goes with it.
    return start if start >= 0 and cut < len(lines) else cut


def _quote_tail(lines: list[str], end: int) -> int:
    """Return where the quote that ends at ``end`` begins, its introduction included."""
    at = end
    while at:
        line = lines[at - 1]
        if line[:2] not in {">", "> ", ">>"} and not is_quote(line) and line.strip():
            break
        at -= 1
    first = at
    while first < end and not lines[first].strip():
        first += 1
    if at:
        start = _intro(lines, at - 1, quoted=True)
        if start >= 0:
            return start
    return first


def _signature(lines: list[str], end: int) -> int:
    """Return where a signature that ends at ``end`` begins; ``end`` when there is none."""
    last = lines[end - 1].strip()[:_LOOK].lower().lstrip("*_ ")
    if len(last) < 100 and last.startswith(SENT_FROM) and last[-1:] not in ".!?":
        return end - 1
    for at in range(end - 1, max(-1, end - 1 - _SIGNATURE_LINES), -1):
        mark = lines[at].rstrip("\r\xa0 ")
        if mark == "--" and lines[at][:1] == "-":
            return at
        if len(mark) >= 2 and not mark.strip("_") and _is_footer(lines, at + 1, end):
            return at
    return end


def _is_footer(lines: list[str], start: int, end: int) -> bool:
    """Whether the lines below a rule are what a list program adds."""
    first = lines[start][:_LOOK].lower() if start < end else ""
    rest = "\n".join(line[:_LOOK] for line in lines[start:end])
    return ("list" in first or "group" in first) and ("http" in rest or "@" in rest)


def _intro(lines: list[str], last: int, *, quoted: bool) -> int:
    """Return the first line of the introduction that ends at line ``last``; -1 when none does.

    Args: ``quoted`` whether a quote follows, which needs less proof than old text that stands there bare.
    """
    joined = ""
    for at in range(last, max(-1, last - _INTRO_LINES), -1):
        line = lines[at].strip()[:_LOOK]
        if not line or is_quote(lines[at]):
            break
        joined = f"{line} {joined}".strip()
        if len(joined) > _LOOK or (at == last and not _ends_intro(joined)):
            break
        if _is_intro(joined, quoted=quoted):
            return _whole(lines, at, last)
    # Without a date one line has to say it all: what stands above may be the author's.
    return last if quoted and _is_undated_intro(lines[last].strip()[:_LOOK]) else -1


def _ends_intro(text: str) -> bool:
    bare = text.rstrip("*_- \xa0")
    return bare.endswith((":", "：")) or bare.lower().endswith(WROTE)


def _is_intro(joined: str, *, quoted: bool) -> bool:
    low = joined.lower().strip("*_- \xa0")
    bare = low.rstrip(":： \xa0>")
    colon = low.endswith((":", "："))
    address = "@" in low or "mailto:" in low
    if not (colon or address):
        return False
    verb = bare.endswith(WROTE) or any(f" {word}" in bare or (word in bare and not word.isascii()) for word in WROTE)
    if not verb and not (address and colon):
        return False
    if quoted and verb and colon and address:
        return True
    # Asked last: this looks at every character.
    dated = _DATE.search(low) is not None
    if quoted:
        return dated
    # Bare old text needs more: a date, a time or an address, a verb or the form "…, Name <address>:".
    if address and dated and low.endswith((">:", ">：")):
        return True
    if not colon and not (address and bare.endswith(WROTE)):
        return False
    return dated and verb and (address or _TIME.search(low) is not None) and _opens(low)


def _is_undated_intro(line: str) -> bool:
    """Whether a line above a quote says who wrote it and nothing else: "On Tuesday Yasmine Belhadj wrote:"."""
    low = line.lower().strip("*_- \xa0")
    bare = low.rstrip(":： \xa0>")
    if len(low) > _UNDATED or bare == low or not low.startswith(OPENERS) or _SENTENCE_END.search(low):
        return False
    return bare.endswith(WROTE) or not VERB_FIRST.isdisjoint(bare.split()[-4:])


def _opens(low: str) -> bool:
    head = low.lstrip("*_> \"'")
    return head.startswith(OPENERS) or head[:1].isdigit() or "<" in head


def _whole(lines: list[str], at: int, last: int) -> int:
    """Move up to the line that opens the introduction when it was broken before it."""
    for above in range(at, max(-1, last - _INTRO_LINES), -1):
        line = lines[above].strip()[:_LOOK].lower()
        if not line or is_quote(lines[above]):
            break
        if line.lstrip("*_ ").startswith(OPENERS):
            return above
    return at


def _old_mail(body: str, lines: list[str], top: int) -> int:
    """Return the first line of an old mail that stands there unquoted; the number of lines when there is none."""
    best = min(_first_old(body, lines, _COLON), _first_old(body, lines, _WROTE_END), _original(body, lines))
    return len(lines) if best <= top else _with_rule(lines, best)


def _first_old(body: str, lines: list[str], pattern: re.Pattern[str]) -> int:
    """Return where the first old mail begins that a match of ``pattern`` tells of; the number of lines for none."""
    offset = number = tried = 0
    for match in pattern.finditer(body):
        number += body.count("\n", offset, match.start())
        offset = match.start()
        line = lines[number]
        if pattern is _COLON and line[-9:].rstrip(" \t*\xa0")[-1:] not in {":", "："} and not _LABEL.match(line):
            continue
        start = _old_mail_at(lines, number)
        tried += 1
        if start >= 0 or tried >= _CANDIDATES:
            return start if start >= 0 else len(lines)
    return len(lines)


def _old_mail_at(lines: list[str], number: int) -> int:
    if is_quote(lines[number]):
        return -1
    if _is_header_block(lines, number):
        return number
    follows = next((line for line in lines[number + 1 : number + 6] if line.strip()), "")
    if not follows or is_quote(follows):
        return -1
    return _intro(lines, number, quoted=False)


def label(line: str) -> str:
    """Return the label of a line ``Label: value`` in lower case; empty when it is none."""
    head = line[:60].lstrip("*_ \t\xa0").replace("：", ":")
    name, colon, _value = head.partition(":")
    return name.strip("*_ \t\xa0").lower() if colon else ""


def _is_header_block(lines: list[str], number: int) -> bool:
    if label(lines[number]) not in FROM_LABELS:
        return False
    others, looked = 0, 0
    for line in lines[number + 1 : number + 12]:
        if not line.strip():
            if looked:
                break
            continue
        looked += 1
        found = label(line)
        if found in OTHER_LABELS or found in FROM_LABELS:
            others += 1
            if others >= 2:
                return True
        elif looked > 6:
            break
    return False


def _original(body: str, lines: list[str]) -> int:
    """Return the line of "-----Original Message-----" or its like; the number of lines when there is none."""
    low = body.lower()
    for words in (*ORIGINAL, *FORWARDED):
        at = low.find(words)
        tries = 0
        while at >= 0 and tries < 20:
            tries += 1
            start = body.rfind("\n", 0, at) + 1
            line = body[start : start + _LOOK].partition("\n")[0]
            found = _DASHES.match(line)
            dashed = found is not None and found["text"].strip(" :-*_=").lower() in ORIGINAL
            if (dashed or line.strip().lower().startswith(FORWARDED)) and len(low) == len(body):
                return body.count("\n", 0, start)
            at = low.find(words, at + len(words))
    return len(lines)


def _with_rule(lines: list[str], at: int) -> int:
    """Take the rule above an old mail with it."""
    above = at
    while above and not lines[above - 1].strip():
        above -= 1
    rule = lines[above - 1].strip(" *\t\r") if above else ""
    bare = rule.strip("_-—–=")
    framed = rule[:4] in {"----", "____"} and rule[-4:] in {"----", "____"} and len(bare) < 60
    return above - 1 if above and (framed or (len(rule) >= 4 and not bare)) else at


def _is_forward(lines: list[str], top: int) -> bool:
    """Whether the mail begins with an old one: then passing it on is what its author says."""
    return _is_header_block(lines, top) or _DASHES.match(lines[top][:_LOOK]) is not None
