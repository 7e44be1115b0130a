"""Read ``#164``: the contribution that a mail to a list answers, named by its author in the subject
or the first line.

So a digest, a page or a printed text is answered from any mail program, without an address that
acts for its owner. The number only picks the thread, inside the addressed list; who wrote the mail
is proven as always.
"""

import re
from dataclasses import dataclass

from listserv.mail.parse.message import Mail
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


@dataclass(frozen=True)
class AnsweredNumber:
    """The number of the answered contribution, and the mail
    without it: its subject, and its first line's text.
    """

    number: int
    subject: str
    first_line: str = ""


def answered_number(mail: Mail) -> AnsweredNumber | None:
    """Return which contribution a mail names, None for
    none; the first line counts before the subject.
    """
    first = next((line for line in mail.text[:2_000].splitlines() if line.strip()), "")
    match = _LINE.fullmatch(first.strip())
    if match is not None:
        # Nobody means the subject of a digest to go on as that of a thread.
        of_digest = any(name.startswith(_DIGEST) for name in mail.in_reply_to)
        return AnsweredNumber(int(match[1]), "" if of_digest else mail.subject, first)
    bare = bare_subject(mail.subject, tag="")
    match = _SUBJECT.match(bare)
    return AnsweredNumber(int(match[1]), bare[match.end() :]) if match is not None else None


def without_number(text: str, answered: AnsweredNumber) -> str:
    """Return a text without the line that names the contribution."""
    return text.replace(answered.first_line, "", 1) if answered.first_line else text
