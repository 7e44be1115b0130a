"""Tell the line of two dashes above a signature from one that people draw between parts of a text.

RFC 3676 §4.3 has the signature below a line of two dashes and a blank; many programs lose the
blank. What stands below decides: names, posts and addresses, to the end; not paragraphs, not an
afterthought, not the next part of a text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from listserv.mail.trim import cues, notices
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.notices import REACH, holds_any
from listserv.mail.trim.words import DISCLAIMERS, FOOTERS, NOTICES, UNSUBSCRIBE

DELIMITERS = frozenset({"--", "- -", "—-"})
# Lines of a signature below the delimiter as it is written down, and below one that has lost its
# blank.
_MAX_LINES, _MAX_BARE_LINES = 18, 10
# Words of lawyers that make a disclaimer of what stands below a delimiter.
_LEGAL_WORDS = 4
# A line of so many words that ends as a sentence does is prose.
_PROSE_WORDS, _PROSE_LETTERS, _SENTENCE_WORDS = 5, 14, 3
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।")
_ASKED = ("?", "؟", "？")
_ONE_BLANK = re.compile(r"[^ ] \Z")
# What fortunes and mottos begin with, and quotations.
_MOTTO_MARKS = frozenset("\"'“„«*~_(")
_OPENING_QUOTES = ('"', "“", "„", "«")
# How lines of a patch begin, and lines that are added to or removed from a text.
_PATCH_STARTS = ("@@ ", "+++ ", "diff ")
_CHANGE_STARTS = ("+", "-", " ")
# Lines at the beginning that name a list or a group.
_NAMING_LINES = 3
_STOP = re.compile(rf"[.!?؟;:][\s\xa0]+[^\W\d_]|[,،] |[。！？，；]|[{''.join(_ENDS)}]\Z")
_CONTACT = re.compile(
    r"@|https?:|www\.|\+\d|\b(?:tel|fax|phone|mob|skype|pgp|gpg|key|fingerprint|icq|irc|jabber)\b",
    re.I,
)
_ADDRESS = re.compile(r"https?:\S{1,300}|www\.\S{1,200}|\S{1,100}@\S{1,100}")
# Letters that are set without blanks between words.
_JOINED = re.compile(r"[\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]")
_SMALL_WORD = re.compile(r"(?<!\S)[a-zа-яäöüßéèàç][\w'’-]*")
# A line of a program, below a line that is a comment of its language.
_CODE = re.compile(r"^[\w.]+ ?[-+*:|]?= ?\S|[;{}]$|^[A-Z]{4,} \S|\w\(\)")
# An item of a list, or a reference: "(b) sow in June", "[1] https://x.example".
_ITEM = re.compile(r"(?:\(?(?:\d{1,2}|[a-z])\)|\d{1,2}\.|\[\d{1,2}\]) (?=[^\d\s])")
# Marks of an afterthought below a name.
_AFTERTHOUGHT = re.compile(
    r"\(?(?:p\.? ?){1,3}-? ?s\b|p\.? ?d\.|pd[.:]|n\.? ?b\b|nota\b|note\b|post-?scriptum|nachtrag"
    r"|edit\b|update\b|btw\b|by the way"
    r"|one more|з\.? ?ы\b|п\.? ?с\b|постскриптум|ملاحظة|ملحوظة|حاشية|پی‌?نوشت|נ\.?ב|附言|又及|另外|追伸"
    r"|추신|υ\.? ?γ|ek not|catatan"
    r"|tái bút|ป\.?ล",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Delimiter:
    """A line of two dashes, and what stands below it.

    Attributes: ``at`` its line; ``end`` where what is below ends.
    """

    page: TextLines
    at: int
    end: int

    @property
    def is_drawn(self) -> bool:
        """Whether it begins its line, or is quoted."""
        return self.page.depths[self.at] > 0 or self._raw.startswith(("-", "—"))

    @property
    def is_strict(self) -> bool:
        """Whether it is followed by its one blank."""
        return _ONE_BLANK.search(self._raw) is not None

    @property
    def _raw(self) -> str:
        return self.page.lines[self.at].rstrip("\r")

    @cached_property
    def below(self) -> list[str]:
        """What stands below, empty lines included."""
        return self.page.texts[self.at + 1 : self.end]

    @cached_property
    def lines(self) -> list[str]:
        """What stands below, empty lines left away."""
        return [text for text in self.below if text]

    @property
    def has_paragraphs(self) -> bool:
        """Whether empty lines stand above the last line that can be a motto."""
        first = self.below.index(self.lines[0])
        return not all(self.below[: first + len(self.lines)])

    @property
    def divides(self) -> bool:
        """Whether such a line stands above as well, without its blank: then they divide parts."""
        page, depth = self.page, self.page.depths[self.at]
        above = (at for at in range(self.at) if page.depths[at] == depth)
        delimiters = (page.lines[at] for at in above if page.texts[at] in DELIMITERS)
        return not all(_has_blank(line.rstrip("\r")) for line in delimiters)

    @property
    def is_led_to(self) -> bool:
        """Whether the line right above ends with a colon and speaks of what is below."""
        return cues.leads_on(self.page.text_at(self.at - 1))

    def signs(self) -> bool:
        """Whether a signature stands below."""
        if not self.lines:
            return True
        if len(self.lines) > (_MAX_LINES if self.is_strict else _MAX_BARE_LINES):
            return False
        if any(map(is_afterthought, self.lines)):
            return False
        if self._is_in_patch():
            return False
        if _is_added(self.lines, self.below):
            return True
        if self.lines[0].endswith(_ASKED):
            return False
        if any(map(_ITEM.match, self.lines)):
            return False
        if not self.is_strict:
            return self._is_card()
        # Fortunes and mottos stand below names, in quotation marks or close to them.
        if self.has_paragraphs:
            return not _has_prose(self.lines)
        return not is_prose(self.lines[0]) or self.lines[0][0] in _MOTTO_MARKS

    def _is_card(self) -> bool:
        """Whether below a delimiter that has lost its blank stands a signature and nothing else.

        People draw such lines between parts of a text, above code, and as the first line too.
        """
        if self.at <= self.page.top:
            return False
        if self.divides:
            return False
        if self.is_led_to:
            return False
        if any(map(_is_of_a_text, self.lines)):
            return False
        return not _goes_on(self.below) and not _has_prose(self.lines)

    def _is_in_patch(self) -> bool:
        """Whether lines are of a patch, whose removed lines may be dashes themselves."""
        raw = self.page.lines[self.at + 1 : self.end]
        if any(line.startswith(_PATCH_STARTS) for line in raw):
            return True
        return all(line.startswith(_CHANGE_STARTS) for line in raw if line)


def start(page: TextLines, end: int, *, top: int, may_be_text: bool = False) -> int:
    """Return the delimiter of the signature that ends at ``end``; ``end`` when there is none.

    Args: ``may_be_text`` whether it is one whatever stands below, as where nothing is folded away
    because of it.
    """
    depth = page.depths[end - 1]
    for at in range(end - 1, max(top - 1, end - 2 - _MAX_LINES), -1):
        if page.is_of_other_depth(at, depth):
            break
        if page.texts[at] in DELIMITERS:
            delimiter = _Delimiter(page, at, end)
            if not delimiter.is_drawn:
                break
            return at if may_be_text or delimiter.signs() else end
    return end


def is_afterthought(text: str) -> bool:
    """Whether a line begins as what people add below their name."""
    return _AFTERTHOUGHT.match(text) is not None


def is_sentence(text: str) -> bool:
    """Whether a line is of a sentence, whatever addresses of pages it names."""
    return is_prose(_ADDRESS.sub("", text))


def is_hint(text: str) -> bool:
    """Whether a line says in a sentence what is to be had at an address.

    As in "The draft is at https://x.example".
    """
    rest = _ADDRESS.sub("", text)
    words = rest.split()
    if rest == text:
        return False
    if len(words) < _SENTENCE_WORDS:
        return False
    if is_prose(rest):
        return True
    if cues.has_sentence(rest):
        return True
    return _is_mostly_small(rest, len(words))


def is_prose(text: str) -> bool:
    """Whether a line is of a sentence, and neither a name nor a post nor an address."""
    if _CONTACT.search(text):
        return False
    if _JOINED.search(text):
        return len(text) >= _PROSE_LETTERS and _STOP.search(text) is not None
    words = len(text.split())
    if words < _PROSE_WORDS:
        return False
    if text.endswith(_ENDS):
        return True
    if cues.has_sentence(text):
        return True
    if _SMALL_WORD.search(text) is None:
        return not text.isascii()
    return _is_mostly_small(text, words)


def _is_mostly_small(text: str, words: int) -> bool:
    """Whether more than half of the words are written small."""
    return 2 * len(_SMALL_WORD.findall(text)) > words


def _has_blank(line: str) -> bool:
    return line.endswith(" ")


def _has_prose(lines: Sequence[str]) -> bool:
    """Whether any line that is no quotation is of a sentence."""
    return any(map(is_prose, _unquoted(lines)))


def _is_of_a_text(line: str) -> bool:
    """Whether a line is of what people write or show, and of no signature."""
    if _ends_a_sentence(line):
        return True
    if is_hint(line):
        return True
    return _CODE.search(line) is not None


def _goes_on(below: Sequence[str]) -> bool:
    """Whether a paragraph below the first one is of a text, or names another person.

    It tells nothing of how to reach who signs.
    """
    parts = "\n".join(below).strip("\n").split("\n\n")
    first, *further = [part.split("\n") for part in parts if part.strip()]
    if _has_address(first) and any(map(_has_address, further)):
        return True
    return any(not any(map(_CONTACT.search, part)) for part in map(_unquoted, further) if any(part))


def _has_address(lines: Sequence[str]) -> bool:
    return any("@" in line for line in lines)


def _ends_a_sentence(text: str) -> bool:
    if not text.endswith(_ENDS):
        return False
    if len(text.split()) < _SENTENCE_WORDS:
        return False
    return _SMALL_WORD.search(text) is not None


def _is_added(lines: Sequence[str], below: Sequence[str]) -> bool:
    """Whether lawyers or a list program speak below the delimiter."""
    lowered = [line.lower() for line in lines]
    text = " ".join(lowered)
    if notices.legal_words(text) >= _LEGAL_WORDS and notices.is_to_strangers(text):
        return True
    first, *further = _drawn_paragraphs(below)
    if first.startswith((*DISCLAIMERS, *NOTICES)) and notices.is_notice(first, first):
        return not further or notices.is_to_strangers(" ".join(further))
    if not holds_any(text, REACH):
        return False
    # Whoever writes of a list writes a sentence, which programs do of those who leave it only.
    words = UNSUBSCRIBE if any(map(is_sentence, lines)) else FOOTERS
    return any(holds_any(line, words) for line in lowered[:_NAMING_LINES])


def _drawn_paragraphs(below: Sequence[str]) -> list[str]:
    """Return paragraphs in lower case, at least one; a rule divides them as an empty line does."""
    drawn = "\n".join(line if line.strip("_-=*") else "" for line in below).lower()
    paragraphs = [" ".join(part.split()) for part in drawn.split("\n\n") if part.strip()]
    return paragraphs or [""]


def _unquoted(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not line.startswith(_OPENING_QUOTES)]
