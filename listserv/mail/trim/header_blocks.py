"""Know the header block of an old message: labels such as "From:" and "Sent:", and its end."""

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from listserv.mail.trim.lines import TextLines
from listserv.mail.trim.phrases import DATE, FROM, LABELS, OTHER, RAW, SENT, SUBJECT, TO

# Lines of a header block, and of one value in it, at most.
BLOCK_LINES = 24
_FOLDED_LINES = 3
# What a header begins with where each of its labels is a paragraph.
_FIRST = frozenset({FROM, SENT, DATE})
_DATES = frozenset({SENT, DATE})
# Labels of a header that no line announces, at least.
_LEAST_LABELS = 3
# One of each has a header that a program wrote. Programs leave no subject out, which people do who
# list from, to and when; patches have no receiver, and templates no date.
_OF_PROGRAMS = (frozenset({SENT, SUBJECT}), _DATES, frozenset({SENT, TO}))
RULE = "-_=—–~*#\u2010 \xa0"
TIME = re.compile(r"\d{1,2}[:.h٫]\d{2}")
_RULE_LINE = re.compile(rf"[{RULE}]{{3,}}\Z")
# The first line of a patch as Git writes it; what stands below is its header.
_PATCH = re.compile(r"From [0-9a-f]{7,40} \w{3} \w{3} \d")
ANSWERED = re.compile(
    r"(?:^|[ \t:：])(?:re|aw|sv|antw|vs|odp|ynt|rv|fw|fwd|wg|tr|ref|回复|答复|回覆|رد|ответ)[:：]",
    re.I,
)
# What underlines a heading, and characters by which the two may differ.
_UNDERLINES = "-=~"
_UNDERLINE_CHARACTERS = 3
# The beginning of a line that is set in.
_SET_IN = re.compile(r"\t|\s\s")
_SECONDS = re.compile(r"\d{1,2}:\d{2}:\d{2}")


class _Proof(Enum):
    """What tells the header of an old message from a list of labels."""

    ADDRESS = "an address of e-mail stands in it"
    TIME = "a time of the day stands in it"
    SHAPE = "a program has set it in bold type or below a rule"


@dataclass
class _HeaderBlock:
    """The labels that stand together from a line on.

    Attributes: ``start`` and ``last`` its lines; ``first`` the kind of its first label; ``kinds``
    those of all; ``folded`` lines that continue the last value.
    """

    page: TextLines
    start: int
    last: int
    first: str
    kinds: set[str] = field(default_factory=set)
    folded: int = 0

    @classmethod
    def read(cls, page: TextLines, start: int) -> "_HeaderBlock":
        """Return the block that begins with the label in line ``start``."""
        block = cls(page, start, start, kind_of(page.texts[start]))
        depth = page.depths[start]
        for at in range(start, min(len(page), start + BLOCK_LINES)):
            if page.depths[at] != depth or not block._take(at):
                break
        return block

    def _take(self, at: int) -> bool:
        """Take a line; return whether the block may go on below it."""
        text = self.page.texts[at]
        kind = kind_of(text)
        if kind:
            self.kinds.add(kind)
            self.folded, self.last = 0, at
            return True
        if text:
            self.folded += 1
            return self.folded <= _FOLDED_LINES
        if self._goes_on_below(at):
            return True
        self.last = at - 1
        return False

    def _goes_on_below(self, blank: int) -> bool:
        """Whether the block goes on below an empty line, as where each label is a paragraph."""
        if self.first not in _FIRST:
            return False
        label, below = blank - 1, blank + 1
        if label > self.start and self.page.texts[label - 1]:
            return False
        kind = kind_of(self.page.text_at(below))
        if not kind or kind in self.kinds:
            return False
        if self.page.depths[below] != self.page.depths[blank]:
            return False
        if self.page.text_at(below + 1):
            return False
        return kind_of(self.page.texts[label]) != ""

    @cached_property
    def value(self) -> str:
        """All that the block says."""
        return " ".join(self.page.texts[self.start : self.last + 1])

    @cached_property
    def proofs(self) -> set[_Proof]:
        """What speaks for it."""
        proofs = set()
        if "@" in self.value:
            proofs.add(_Proof.ADDRESS)
        if TIME.search(self.value) is not None:
            proofs.add(_Proof.TIME)
        if self._is_shaped():
            proofs.add(_Proof.SHAPE)
        return proofs

    def _is_shaped(self) -> bool:
        """Whether a program has set it in bold type or below a rule.

        Below a rule people write a heading of their own as well; programs say when it was sent.
        """
        if self.page.texts[self.start].startswith(("*", "_")):
            return True
        if with_rule(self.page, self.start) == self.start:
            return False
        return "@" in self.value or not self.kinds.isdisjoint(_DATES)

    @property
    def ends_another(self) -> bool:
        """Whether its labels are but two, at the end of others."""
        return len(self.kinds) < _LEAST_LABELS and kind_of(self.page.text_at(self.start - 1)) != ""


