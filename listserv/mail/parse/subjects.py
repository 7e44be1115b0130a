"""Take off a subject what mail programs and lists add: marks of replies and forwards, and tags.

Inbound takes them off before a contribution is made, outbound puts exactly one ``Re:`` and one tag
on, so that a subject that goes round by mail many times stays as its author wrote it. Linear in the
length of the subject.

Source: RFC 5322 §3.6.5; the marks are those of the mail programs people use in the languages of the
hub.
"""

import re
import unicodedata
from functools import lru_cache

# Marks that stand with a colon, a semicolon, two dashes or alone.
_COMMON = ("re", "fwd", "fw", "aw")
# Marks of other languages: these letters are words of their own, so only a colon makes a mark of
# them. "Ref:" and Italian's "I:" are left out: subjects begin with them that are no replies.
_LOCAL_REPLIES = (
    "ré", "rép", "res", "(?-i:R)", "rif", "antw", "sv", "vs", "odp", "pd-re", "vá", "απ", "σχετ",
    "ynt", "ответ", "отв", "ha", "на", "відп", "отг", "回复", "答复", "回覆", "答覆", "返信", "답장", "회신",
    "رد", "الرد", "پاسخ", "תגובה", "השב", "bls", "balas", "trả lời", "tl", "ตอบ", "atb", "ats",
    "atbilde",
)  # fmt: skip
_LOCAL_FORWARDS = (
    "tr", "rv", "reenv", "enc", "wg", "doorst", "vb", "vl", "pd", "továbbítás", "πρθ", "ilt",
    "i̇lt", "inoltra", "пересл", "пересылка", "转发", "轉寄", "轉發", "転送", "전달", "إعادة توجيه", "ارسال",
    "הועבר", "trs", "chuyển tiếp", "ct", "ส่งต่อ",
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
# What mail gateways put before a subject, without its brackets or stars.
_OUTSIDE = (
    "external", "ext", "external sender", "external email", "external e-mail", "external mail",
    "external message", "outside", "outside sender", "from external", "non-internal", "extern",
    "externe", "externe e-mail", "externe mail", "externer absender", "externe email", "externt",
    "ekstern", "ekstern e-post", "ulkoinen", "externo", "correo externo", "remitente externo",
    "e-mail externo", "esterno", "mittente esterno", "email esterna", "expéditeur externe",
    "courriel externe", "mail externe", "zewnętrzny", "mail zewnętrzny", "wiadomość zewnętrzna",
    "externí", "külső", "dış", "harici", "εξωτερικό", "внешнее", "внешний", "внешнее письмо",
    "внешняя почта", "зовнішній", "外部", "外部邮件", "外部郵件", "外部メール", "社外",
    "社外メール", "외부", "외부메일", "خارجي", "بريد خارجي", "خارجی", "חיצוני", "eksternal",
    "luar",
)  # fmt: skip
_WARNED = (
    "caution", "caution external", "caution: external", "caution - external", "caution:external",
    "warning: external", "suspicious", "suspected phishing", "phishing?", "unverified",
    "unverified sender", "untrusted", "vorsicht", "attention", "achtung", "atención", "внимание",
    "警告", "注意", "bulk", "bulk?", "junk", "junk?", "suspect", "marketing",
)  # fmt: skip
_SPAM = (
    "spam", "spam?", "spam!", "suspected spam", "possible spam", "probable spam", "likely spam",
    "spam suspect", "spam detected", "bulk mail", "junk mail", "potential spam", "спам",
    "垃圾邮件", "垃圾郵件", "迷惑メール", "スパム", "스팸",
)  # fmt: skip
_LABELS = frozenset({*_OUTSIDE, *_WARNED, *_SPAM})
# A label of a gateway or another list's tag: in brackets, between stars, or a word with a colon.
_SIGNS = "⚠❗‼⛔🛑🔴🟠🟡🚨🚩🔒📧✉\ufe0f"
_LABEL = re.compile(
    rf"(?:[{_SIGNS}] ?){{0,4}}"
    r"(?:\[[^\[\]]{1,60}\]|\{[^{}]{1,40}\}|\([^()]{1,40}\)|<[^<>@]{1,40}>|[【［][^【】［］]{1,40}[】］]"
    r"|(?P<star>[*#!]|--|__|==)(?P=star){0,7} ?[^*#!_=-]{2,40} ?(?P=star){1,8}"
    r"|(?P<worded>[^\W\d_][\w -]{1,30}?) ?(?:[:：]|[-–—](?= )))[ :：\u200e\u200f-]{0,4}"
)
_LABEL_EDGES = _SIGNS + "–—[]{}()<>【】［］*#!_=-:： \u200e\u200f"
_MAX_LABELS = 8
# Subjects whose bare form is remembered: each message asks for its own several times.
_MOST_REMEMBERED = 64
_FORWARDED = "(fwd)"
_CLOSING = {"[": "]", "(": ")"}


@lru_cache(maxsize=_MOST_REMEMBERED)
def bare_subject(subject: str, *, tag: str) -> str:
    """Return the subject without the list's tag and without the marks of replies and forwards.

    What stands before such a mark or before the list's tag was added on the way, by gateways
    ("[EXTERNAL]") and other lists, and goes as well; what stands behind them is its author's
    ("[Draft]"). What a mark had bracketed loses its closing bracket: ``[Fwd: Policy]`` is
    ``Policy``. Empty when nothing else was said.
    """
    text = " ".join(subject.split())
    bracketed = f"[{tag}]"
    at, opened, is_marked = 0, list[str](), False
    while True:
        begin = _behind_blanks(text, at)
        after = _mark_at(text, begin, bracketed, opened)
        if after > begin:
            is_marked = not _has_tag(text, begin, bracketed)
        else:
            after = _labels_at(text, begin, bracketed, is_marked=is_marked)
        if after <= begin:
            break
        at = after
    # A mark of direction whose word has gone would stand alone.
    start = begin if at else 0
    return text[start : _end(text, start, opened)].strip()


def _behind_blanks(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    assert match is not None
    return match.end()


def is_forward(subject: str) -> bool:
    """Whether the outermost mark of a subject says that a message is passed on.

    "Re: Fwd: Plan" answers one. A list's tag before the mark does not count, whichever list's it
    is.
    """
    text = " ".join(subject.split())
    begin = _behind_blanks(text, 0)
    for _label in range(_MAX_LABELS + 1):
        if _PASSED_ON.match(text, begin) is not None:
            return True
        label = _label_at(text, begin)
        if label is None:
            return False
        begin = _behind_blanks(text, label.end())
    return False


def _labels_at(text: str, begin: int, tag: str, *, is_marked: bool) -> int:
    """Return where the labels end that others than the author put at ``begin``; that for none.

    They are others' where a mark or the list's tag follows; elsewhere where gateways alone write
    so.
    """
    at = begin
    for _label in range(_MAX_LABELS):
        label = _label_at(text, at)
        if label is None:
            break
        at = _behind_blanks(text, label.end())
        if _has_tag(text, at, tag) or _MARK.match(text, at) is not None:
            return at
    first = _LABEL.match(text, begin)
    if first is None or first["worded"] is not None:
        return begin
    return first.end() if _is_gateways(first, is_marked=is_marked) else begin


def _label_at(text: str, at: int) -> re.Match[str] | None:
    """Return the label at an offset; a word with a colon is one where gateways write it."""
    label = _LABEL.match(text, at)
    if label is None or label["worded"] is None:
        return label
    return label if _is_label(label) else None


def _is_gateways(label: re.Match[str], *, is_marked: bool) -> bool:
    """Whether a gateway has put a label there. Args: is_marked, whether a mark stands before it."""
    if not _is_label(label):
        return False
    return is_marked or _is_sure(label)


def _has_tag(text: str, at: int, tag: str) -> bool:
    return text[at : at + len(tag)].casefold() == tag.casefold()


def _is_label(label: re.Match[str]) -> bool:
    """Whether the words of a label are a gateway's."""
    return _words(label).casefold() in _LABELS


def _is_sure(label: re.Match[str]) -> bool:
    """Whether nobody begins a subject of their own so: "{Spam?}", not "[External] review"."""
    words = _words(label)
    folded = words.casefold()
    if folded in _SPAM:
        return True
    if folded not in _OUTSIDE:
        return False
    return " " in words or words == words.upper()


def _words(label: re.Match[str]) -> str:
    return " ".join(label[0].strip(_LABEL_EDGES).split())


def _mark_at(text: str, begin: int, tag: str, opened: list[str]) -> int:
    """Return where a mark or the tag at ``begin`` ends; ``begin`` where there is neither.

    Args: opened, the brackets that are to be closed after marks; that of this one is added.
    """
    if _has_tag(text, begin, tag):
        return begin + len(tag)
    match = _MARK.match(text, begin)
    if match is None:
        return begin
    if match["opened"]:
        opened.append(_CLOSING[match["opened"]])
    for char in next(filter(None, match.group("end", "colon")), ""):
        if opened[-1:] == [char]:
            opened.pop()
    return match.end()


def _end(text: str, start: int, opened: list[str]) -> int:
    """Return where the subject ends, before "(fwd)" and the brackets that a mark had opened."""
    end = len(text)
    while end > start:
        if text[end - 1] == " ":
            end -= 1
        elif text[max(start, end - len(_FORWARDED)) : end].lower() == _FORWARDED:
            end -= len(_FORWARDED)
        elif opened[-1:] == [text[end - 1]]:
            opened.pop()
            end -= 1
        else:
            break
    return end


def is_same_subject(subject: str, other: str) -> bool:
    """Whether two bare subjects are one to a reader: width, case and blanks do not count."""
    return _folded(subject) == _folded(other)


def _folded(subject: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", subject).casefold().split())
