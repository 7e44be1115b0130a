"""Find what stands below the author's words.

Signatures, phones' lines, disclaimers, footers of lists.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from listserv.mail.trim import cards, cues, delimited, notices, service_footers
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.notices import REACH, holds_any
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
_MAX_SIGNATURE_LINES = 20
_MAX_FOOTER_LINES = 14
_MAX_CLOSING_LINES = 12
# Rules and empty lines below a disclaimer.
_MAX_RULES = 4
_CARD_RULE_CHARACTERS = 3
# Words of which one stands in whatever a program or a lawyer adds.
_ADDED = (*FOOTERS, *LISTS, *LEGAL, *REACH)
# The rule that list programs draw.
_DRAWN = "_"
_PHONE_CHARACTERS = 90
# Words of a phone's line, and of one that is a sentence.
_PHONE_WORDS, _PHONE_SENTENCE_WORDS = 10, 14
_NARROW_CHARACTERS = 70
_CLOSING_CHARACTERS = 59
_RULE_MARKS = r"[-_=*~—–#]"
_RULE_LINE = rf"(?:—{_RULE_MARKS}*|_{_RULE_MARKS}+|{_RULE_MARKS}{{3,}})"
_RULE = re.compile(rf"{_RULE_LINE}\Z")
# A rule, and an empty line.
_APART = re.compile(rf"{_RULE_LINE}?\Z")
_ASKED = ("?", "؟", "？")
# Lines at the beginning of a paragraph that name a list, and of a footer.
_NAMING_LINES, _LIST_LINES = 3, 2
# What no phone's line ends with; one that names a device may be a sentence.
_STOPS, _STOPS_BELOW_DEVICE = ".!?:;", "!?:;"
_ENUMERATING = (", ", "، ")
# What foresters ask about.
_PRINTING = ("print", "impr")
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

    Attributes: ``start`` its first line; ``is_own`` whether it is but a closing and a name, which
    people write themselves; ``is_delimited`` whether a line of two dashes stands above it.
    """

    start: int
    is_own: bool = False
    is_delimited: bool = False

    @property
    def ends_words(self) -> bool:
        """Whether nothing more stands above it that is no words."""
        return self.is_own or self.is_delimited


def find(page: TextLines, end: int, *, top: int, may_be_text: bool = False) -> TextSignature | None:
    """Return what stands below the words above ``end``, from ``top`` on.

    Args: ``end`` the line below one that says something; ``may_be_text`` whether all below a
    delimiter counts, whatever it is.
    """
    if is_phone_line(page.texts[end - 1]):
        return TextSignature(end - 1)
    start = delimited.start(page, end, top=top, may_be_text=may_be_text)
    if start < end:
        return TextSignature(start, is_delimited=True)
    start = min(
        _footer(page, end, top),
        _disclaimer(page, end, top),
        service_footers.start(page, end, top=top),
    )
    if start < end:
        return TextSignature(start)
    return _closing(page, end, top)


def start_of_added(page: TextLines, end: int, *, top: int) -> int:
    """Return where what a program adds begins that ends at ``end``; ``end`` when there is none."""
    signature = find(page, end, top=top)
    if signature is None or signature.is_own:
        return end
    return signature.start


def is_phone_line(text: str) -> bool:
    """Whether a line says what a message was sent from, and nothing else."""
    line = _LINK.sub("", text.strip("*_ ")).strip("*_[] ").lower()
    if not line:
        return False
    if _is_too_long_for_phone(line):
        return False
    if holds_any(line, EXCUSES):
        return line.startswith(SENT_FROM)
    is_named = _LINK.search(text) is not None or holds_any(line, DEVICES)
    stops = _STOPS_BELOW_DEVICE if is_named else _STOPS
    if line[-1] in stops:
        return False
    if holds_any(line, _ENUMERATING):
        return False
    if not line.startswith(SENT_FROM):
        return is_named and line.endswith(SENT_FROM_END)
    if line.startswith(SENT_FROM_MINE):
        return True
    # "Sent by courier on Monday" is its author's, and so is "Sent by mail on Monday".
    return is_named and _POSTED.match(line) is None


