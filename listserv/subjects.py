"""What a subject says apart from what mail programs and lists add to it: reply and forward marks, the list's tag.

Inbound takes them off before a contribution is made, outbound puts exactly one ``Re:`` and one tag on, so that a
subject that goes round by mail many times stays as its author wrote it. Linear in the length of the subject.

Source: RFC 5322 §3.6.5; the marks are those of the mail programs people use in the languages of the hub.
"""

import re
import unicodedata

# Marks that stand with a colon, a semicolon, two dashes or alone.
_COMMON = ("re", "fwd", "fw", "aw")
# Marks of other languages: these letters are words of their own, so only a colon makes a mark of them. "Ref:" and
# Italian's "I:" are left out: subjects begin with them that are no replies.
_LOCAL_REPLIES = (
    "ré", "rép", "res", "(?-i:R)", "rif", "antw", "sv", "vs", "odp", "pd-re", "vá", "απ", "σχετ", "ynt",
    "ответ", "отв", "ha", "на", "відп", "отг", "回复", "答复", "回覆", "答覆", "返信", "답장", "회신",
    "رد", "الرد", "پاسخ", "תגובה", "השב", "bls", "balas", "trả lời", "tl", "ตอบ", "atb", "ats", "atbilde",
)  # fmt: skip
_LOCAL_FORWARDS = (
    "tr", "rv", "reenv", "enc", "wg", "doorst", "vb", "vl", "pd", "továbbítás", "πρθ", "ilt", "i̇lt", "inoltra",
    "пересл", "пересылка", "转发", "轉寄", "轉發", "転送", "전달", "إعادة توجيه", "ارسال", "הועבר", "trs",
    "chuyển tiếp", "ct", "ส่งต่อ",
)  # fmt: skip
_LOCAL = (*_LOCAL_REPLIES, *_LOCAL_FORWARDS)
# How programs count replies: Re[2], Re(2), Re^2, Re*2.
_COUNT = r"(?: ?(?:\[\d{1,3}\]|\(\d{1,3}\)|[\^*]\d{1,3}))?"
_MARK = re.compile(
    rf"(?P<opened>[\[(])? ?(?:"
    rf"(?:{'|'.join(_COMMON)}){_COUNT} ?(?P<end>[:：;)\]][ :：;)\]]*|-(?=-|$)[- ]*|$)"
    rf"|(?:{'|'.join(_LOCAL)}){_COUNT} ?(?P<colon>[:：][ :：;)\]]*))",
    re.IGNORECASE,
)
# Blanks, and the marks of direction that programs put around right-to-left words.
_BETWEEN = re.compile(r"[ \u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]*")
_PASSED_ON = re.compile(rf"[\[(]? ?(?:fwd|fw|{'|'.join(_LOCAL_FORWARDS)}) ?[:：]", re.IGNORECASE)
# A list's tag.
_TAG = re.compile(r"\[[^\[\]]{1,60}\][ \u200e\u200f]{0,3}")
_FORWARDED = "(fwd)"
_CLOSING = {"[": "]", "(": ")"}


def bare_subject(subject: str, *, tag: str) -> str:
    """Return the subject without the list's tag and without every mark of a reply or a forward before it.

    What a mark had bracketed loses its closing bracket as well: ``[Fwd: Policy]`` is ``Policy``. Empty when nothing
    else was said.
    """
    text = " ".join(subject.split())
    at, opened = 0, list[str]()
    while True:
        begin = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]
        after = _mark_at(text, begin, f"[{tag}]", opened)
        if after <= begin:
            # A mark of direction whose word has gone would stand alone.
            at = begin if at else 0
            break
        at = after
    return text[at : _end(text, at, opened)].strip()


def is_forward(subject: str) -> bool:
    """Whether the outermost mark of a subject says that a mail is passed on; "Re: Fwd: Plan" answers one.

    A list's tag before the mark does not count, whichever list's it is.
    """
    text = " ".join(subject.split())
    begin = _BETWEEN.match(text).end()  # type: ignore[union-attr]
    tagged = _TAG.match(text, begin)
    if tagged is not None and _PASSED_ON.match(text, begin) is None:
        begin = tagged.end()
    return _PASSED_ON.match(text, begin) is not None


def _mark_at(text: str, begin: int, tag: str, opened: list[str]) -> int:
    """Return where a mark or the tag at ``begin`` ends; note in ``opened`` which brackets close after it."""
    if text[begin : begin + len(tag)].casefold() == tag.casefold():
        return begin + len(tag)
    found = _MARK.match(text, begin)
    if found is None:
        return begin
    if found["opened"]:
        opened.append(_CLOSING[found["opened"]])
    for char in found["end"] or found["colon"] or "":
        if opened and char == opened[-1]:
            opened.pop()
    return found.end()


def _end(text: str, start: int, opened: list[str]) -> int:
    """Return where the subject ends, before "(fwd)" and the brackets that a mark had opened."""
    end = len(text)
    while end > start:
        if text[end - 1] == " ":
            end -= 1
        elif text[max(start, end - len(_FORWARDED)) : end].lower() == _FORWARDED:
            end -= len(_FORWARDED)
        elif opened and text[end - 1] == opened[-1]:
            opened.pop()
            end -= 1
        else:
            break
    return end


def is_same_subject(one: str, other: str) -> bool:
    """Whether two bare subjects are one to a reader: width, case and blanks do not count."""
    return _folded(one) == _folded(other)


def _folded(subject: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", subject).casefold().split())