def kind_of(text: str) -> str:
    """Return which part of a header a line ``Label: value`` names; empty when it is none."""
    label_text = text[:60].replace("：", ":")
    # A program draws the header as a table: "| From | Ana Pérez<ana@people.example> |".
    if label_text.startswith("|"):
        label_text = label_text[1:].replace("|", ":", 1)
    head, colon, _value = label_text.partition(":")
    if not colon:
        return ""
    return LABELS.get(head.strip("*_ \t\xa0").lower(), "")


def lone_kind(text: str) -> str:
    """Return which part of a header a label names that stands alone in its line."""
    return LABELS.get(text.strip("*_ ").lower(), "")


def block_end(page: TextLines, at: int, depth: int, *, announced: bool = False) -> int:
    """Return where a header block that begins at ``at`` ends; ``at`` when none does.

    Args: ``announced`` whether a line above says that an old message follows: then two labels are
    proof enough.
    """
    if page.depths[at] < depth:
        return at
    if not kind_of(page.texts[at]):
        return at
    block = _HeaderBlock.read(page, at)
    is_old = _has_sender_or_two(block) if announced else _is_header(block)
    return block.last + 1 if is_old else at


def _has_sender_or_two(block: _HeaderBlock) -> bool:
    """Whether a block names the sender, or has two labels that a message has."""
    return FROM in block.kinds or len(block.kinds - {OTHER}) > 1


def _is_header(block: _HeaderBlock) -> bool:
    """Whether lines with labels that nothing announces are the header of an old message."""
    if not _is_proven(block):
        return False
    if block.ends_another:
        return False
    if block.first == TO and block.proofs.isdisjoint({_Proof.SHAPE, _Proof.TIME}):
        return False
    return not _is_shown(block)


def _is_proven(block: _HeaderBlock) -> bool:
    """Whether the labels, and what stands behind them, are those of a message.

    Travels have a from, a to and a date as well, memoranda a subject too; a raw header has been put
    there to be read.
    """
    kinds = block.kinds - {OTHER}
    if RAW in kinds:
        return False
    if len(kinds) < _LEAST_LABELS:
        return len(kinds) == _LEAST_LABELS - 1 and _is_sent_to_the_second(block)
    if FROM not in kinds:
        return False
    if block.first != FROM and block.proofs.isdisjoint({_Proof.ADDRESS, _Proof.TIME}):
        return False
    return _Proof.SHAPE in block.proofs or _is_of_program(block, kinds)


def _is_of_program(block: _HeaderBlock, kinds: set[str]) -> bool:
    """Whether a program has written the labels, and says where from, or that it is answered."""
    if any(kinds.isdisjoint(alternatives) for alternatives in _OF_PROGRAMS):
        return False
    if SENT in kinds:
        return True
    if _Proof.ADDRESS in block.proofs:
        return True
    return _Proof.TIME in block.proofs and ANSWERED.search(block.value) is not None


def _is_sent_to_the_second(block: _HeaderBlock) -> bool:
    """Whether a block names an address and a time with its seconds."""
    if block.kinds.isdisjoint(_DATES):
        return False
    if _Proof.ADDRESS not in block.proofs:
        return False
    return _SECONDS.search(block.value) is not None


def _is_shown(block: _HeaderBlock) -> bool:
    """Whether a header is one that its author shows.

    That is the rest of a raw one, one of a patch, and one that is set in and has no labels that
    mail programs write and people do not.
    """
    page = block.page
    if not block.kinds >= {SENT, TO} and _SET_IN.match(page.lines[block.start]):
        return True
    for at in range(block.start - 1, max(-1, block.start - BLOCK_LINES), -1):
        text = page.texts[at]
        if not text:
            break
        if kind_of(text) == RAW:
            return True
        if _PATCH.match(text) is not None:
            return True
    return False


def with_rule(page: TextLines, at: int) -> int:
    """Return the line of the rule right above line ``at``; ``at`` when there is none."""
    rule = page.above(at) - 1
    if _RULE_LINE.match(page.unquoted_text(rule)) is None:
        return at
    return at if _underlines(page, rule) else rule


def _underlines(page: TextLines, rule: int) -> bool:
    """Whether a rule underlines the heading right above it."""
    text, heading = page.texts[rule], page.unquoted_text(rule - 1)
    if not heading:
        return False
    if text[0] not in _UNDERLINES:
        return False
    return abs(len(text) - len(heading)) <= _UNDERLINE_CHARACTERS
