"""What a room follows: the log of a session, or a topic; all database work is here."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from channels.db import database_sync_to_async

from conferences import frames, selectors
from conferences.live import limits
from conferences.models import ConferenceSession
from conferences.services.log import topic_of
from forums import selectors as forum_selectors
from hub.lib import clock
from hub.lib.errors import NotFound
from hub.members.account import rules
from hub.members.account import selectors as account_selectors
from hub.members.selectors import active_member

if TYPE_CHECKING:
    from hub.members.models import Member

T = TypeVar("T")
# Number in the log and encoded text; number 0 stands in no log and is never resumed.
Frame = tuple[int, str]


async def in_database(work: Callable[..., T], *args: Any) -> T:
    """Run database work in a thread of the loop's pool, not in the one that Django would share."""
    result: T = await database_sync_to_async(work, thread_sensitive=False)(*args)
    return result


async def still_signed_in(marks: set[str], member_ids: set[int]) -> set[str]:
    """Return which of these sign-ins still stand, so that their sockets may. Queries: 1."""
    return await in_database(
        lambda: account_selectors.are_signed_in(marks, member_ids, now=clock.now())
    )


async def must_set_up_factor(member: "Member | None") -> bool:
    """Whether somebody has to set up a second factor before any room.

    Queries: 1 for the Secretariat, else none.
    """
    if member is None or not rules.is_secretariat(member):
        return False
    return await in_database(rules.must_set_up, member)


def _person(member_id: int | None) -> "Member | None":
    if member_id is None:
        return None
    return active_member(member_id)


class Source(Protocol):
    """What a room asks of what it follows."""

    topic: str  # of the bus
    forum_id: int
    counts_people: bool
    poll: float  # seconds between two looks at the rows
    beat: float  # seconds after which every socket hears something

    async def newest(self) -> int:
        """Return the number of the newest frame, 0 for none."""

    async def after(self, number: int) -> list[Frame]:
        """Return the frames after a number, at most a page of them."""

    async def may_follow(self, member_id: int | None) -> bool:
        """Whether a member, or None for a visitor, may still listen."""


class SessionSource:
    """The log of a conference_session."""

    counts_people = True
    poll = limits.POLL
    beat = limits.BEAT

    def __init__(self, conference_session: ConferenceSession) -> None:
        self._row = conference_session
        self.topic = topic_of(conference_session.pk)
        self.forum_id = int(conference_session.conference.forum_id)
        self.state = str(conference_session.state)

    @classmethod
    async def find(cls, member: "Member | None", pk: int) -> "SessionSource | None":
        """Return the source when the person may follow it, None for hidden and missing alike."""

        def look() -> "SessionSource | None":
            try:
                return cls(selectors.session_for(member, pk))
            except NotFound:
                return None

        return await in_database(look)

    async def newest(self) -> int:
        """Return the last number of the log. Queries: 1."""
        rows = ConferenceSession.objects.filter(pk=self._row.pk)
        row = await in_database(rows.first)
        return 0 if row is None else row.last_seq

    async def after(self, number: int) -> list[Frame]:
        """Return the next page of the log. Queries: 2."""
        log_frames = await in_database(selectors.events_after, self._row, number)
        return [(frame["seq"], frames.encode(frame)) for frame in log_frames]

    async def may_follow(self, member_id: int | None) -> bool:
        """Ask anew, with the member as they are now. Queries: 3."""

        def look() -> bool:
            return selectors.may_follow(_person(member_id), self._row.pk)

        return await in_database(look)


class TopicSource:
    """The contributions of a topic: prompts only.

    The page asks by HTTP for what they announce, under the reader's own rights.
    """

    counts_people = False
    poll = limits.POLL_TOPIC
    beat = limits.BEAT_TOPIC

    def __init__(self, topic: Any) -> None:
        self._topic = topic
        self.topic = f"room.topic.{topic.pk}"
        self.forum_id = int(topic.forum_id)

    @classmethod
    async def find(cls, member: "Member | None", pk: int) -> "TopicSource | None":
        """Return the source when the person may read the topic, None for hidden and missing."""

        def look() -> "TopicSource | None":
            try:
                return cls(forum_selectors.topic_for(member, pk)[0])
            except NotFound:
                return None

        return await in_database(look)

    async def newest(self) -> int:
        """Return a number that everything said in the topic so far is not above. Queries: 1."""
        return await in_database(forum_selectors.newest_number, self.forum_id)

    async def after(self, number: int) -> list[Frame]:
        """Return one prompt when there is anything after a number. Queries: 2."""
        contributions = await in_database(
            lambda: forum_selectors.contributions_after(self._topic, number, limit=1),
        )
        return [(row.number, prompt(row.number)) for row in contributions]

    async def may_follow(self, member_id: int | None) -> bool:
        """Ask anew, with the member as they are now."""

        def look() -> bool:
            return forum_selectors.may_read_forum(_person(member_id), self.forum_id)

        return await in_database(look)


def prompt(number: int) -> str:
    """Return the prompt of a topic: there is something, up to this number."""
    return json.dumps({"seq": number})
