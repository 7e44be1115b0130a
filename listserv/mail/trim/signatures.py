"""Find what stands below the author's words: signatures, phones' lines, disclaimers, footers of
lists.
"""

import re
from dataclasses import dataclass

from listserv.mail.trim import cards, cues, delimited, notices, service_footers
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.words import (
    CLOSINGS,
    DEVICES,
    EXCUSES,
    FOOTERS,
    LEGAL,
    LISTS,
    SENT_FROM,
    SENT_FROM_END,
    SENT_FROM_MINE,
    UNSUBSCRIBE,
)

# Lines of a signature; below a line of two dashes that has more than these stands text.
_SIGNATURE_LINES = 20
_FOOTER_LINES = 14
_BLOCK_LINES = 9
# Rules and empty lines below a disclaimer.
_RULES = 4
# Characters of the rule above a card.
_CARD_RULE = 3
# The rule that list programs draw.
_DRAWN = "_"
_PHONE = 90  # characters
_PHONE_WORDS = 10
_LINE = 70  # characters
# How an author says that something has been sent, or that a program is to be had.
_POSTED = re.compile(
    r"\w+ (?:by|via|par|por|per|von|door|da) (?:e-?)?(?:mail|phone|outlook (?:calendar|meeting))\b"
    r"(?! for| pour| für| para| per| voor)"
    r"|get outlook for (?!ios|android|mac|windows|iphone|ipad|mobile)"
)
_ADDRESS = re.compile(r"\S{1,100}@\S{1,100}")
# Who wants to leave a list, or asks how.
_OF_READER = re.compile(
    r"how (?:do|can|to) |please (?:unsubscribe|remove|take)|unsubscribe me\b|take me off"
    r"|^unsubscribe\n[^\n]*@[^\n]*$"
)
# How letters begin, beside greetings.
_ADDRESSED = re.compile(
    r"[\"“«„]?(?:to whom it may|(?:your )?excellenc|excelentísim|dear (?:sir|madam|minister)"
    r"|honou?rable"
    r"|votre excellence)"
)
_LINK = re.compile(r"<[^<>]{1,300}>?$|\[?\(?https?://[^ ]{1,300}$|\]\([^()]{1,300}\)")
_PICTURE = re.compile(r"^<https?:[^<>]{1,200}>")
_SIGN_OFF = re.compile(r"[-–—/~]{1,2} ?[^\W\d_][\w.' -]{1,40}$")
_AROUND = "".join(sorted(set("*_ ,.!;:،。！，、–—-")))


@dataclass(frozen=True, slots=True)
class TextSignature:
    """What stands below words.

    Attributes: ``start`` its first line; ``own`` whether it is but a closing and a name, which
    people write themselves; ``delimited`` whether a line of two dashes stands above it.
    """

    start: int
    own: bool = False
    delimited: bool = False


def find(page: TextLines, end: int, *, top: int, may_be_text: bool = False) -> TextSignature | None:
    """Return what stands below the words above ``end`` (a line that says something is the last),
    from ``top`` on.

    Args: ``may_be_text`` whether all below a delimiter counts, whatever it is.
    """
    if is_phone_line(page.texts[end - 1]):
        return TextSignature(end - 1)
    start = delimited.start(page, end, top=top, may_be_text=may_be_text)
    if start < end:
        return TextSignature(start, delimited=True)
    start = min(
        _footer(page, end, top),
        _disclaimer(page, end, top),
        service_footers.start(page, end, top=top),
    )
    if start < end:
        return TextSignature(start)
    return _closing(page, end, top)


def is_phone_line(text: str) -> bool:
    """Whether a line says what a mail was sent from, and nothing else."""
    line = _LINK.sub("", text.strip("*_ ")).strip("*_[] ").lower()
    if not line or len(line) > _PHONE or len(line.split()) > _PHONE_WORDS + 4 * line.endswith("."):
        return False
    if any(excuse in line for excuse in EXCUSES):
        return line.startswith(SENT_FROM)
    named = _LINK.search(text) is not None or any(device in line for device in DEVICES)
    if line[-1] in ("!?:;" if named else ".!?:;") or ", " in line or "، " in line:
        return False
    if line.startswith(SENT_FROM):
        # "Sent by courier on Monday" is its author's, and so is "Sent by mail on Monday".
        return line.startswith(SENT_FROM_MINE) or (named and _POSTED.match(line) is None)
    return named and line.endswith(SENT_FROM_END)


def _footer(page: TextLines, end: int, top: int) -> int:
    """Return the rule above what a list program adds; ``end`` when there is none."""
    depth = page.depths[end - 1]
    for at in range(end - 1, max(top - 1, end - 1 - _FOOTER_LINES), -1):
        text = page.texts[at]
        if page.depths[at] != depth and text:
            break
        if _is_rule(text):
            below = [line for line in page.texts[at + 1 : end] if line and not _is_rule(line)]
            if _is_answered(page.texts[at + 1 : end]):
                break
            alone = at == top or not page.texts[at - 1]
            is_card = alone and len(text) >= _CARD_RULE and _is_card(page, at, end, top)
            if is_card or (
                below
                and _is_footer(below, _paragraph(page, at + 1, end), drawn=text.startswith(_DRAWN))
            ):
                return at
    return end


def _is_rule(text: str) -> bool:
    least = 1 if text[:1] == "—" else 2 if text[:1] == "_" else 3
    return len(text) >= least and not text.strip("_-=*~—–#")


