"""Find introductions: the line, or lines, with which a mail program says whose words follow.

"On 3 May 2026, at 10:02, Ana Pérez <ana@people.example> wrote:" in its many forms. Above a quote
little proof is asked; where old text stands below without marks more is, since what is found there
may be folded away to the end. Sentences of an author's own that end alike ("I do not see what Boris
wrote:") are none, and where an author's words stand before an introduction in its line the
introduction begins behind them.
"""

import re
from dataclasses import dataclass

from listserv.mail.trim import cues, own_words
from listserv.mail.trim.lines import GROUPWISE, LOOK, TextLines
from listserv.mail.trim.phrases import BEFORE_DATE, OPENERS, VERB_FIRST, WROTE

# Lines that an introduction is broken over at most.
_LINES = 5
# Characters of an introduction that has no date; longer ones are sentences of the author's own.
_UNDATED = 120
# Characters of one that has no verb of ours.
_WORDLESS = 250
_DATE = re.compile(r"\d{4}|\d{1,2}[:.٫]\d{2}|\d{1,2}[./-]\d{1,2}|\d{1,2} ?[年月日년월일]")
_TIME = re.compile(r"\d{1,2}[:.h٫]\d{2}|\d{4}")
_HOUR = re.compile(r"\d{1,2}[:.h٫]\d{2}(?!\d?[./-])")
_YEAR = re.compile(r"\d{4}|\d{1,2}[./-]\d{1,2}[./-]\d{2}")
# A day of the week before a date: "tir. 18. apr.".
_DAY = re.compile(r"[^\W\d]{1,14}[.,]{0,2}[ \xa0]{0,2}\d{1,2}(?!\d)")
# What ends a sentence within a line: then the line says more than who wrote.
_SENTENCE_END = re.compile(r"[.!?؟；;][\s\xa0]|[。！？]")
# Words of a name, and of the date behind it, below a verb.
_NAME_WORDS = 8
# What ends a line that does not go on below.
_STOPS = (".", "!", "?", ":", "：", "。", "؟", "！", "？")
# Characters of a line that holds the name before an address.
_NAME = 80
_COLONS = (":", "：")
_CLOSED = (">:", ">：", ">):", "]:", "> :", ">)：")
_TRIM = "*_- \xa0—–~=\"'»"
_WROTE_LAST = re.compile(r"wr(?:ote|ites)$")
# "Ana Pérez <ana@people.example> wrote:" and nothing else.
_NAMED = re.compile(
    r"([^<>@:\d]{2,60}?)[ \xa0]{0,2}<[^<>\s]{3,120}@?[^<>\s]{3,120}>"
    r"[ \xa0]{0,2}([^:：<>]{2,24})[:：]$"
)
_FULL_NAME = 5  # words
# Verbs that people set above what a book or a minister says; programs that do so mark the old
# words.
_SAID = ("said", "says")
# "On Tue, May 3, 2026 at 10:02 AM, Ana Pérez<ana@people.example> wrote:   Old words".
_RUNS_ON = re.compile(
    r"[^<>]{8,120}<[^<>\s]{1,100}@[^<>\s]{1,100}>(?P<verb>[^:：<>]{2,24})[:：][ \xa0]{3,}\S"
)
# "Ana Pérez ---03/05/2026 10:02:13---Old words".
_NOTES = re.compile(
    r"[^\W\d_][^<>:]{2,60}-{3}\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"
    r" \d{1,2}:\d{2}(?::\d{2})?(?: [AP]M)?-{3}"
)


@dataclass(frozen=True, slots=True)
class Intro:
    """An introduction.

    Attributes: ``start`` its first line; ``column`` where it begins in what that line says, behind
    an author's words.
    """

    start: int
    column: int = 0


