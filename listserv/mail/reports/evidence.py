"""Weigh whether a mail server wrote a message, before anything in its text counts as a report.

People write about addresses, numbers and mail that did not arrive: on vacation, when they leave,
and to each other. No word and no number of theirs is a report. A report has structure: a header
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
from listserv.mail.reports.heuristics import TextReading
from listserv.mail.reports.report_phrases import contains_any

# Characters of a text in which its first sentence stands, what a server draws around it included.
_OPENING = 200
_BEFORE_OPENING = 30
# Characters of it in which it says that it is a server's.
_HEAD = 1_500
# Characters of a subject that are read.
_SUBJECT = 300
# Fields of the answer to a message, and fields that name the program of a person.
_ANSWER_FIELDS = frozenset({"in-reply-to", "references"})
_PROGRAM_FIELDS = frozenset({"user-agent", "x-originating-ip"})
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
    """What a header says about who wrote the message."""

    NONE = 0
    # A postmaster, or somebody under the subject of a report: a server or a person.
    CLAIM = 1
    SERVER = 2


def of_header(headers: Headers, subject: str) -> Evidence:
    """Return what the header says."""
    if automatic.reports_delivery(headers):
        return Evidence.SERVER
    if automatic.is_from_postmaster(headers):
        return Evidence.CLAIM
    if is_report_subject(subject):
        return Evidence.CLAIM
    return Evidence.NONE


def is_report_subject(subject: str) -> bool:
    """Whether a subject is that of a report, the marks of answers before it left out."""
    folded = _folded(bare_subject(subject, tag=""), _SUBJECT).lstrip("【「(\"'")
    folded = folded.removeprefix("postmaster] ")
    if folded.startswith(sentences.NO_SUBJECTS):
        return False
    if folded.startswith(sentences.SUBJECTS):
        return True
    return contains_any(folded, sentences.SUBJECTS_WITHIN)


# --- Proof ----------------------------------------------------------------------------------------


def is_proven(
    evidence: Evidence, headers: Headers, subject: str, text: str, reading: TextReading
) -> bool:
    """Whether a text is a server's report, as much proof asked for as the header leaves open.

    Args: text, without the lines that its writer quotes.
    """
    if evidence is Evidence.SERVER:
        return reading.is_plain or not reading.is_guess
    if is_answer(headers, subject):
        return False
    if evidence is Evidence.NONE:
        return _is_proven_by_text(headers, text, reading)
    return _is_proven_by_claim(headers, subject, text, reading)


def _is_proven_by_text(headers: Headers, text: str, reading: TextReading) -> bool:
    """Whether a text proves itself to be a report, where the header says nothing."""
    if not begins_as_server(text):
        return False
    if _has_program(headers):
        return False
    if not reading.failed:
        return False
    if not reading.is_placed:
        return False
    return heuristics.is_refused(text, reading.recipients)


def _is_proven_by_claim(headers: Headers, subject: str, text: str, reading: TextReading) -> bool:
    """Whether a text bears out what its header claims."""
    if not reading.failed:
        return False
    if opens_as_server(text):
        return not _is_shown(headers, subject, text)
    if _has_sign_of_person(headers, text):
        return False
    if not _mentions_failure(subject):
        return _is_proven_by_reply(text, reading)
    if automatic.is_from_postmaster(headers):
        return _is_proven_by_postmaster(text, reading)
    if not reading.is_placed:
        return False
    words: tuple[str, ...] = report_phrases.OF_MAILBOXES
    if opens_as_server(text, sure=False):
        words = report_phrases.ALL
    return heuristics.is_refused(text, reading.recipients, words=words)


def _is_proven_by_reply(text: str, reading: TextReading) -> bool:
    """Whether an SMTP reply stands at the address, under whatever subject, in any language."""
    if not reading.is_sure:
        return False
    return heuristics.is_refused(text, reading.recipients, words=())


def _is_proven_by_postmaster(text: str, reading: TextReading) -> bool:
    """Whether a postmaster's text under the subject of a failure is a report."""
    if heuristics.is_invited(text, reading.recipients):
        return False
    if opens_as_server(text, sure=False):
        return True
    if reading.is_guess:
        return False
    if report_phrases.mentions_failure(_folded(text, _HEAD)):
        return True
    return heuristics.has_refusal(text)


