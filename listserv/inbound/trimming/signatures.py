"""Find what stands below the author's words: signatures, phones' lines, disclaimers, footers of lists."""

import re
from dataclasses import dataclass

from listserv.inbound.trimming.lines import Page
from listserv.inbound.trimming.words import (
    CLOSINGS,
    DEVICES,
    DISCLAIMERS,
    EXCUSES,
    FOOTERS,
    LEGAL,
    LISTS,
    NOTICES,
    OF_MAIL,
    SENT_FROM,
    SENT_FROM_END,
    TO_DO,
)

# Lines of a signature; below a line of two dashes that has more than these stands text.
_SIGNATURE_LINES = 20
_FOOTER_LINES = 14
_BLOCK_LINES = 9
# Rules and empty lines below a disclaimer, and words of lawyers that make one of a paragraph below a rule.
_RULES = 4
_LEGAL_WORDS = 4
# Characters of a title that stands alone: "Disclaimer".
_TITLE = 40
_PHONE = 90  # characters
_PHONE_WORDS = 10
_LINE = 70  # characters
_LINK = re.compile(r"<[^<>]{1,300}>?$|\[?\(?https?://[^ ]{1,300}$|\]\([^()]{1,300}\)")
_CONTACT = re.compile(r"@|https?:|www\.|\+?\d[\d ()./-]{5,}")
_SENTENCE = re.compile(r"[.!?؟;:。！？…]$|[.!?؟；;][\s\xa0]|[,،] ")
_AFTERTHOUGHT = re.compile(r"p\.? ?-?s\b|n\.?b\b|nota\b|з\.?ы\b|ملاحظة", re.IGNORECASE)
_SIGN_OFF = re.compile(r"[-–—/~]{1,2} ?[^\W\d_][\w.' -]{1,40}$")
# Parts of names that are written small.
_PARTICLES = frozenset(
    "de da do dos das di del della du des van von der den zu zur la le el al bin ibn ben bint y e i af av".split()
)
_AROUND = "".join(sorted(set("*_ ,.!;:،。！，、–—-")))
_NAME = re.compile(r"[^\W\d_][^\d<>@/|]{0,60}$")


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands below words.

    Attributes: ``start`` its first line; ``own`` whether it is but a closing and a name, which people write themselves;
    ``delimited`` whether a line of two dashes stands above it.
    """

    start: int
    own: bool = False
    delimited: bool = False


def find(page: Page, end: int, *, top: int) -> Signature | None:
    """Return what stands below the words above ``end`` (a line that says something is the last), from ``top`` on."""
    if is_phone_line(page.texts[end - 1]):
        return Signature(end - 1)
    start = _delimited(page, end, top)
    if start < end:
        return Signature(start, delimited=True)
    start = min(_footer(page, end, top), _disclaimer(page, end, top))
    if start < end:
        return Signature(start)
    return _closing(page, end, top)


def is_phone_line(text: str) -> bool:
    """Whether a line says what a mail was sent from, and nothing else."""
    line = _LINK.sub("", text.strip("*_ ")).strip("*_[] ").lower()
    if not line or len(line) > _PHONE or len(line.split()) > _PHONE_WORDS + 4 * line.endswith("."):
        return False
    if any(excuse in line for excuse in EXCUSES):
        return line.startswith(SENT_FROM)
    named = any(device in line for device in DEVICES)
    if line[-1] in ("!?:;" if named else ".!?:;") or ", " in line or "، " in line:
        return False
    if line.startswith(SENT_FROM):
        return True
    return named and line.endswith(SENT_FROM_END)


def is_afterthought(text: str) -> bool:
    """Whether a line begins as what people add below their name."""
    return _AFTERTHOUGHT.match(text) is not None


def _delimited(page: Page, end: int, top: int) -> int:
    """Return the line of two dashes above a signature; ``end`` when there is none."""
    depth = page.depths[end - 1]
    for at in range(end - 1, max(top - 1, end - 1 - _SIGNATURE_LINES), -1):
        if page.depths[at] == depth and page.texts[at] in {"--", "- -", "—-"}:
            line = page.lines[at]
            return at if depth or line[:1] in "-—" else end
        if page.depths[at] != depth and page.texts[at]:
            break
    return end


def _footer(page: Page, end: int, top: int) -> int:
    """Return the rule above what a list program adds; ``end`` when there is none."""
    depth = page.depths[end - 1]
    for at in range(end - 1, max(top - 1, end - 1 - _FOOTER_LINES), -1):
        text = page.texts[at]
        if page.depths[at] != depth and text:
            break
        if _is_rule(text):
            below = [line for line in page.texts[at + 1 : end] if line and not _is_rule(line)]
            alone = at == top or not page.texts[at - 1]
            if below and (_is_footer(below, drawn=text[0] == "_") or (alone and len(text) >= 3 and _is_card(below))):
                return at
    return end


def _is_rule(text: str) -> bool:
    least = 1 if text[:1] == "—" else 2 if text[:1] == "_" else 3
    return len(text) >= least and not text.strip("_-=*~—–#")


def _is_footer(lines: list[str], *, drawn: bool) -> bool:
    rest = "\n".join(lines).lower()
    words = (*FOOTERS, *LISTS) if drawn else FOOTERS
    return any(word in line.lower() for line in lines[:3] for word in words) and ("http" in rest or "@" in rest)


def _is_card(lines: list[str]) -> bool:
    """Whether lines below a rule are a name and where to find who bears it."""
    return len(lines) <= _BLOCK_LINES and any(map(_CONTACT.search, lines)) and _is_block(lines)


def _disclaimer(page: Page, end: int, top: int) -> int:
    """Return where the paragraph of lawyers, scanners or foresters begins that ends at ``end``; else ``end``."""
    last = end
    while last > max(top, end - _RULES) and (not page.texts[last - 1] or _is_rule(page.texts[last - 1])):
        last -= 1
    first = last
    while first > max(top, last - _SIGNATURE_LINES) and page.texts[first - 1] and not _is_rule(page.texts[first - 1]):
        first -= 1
    if first == last:
        return end
    said = " ".join(page.texts[first:last]).lower()
    above = page.above(first)
    ruled = above > top and _is_rule(page.texts[above - 1])
    legal = sum(word in said for word in LEGAL)
    head = said.lstrip("*_[(\"' ")
    noticed = head.startswith(NOTICES) and (legal or len(said) < _TITLE)
    below_rule = legal >= _LEGAL_WORDS and any(word in said for word in OF_MAIL) and any(word in said for word in TO_DO)
    if noticed or (legal > 1 and head.startswith(DISCLAIMERS)) or (ruled and below_rule):
        return above - 1 if ruled else first
    return end


def _closing(page: Page, end: int, top: int) -> Signature | None:
    """Return a closing ("Regards,") with the name and the post below it, or a sign-off ("-Ana")."""
    depth = page.depths[end - 1]
    for at in range(end - 1, max(top - 1, end - 1 - _BLOCK_LINES - 3), -1):
        text = page.texts[at]
        if page.depths[at] != depth and text:
            break
        if text and _is_closing(text):
            block = page.texts[at + 1 : end]
            below = [line for line in block if line]
            # A paragraph more may be an afterthought of the author's.
            is_whole = len(below) == len(block) or (not block[0] and len(below) == len(block) - 1)
            return Signature(at, own=not (is_whole and _is_block(below))) if _are_short(below) else None
    return _sign_off(page, end, top)


def _is_closing(text: str) -> bool:
    return len(text) < 60 and text.lower().strip(_AROUND) in CLOSINGS


def _are_short(lines: list[str]) -> bool:
    return bool(lines) and all(len(line) <= _LINE or _CONTACT.search(line) for line in lines)


def _is_block(lines: list[str]) -> bool:
    """Whether lines below a closing are a name with a post, an address, a telephone: what programs add, not people."""
    name, *more = lines
    if not more or not _NAME.match(name) or len(name.split()) > 6 or _SENTENCE.search(name):
        return False
    if not all(word.lower() in _PARTICLES or not word[0].islower() for word in name.split()):
        return False
    return all(_is_post(line) for line in more)


def _is_post(line: str) -> bool:
    if is_afterthought(line):
        return False
    if _CONTACT.search(line):
        return True
    if ":" in line or "：" in line:
        return False
    bare = line.rstrip(" !")
    words = [word for word in bare.split() if word[:1].isalpha()]
    if not words or len(words) > 8 or _SENTENCE.search(bare.replace(", ", " ")):
        return False
    # Titles are written with capitals; a script that has none gives no such sign, and the lines stay.
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _sign_off(page: Page, end: int, top: int) -> Signature | None:
    text = page.texts[end - 1]
    alone = end - 2 < top or not page.texts[end - 2]
    if alone and end - 1 > top and _SIGN_OFF.match(text):
        return Signature(end - 1, own=True)
    return None