def find(page: TextLines, last: int, *, floor: int, quoted: bool) -> Intro | None:
    """Return the introduction that ends at line ``last``.

    Args: ``floor`` the first line it may begin at; ``quoted`` whether a quote follows.
    """
    if not _may_end(page.texts[last], quoted=quoted):
        return None
    joined = ""
    lowest = max(floor, last - _LINES + 1)
    for at in range(last, lowest - 1, -1):
        text = page.texts[at]
        if not text or page.depths[at] != page.depths[last]:
            break
        joined = f"{text} {joined}".strip()
        if len(joined) > LOOK:
            break
        if _is_intro(joined, quoted=quoted):
            return _bounded(page, at, last, lowest, quoted=quoted)
    # Without a date one line has to say it all: what stands above may be the author's.
    alone = last == 0 or not page.texts[last - 1]
    text = page.texts[last]
    if quoted and not cues.has_sentence(text) and (_is_undated(text) or (alone and _is_name(text))):
        return Intro(last)
    return None


def names_writer(text: str) -> bool:
    """Whether a short line ends with a word for
    writing and a colon, whoever it names and however.
    """
    bare = text.lower().strip(_TRIM)
    if len(bare) > _UNDATED or not bare.endswith(_COLONS):
        return False
    bare = bare.rstrip(":： \xa0")
    return bare.endswith(
        (*WROTE, "says", "dit", "escribe", "schreibt")
    ) or not VERB_FIRST.isdisjoint(bare.split())


def runs_on(text: str) -> bool:
    """Whether a line is an introduction behind which old words stand at once, as Yahoo's telephones
    and Lotus Notes write it, or one between marks of GroupWise.
    """
    match = _RUNS_ON.match(text)
    if match is not None and match["verb"].strip(" ,").lower() in WROTE:
        return _DATE.search(text[: match.end()]) is not None
    return _NOTES.match(text) is not None or GROUPWISE.match(text) is not None


def _bounded(page: TextLines, at: int, last: int, lowest: int, *, quoted: bool) -> Intro | None:
    """Return where what was recognised from line ``at`` on begins; None when its author has written
    it.
    """
    for start in dict.fromkeys((_opening(page, at, last, lowest), at)):
        joined = " ".join(page.texts[start : last + 1])
        column = own_words.end(joined)
        if column > len(page.texts[start]):
            continue
        rest = joined[column:]
        if cues.has_sentence(rest) or own_words.is_followed_by_more(rest):
            continue
        if not column or _is_intro(rest, quoted=quoted):
            return Intro(start, column)
    return None


def _may_end(text: str, *, quoted: bool) -> bool:
    """Whether the last line of an introduction may say this; asked of many lines, so cheap."""
    bare = text.rstrip(_TRIM)
    if bare.endswith(_COLONS) or (quoted and bare.endswith(">")):
        return True
    return _WROTE_LAST.search(bare[-8:].lower()) is not None


def _is_intro(joined: str, *, quoted: bool) -> bool:
    low = joined.lower().strip(_TRIM)
    bare = low.rstrip(":： \xa0>")
    colon = low.endswith(_COLONS)
    address = "@" in low or "mailto:" in low
    ends_with_verb = bare.endswith(WROTE)
    if not (colon or address):
        # "---- Ana Pérez wrote ----"
        return quoted and ends_with_verb and joined.startswith("--") and joined.endswith("--")
    verb = ends_with_verb or (_says_wrote(bare) if address else _is_followed_by_name(bare))
    if quoted and verb and colon and (address or joined.startswith("---")):
        return True
    if cues.cites(joined):
        return False
    if not quoted and bare.endswith(_SAID):
        return False
    if not quoted and _is_named(joined.strip(_TRIM)):
        return True
    # Asked last: this looks at every character.
    if _DATE.search(low) is None:
        return False
    if quoted:
        return _is_dated_above_quote(low, verb=verb, colon=colon, address=address)
    return _is_dated_above_text(low, bare, verb=verb, colon=colon, address=address)


def _says_wrote(bare: str) -> bool:
    bare = f" {bare}"
    return any(f" {word}" in bare or (word in bare and not word.isascii()) for word in WROTE)


def _is_followed_by_name(bare: str) -> bool:
    """Whether a verb that goes before the name stands near the end, or one before the date: "skrev
    Ana Pérez".
    """
    words = bare.split()
    for at, word in enumerate(words[-_NAME_WORDS:], start=max(0, len(words) - _NAME_WORDS)):
        dated = any(after[0].isdigit() for after in words[at + 1 : at + 3])
        if word in VERB_FIRST or (dated and word in BEFORE_DATE):
            return True
    return False


