"""Tell the demo's story through the services, in the order of time.

Contribution numbers then follow the clock across the whole hub, as they would have. Every draft is
quiet: nothing is sent for what was said before the hub existed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from forums import services
from hub.demo.reader import ScriptedContribution, ScriptedThread

if TYPE_CHECKING:
    from hub.members.models import Member


@dataclass(order=True)
class Act:
    """Something that happened at a moment.

    Acts of one moment keep the order in which they were planned.
    """

    at: datetime
    number: int
    do: Callable[[], object] = field(compare=False)


@dataclass
class Teller:
    """The story while it is told.

    It knows who is who, what was said under which number, and what is still to come.
    """

    cast: "dict[str, Member]"
    now: datetime
    acts: list[Act] = field(default_factory=list)
    topics: dict[Path, int] = field(default_factory=dict)  # file of the thread -> topic key
    numbers: dict[tuple[Path, int], int] = field(
        default_factory=dict
    )  # (file, number there) -> contribution number
    # Of each contribution: when, the keys of its forum and its topic, its number.
    published: list[tuple[datetime, int, int, int]] = field(default_factory=list)

    def plan(self, at: datetime, do: Callable[[], object]) -> None:
        """Add an act."""
        self.acts.append(Act(at, len(self.acts), do))

    def run(self, progress: Callable[[str], object]) -> int:
        """Do every act in order and return how many there were."""
        acts = sorted(self.acts)
        for done, act in enumerate(acts, start=1):
            act.do()
            if done % 50 == 0:
                progress(f"  {done} of {len(acts)}")
        return len(acts)

    def plan_thread(self, thread: ScriptedThread, *, forum_id: int, opens: datetime) -> None:
        """Plan a thread that needs no conference_session."""
        for word, at in zip(thread.words, thread.moments(opens, self.now), strict=True):
            self.plan(at, partial(self.contribute, thread, word, at, forum_id))

    def contribute(
        self, thread: ScriptedThread, word: ScriptedContribution, at: datetime, forum_id: int
    ) -> None:
        """Publish one contribution as it was said: its author, its origin, its hour."""
        draft = services.Draft(
            forum_id=forum_id,
            topic_id=self.topics.get(thread.path),
            subject=thread.subject if word.number == 1 else f"Re: {thread.subject}",
            text=word.text,
            folded=word.folded,
            parent=self.numbers.get((thread.path, word.parent)),
            created_at=at,
            quiet=True,
        )
        receipt = services.publish(
            draft=draft, author=self.cast[word.author], origin=word.origin, now=self.now
        )
        self.remember(
            thread, word, at, forum_id, receipt.contribution.topic_id, receipt.contribution.number
        )

    def remember(
        self,
        thread: ScriptedThread,
        word: ScriptedContribution,
        at: datetime,
        forum_id: int,
        topic_id: int,
        number: int,
    ) -> None:
        """Note where a word stands, so that answers find it and reading marks can be set."""
        self.topics[thread.path] = topic_id
        self.numbers[thread.path, word.number] = number
        self.published.append((at, forum_id, topic_id, number))
