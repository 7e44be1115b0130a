"""What a digest brings: the contributions accepted since the last one, as they stand at the moment
of sending.

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
ITEMS = 100
# Bytes of a text in UTF-8 that a digest repeats, shared out among all of it: a busy week has
# shorter excerpts. A Chinese letter says more than a Latin one and takes three bytes; so each
# script gets about as many words.
EXCERPT_MOST = 600
EXCERPT_LEAST = 205
EXCERPTS = 8_200
# Stands for what is left out; plain letters, so that an English digest stays ASCII.
LEFT_OUT = "[...]"
# Characters of a text that are looked at.
_SCANNED = 20_000


@dataclass(frozen=True)
class Thread:
    """A topic and what was said in it, in the order of the numbers."""

    subject: str
    said: "tuple[Contribution, ...]"


@dataclass(frozen=True)
class Gathered:
    """Contributions in the order they were accepted.

    ``last`` is the key of the last mailing looked at, and ``more`` says whether there are others
    after it.
    """

    said: "tuple[Contribution, ...]"
    last: int
    more: bool = False

    def without(self, member_id: int) -> "Gathered":
        """Return the same without what one member wrote."""
        return replace(
            self,
            said=tuple(
                contribution for contribution in self.said if contribution.author_id != member_id
            ),
        )

    def wrote(self, member_id: int) -> bool:
        """Whether the member wrote any of it."""
        return any(contribution.author_id == member_id for contribution in self.said)

    @property
    def threads(self) -> list[Thread]:
        """The contributions by topic; the topic whose first word here came first is first."""
        topics: dict[int, list[Contribution]] = {}
        for contribution in self.said:
            topics.setdefault(contribution.topic_id, []).append(contribution)
        return [
            Thread(
                str(contributions[0].post.topic.subject),
                tuple(sorted(contributions, key=lambda contribution: contribution.number)),
            )
            for contributions in topics.values()
        ]


def gather(mailing_list: MailingList, since: int, *, after: datetime | None = None) -> Gathered:
    """Return what was accepted after the mailing with key ``since``; ``after`` leaves out what came
    during a pause.

    Queries: 3, whatever the number of contributions.
    """
    rows = Mailing.objects.filter(list=mailing_list, pk__gt=since).order_by("pk")
    mailings = list(rows.values_list("pk", "contribution_id", "created_at")[: ITEMS + 1])
    page = mailings[:ITEMS]
    numbers = [number for _, number, at in page if after is None or at > after]
    shown = forum_selectors.contributions_by_number(numbers) if numbers else {}
    # A topic may have been moved to another discussion meanwhile.
    contributions = [shown[number] for number in numbers if number in shown]
    here = tuple(
        contribution
        for contribution in contributions
        if contribution.post.topic.forum_id == mailing_list.forum_id
    )
    return Gathered(here, page[-1][0] if page else since, len(mailings) > ITEMS)


def room_for(count: int) -> int:
    """Return the bytes that each of ``count`` excerpts may have."""
    return min(max(EXCERPTS // max(count, 1), EXCERPT_LEAST), EXCERPT_MOST)


def excerpt(text: str, room: int) -> tuple[str, bool]:
    """Return the beginning of what an author wrote, without what is quoted, and whether something
    was cut off.

    A quote between the author's words leaves a mark. Time: linear.

    Args: room, bytes in UTF-8; a fifth more is given where that spares the cut.
    """
    shown_lines: list[str] = []
    lines = [line.strip() for line in text[:_SCANNED].splitlines()]
    for bare, (depth, _words) in zip(lines, quote_depths(lines), strict=True):
        mark = LEFT_OUT if depth else bare
        # Neither two empty lines nor two marks in a row.
        before = next(
            (line_before for line_before in reversed(shown_lines[-2:]) if line_before), ""
        )
        if mark and not mark == before == LEFT_OUT:
            shown_lines.append(mark)
        elif not mark and shown_lines and shown_lines[-1]:
            shown_lines.append("")
    while shown_lines and shown_lines[0] in ("", LEFT_OUT):
        shown_lines.pop(0)
    while shown_lines and shown_lines[-1] in ("", LEFT_OUT):
        shown_lines.pop()
    whole = "\n".join(shown_lines)
    raw = whole.encode()
    if len(raw) <= room + room // 5 and len(text) <= _SCANNED:
        return whole, False
    head = raw[:room].decode("utf-8", "ignore")
    at = max(head.rfind(" "), head.rfind("\n"))
    return (head[:at] if at > len(head) // 2 else head).rstrip(), True