def _is_dated_above_quote(low: str, *, verb: bool, colon: bool, address: bool) -> bool:
    if verb:
        return True
    if not address or len(low) > _WORDLESS:
        return False
    # "2026/5/3 Ana Pérez <ana@people.example>" has neither verb nor colon.
    return colon or (low.endswith(">") and _opens(low))


def _is_dated_above_text(low: str, bare: str, *, verb: bool, colon: bool, address: bool) -> bool:
    """Whether bare old text may follow: a date, a time or an address, a verb or the form "…, Name
    <address>:".
    """
    if (
        address
        and low.endswith(_CLOSED)
        and (verb or (len(low) < _WORDLESS and _TIME.search(low) is not None))
    ):
        return True
    if not colon and not (address and bare.endswith(WROTE)):
        return False
    return (
        verb
        and (address or (_HOUR.search(low) is not None and _YEAR.search(low) is not None))
        and _opens(low)
    )


def _is_undated(text: str) -> bool:
    """Whether a line above a quote says who wrote it and nothing else: "On Tuesday Yasmine Belhadj
    wrote:".
    """
    low = text.lower().strip(_TRIM)
    bare = low.rstrip(":： \xa0>")
    if (
        len(low) > _UNDATED
        or bare == low
        or not low.startswith(OPENERS)
        or _SENTENCE_END.search(low)
    ):
        return False
    if own_words.has_small_words(text.strip(_TRIM).rstrip(":： ")):
        return False
    return bare.endswith(WROTE) or not VERB_FIRST.isdisjoint(bare.split()[-4:])


def _is_name(text: str) -> bool:
    """Whether a line that stands alone is a full name and the word for writing: "Boris Horvat
    writes:".
    """
    bare = text.strip(_TRIM).rstrip(":： ")
    verb = next((word for word in WROTE if bare.endswith(f" {word}")), "")
    names = bare.removesuffix(verb).split()
    return 2 <= len(names) <= 5 and bool(verb) and all(name[0].isupper() for name in names)


def _is_named(text: str) -> bool:
    """Whether a line is a name, its address and the word for writing, and nothing else."""
    match = _NAMED.match(text)
    if match is None or "@" not in text:
        return False
    names = match[1].strip(_TRIM + ",").split()
    verb = match[2].strip(_TRIM + ", ").lower()
    return (
        1 <= len(names) <= _FULL_NAME
        and verb in WROTE
        and not any(name[0].islower() for name in names[:1])
    )


def _opens(low: str) -> bool:
    head = low.lstrip("*_> \"'([")
    return (
        head.startswith(OPENERS)
        or head[:1].isdigit()
        or "<" in head
        or _DAY.match(head) is not None
    )


def _opening(page: TextLines, at: int, last: int, lowest: int) -> int:
    """Move up to the line that opens the introduction when it was broken before it."""
    start = at
    opened = page.texts[at].lower().lstrip("*_ -").startswith(OPENERS)
    for above in range(at - 1, lowest - 1, -1):
        text = page.texts[above]
        if not text or page.depths[above] != page.depths[last] or text.endswith(_STOPS):
            break
        # What has been opened goes further up only where a comma says so: "On 3 May 2026,", "at
        # 10:02,".
        if opened and not text.endswith(","):
            break
        low = text.lower().lstrip("*_ -")
        # The name goes before its address (or what is left of it), the date before a name that has
        # none.
        names = page.texts[start][0] in "<>(" and len(low) < _NAME
        dates = _DATE.search(low) is not None and _opens(low)
        if low.startswith(OPENERS):
            start, opened = above, True
        elif dates and not opened and not _is_dated(page, start, last):
            return above
        elif names:
            start = above
    return start


def _is_dated(page: TextLines, start: int, last: int) -> bool:
    return any(_DATE.search(page.texts[line]) is not None for line in range(start, last + 1))
