"""Read reports in words: whom a text written for people complains about, and what it tells of them.

Old and small mail servers write a text, each its own; what they share are phrases, SMTP replies,
and the places where addresses stand (:mod:`listserv.mail.reports.address_places`).

Each line is looked at once, and only the beginning of a long text: what is read is bounded and
linear.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from listserv.mail.reports import address_places, report_addresses, report_phrases, report_words
from listserv.mail.reports.address_places import AddressPlace
from listserv.mail.reports.report_phrases import contains_any

# Characters and lines of a report that are read.
MAX_TEXT = 40_000
MAX_LINES = 800
# Characters in which a report comes to the point, and those in which it tells what it is.
_FIRST = 1_500
_HEAD = 4_000
_BARE_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class TextReading:
    """What a report in words says.

    Args:
        recipients: whom the message did not reach, as their addresses are written.
        failed: the text tells of a failure or a delay.
        delayed: delivery is tried again.
        is_plain: the text begins with that, as a report does.
        place: where the recipients stand.
        is_by_subject: only the subject names them.
    """

    recipients: tuple[str, ...]
    failed: bool
    delayed: bool
    is_plain: bool
    place: AddressPlace
    is_by_subject: bool

    @property
    def is_sure(self) -> bool:
        """Whether the place of the addresses leaves no doubt."""
        return self.place is AddressPlace.LISTED

    @property
    def is_guess(self) -> bool:
        """Whether nothing but being the only address speaks for a recipient."""
        return self.place is AddressPlace.ANYWHERE

    @property
    def is_placed(self) -> bool:
        """Whether the addresses stand where reports have them, not inside a sentence."""
        if self.is_by_subject:
            return False
        return self.place <= AddressPlace.ASKED


def read(
    subject: str,
    text: str,
    *,
    excluded: frozenset[str] = frozenset(),
    doubtful: frozenset[str] = frozenset(),
) -> TextReading:
    """Return what a report in words says.

    Args:
        excluded: addresses in lower case that cannot be the ones not reached: who reports, and who
            gets the report.
        doubtful: those that are it only where their place leaves no doubt: whoever wrote the
            message.
    """
    shown = without_original(text[:MAX_TEXT])
    folded = _folded(f"{subject}\n{shown}")
    beginning = f"{subject} {shown[:_FIRST]}".lower().replace("’", "'")
    is_plain = report_phrases.mentions_failure(beginning) or has_refusal(shown[:_FIRST])
    is_late = contains_any(folded, report_phrases.DELAYED)
    place, recipients = address_places.recipients(shown, excluded, doubtful)
    is_by_subject = not recipients
    if is_by_subject:
        place, recipients = address_places.recipients(subject, excluded | doubtful, frozenset())
    return TextReading(
        recipients,
        failed=is_late or _mentions_failure(folded, shown),
        delayed=is_late and not contains_any(folded, report_phrases.GIVEN_UP),
        is_plain=is_plain,
        place=place,
        is_by_subject=is_by_subject,
    )


def _mentions_failure(folded: str, shown: str) -> bool:
    if contains_any(folded, report_phrases.FAILED):
        return True
    if has_refusal(shown):
        return True
    if contains_any(folded, report_phrases.ARRIVED):
        return False
    return contains_any(folded, report_phrases.FAILED_PERHAPS)


def is_arrival(subject: str, text: str) -> bool:
    """Whether a text tells that something was delivered or read."""
    folded = " ".join(f"{subject}\n{text[:_HEAD]}".lower().split())
    return contains_any(folded, report_phrases.ARRIVED)


def is_challenge(subject: str, text: str) -> bool:
    """Whether a text asks its reader to show that a person wrote.

    One phrase about it is not enough, reports have it.
    """
    folded = " ".join(f"{subject}\n{text[:_HEAD]}".lower().split())
    return sum(phrase in folded for phrase in report_phrases.CHALLENGES) > 1


def without_original(text: str) -> str:
    """Return a report without the copy of the message it is about, where that is in the text."""
    shown_lines: list[str] = []
    has_begun = False
    for line in text.split("\n")[:MAX_LINES]:
        if has_begun and _begins_original(line):
            break
        shown_lines.append(line)
        if line.strip():
            has_begun = True
    return "\n".join(shown_lines)


def _begins_original(line: str) -> bool:
    """Whether a copy of the message begins at a line: it says so, or is a field of a header."""
    if line[:40].lower().lstrip(">").startswith(report_words.FIELD_STARTS):
        return True
    bare = line[:200].lower().strip(report_words.DECOR)
    if bare.startswith(report_words.ORIGINAL_MESSAGE):
        behind = bare.partition("message")[2].lstrip()
        return not behind.startswith(report_words.TELLING_OF_ORIGINAL)
    if bare.startswith(report_words.COPY_STARTS):
        return True
    if not line.lstrip().startswith(report_words.RULES):
        return False
    return bare.startswith(report_words.RULED_STARTS)


def sources(text: str) -> dict[str, str]:
    """Return the addresses that a message was sent to, by those that it was passed on to.

    The keys are in lower case. Exim names both: below "  anna@far.example" stands
    "(generated from anna@people.example)".
    """
    passed: dict[str, str] = {}
    before: list[str] = []
    for line in without_original(text[:MAX_TEXT]).split("\n"):
        source = _source(line)
        if source:
            passed.update({address.lower(): source for address in before})
        elif line.strip():
            before = report_addresses.find(line, most=1)
    return passed


def _source(line: str) -> str:
    bare = line.strip(report_words.DECOR).lower().removeprefix("ultimately ")
    if not bare.startswith("generated from "):
        return ""
    return report_addresses.first(line)


# --- Names without a domain -----------------------------------------------------------------------


def bare_names(text: str, domain: str) -> tuple[str, ...]:
    """Return the recipients of a report that names them without their domain.

    None where the domain is not known. The name stands alone on the line behind the one that says
    "following". Where the text shows how addresses look there ("try emailing
    NAME@people.example"), those are taken.
    """
    if not domain:
        return ()
    domains = _advised_domains(text) or [domain]
    addresses = [f"{name}@{own}" for name in _listed_names(text) for own in domains]
    return tuple(dict.fromkeys(addresses))


def _advised_domains(text: str) -> list[str]:
    """Return the domains of the addresses that a text advises to write to instead."""
    advised = [address for address in report_addresses.find(text) if address.startswith("NAME@")]
    return [address.removeprefix("NAME@") for address in advised if _is_advised(address, text)]


def _is_advised(address: str, text: str) -> bool:
    return f"emailing {address}" in text or f"emailing to {address}" in text


def _listed_names(text: str) -> Iterator[str]:
    """Give the names that stand alone on the lines behind one that announces them."""
    is_announced, before = False, ""
    for line in filter(str.strip, without_original(text[:MAX_TEXT]).split("\n")):
        name = ""
        if line.lower().startswith(report_words.NOT_FOUND):
            is_announced = True
            name = _bare_name(line.partition(":")[2].strip())
        elif is_announced:
            name = _leading_name(line)
        if name:
            yield name
            continue
        is_announced = _announces_names(before, line)
        before = line


def _leading_name(line: str) -> str:
    """Return the name with which a line begins; empty unless a blank or a bracket follows it."""
    name, _blank, rest = line.strip().partition(" ")
    if rest and not rest.startswith((" ", "\t", "(")):
        return ""
    return _bare_name(name)


def _bare_name(text: str) -> str:
    """Return a text that may be the name of a mailbox, empty for another."""
    if not _BARE_NAME.fullmatch(text):
        return ""
    return text


def _announces_names(before: str, line: str) -> bool:
    if not line.rstrip().endswith(":"):
        return False
    return contains_any(f"{before} {line}".lower(), report_words.FOLLOWING)


# --- Refusals -------------------------------------------------------------------------------------


def has_refusal(text: str) -> bool:
    """Whether a text quotes an SMTP reply that refuses."""
    return any(
        report_words.REFUSAL.search(line[:400]) is not None for line in text.split("\n")[:MAX_LINES]
    )


def is_refused(
    text: str, recipients: tuple[str, ...], *, words: Collection[str] = report_phrases.ALL
) -> bool:
    """Whether a refusal stands at one of the addresses: in its line, or next to it.

    The line before it must not ask its reader to write there instead.

    Args: words, which count as one beside SMTP replies.
    """
    for before, line, after in _lines_of(text, recipients):
        if _invites(before):
            continue
        around = "\n".join((before, line, after))
        if has_refusal(around):
            return True
        if contains_any(_folded(around), words):
            return True
    return False


def is_invited(text: str, recipients: tuple[str, ...]) -> bool:
    """Whether readers are asked to write to one of the addresses: somebody has left, or is away."""
    return any(_invites(before) for before, _line, _after in _lines_of(text, recipients))


def _lines_of(text: str, recipients: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Give the lines with one of the addresses, each with the ones before and after it."""
    shown_lines = without_original(text[:MAX_TEXT]).split("\n")
    lines = [line[:400] for line in shown_lines if line.strip()]
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if contains_any(line, recipients[:20]):
            yield before, line, after


def _invites(before: str) -> bool:
    """Whether the last sentence of a line asks to write to what follows.

    One that tells of a failure does not ask for it.
    """
    sentences = report_words.SENTENCE_END.split(_folded(before))
    last = next(filter(str.strip, reversed(sentences)), "")
    if report_phrases.mentions_failure(last):
        return False
    return contains_any(last, report_words.INVITES)


def _folded(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())
