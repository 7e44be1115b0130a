"""Hold the demo's conferences.

The finished one has its sessions and gavel, the running one a session to come.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from conferences import services
from forums.selectors import newest_number
from hub.demo.reader import Gathering, ScriptedContribution, ScriptedThread
from hub.demo.telling import Teller

if TYPE_CHECKING:
    from conferences.services.convene import Conference, ConferenceSession
    from hub.members.models import Member

# How long before speaking somebody asks for the floor and is given it, and how long after speaking
# it is returned.
ASKS, GETS, RETURNS = timedelta(seconds=45), timedelta(seconds=30), timedelta(seconds=10)
# The session to come: the chair may open it at once; the clock does so after AHEAD. It stays open
# for some days, so that every time zone can take part, and the demo of the day after tomorrow too.
AHEAD, OPEN_FOR = timedelta(hours=2), timedelta(days=3)
ORDINALS = ("First session", "Second session", "Third session", "Fourth session")


@dataclass(frozen=True)
class DemoConference:
    """A conference of the demo, its script, and its session that is still to come."""

    gathering: Gathering
    conference: "Conference"
    coming: "ConferenceSession | None"


@dataclass(frozen=True)
class PastSession:
    """A past conference session on one item, ready to be told."""

    thread: ScriptedThread
    row: "ConferenceSession"
    chair: "Member"
    teller: Teller
    forum_id: int

    def plan(self, opens: datetime) -> None:
        """Plan what was said before, during and after it."""
        moments = self.thread.moments(opens, self.teller.now)
        live = [word for word in self.thread.words if word.origin == "live"]
        for word, at in zip(self.thread.words, moments, strict=True):
            if word is live[0]:
                self.teller.plan(at, partial(self.open, word, at))
            elif word.is_gavel:
                self.teller.plan(at, partial(self.close, word, at))
            elif word.origin == "live" and self.teller.cast[word.author] != self.chair:
                self.teller.plan(at, partial(self.speak, word, at))
            else:
                self.teller.plan(
                    at, partial(self.teller.contribute, self.thread, word, at, self.forum_id)
                )

    def open(self, word: ScriptedContribution, at: datetime) -> None:
        """Open with the chair's own words."""
        services.open_session(
            conference_session_id=self.row.pk, actor=self.chair, words=word.text, now=at, quiet=True
        )
        self._remember(word, at)

    def close(self, word: ScriptedContribution, at: datetime) -> None:
        """Let the gavel fall on what was agreed."""
        services.close_session(
            conference_session_id=self.row.pk, actor=self.chair, words=word.text, now=at, quiet=True
        )
        self._remember(word, at)

    def _remember(self, word: ScriptedContribution, at: datetime) -> None:
        """Note the chair's words, so that answers find them; the session has published them."""
        topic_id = self.teller.topics[self.thread.path]
        self.teller.remember(
            self.thread, word, at, self.forum_id, topic_id, newest_number(self.forum_id)
        )

    def speak(self, word: ScriptedContribution, at: datetime) -> None:
        """Ask for the floor, be given it, say it live, and return the floor."""
        member, key = self.teller.cast[word.author], self.row.pk
        asked = services.ask_for_floor(conference_session_id=key, member=member, now=at - ASKS)
        services.give_floor(request_id=asked.pk, actor=self.chair, now=at - GETS)
        self.teller.contribute(self.thread, word, at, self.forum_id)
        services.return_floor(conference_session_id=key, member=member, now=at + RETURNS)


def hold(gathering: Gathering, teller: Teller) -> DemoConference:
    """Make a conference with its people, timetable and agenda, and plan what was said there."""
    opens = gathering.days("opens", teller.now)
    conference = services.convene_conference(
        name=gathering.title,
        slug=gathering.header["slug"],
        actor=None,
        background=gathering.sections["Background"],
        language=gathering.header["language"],
        starts_at=opens,
        ends_at=gathering.days("closes", teller.now),
        people={teller.cast[key]: role for key, role in gathering.people.items()},
        now=opens,
    )
    past = [thread for thread in gathering.threads if thread.gavel]
    coming = [thread for thread in gathering.threads if not thread.gavel]
    for title, thread in zip(ORDINALS, past, strict=False):
        _plan_past(title, thread, gathering, conference, teller, opens)
    row = None
    if coming:
        row = _schedule(ORDINALS[len(past)], coming, conference, teller)
    for thread in coming:
        teller.plan_thread(thread, forum_id=conference.forum_id, opens=opens)
    return DemoConference(gathering, conference, row)


def _plan_past(
    title: str,
    thread: ScriptedThread,
    gathering: Gathering,
    conference: "Conference",
    teller: Teller,
    opens: datetime,
) -> None:
    start, end = thread.session_hours(opens)
    row = services.schedule_session(
        conference_id=conference.pk,
        title=title,
        opens_at=start,
        closes_at=end,
        actor=None,
        now=opens,
    )
    item = services.add_agenda_item(
        conference_session_id=row.pk, title=thread.subject, actor=None, now=opens
    )
    teller.topics[thread.path] = item.topic_id
    chair = teller.cast[gathering.header["chair"]]
    PastSession(thread, row, chair, teller, conference.forum_id).plan(opens)


def _schedule(
    title: str, threads: list[ScriptedThread], conference: "Conference", teller: Teller
) -> "ConferenceSession":
    start = (teller.now + AHEAD).replace(minute=0, second=0, microsecond=0)
    row = services.schedule_session(
        conference_id=conference.pk,
        title=title,
        opens_at=start,
        closes_at=start + OPEN_FOR,
        actor=None,
        now=teller.now,
    )
    for thread in threads:
        item = services.add_agenda_item(
            conference_session_id=row.pk, title=thread.subject, actor=None, now=teller.now
        )
        teller.topics[thread.path] = item.topic_id
    return row
