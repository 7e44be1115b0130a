"""Tell the line of two dashes above a signature from one that people draw between the parts of what
they write.

RFC 3676 §4.3 has the signature below a line of two dashes and a blank; many programs lose the
blank. What stands below decides: names, posts and addresses, to the end; not paragraphs, not an
afterthought, not the next part of a text.
"""

import re
from collections.abc import Sequence

from listserv.mail.trim import cues, notices
from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.words import CLOSINGS, DISCLAIMERS, FOOTERS, NOTICES, UNSUBSCRIBE

DELIMITERS = frozenset({"--", "- -", "—-"})
# Lines of a signature below the delimiter as it is written down, and below one that has lost its
# blank.
_LINES, _BARE_LINES = 18, 10
# Words of lawyers that make a disclaimer of what stands below a delimiter.
_LEGAL_WORDS = 4
# A line of so many words that ends as a sentence does is prose.
_PROSE_WORDS, _PROSE_LETTERS, _SENTENCE_WORDS = 5, 14, 3
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", "۔", "।")
_STOP = re.compile(r"[.!?؟;:][\s\xa0]+[^\W\d_]|[,،] |[。！？，；]")
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


def start(page: TextLines, end: int, *, top: int, may_be_text: bool = False) -> int:
    """Return the delimiter of the signature that ends at ``end``; ``end`` when there is none.

    Args: ``may_be_text`` whether it is one whatever stands below, as where nothing is folded away
    because of it.
    """
    depth = page.depths[end - 1]
    for at in range(end - 1, max(top - 1, end - 2 - _LINES), -1):
        if page.depths[at] == depth and page.texts[at] in DELIMITERS:
            line = page.lines[at].rstrip("\r")
            is_drawn = bool(depth) or line[:1] in "-—"
            is_strict = line.endswith(" ") and not line.endswith("  ")
            is_signature = may_be_text or _signs(page, at, end, strict=is_strict)
            return at if is_drawn and is_signature else end
        if page.depths[at] != depth and page.texts[at]:
            break
    return end


def is_afterthought(text: str) -> bool:
    """Whether a line begins as what people add below their name."""
    return _AFTERTHOUGHT.match(text) is not None


def is_sentence(text: str) -> bool:
    """Whether a line is of a sentence, whatever addresses of pages it names."""
    return is_prose(_ADDRESS.sub("", text))


def is_hint(text: str) -> bool:
    """Whether a line says in a sentence what is to be had
    at an address: "The draft is at https://x.example".
    """
    rest = _ADDRESS.sub("", text)
    words = rest.split()
    if rest == text or len(words) < _SENTENCE_WORDS:
        return False
    return (
        is_prose(rest) or cues.has_sentence(rest) or 2 * len(_SMALL_WORD.findall(rest)) > len(words)
    )


def is_prose(text: str) -> bool:
    """Whether a line is of a sentence, and neither a name nor a post nor an address."""
    if _CONTACT.search(text):
        return False
    words = text.split()
    if _JOINED.search(text):
        return len(text) >= _PROSE_LETTERS and (
            text.endswith(_ENDS) or _STOP.search(text) is not None
        )
    if len(words) < _PROSE_WORDS:
        return False
    small = len(_SMALL_WORD.findall(text))
    return (
        cues.has_sentence(text)
        or text.endswith(_ENDS)
        or 2 * small > len(words)
        or not (small or text.isascii())
    )


def _signs(page: TextLines, at: int, end: int, *, strict: bool) -> bool:
    """Whether a signature stands between the delimiter and ``end``."""
    below = page.texts[at + 1 : end]
    lines = [text for text in below if text]
    if not lines or len(lines) > (_LINES if strict else _BARE_LINES):
        return not lines
    if any(is_afterthought(line) for line in lines) or _is_of_patch(page.lines[at + 1 : end]):
        return False
    if _is_added(lines, below):
        return True
    if lines[0].endswith(("?", "؟", "？")) or any(map(_ITEM.match, lines)):
        return False
    # Fortunes and mottos stand below names, in quotation marks or close to them.
    apart = any(not text for text in below[: below.index(lines[0]) + len(lines)])
    if not strict and (_is_one_of_several(page, at) or any(map(_ends_a_sentence, lines))):
        return False
    if not strict and (any(map(is_hint, lines)) or _goes_on(below) or at <= page.top):
        return False
    if not strict and (_is_shown(page, at) or any(map(_is_code, lines))):
        return False
    if not strict or apart:
        return not any(map(is_prose, _unquoted(lines)))
    return not is_prose(lines[0]) or lines[0][:1] in "\"'“„«*~_("


def _goes_on(below: Sequence[str]) -> bool:
    """Whether a paragraph below the first one tells nothing
    of how to reach who signs, or names another person.
    """
    paragraphs = [
        part.split("\n") for part in "\n".join(below).strip("\n").split("\n\n") if part.strip()
    ]
    further = [line for part in paragraphs[1:] for line in part]
    if any("@" in line for line in paragraphs[0]) and any("@" in line for line in further):
        return True
    return any(
        not any(map(_CONTACT.search, part)) for part in map(_unquoted, paragraphs[1:]) if any(part)
    )


def _is_one_of_several(page: TextLines, at: int) -> bool:
    """Whether such a line stands above as well, without its blank: then they divide parts."""
    above = (
        other
        for other in range(at)
        if page.texts[other] in DELIMITERS and page.depths[other] == page.depths[at]
    )
    return any(not page.lines[other].rstrip("\r").endswith(" ") for other in above)


def _is_shown(page: TextLines, at: int) -> bool:
    """Whether the line right above ends with a colon: then what is below is what it speaks of."""
    above = page.texts[at - 1] if at else ""
    return above.endswith((":", "：")) and above.rstrip(":： ").lower() not in CLOSINGS


def _is_code(text: str) -> bool:
    return _CODE.search(text) is not None


def _ends_a_sentence(text: str) -> bool:
    return (
        text.endswith(_ENDS)
        and len(text.split()) >= _SENTENCE_WORDS
        and _SMALL_WORD.search(text) is not None
    )


def _is_added(lines: Sequence[str], below: Sequence[str]) -> bool:
    """Whether lawyers or a list program speak below the delimiter."""
    lowered = [line.lower() for line in lines]
    text = " ".join(lowered)
    if notices.legal_words(text) >= _LEGAL_WORDS and notices.is_to_strangers(text):
        return True
    drawn = "\n".join(line if line.strip("_-=*") else "" for line in below).lower()
    first, *further = [" ".join(part.split()) for part in drawn.split("\n\n") if part.strip()] or [
        ""
    ]
    if first.startswith((*DISCLAIMERS, *NOTICES)) and notices.is_notice(first, first):
        return not further or notices.is_to_strangers(" ".join(further))
    if "http" not in text and "@" not in text:
        return False
    # Whoever writes of a list writes a sentence, which programs do of those who leave it only.
    words = UNSUBSCRIBE if any(map(is_sentence, lines)) else FOOTERS
    return any(word in line for line in lowered[:3] for word in words)


def _unquoted(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line[:1] not in '"“„«']


def _is_of_patch(lines: Sequence[str]) -> bool:
    """Whether lines are of a patch, whose removed lines may be dashes themselves."""
    return any(line.startswith(("@@ ", "+++ ", "diff ")) for line in lines) or all(
        line[:1] in "+- " for line in lines if line
    )
