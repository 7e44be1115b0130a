"""Read ``#164``: the number of the contribution that a message to a list answers.

Its author writes it in the subject or the first line. So a digest, a page or a printed text can be
answered from any mail program, without an address that acts for its owner. The number only picks
the topic, inside the addressed list; who wrote the message is proven as always.
"""

import re
from dataclasses import dataclass

from listserv.mail.parse.message import ParsedMessage
from listserv.mail.parse.subjects import bare_subject

# Digits of a number; behind it a blank or a mark that ends it. Marks of direction come along where
# a number is copied out of words from right to left.
_SUBJECT = re.compile(
    r"[\u200e\u200f\u2066-\u2069]*(?:\[[^\[\]]{1,60}\] ?)?[\u200e\u200f\u2066-\u2069]*"
    r"[#＃](\d{1,15})[\u200e\u200f\u2066-\u2069]*(?!\w)[ :.,–—-]*"
)
_LINE = re.compile(
    r"[\u200e\u200f\u2066-\u2069]*[#＃] ?(\d{1,15})[:.]?[\u200e\u200f\u2066-\u2069]*"
)
_DIGEST = "digest."
# Characters in which the first line begins and ends.
_LOOK_CHARACTERS = 2_000


@dataclass(frozen=True)
class AnsweredNumber:
    """The number of the answered contribution, and the message without it.

    ``subject`` is without the number; ``first_line`` is the line that holds it, empty where the
    subject does.
    """

    number: int
    subject: str
    first_line: str = ""


def answered_number(message: ParsedMessage) -> AnsweredNumber | None:
    """Return which contribution a message names, None where it names none.

    The first line counts before the subject.
    """
    beginning = message.text[:_LOOK_CHARACTERS]
    if not _has_sign(beginning) and not _has_sign(message.subject):
        return None
    lines = (line for line in beginning.splitlines() if line.strip())
    first_line = next(lines, "")
    match = _LINE.fullmatch(first_line.strip())
    if match is not None:
        return AnsweredNumber(int(match[1]), _subject_to_go_on(message), first_line)
    subject = bare_subject(message.subject, tag="")
    match = _SUBJECT.match(subject)
    if match is None:
        return None
    return AnsweredNumber(int(match[1]), subject[match.end() :])


def _has_sign(text: str) -> bool:
    """Whether a sign stands in a text that may stand before a number; in nearly all none does."""
    return "#" in text or "＃" in text


def _subject_to_go_on(message: ParsedMessage) -> str:
    """Return the subject, empty for that of a digest: nobody means it as the subject of a topic."""
    answers_digest = any(name.startswith(_DIGEST) for name in message.in_reply_to)
    return "" if answers_digest else message.subject


def without_number(text: str, answered: AnsweredNumber) -> str:
    """Return a text without the line that names the contribution."""
    if not answered.first_line:
        return text
    return text.replace(answered.first_line, "", 1)
