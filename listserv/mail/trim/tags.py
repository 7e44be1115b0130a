"""Find what people mark their answers with inside old words that bear no marks of quotes: "[KA]
yes", "==> yes", "* yes *", "[Amina: yes]".
"""

import re
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
_TAGS = 2
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
    if lines[0].lstrip().startswith(_OPENED):
        return True
    set_in = [line.startswith(_SET_IN) for line in lines]
    if set_in[0] and not all(set_in):
        return True
    texts = [line.strip() for line in lines]
    return (
        _are_tagged(texts)
        or _are_enclosed(texts)
        or _are_below_questions(texts)
        or _are_behind_questions(lines)
    )


def _are_tagged(texts: list[str]) -> bool:
    tags: dict[str, int] = {}
    for text in texts:
        match = _TAG.match(text)
        if match is not None and _is_tag(match[1], text):
            tags[match[1]] = tags.get(match[1], 0) + 1
    return any(count >= _TAGS for count in tags.values())


def _is_tag(tag: str, text: str) -> bool:
    return tag not in _LABELS and not kind_of(text) and _REACH.search(text[len(tag) :]) is None


def _are_enclosed(texts: list[str]) -> bool:
    """Whether lines stand between marks, the first line excepted, with which old words begin."""
    marks: dict[str, int] = {}
    spoken: set[str] = set()
    for text in texts[1:]:
        match = _AROUND.match(text)
        if match is None or not _is_answer(match[2], text):
            continue
        if match[3].startswith(_PAIRED.get(match[1][0], match[1][0])):
            marks[match[1]] = marks.get(match[1], 0) + 1
            if match[1] not in _BOLD or _speaks(match[2]):
                spoken.add(match[1])
            if _NAMED.match(text) is not None and len(text.split()) > _ANSWER_WORDS:
                return True
    return any(count >= _TAGS and mark in spoken for mark, count in marks.items())


def _speaks(inner: str) -> bool:
    """Whether words between marks are an answer, where programs mark names and headings alike."""
    return inner.endswith(_STOPS) or cues.is_answer(inner)


def _is_answer(inner: str, text: str) -> bool:
    """Whether marks stand around words: no picture,
    no address, no warning, no label of a header.
    """
    if _OF_PROGRAMS.match(text) is not None or _REACH.search(inner) is not None or kind_of(text):
        return False
    return any(char.isalpha() for char in inner)


def _is_plain_answer(text: str) -> bool:
    """Whether a line right below a question needs no second one like it to be an answer."""
    if _STRONG.match(text) is not None and _is_answer(text, text):
        return True
    match = _AROUND.match(text)
    return (
        match is not None
        and match[1] == match[3]
        and _is_answer(match[2], text)
        and _speaks(match[2])
    )


def _are_behind_questions(lines: list[str]) -> bool:
    """Whether questions are answered in their own line
    behind a sign, set in, in capitals, or by number.
    """
    behind = sum(_BEHIND.search(line) is not None for line in lines)
    set_in = loud = 0
    for question, line in pairwise(lines):
        if question.rstrip().endswith(_ASKED) and not question.startswith(_SET_IN):
            set_in += line.startswith(_SET_IN)
            loud += line.isupper() and not question.isupper() and len(line.split()) >= _ANSWER_WORDS
    asked = {match[1] for line in lines if (match := _ASKED_BY_NUMBER.match(line.strip()))}
    answered = {match[1] for line in lines if (match := _ANSWERED_BY_NUMBER.match(line.strip()))}
    return max(behind, set_in, loud, len(asked & answered)) >= _TAGS


def _are_below_questions(texts: list[str]) -> bool:
    """Whether questions are answered in the line below them, each behind the same sign."""
    signs: dict[str, int] = {}
    for question, text in pairwise(texts):
        match = _SIGN.match(text)
        if (
            question.endswith(_ASKED)
            and not question.startswith(text[:1])
            and _is_plain_answer(text)
        ):
            return True
        if match is not None and question.endswith(_ASKED) and not question.startswith(match[0]):
            signs[match[0]] = signs.get(match[0], 0) + 1
    return any(count >= _TAGS for count in signs.values())
