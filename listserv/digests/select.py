"""Select what a digest brings: the contributions accepted since the last one.

They are read as they stand at the moment of sending.

The order is that of the mailings, not of the numbers: a contribution that was held gets its number
when it is sent in and its mailing when it is approved. What is imported from an archive has no
mailing and comes in no digest.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from forums import selectors as forum_selectors
from hub.lib.plaintext import quote_depths
from listserv.models import Mailing, MailingList

if TYPE_CHECKING:
    from forums.models import Contribution

# Contributions of one digest; what is over it comes in the next one, at once.
MAX_CONTRIBUTIONS = 100
# Bytes of texts in UTF-8 that a digest repeats, shared out among all of them: a busy week has
# shorter excerpts. A Chinese letter says more than a Latin one and takes three bytes; so each
# script gets about as many words.
EXCERPT_MOST_BYTES = 600
EXCERPT_LEAST_BYTES = 205
ALL_EXCERPTS_BYTES = 8_200
# Stands for what is left out; plain letters, so that an English digest stays ASCII.
LEFT_OUT = "[...]"
# Characters of a text that are looked at.
_SCANNED = 20_000
_NOT_WORDS = frozenset({"", LEFT_OUT})


@dataclass(frozen=True)
class Thread:
    """A topic and its contributions, in the order of their numbers."""

    subject: str
    contributions: "tuple[Contribution, ...]"


@dataclass(frozen=True)
class Gathered:
    """Contributions in the order they were accepted.

    Args:
        last: the key of the last mailing looked at.
        more: whether there are others after it.
    """

    contributions: "tuple[Contribution, ...]"
    last: int
    more: bool = False

    def without(self, member_id: int) -> "Gathered":
        """Return the same without what one member wrote."""
        others = (each for each in self.contributions if each.author_id != member_id)
        return replace(self, contributions=tuple(others))

    def without_topics(self, topics: frozenset[int]) -> "Gathered":
        """Return the same without some topics."""
        if topics.isdisjoint(self.topics):
            return self
        others = (each for each in self.contributions if each.topic_id not in topics)
        return replace(self, contributions=tuple(others))

    @property
    def topics(self) -> set[int]:
        """The keys of its topics."""
        return {contribution.topic_id for contribution in self.contributions}

    def wrote(self, member_id: int) -> bool:
        """Whether the member wrote any of it."""
        return any(contribution.author_id == member_id for contribution in self.contributions)

    @property
    def threads(self) -> list[Thread]:
        """The contributions by topic, in the order of each topic's first contribution here."""
        topics: dict[int, list[Contribution]] = {}
        for contribution in self.contributions:
            topics.setdefault(contribution.topic_id, []).append(contribution)
        return [
            Thread(
                str(contributions[0].post.topic.subject),
                tuple(sorted(contributions, key=lambda contribution: contribution.number)),
            )
            for contributions in topics.values()
        ]


def gather(mailing_list: MailingList, since: int, *, after: datetime | None = None) -> Gathered:
    """Return what was accepted after a mailing.

    Args: since, the key of the mailing; after, the end of a pause, whose contributions are left
    out. Queries: 3, whatever the number of contributions.
    """
    rows = Mailing.objects.filter(list=mailing_list, pk__gt=since).order_by("pk")
    columns = rows.values_list("pk", "contribution_id", "created_at")
    mailings = list(columns[: MAX_CONTRIBUTIONS + 1])
    page = mailings[:MAX_CONTRIBUTIONS]
    numbers = [number for _, number, at in page if after is None or at > after]
    shown = forum_selectors.contributions_by_number(numbers) if numbers else {}
    # A topic may have been moved to another discussion meanwhile.
    contributions = [shown[number] for number in numbers if number in shown]
    here = tuple(
        contribution
        for contribution in contributions
        if contribution.post.topic.forum_id == mailing_list.forum_id
    )
    last = page[-1][0] if page else since
    return Gathered(here, last, len(mailings) > len(page))


def room_for(count: int) -> int:
    """Return the bytes that each of ``count`` excerpts may have."""
    share = ALL_EXCERPTS_BYTES // max(count, 1)
    return min(max(share, EXCERPT_LEAST_BYTES), EXCERPT_MOST_BYTES)


def excerpt(text: str, room: int) -> tuple[str, bool]:
    """Return the beginning of what an author wrote, and whether something was cut off.

    Quotes are left out; one between the author's words leaves a mark. Time: linear.

    Args: room, bytes in UTF-8; a fifth more is used where that spares the cut.
    """
    whole = "\n".join(_without_quotes(text[:_SCANNED]))
    raw = whole.encode()
    if len(raw) <= room + room // 5 and len(text) <= _SCANNED:
        return whole, False
    head = raw[:room].decode("utf-8", "ignore")
    at = max(head.rfind(" "), head.rfind("\n"))
    if at > len(head) // 2:
        head = head[:at]
    return head.rstrip(), True


def _without_quotes(text: str) -> list[str]:
    """Return the lines of a text with a mark for each quote between them."""
    shown: list[str] = []
    lines = [line.strip() for line in text.splitlines()]
    for line, (depth, _words) in zip(lines, quote_depths(lines), strict=True):
        if depth or line == LEFT_OUT:
            _add_mark(shown)
        elif line or any(shown[-1:]):
            # Not two empty lines in a row, and none at the beginning.
            shown.append(line)
    words_at = [at for at, line in enumerate(shown) if line not in _NOT_WORDS]
    if not words_at:
        return []
    return shown[words_at[0] : words_at[-1] + 1]


def _add_mark(shown: list[str]) -> None:
    """Add the mark of a quote, but not two in a row, with or without an empty line between them."""
    before = next(filter(None, reversed(shown[-2:])), "")
    if before != LEFT_OUT:
        shown.append(LEFT_OUT)