def _is_too_long_for_phone(line: str) -> bool:
    most_words = _PHONE_SENTENCE_WORDS if line.endswith(".") else _PHONE_WORDS
    return len(line) > _PHONE_CHARACTERS or len(line.split()) > most_words


def _rising(page: TextLines, end: int, lowest: int) -> Iterator[int]:
    """Give the lines above ``end``, down to up, quoted as the last of them is."""
    depth = page.depths[end - 1]
    for at in range(end - 1, lowest - 1, -1):
        if page.is_of_other_depth(at, depth):
            return
        yield at


def _footer(page: TextLines, end: int, top: int) -> int:
    """Return the rule above what a list program adds; ``end`` when there is none."""
    for at in _rising(page, end, max(top, end - _MAX_FOOTER_LINES)):
        if not _is_rule(page.texts[at]):
            continue
        if _is_answered(page.texts[at + 1 : end]):
            break
        if _has_card_below(page, at, end, top):
            return at
        if _has_footer_below(page, at, end):
            return at
    return end


def _is_rule(text: str) -> bool:
    return _RULE.match(text) is not None


def _has_footer_below(page: TextLines, rule: int, end: int) -> bool:
    """Whether lines below a rule are of a list program."""
    lines = [text for text in page.spoken(rule + 1, end) if not _is_rule(text)]
    if not lines:
        return False
    lowered = "\n".join(lines).lower()
    if _OF_READER.search(lowered) is not None:
        return False
    is_drawn = page.texts[rule].startswith(_DRAWN)
    if not _names_list(_paragraph(page, rule + 1, end), lowered, is_drawn=is_drawn):
        return False
    if is_drawn and _is_about_list(lines):
        return True
    if holds_any(lowered, UNSUBSCRIBE):
        return True
    return not any(map(delimited.is_sentence, lines))


def _names_list(paragraph: list[str], lowered: str, *, is_drawn: bool) -> bool:
    """Whether the first paragraph names a list, and the lines in lower case how to reach it.

    What stands apart above the words of a program, or is but an address, may be the author's.
    """
    if not holds_any(lowered, REACH):
        return False
    heading = _ADDRESS.sub("", " ".join(paragraph[:_NAMING_LINES])).lower()
    if is_drawn and holds_any(heading, LISTS):
        return True
    return holds_any(heading, FOOTERS)


def _is_about_list(lines: list[str]) -> bool:
    """Whether but one of the first lines speaks of a mailing list, and in no sentence.

    People write of lists and subscriptions below rules as well, in sentences.
    """
    naming = [at for at, line in enumerate(lines) if "mailing list" in line.lower()]
    if len(naming) != 1:
        return False
    if naming[0] >= _LIST_LINES:
        return False
    return not delimited.is_sentence(lines[naming[0]])


def _paragraph(page: TextLines, start: int, end: int) -> list[str]:
    """Return the first lines from ``start`` on that stand together."""
    texts = dropwhile(_is_apart, page.texts[start:end])
    return list(takewhile(_is_together, texts))


def _is_apart(text: str) -> bool:
    return _APART.match(text) is not None


def _is_together(text: str) -> bool:
    return not _is_apart(text)


def _is_answered(lines: list[str]) -> bool:
    """Whether the last paragraph below a footer speaks of something else.

    Then somebody answers it there.
    """
    paragraphs = [part.split("\n") for part in "\n".join(lines).split("\n\n") if part.strip()]
    if len(paragraphs) < 2:
        return False
    last = paragraphs[-1]
    if holds_any(" ".join(last).lower(), _ADDED):
        return False
    return any(map(delimited.is_sentence, last))


def _has_card_below(page: TextLines, rule: int, end: int, top: int) -> bool:
    """Whether below a rule that stands apart is a person's card.

    What a line with a colon announces is shown.
    """
    if len(page.texts[rule]) < _CARD_RULE_CHARACTERS:
        return False
    if rule != top and page.texts[rule - 1]:
        return False
    above = page.above(rule)
    last = page.texts[above - 1] if above > top else ""
    if cues.leads_on(last):
        return False
    lines = ("" if _is_rule(line) else line for line in page.texts[rule + 1 : end])
    return cards.is_card("\n".join(lines), above=last)


