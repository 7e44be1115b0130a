"""Weigh whether a mail server wrote a mail, before anything in its text counts as a report.

People write about addresses, numbers and mail that did not arrive: on vacation, when they leave,
and to each other. No word and no number of theirs is a report. What is one has structure: a header
that only mail servers write; or what may be a mail server's (its name, its subject) and a text
built as theirs are, with the address in its place; or, where the header says nothing, a text that
begins with a sentence which only mail servers write.
"""

import re
from enum import IntEnum

from listserv.mail.parse import automatic
from listserv.mail.parse.headers import Headers
from listserv.mail.parse.subjects import bare_subject, is_forward
from listserv.mail.reports import heuristics, report_phrases, sentences
from listserv.mail.reports.heuristics import WordsReading

# Characters of a text in which its first sentence stands, what a server draws around it included.
_OPENING = 200
_BEFORE_OPENING = 30
# Characters of it in which it says that it is a server's.
_HEAD = 1_500
# A name and a comma, with which people begin; and words that servers put before a comma.
_ADDRESSED = re.compile(
    r"(?!sorry|unfortunately|attention|warning|error|note|notice|failed|user)"
    r"[^\W\d]{2,20}(?: [^\W\d]{2,20})?[,،，!](?:\s|$)"
)
# What people did who tell of it.
_TELLING = re.compile(
    r"(?:i|we) (?:just |have |also |still |only )?"
    r"(?:tried|got|get|keep|received|sent|wrote|think|saw|noticed|asked|called|found)\b"
)
# A question, which no server asks: not the mark in a link.
_QUESTION = re.compile(
    r"^(?!.*://).{3,200}?(?:[^\s\d(=&][\"'»”)]?[?？؟](?:\s|$)|(?:です|ます|でしょう)か。|吗。|까요\.)",
    re.MULTILINE,
)


class Evidence(IntEnum):
    """What a header says about who wrote the mail."""

    NONE = 0
    # A postmaster, or somebody under the subject of a report: a server or a person.
    CLAIM = 1
    SERVER = 2


def of_header(headers: Headers, subject: str) -> Evidence:
    """Return what the header says."""
    if automatic.reports_delivery(headers):
        return Evidence.SERVER
    is_claimed = automatic.is_from_postmaster(headers) or is_report_subject(subject)
    return Evidence.CLAIM if is_claimed else Evidence.NONE


def is_report_subject(subject: str) -> bool:
    """Whether a subject is that of a report, the marks of answers before it left out."""
    folded = _folded(bare_subject(subject, tag=""), 300).lstrip("【「(\"'")
    folded = folded.removeprefix("postmaster] ")
    if folded.startswith(sentences.NO_SUBJECTS):
        return False
    is_within = any(words in folded for words in sentences.SUBJECTS_WITHIN)
    return is_within or folded.startswith(sentences.SUBJECTS)


def is_proven(
    evidence: Evidence, headers: Headers, subject: str, text: str, reading: WordsReading
) -> bool:
    """Whether a text is a server's report, as much proof asked for as the header leaves open.

    Args: text, without the lines that its writer quotes.
    """
    if evidence is Evidence.SERVER:
        return reading.is_plain or not reading.is_guess
    if is_answer(headers, subject):
        return False
    if evidence is Evidence.NONE:
        if not begins_as_server(text) or _has_program(headers):
            return False
        return (
            reading.failed and reading.is_placed and heuristics.is_refused(text, reading.recipients)
        )
    if opens_as_server(text):
        return reading.failed and not _is_shown(headers, subject, text)
    if is_letter(text) or _has_program(headers) or not reading.failed or asks(text):
        return False
    if automatic.is_from_postmaster(headers) and _fails(subject):
        if heuristics.is_invited(text, reading.recipients):
            return False
        is_told = report_phrases.tells_of_failure(_folded(text, _HEAD)) or heuristics.has_refusal(
            text
        )
        return (is_told and not reading.is_guess) or opens_as_server(text, sure=False)
    if _fails(subject):
        words = (
            report_phrases.ALL if opens_as_server(text, sure=False) else report_phrases.OF_MAILBOXES
        )
        return reading.is_placed and heuristics.is_refused(text, reading.recipients, words=words)
    # Under whatever subject, in whatever language, where an SMTP reply stands at the address.
    return reading.is_sure and heuristics.is_refused(text, reading.recipients, words=())


def _is_shown(headers: Headers, subject: str, text: str) -> bool:
    """Whether somebody who is no server shows a report below words of their own."""
    if automatic.is_from_postmaster(headers):
        return False
    if _QUESTION.search(text[:_OPENING]) is not None:
        return True
    return not begins_as_server(text) and (asks(text) or is_forward(subject))


def asks(text: str) -> bool:
    """Whether a text begins with a question, which no server asks."""
    return _QUESTION.search(text[:_HEAD]) is not None


def is_persons_own(headers: Headers, text: str) -> bool:
    """Whether a person wrote above what is attached:
    with a greeting, and a question or a program's name.
    """
    return is_letter(text) and (asks(text) or _has_program(headers))


def begins_as_server(text: str) -> bool:
    """Whether the first words of a text are a server's."""
    folded = _folded(text, _OPENING)
    return any(0 <= folded.find(words) <= _BEFORE_OPENING for words in sentences.OPENINGS)


def opens_as_server(text: str, *, sure: bool = True) -> bool:
    """Whether the head of a text has a sentence of servers, and greets nobody.

    Args: sure, whether nobody else would write it; else one that people might write, too.
    """
    folded = _folded(text, _HEAD)
    known = sentences.OPENINGS if sure else sentences.OPENINGS_OF_CLAIMED
    return not is_letter(text) and any(words in folded for words in known)


def is_letter(text: str) -> bool:
    """Whether a text begins as people begin who write to each other."""
    folded = _folded(text, _OPENING).strip(" *_>")
    if folded.startswith(sentences.TO_ANYBODY):
        return False
    is_told = _ADDRESSED.match(folded) is not None or _TELLING.match(folded) is not None
    return is_told or folded.startswith(sentences.GREETINGS)


def is_answer(headers: Headers, subject: str) -> bool:
    """Whether it looks like the answer of a person, who may quote a report."""
    linked = "in-reply-to" in headers or "references" in headers
    return linked and is_marked_answer(headers, subject)


def is_marked_answer(headers: Headers, subject: str) -> bool:
    """Whether the subject marks an answer, and no field says that a program gave it."""
    marked = bare_subject(subject, tag="") != " ".join(subject.split()) and not is_forward(subject)
    return marked and headers.raw("auto-submitted").strip().lower() in {"", "no"}


def without_quotes(text: str) -> str:
    """Return a text without the lines that its writer quotes.

    The transcript of a session (">>> RCPT TO") is no quotation.
    """
    lines = text.split("\n")
    return "\n".join(line for line in lines if line.startswith(">>>") or line.lstrip()[:1] != ">")


def _has_program(headers: Headers) -> bool:
    """Whether a header names the program that a person writes with."""
    return "user-agent" in headers or "x-originating-ip" in headers


def _fails(subject: str) -> bool:
    folded = _folded(subject, 300)
    return is_report_subject(subject) or report_phrases.tells_of_failure(folded)


def _folded(text: str, size: int) -> str:
    return " ".join(text[: 4 * size].lower().replace("’", "'").split()).lstrip("*#=-_<[ ")[:size]