def _is_shown(headers: Headers, subject: str, text: str) -> bool:
    """Whether somebody who is no server shows a report below words of their own."""
    if automatic.is_from_postmaster(headers):
        return False
    if _QUESTION.search(text[:_OPENING]) is not None:
        return True
    if begins_as_server(text):
        return False
    return asks(text) or is_forward(subject)


# --- How servers and people write -----------------------------------------------------------------


def asks(text: str) -> bool:
    """Whether a text begins with a question, which no server asks."""
    return _QUESTION.search(text[:_HEAD]) is not None


def is_persons_own(headers: Headers, text: str) -> bool:
    """Whether a person wrote above what is attached.

    With a greeting, and a question or a program's name.
    """
    return is_personal(text) and _shows_person(headers, text)


def _has_sign_of_person(headers: Headers, text: str) -> bool:
    """Whether anything speaks for a person: a greeting, a question or a program's name."""
    return is_personal(text) or _shows_person(headers, text)


def _shows_person(headers: Headers, text: str) -> bool:
    """Whether there is what no server has: a question, or the name of a person's program."""
    return asks(text) or _has_program(headers)


def begins_as_server(text: str) -> bool:
    """Whether the first words of a text are a server's."""
    folded = _folded(text, _OPENING)
    return any(0 <= folded.find(words) <= _BEFORE_OPENING for words in sentences.OPENINGS)


def opens_as_server(text: str, *, sure: bool = True) -> bool:
    """Whether the head of a text has a sentence of servers, and greets nobody.

    Args: sure, whether nobody else would write it; else one that people might write, too.
    """
    if is_personal(text):
        return False
    openings = sentences.OPENINGS if sure else sentences.OPENINGS_OF_CLAIMED
    return contains_any(_folded(text, _HEAD), openings)


def is_personal(text: str) -> bool:
    """Whether a text begins as people begin who write to each other."""
    folded = _folded(text, _OPENING).strip(" *_>")
    if folded.startswith(sentences.TO_ANYBODY):
        return False
    if folded.startswith(sentences.GREETINGS):
        return True
    return _ADDRESSED.match(folded) is not None or _TELLING.match(folded) is not None


def is_answer(headers: Headers, subject: str) -> bool:
    """Whether it looks like the answer of a person, who may quote a report."""
    if _ANSWER_FIELDS.isdisjoint(headers.fields):
        return False
    return is_marked_answer(headers, subject)


def is_marked_answer(headers: Headers, subject: str) -> bool:
    """Whether the subject marks an answer, and no field says that a program gave it."""
    if is_forward(subject):
        return False
    if bare_subject(subject, tag="") == " ".join(subject.split()):
        return False
    return headers.raw("auto-submitted").strip().lower() in {"", "no"}


def without_quotes(text: str) -> str:
    """Return a text without the lines that its writer quotes."""
    return "\n".join(line for line in text.split("\n") if not _is_quoted(line))


def _is_quoted(line: str) -> bool:
    # The transcript of an SMTP session (">>> RCPT TO") is no quotation.
    if line.startswith(">>>"):
        return False
    return line.lstrip().startswith(">")


def _has_program(headers: Headers) -> bool:
    """Whether a header names the program that a person writes with."""
    return not _PROGRAM_FIELDS.isdisjoint(headers.fields)


def _mentions_failure(subject: str) -> bool:
    if is_report_subject(subject):
        return True
    return report_phrases.mentions_failure(_folded(subject, _SUBJECT))


def _folded(text: str, size: int) -> str:
    return " ".join(text[: 4 * size].lower().replace("’", "'").split()).lstrip("*#=-_<[ ")[:size]