def _is_footer(lines: list[str], first: list[str], *, drawn: bool) -> bool:
    """Whether lines below a rule are of a list program;
    ``first`` are those of their first paragraph.
    """
    rest = "\n".join(lines).lower()
    if _OF_READER.search(rest) is not None:
        return False
    words = (*FOOTERS, *LISTS) if drawn else FOOTERS
    # What stands apart above the words of a program, or is but an address, may be the author's.
    heading = _ADDRESS.sub("", " ".join(first[:3])).lower()
    named = any(word in heading for word in words) and ("http" in rest or "@" in rest)
    # People write of lists and subscriptions below rules as well, in sentences.
    lists = [line for line in lines if "mailing list" in line.lower()]
    is_lists = (
        drawn and len(lists) == 1 and lists[0] in lines[:2] and not delimited.is_sentence(lists[0])
    )
    if is_lists or any(word in rest for word in UNSUBSCRIBE):
        return named
    return named and not any(map(delimited.is_sentence, lines))


def _paragraph(page: TextLines, start: int, end: int) -> list[str]:
    """Return the first lines from ``start`` on that stand together."""
    lines: list[str] = []
    for text in page.texts[start:end]:
        if text and not _is_rule(text):
            lines.append(text)
        elif lines:
            break
    return lines


def _is_answered(lines: list[str]) -> bool:
    """Whether the last paragraph below a footer speaks
    of something else: somebody answers it there.
    """
    paragraphs = [part.split("\n") for part in "\n".join(lines).split("\n\n") if part.strip()]
    if len(paragraphs) < 2:
        return False
    last = paragraphs[-1]
    text = " ".join(last).lower()
    is_added = any(word in text for word in (*FOOTERS, *LISTS, *LEGAL, "http", "@"))
    return not is_added and any(map(delimited.is_sentence, last))


def _is_card(page: TextLines, at: int, end: int, top: int) -> bool:
    """Whether below a rule stands a person's card; what a line with a colon announces is shown."""
    lines = ["" if _is_rule(line) else line for line in page.texts[at + 1 : end]]
    above = page.above(at)
    last = page.texts[above - 1] if above > top else ""
    return not _leads_on(last) and cards.is_card("\n".join(lines), above=last)


def _disclaimer(page: TextLines, end: int, top: int) -> int:
    """Return where the paragraph of lawyers, scanners or foresters begins that ends at ``end``;
    else ``end``.
    """
    last = end
    while last > max(top, end - _RULES) and (
        not page.texts[last - 1] or _is_rule(page.texts[last - 1])
    ):
        last -= 1
    first = last
    while (
        first > max(top, last - _SIGNATURE_LINES)
        and page.texts[first - 1]
        and not _is_rule(page.texts[first - 1])
    ):
        first -= 1
    if first == last:
        return end
    text = " ".join(page.texts[first:last]).lower()
    above = page.above(first)
    if _is_asked(text) or (above > top and _leads_on(page.texts[above - 1])):
        return end
    ruled = above > top and _is_rule(page.texts[above - 1])
    # A delimiter, or the link of a picture, stands before what scanners say.
    head = _PICTURE.sub("", text.lstrip("*_[(\"'- ")).lstrip()
    is_title = notices.is_title(head) and page.above(len(page)) > end
    if is_title or notices.is_notice(head, text, is_below_rule=ruled):
        return above - 1 if ruled else first
    return end


def _is_asked(text: str) -> bool:
    """Whether a paragraph ends with a question, which lawyers do not ask; foresters do."""
    return (
        text.rstrip("*_)\"' ").endswith(("?", "؟", "？"))
        and "print" not in text
        and "impr" not in text
    )


def _leads_on(text: str) -> bool:
    """Whether a line ends with a colon and is no
    closing: what stands below is what it speaks of.
    """
    return text.endswith((":", "：")) and text.rstrip(":： ").lower() not in CLOSINGS


def _closing(page: TextLines, end: int, top: int) -> TextSignature | None:
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
            # Nothing stands above it: who thanks says so.
            is_whole = is_whole and page.above(at) > top and not _is_of_draft(page, at, top)
            return (
                TextSignature(at, own=not (is_whole and cards.is_block(below)))
                if _are_short(below)
                else None
            )
    return _sign_off(page, end, top)


def _is_of_draft(page: TextLines, at: int, top: int) -> bool:
    """Whether a closing is that of a letter that is drafted in the mail: someone is greeted below
    other words.
    """
    worded = False
    for line in range(top, at):
        text = page.texts[line]
        if not text or page.depths[line]:
            continue
        if not cues.is_greeting(text.lstrip('"“«„')) and _ADDRESSED.match(text.lower()) is None:
            worded = True
        elif worded:
            return True
    return False


def _is_closing(text: str) -> bool:
    return len(text) < 60 and text.lower().strip(_AROUND) in CLOSINGS


def _are_short(lines: list[str]) -> bool:
    return bool(lines) and all(len(line) <= _LINE or cards.CONTACT.search(line) for line in lines)


def _sign_off(page: TextLines, end: int, top: int) -> TextSignature | None:
    text = page.texts[end - 1]
    alone = end - 2 < top or not page.texts[end - 2]
    if alone and end - 1 > top and _SIGN_OFF.match(text):
        return TextSignature(end - 1, own=True)
    return None