def _disclaimer(page: TextLines, end: int, top: int) -> int:
    """Return where the paragraph of lawyers, scanners or foresters begins that ends at ``end``.

    Else ``end``.
    """
    last = _above_while(_is_apart, page, end, max(top, end - _MAX_RULES))
    first = _above_while(_is_together, page, last, max(top, last - _MAX_SIGNATURE_LINES))
    if first == last:
        return end
    text = " ".join(page.texts[first:last]).lower()
    above = page.above(first)
    line_above = page.texts[above - 1] if above > top else ""
    if _is_asked(text):
        return end
    if cues.leads_on(line_above):
        return end
    is_ruled = _is_rule(line_above)
    # A delimiter, or the link of a picture, stands before what scanners say.
    head = _PICTURE.sub("", text.lstrip("*_[(\"'- ")).lstrip()
    is_title = notices.is_title(head) and page.above(len(page)) > end
    if not is_title and not notices.is_notice(head, text, is_below_rule=is_ruled):
        return end
    return above - 1 if is_ruled else first


def _above_while(holds: Callable[[str], bool], page: TextLines, end: int, lowest: int) -> int:
    """Return the highest line, down to ``lowest``, from which on all above ``end`` are so."""
    above = range(end - 1, lowest - 1, -1)
    return next((at + 1 for at in above if not holds(page.texts[at])), min(end, lowest))


def _is_asked(text: str) -> bool:
    """Whether a paragraph ends with a question, which lawyers do not ask; foresters do."""
    return text.rstrip("*_)\"' ").endswith(_ASKED) and not holds_any(text, _PRINTING)


def _closing(page: TextLines, end: int, top: int) -> TextSignature | None:
    """Return a closing ("Regards,") with the name and the post below it, or a sign-off ("-Ana")."""
    for at in _rising(page, end, max(top, end - _MAX_CLOSING_LINES)):
        if _is_closing(page.texts[at]):
            return _signed(page, at, end, top)
    return _sign_off(page, end, top)


def _signed(page: TextLines, closing: int, end: int, top: int) -> TextSignature | None:
    """Return a closing with what stands below it, if that is short."""
    below = page.spoken(closing + 1, end)
    if not below:
        return None
    if not all(map(_is_short, below)):
        return None
    is_own = not _is_of_program(page, closing, end, top)
    return TextSignature(closing, is_own=is_own)


def _is_of_program(page: TextLines, closing: int, end: int, top: int) -> bool:
    """Whether a program has set a closing and the card below it, at the end of words."""
    block = page.texts[closing + 1 : end]
    # A paragraph more may be an afterthought of the author's.
    if not all(block[1:]):
        return False
    # Nothing stands above it: who thanks says so.
    if page.above(closing) <= top:
        return False
    if _is_of_draft(page, closing, top):
        return False
    return cards.is_block([line for line in block if line])


def _is_of_draft(page: TextLines, closing: int, top: int) -> bool:
    """Whether a closing is that of a letter that is drafted in the message.

    Then someone is greeted below other words.
    """
    texts = (page.texts[at] for at in range(top, closing) if page.is_unquoted(at))
    below_words = dropwhile(_greets, texts)
    return any(map(_greets, below_words))


def _greets(text: str) -> bool:
    return cues.is_greeting(text.lstrip('"“«„')) or _ADDRESSED.match(text.lower()) is not None


def _is_closing(text: str) -> bool:
    return 1 <= len(text) <= _CLOSING_CHARACTERS and text.lower().strip(_AROUND) in CLOSINGS


def _is_short(line: str) -> bool:
    return len(line) <= _NARROW_CHARACTERS or cards.CONTACT.search(line) is not None


def _sign_off(page: TextLines, end: int, top: int) -> TextSignature | None:
    """Return "-Ana", if it stands alone below words."""
    last = end - 1
    if last <= top:
        return None
    if _SIGN_OFF.match(page.texts[last]) is None:
        return None
    if last - 1 >= top and page.texts[last - 1]:
        return None
    return TextSignature(last, is_own=True)
