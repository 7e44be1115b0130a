"""Find what people mark their answers with inside old words that bear no marks of quotes.

As in "[KA] yes", "==> yes", "* yes *", "[Amina: yes]".
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from listserv.mail.trim import cues
from listserv.mail.trim.header_blocks import kind_of
from listserv.mail.trim.lines import TextLines

_OPENED = ('"', "“", "„", "«", "»", "‘", "「", "『", "‹")
# What people put before their answers in a text that bears no other marks.
_TAG = re.compile(
    r"(\[[^\W\d_][^\[\]]{0,19}\]|\([A-Z]{2,4}\)|[A-Z]{2,4}\)|\{[^\W\d_][^{}]{0,19}\}|<[A-Z]{1,4}>"
    r"|={1,3}>|-{2,3}>"
    r"|\*{2,3}|#{2,3}|\+{2,3}|!{2,3}|/{2,3}|\\{1,3}|»|@[^\W\d_]\w{0,19}"
    r"|[A-Z]{1,3} ?(?:[-–—]{1,2}|:|>{1,3})(?=[ \xa0])"
    r"|[^\W\d_][\w.-]{1,15}(?:[ \xa0]?:| [-–—])(?=[ \xa0])"
    r"|[^\W\d_a-zA-Z]\w{0,15}[:：])[ \xa0]?(?=\S)"
)
# Marks before and behind an answer: "* yes *", "### yes ###", "[Amina: yes]".
_AROUND = re.compile(
    r"(\*{1,3}|_{1,3}|#{1,4}|={2,4}|~{1,4}|/{2,4}|-{2,4}|\+{1,4}|!{2,4}|<{1,3}|>{1,3}|\({1,3}"
    r"|\[{1,3}|\{{1,3})"
    r"[ \xa0]?([^\s*_#=~/+!<>()\[\]{}-].{0,390}?)[ \xa0]?(\*{1,3}|_{1,3}|#{1,4}|={2,4}|~{1,4}"
    r"|/{2,4}|-{2,4}|\+{1,4}"
    r"|!{2,4}|>{1,3}|<{1,3}|\){1,3}|\]{1,3}|\}{1,3})[.!?]?$"
)
# Programs write so what is bold or in italics.
_BOLD = frozenset({"*", "_"})
_STOPS = (".", "!", "?", "。", "！", "？", "؟")
_PAIRED = {"(": ")", "[": "]", "{": "}", "<": ">", ">": "<"}
# "[Amina: the first, I think.]": a name and an answer in brackets. Programs set pictures, files and
# warnings so.
_NAMED = re.compile(r"[\[({<]{1,2}[A-Z][\w.’'-]{0,20}(?: [A-Z][\w.’'-]{0,20})?: (?=\S)")
_OF_PROGRAMS = re.compile(
    r"\W{1,3}(?:cid|image|img|bild|imagen|immagine|photo|logo|picture|inline|mailto|https?|ext"
    r"|external|extern|caution"
    r"|warning|achtung|attention|attachment|file|avis|advertencia|cuidado|disclaimer|classification"
    r"|figure|fig|table"
    r"|note|source|e-?mail)\b",
    re.I,
)
# What stands behind a tag that says how to reach somebody: "Office: +41 22 …".
_REACH = re.compile(r"\d[\d ()./-]{3,}\d|@|www\.|https?:")
_LABELS = frozenset(
    {"RE:", "TO:", "CC:", "PS:", "FW:", "NB:", "AM:", "PM:", "ID:", "TEL:", "FAX:", "WEB:", "URL:"}
)
# So many lines that are marked alike are no chance.
_LEAST_MARKED = 2
_ANSWER_WORDS = 3
_SET_IN = ("  ", "\t")
_ASKED = ("?", "？", "؟")
# What leaves no doubt right below a question.
_STRONG = re.compile(
    r"(?:={1,3}>|-{2,3}>|>{2,3}|#{2,3}[ \xa0]|\*{3}|\[[A-Z]{2,4}[\]:]|\[[A-Z]\w{1,20}: )[ \xa0]?\w"
    r"|(?:my |our |\w{1,20}['’]s )?(?:answers?|reply|response|réponse|antwort|respuesta|resposta"
    r"|risposta|antwoord"
    r"|ответ|答|回答|答复|الجواب|الإجابة|cevap|yanıt)[ \xa0]?[:：]",
    re.I,
)
# The same in the line of the question: "Which option? >> The first.", "Who pays? [The ministry.]".
_BEHIND = re.compile(
    r"[?？؟][ \xa0]{1,4}(?:[>=]{1,3}>|-{1,3}>|\[|\*|--|\{|<{2}|#{2,3}|/{2,3}|→|⇒) ?[^\s\]*]"
)
_ASKED_BY_NUMBER = re.compile(r"[QF]\.? ?(\d{1,2})[.):]")
_ANSWERED_BY_NUMBER = re.compile(r"[AR]\.? ?(\d{1,2})[.):]")
# A sign before an answer right below a question: "- the first", "+ the ministry", "• yes".
_SIGN = re.compile(r"[^\w\s\"'“«(\[{<¿¡@]{1,3}(?=[ \xa0]?\w)")


def are_in(page: TextLines, start: int, end: int) -> bool:
    """Whether lines tell old words and answers apart by anything else than marks of quotes."""
    lines = [page.lines[at] for at in range(start, end) if page.texts[at]]
    if not lines:
        return False
    if any(shows_answers(lines) for shows_answers in _ON_LINES):
        return True
    texts = [line.strip() for line in lines]
    return any(shows_answers(texts) for shows_answers in _ON_TEXTS)


def _are_below_quotation(lines: list[str]) -> bool:
    """Whether old words begin with a quotation mark."""
    return lines[0].lstrip().startswith(_OPENED)


def _are_set_in(lines: list[str]) -> bool:
    """Whether the first line is set in and another one is not."""
    if not lines[0].startswith(_SET_IN):
        return False
    return not all(line.startswith(_SET_IN) for line in lines)


def _are_repeated(marks: Iterator[str]) -> bool:
    return any(count >= _LEAST_MARKED for count in Counter(marks).values())


def _are_tagged(texts: list[str]) -> bool:
    return _are_repeated(tag for text in texts if (tag := _tag(text)))


def _tag(text: str) -> str:
    """Return the tag before an answer; empty where there is none."""
    match = _TAG.match(text)
    if match is None:
        return ""
    if match[1] in _LABELS:
        return ""
    if kind_of(text):
        return ""
    if _REACH.search(text[match.end(1) :]) is not None:
        return ""
    return match[1]


def _are_enclosed(texts: list[str]) -> bool:
    """Whether lines stand between marks, the first line excepted, with which old words begin."""
    enclosed = [match for text in texts[1:] if (match := _enclosed(text)) is not None]
    if any(_is_named_answer(match.string) for match in enclosed):
        return True
    spoken = {match[1] for match in enclosed if _speaks(match)}
    return _are_repeated(match[1] for match in enclosed if match[1] in spoken)


def _enclosed(text: str) -> re.Match[str] | None:
    """Return the marks around an answer, and the answer as the second group."""
    match = _AROUND.match(text)
    if match is None:
        return None
    if not _is_answer(match[2], text):
        return None
    first_mark = match[1][0]
    closing = _PAIRED.get(first_mark, first_mark)
    return match if match[3].startswith(closing) else None


def _is_named_answer(text: str) -> bool:
    """Whether brackets hold a name and an answer: "[Amina: the first, I think.]"."""
    return _NAMED.match(text) is not None and len(text.split()) > _ANSWER_WORDS


def _speaks(match: re.Match[str]) -> bool:
    """Whether words between marks are an answer, where programs mark names and headings alike."""
    return match[1] not in _BOLD or _is_worded_answer(match[2])


def _is_worded_answer(inner: str) -> bool:
    return inner.endswith(_STOPS) or cues.is_answer(inner)


def _is_answer(inner: str, text: str) -> bool:
    """Whether marks stand around words.

    Pictures, addresses, warnings and labels of a header are none.
    """
    if _OF_PROGRAMS.match(text) is not None:
        return False
    if _REACH.search(inner) is not None:
        return False
    if kind_of(text):
        return False
    return any(map(str.isalpha, inner))


def _is_plain_answer(text: str) -> bool:
    """Whether a line right below a question needs no second line like it to be an answer."""
    if _STRONG.match(text) is not None and _is_answer(text, text):
        return True
    match = _AROUND.match(text)
    if match is None:
        return False
    if match[1] != match[3]:
        return False
    return _is_answer(match[2], text) and _is_worded_answer(match[2])


def _are_behind_questions(lines: list[str]) -> bool:
    """Whether questions are answered in their own line, set in, in capitals, or by number."""
    behind = sum(_BEHIND.search(line) is not None for line in lines)
    answers = [pair for pair in pairwise(lines) if _asks_flush(pair[0])]
    set_in = sum(line.startswith(_SET_IN) for _question, line in answers)
    loud = sum(_is_louder(line, question) for question, line in answers)
    numbered = _numbers(_ASKED_BY_NUMBER, lines) & _numbers(_ANSWERED_BY_NUMBER, lines)
    return max(behind, set_in, loud, len(numbered)) >= _LEAST_MARKED


def _asks_flush(line: str) -> bool:
    """Whether a line is a question that is not set in."""
    return line.rstrip().endswith(_ASKED) and not line.startswith(_SET_IN)


def _is_louder(line: str, question: str) -> bool:
    """Whether a line is in capitals and the question above it is not."""
    if not line.isupper():
        return False
    if question.isupper():
        return False
    return len(line.split()) >= _ANSWER_WORDS


def _numbers(pattern: re.Pattern[str], lines: list[str]) -> set[str]:
    return {match[1] for line in lines if (match := pattern.match(line.strip()))}


def _are_below_questions(texts: list[str]) -> bool:
    """Whether questions are answered in the line below them, each behind the same sign."""
    answers = [pair for pair in pairwise(texts) if pair[0].endswith(_ASKED)]
    if any(_is_marked_answer(text, question) for question, text in answers):
        return True
    return _are_repeated(sign for question, text in answers if (sign := _sign(text, question)))


def _is_marked_answer(text: str, question: str) -> bool:
    return not question.startswith(text[:1]) and _is_plain_answer(text)


def _sign(text: str, question: str) -> str:
    """Return the sign before an answer with which the question does not begin."""
    match = _SIGN.match(text)
    if match is None:
        return ""
    if question.startswith(match[0]):
        return ""
    return match[0]


# What tells answers apart in lines as they are, and in what these say.
_ON_LINES = (_are_below_quotation, _are_set_in, _are_behind_questions)
_ON_TEXTS = (_are_tagged, _are_enclosed, _are_below_questions)
