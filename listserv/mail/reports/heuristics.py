"""Read reports that no program was meant to read: find the recipients that a text in words
complains about.

Old and small mail servers write a text, each its own; what they share is a place (a line of its
own, the head of a paragraph, a word before it) where the address stands. Addresses are ranked by
their place, and the best rank counts.

Each line is looked at once, and only the beginning of a long text: what is read is bounded and
linear.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from listserv.mail.reports import report_addresses, report_phrases, report_words

# Characters and lines of a report that are read.
MAX_TEXT = 40_000
MAX_LINES = 800
# Characters in which a report comes to the point.
_FIRST = 1_500
# Ranks, best first.
_LISTED, _HEADED, _ASKED, _NAMED, _LOOSE, _ANYWHERE, _SEEN = range(7)


@dataclass(frozen=True)
class WordsReading:
    """What a text says: whom it did not reach, and whether that is for ever."""

    recipients: tuple[str, ...]
    failed: bool
    # Whether it says so at once, as a report does, and not somewhere in a longer text.
    is_plain: bool
    delayed: bool
    # Whether the place of the addresses leaves no doubt.
    is_sure: bool = True
    # Whether nothing but being the only one speaks for it.
    is_guess: bool = False
    # Whether the addresses stand where reports have them, not inside a sentence.
    is_placed: bool = False


def read(
    subject: str,
    text: str,
    *,
    not_these: frozenset[str] = frozenset(),
    hardly: frozenset[str] = frozenset(),
) -> WordsReading:
    """Return what a report in words says.

    Args:
        not_these: addresses in lower case that cannot be the ones not reached: who reports, and who
            is told.
        hardly: those that are only where their place leaves no doubt: whoever wrote the mail.
    """
    shown = cut(text[:MAX_TEXT])
    folded = " ".join(f"{subject}\n{shown}".lower().replace("’", "'").split())
    failed = any(phrase in folded for phrase in report_phrases.FAILED) or has_refusal(shown)
    if not failed and not any(phrase in folded for phrase in report_phrases.ARRIVED):
        failed = any(phrase in folded for phrase in report_phrases.FAILED_PERHAPS)
    delayed = any(phrase in folded for phrase in report_phrases.DELAYED)
    given_up = any(phrase in folded for phrase in report_phrases.GIVEN_UP)
    rank, recipients = _recipients(shown, not_these, hardly)
    is_placed = bool(recipients) and rank <= _ASKED
    if not recipients:
        rank, recipients = _recipients(subject, not_these | hardly, frozenset())
    beginning = f"{subject} {shown[:_FIRST]}".lower().replace("’", "'")
    at_once = report_phrases.tells_of_failure(beginning) or has_refusal(shown[:_FIRST])
    late = delayed and not given_up
    return WordsReading(
        recipients, failed or delayed, at_once, late, rank == _LISTED, rank == _ANYWHERE, is_placed
    )


def is_arrival(subject: str, text: str) -> bool:
    """Whether a text tells that something was delivered or read."""
    folded = " ".join(f"{subject}\n{text[:4_000]}".lower().split())
    return any(phrase in folded for phrase in report_phrases.ARRIVED)


def is_challenge(subject: str, text: str) -> bool:
    """Whether a text asks its reader to show that a person
    wrote; one word about it is not enough, reports have it.
    """
    folded = " ".join(f"{subject}\n{text[:4_000]}".lower().split())
    return sum(phrase in folded for phrase in report_phrases.CHALLENGES) > 1


def cut(text: str) -> str:
    """Return the report without the copy of the mail
    it is about, where that stands in the same text.
    """
    shown_lines: list[str] = []
    for number, line in enumerate(text.split("\n")[:MAX_LINES]):
        bare = line[:200].lower().strip(report_words.DECOR)
        begun = any(item.strip() for item in shown_lines)
        if begun and number and _begins_copy(line, bare):
            break
        if begun and line[:40].lower().lstrip(">").startswith(report_words.FIELD_STARTS):
            break
        shown_lines.append(line)
    return "\n".join(shown_lines)


def _begins_copy(line: str, bare: str) -> bool:
    """Whether a line says that a copy of the mail follows;
    a ruled one ("--- Returned ---") with fewer words.
    """
    if bare.startswith(("original message", "the original message")):
        return not bare.partition("message")[2].lstrip().startswith(("was", "to", "from"))
    ruled = line.lstrip()[:2] in ("--", "==", "**", "__", "~~")
    return bare.startswith(report_words.COPY_STARTS) or (
        ruled and bare.startswith(report_words.RULED_STARTS)
    )


def _recipients(
    text: str, not_these: frozenset[str], hardly: frozenset[str]
) -> tuple[int, tuple[str, ...]]:
    """Return the addresses a report complains about, as
    they are written, in their order, and their rank.
    """
    ranked: dict[str, int] = {}
    lines = [line[:1_000] for line in text.split("\n")]
    before = heading = ""
    for number, line in enumerate(lines):
        heading = line if line.strip() and "@" not in line else heading
        if _tells_of_arrival(heading):
            continue
        rest, rank = line, _SEEN
        for address in report_addresses.find(line, most=20) if "@" in line else ():
            between, _address, rest = rest.partition(address)
            # One behind another, with a comma between them, is there for the same reason.
            if between.strip(report_words.JOINING) or rank == _SEEN:
                rank = _rank(line, address, before)
            if address.lower() not in not_these and not _is_role(address):
                if rank < _NAMED and _is_field_of_the_mail(lines, number):
                    rank = _NAMED
                if rank <= _ASKED or address.lower() not in hardly:
                    ranked[address] = min(rank, ranked.get(address, rank))
        before = line if line.strip() else before
    best = min(ranked.values(), default=_SEEN)
    # One that nothing speaks for is taken where it is the only one.
    if best == _SEEN or (best == _ANYWHERE and len(ranked) > 1):
        return _SEEN, ()
    recipients: dict[str, str] = {}
    for address, rank in ranked.items():
        if rank == best:
            recipients.setdefault(address.lower(), address)
    return best, tuple(recipients.values())


def _is_field_of_the_mail(lines: list[str], number: int) -> bool:
    """Whether a line "To: …" stands beside a line "Subject:
    …": it tells which mail, not whom it did not reach.
    """
    name = lines[number].lower().strip(report_words.DECOR)
    if not name.startswith(report_words.TO_FIELDS):
        return False
    around = lines[max(0, number - 5) : number] + lines[number + 1 : number + 6]
    return any(
        line.lower().strip(report_words.DECOR).startswith(report_words.SUBJECT_FIELDS)
        for line in around
    )


def sources(text: str) -> dict[str, str]:
    """Return the addresses that mail was sent to, by those in lower case to which they pass it on,
    as Exim names both.

    Below "  anna@far.example" stands "(generated from anna@people.example)".
    """
    passed: dict[str, str] = {}
    before: list[str] = []
    for line in cut(text[:MAX_TEXT]).split("\n"):
        bare = line.strip(report_words.DECOR).lower().removeprefix("ultimately ")
        source = report_addresses.find(line, most=1) if bare.startswith("generated from ") else []
        if source:
            passed.update({address.lower(): source[0] for address in before})
        elif line.strip():
            before = report_addresses.find(line, most=1)
    return passed


def bare_names(text: str, domain: str) -> tuple[str, ...]:
    """Return the recipients of a report that names them without their domain; none where that is
    not known.

    The name stands alone on the line behind the one that says "following". Where the text shows how
    addresses look there ("try emailing NAME@people.example"), those are taken.
    """
    lines = [line for line in cut(text[:MAX_TEXT]).split("\n") if line.strip()]
    shapes = [
        f.partition("@")[2]
        for f in report_addresses.find(text)
        if f.startswith("NAME@") and _is_advised(f, text)
    ]
    names: list[str] = []
    opened, before = False, ""
    for line in lines:
        name, _blank, rest = line.strip().partition(" ")
        if line.lower().startswith("receiver not found:"):
            name, rest, opened = line.partition(":")[2].strip(), "", True
        is_name = bool(name) and all(char.isalnum() or char in "._-" for char in name)
        if opened and is_name and (not rest or rest.startswith((" ", "\t", "("))):
            names += [f"{name}@{shape}" for shape in shapes or [domain]]
            continue
        paragraph = f"{before} {line}".lower()
        opened = line.rstrip().endswith(":") and any(
            words in paragraph for words in report_words.FOLLOWING
        )
        before = line
    return tuple(dict.fromkeys(names)) if domain else ()


def _is_advised(address: str, text: str) -> bool:
    return f"emailing {address}" in text or f"emailing to {address}" in text


def _is_role(address: str) -> bool:
    return address.lower().partition("@")[0] in report_words.ROLES


def _rank(line: str, address: str, before: str) -> int:
    """Return how sure the place of an address is."""
    lowered = line.lower()
    head, _found, tail = lowered.partition(address.lower())
    head_bare, tail_bare = head.strip(report_words.DECOR), tail.strip(report_words.DECOR)
    if "rcpt to" in head[-40:]:
        return _ASKED
    if head_bare.startswith(("expanded from", "generated from", "generated by")):
        return _LISTED if head_bare.startswith("e") else _NAMED
    if head.endswith(("smtp=", "smtp:")):
        return _HEADED
    if any(word in head or head_bare.startswith(word.strip()) for word in report_words.OTHERS):
        return _SEEN
    if head_bare in report_words.LIST_MARKS and (
        not tail_bare.strip(report_words.JOINING) or _is_entry(head, tail)
    ):
        return _SEEN if _tells_of_others(before) else _LISTED
    if not head_bare and _holds_addresses_only(line):
        return _SEEN if _tells_of_others(before) else _LISTED
    if not head_bare:
        return _HEADED if tail[:1] in ">\"':;, \t)]." else _NAMED
    if head_bare.startswith(report_words.HEADS):
        return _HEADED
    if any(word in head[-report_words.NEAR :] for word in report_words.BEFORE):
        return _NAMED
    return (
        _LOOSE
        if any(word in lowered or word in before.lower()[-200:] for word in report_words.BEFORE)
        else _ANYWHERE
    )


def _is_entry(head: str, tail: str) -> bool:
    """Whether a line is an entry of a list: "<anna@people.example>: full", or a reply behind it."""
    if head.rstrip().endswith("<") and tail.startswith(">:"):
        return True
    return (
        tail.lstrip(">'\"").startswith(":") and report_words.REFUSAL.search(tail[:200]) is not None
    )


def _holds_addresses_only(line: str) -> bool:
    rest = line
    for address in report_addresses.find(line, most=20):
        rest = rest.replace(address, "")
    return not rest.strip(report_words.DECOR + report_words.JOINING)


def _tells_of_arrival(heading: str) -> bool:
    bare = heading.strip().lower()
    return bare.endswith(report_words.ARRIVED_AT) and not bare.endswith(
        ("not been delivered to:", "n't been delivered to:")
    )


def _tells_of_others(before: str) -> bool:
    bare = before.lower().strip()
    starts = ("from:", "sender", "reply-to", "mail from", "contact")
    return bare.startswith(starts) or bare.endswith(("contact:", "from", "sender:"))


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
        around = "\n".join((before, line, after))
        folded = _folded(around)
        is_refused_here = has_refusal(around) or any(word in folded for word in words)
        if is_refused_here and not _invites(before):
            return True
    return False


def is_invited(text: str, recipients: tuple[str, ...]) -> bool:
    """Whether readers are asked to write to one of the addresses: somebody has left, or is away."""
    return any(_invites(before) for before, _line, _after in _lines_of(text, recipients))


def _lines_of(text: str, recipients: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Give the lines with one of the addresses, each with the ones before and after it."""
    lines = [line[:400] for line in cut(text[:MAX_TEXT]).split("\n") if line.strip()]
    for number, line in enumerate(lines):
        if any(address in line for address in recipients[:20]):
            after = lines[number + 1] if number + 1 < len(lines) else ""
            yield lines[number - 1] if number else "", line, after


def _invites(before: str) -> bool:
    """Whether the last sentence of a line asks to
    write to what follows, and tells of no failure.
    """
    sentences = [
        piece for piece in report_words.SENTENCE_END.split(_folded(before)) if piece.strip()
    ]
    last = sentences[-1] if sentences else ""
    return any(
        words in last for words in report_words.INVITES
    ) and not report_phrases.tells_of_failure(last)


def _folded(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())
