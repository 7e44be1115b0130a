"""Read the demo content: JSON for people, Markdown for everything that people write.

A file begins with ``# Title`` and lines ``key: value`` up to the first blank line; sections follow
under ``## Name``. In a thread each section is one contribution, ``## 3. kofi.anokye, mail, day 2
10:47, re 1``: number in the thread, author, origin, when, and what it answers. ``day 1`` is the day
on which the discussion opened (UTC); ``ago 26h`` counts back from the moment of loading, so that
the demo is always a few hours old. What stands in a ``~~~ quoted`` block was folded away from a
mail.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
GAVEL = "gavel"
# Two contributions of one thread are never nearer than this.
STEP = timedelta(minutes=1)

_mark = re.compile(
    r"^#{2,3} (?:(?P<number>\d+)\. (?P<author>[\w.]+), (?P<origin>web|mail|live)"
    r"|(?P<gavel>gavel)), "
    r"(?:day (?P<day>\d+) (?P<clock>\d\d:\d\d)|ago (?P<hours>\d+)h)(?:, re (?P<parent>\d+))?$"
)
_quoted = re.compile(r"^~~~ quoted\n(.*?)\n~~~\s*$", re.MULTILINE | re.DOTALL)
_session = re.compile(r"^day (?P<day>\d+) (?P<start>\d\d:\d\d) to (?P<end>\d\d:\d\d)$")


class ContentError(ValueError):
    """Say which file of the demo content is wrong, and how."""


@dataclass(frozen=True)
class When:
    """A moment in the story.

    It is a day of the discussion (from 1) and a time in UTC, or hours before the loading.
    """

    day: int = 0
    clock: time = time(0)
    hours: int = 0

    def at(self, opens: datetime, now: datetime) -> datetime:
        """Return the moment for a discussion that opened at ``opens`` (midnight UTC)."""
        if not self.day:
            return now - timedelta(hours=self.hours)
        return datetime.combine(opens.date() + timedelta(days=self.day - 1), self.clock, tzinfo=UTC)


@dataclass(frozen=True)
class ScriptedContribution:
    """A contribution to be made; ``number`` and ``parent`` (0 for none) count in its thread."""

    number: int
    author: str
    origin: str
    when: When
    text: str
    parent: int = 0
    folded: str = ""

    @property
    def is_gavel(self) -> bool:
        """Whether it is what the chair stated at the end of a conference_session."""
        return self.author == GAVEL


@dataclass(frozen=True)
class ScriptedThread:
    """A topic, or an agenda item, with what was said."""

    path: Path
    subject: str
    words: tuple[ScriptedContribution, ...]
    header: dict[str, str] = field(default_factory=dict)

    @property
    def gavel(self) -> ScriptedContribution | None:
        """The statement that closed the item's conference_session."""
        return next((word for word in self.words if word.is_gavel), None)

    def moments(self, opens: datetime, now: datetime) -> list[datetime]:
        """Return when each word was said, in order.

        None is in the future, whatever time of day the demo is loaded.
        """
        moments: list[datetime] = []
        for word in self.words:
            at = word.when.at(opens, now)
            if moments:
                at = max(at, moments[-1] + STEP)
            moments.append(at)
        latest = now - STEP
        for index in range(len(moments) - 1, -1, -1):
            moments[index] = min(moments[index], latest)
            latest = moments[index] - STEP
        return moments

    def session_hours(self, opens: datetime) -> tuple[datetime, datetime]:
        """Return when the item's past conference_session opened and closed.

        Raises: ContentError when its header has no such hours.
        """
        hours = _session.match(self.header.get("session", ""))
        if not hours:
            raise ContentError(f"{self.path}: session must be like 'day 3 13:00 to 15:30'")
        day = int(hours["day"])
        return (
            When(day, time.fromisoformat(hours["start"])).at(opens, opens),
            When(day, time.fromisoformat(hours["end"])).at(opens, opens),
        )


@dataclass(frozen=True)
class Gathering:
    """A discussion, a conference or a liaison group, with its threads in order."""

    path: Path
    title: str
    header: dict[str, str]
    sections: dict[str, str]
    threads: tuple[ScriptedThread, ...]

    def days(self, key: str, now: datetime) -> datetime:
        """Return midnight UTC of the day that ``key`` counts from today, as in ``opens: -38``."""
        return datetime.combine(
            now.date() + timedelta(days=int(self.header[key])), time(0), tzinfo=UTC
        )

    def keys(self, key: str) -> list[str]:
        """Return the member keys under a header line, none when it is missing."""
        return self.header.get(key, "").split()

    @property
    def people(self) -> dict[str, str]:
        """Everybody with a place here and their role.

        Roles are those of :class:`forums.models.Membership`.
        """
        # The Secretariat's officer follows what she has organised.
        roles = dict.fromkeys(self.keys("organiser") + self.keys("secretary"), "observer")
        roles |= dict.fromkeys(self.keys("participants") + self.keys("members"), "participant")
        roles |= dict.fromkeys(self.keys("rapporteurs") + self.keys("rapporteur"), "rapporteur")
        roles |= dict.fromkeys(self.keys("moderators"), "moderator")
        return roles | dict.fromkeys(self.keys("chair"), "chair")


def _split(path: Path, text: str) -> tuple[str, dict[str, str], str]:
    head, _, body = text.partition("\n\n")
    first, *lines = head.splitlines()
    if not first.startswith("# "):
        raise ContentError(f"{path}: the first line must be '# Title'")
    header = {
        key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)
    }
    return first[2:].strip(), header, body


def _word(path: Path, line: str, text: str) -> ScriptedContribution:
    mark = _mark.match(line)
    if not mark:
        raise ContentError(f"{path}: cannot read {line!r}")
    number, day, hours, parent = (
        int(digits or 0) for digits in mark.group("number", "day", "hours", "parent")
    )
    folded = _quoted.search(text)
    return ScriptedContribution(
        number=number,
        author=mark["author"] or GAVEL,
        origin=mark["origin"] or "live",
        when=When(day, time.fromisoformat(mark["clock"] or "00:00"), hours),
        text=_quoted.sub("", text).strip(),
        parent=parent,
        folded=folded[1] if folded else "",
    )


def _blocks(body: str, level: str) -> list[tuple[str, str]]:
    parts = re.split(rf"^({level} .+)$", body, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def read_thread(path: Path) -> ScriptedThread:
    """Read a file that holds one thread."""
    title, header, body = _split(path, path.read_text(encoding="utf-8"))
    words = tuple(_word(path, line, text) for line, text in _blocks("\n" + body, "##"))
    return ScriptedThread(path, title, words, header)


def read_page(path: Path) -> tuple[str, dict[str, str], str]:
    """Read a page: title, header, text as Markdown."""
    return _split(path, path.read_text(encoding="utf-8"))


def read_sections(path: Path) -> tuple[str, dict[str, str], dict[str, str]]:
    """Read a page in sections: title, header, name of the section -> its text as Markdown."""
    title, header, body = read_page(path)
    return (
        title,
        header,
        {line[3:].strip(): text.strip() for line, text in _blocks("\n" + body, "##")},
    )


def read_gathering(folder: Path) -> Gathering:
    """Read a folder with ``index.md`` and one file per thread, ``1-….md`` or ``item-1.md``."""
    title, header, sections = read_sections(folder / "index.md")
    files = sorted(path for path in folder.glob("*.md") if re.match(r"(item-)?\d", path.name))
    return Gathering(folder, title, header, sections, tuple(read_thread(path) for path in files))


def read_group(path: Path) -> Gathering:
    """Read a liaison group from its one file.

    Its correspondence stands under ``## Topic: …`` with ``### …`` marks.
    """
    title, header, body = read_page(path)
    sections, threads = {}, []
    for line, text in _blocks("\n" + body, "##"):
        name = line[3:].strip()
        if name.startswith("Topic: "):
            words = tuple(
                _word(path, mark, words_text) for mark, words_text in _blocks(text, "###")
            )
            threads.append(ScriptedThread(path, name.removeprefix("Topic: "), words))
        else:
            sections[name] = text.strip()
    return Gathering(path, title, header, sections, tuple(threads))


def discussions() -> list[Gathering]:
    """Return the discussions, the closed one first."""
    folders = sorted((CONTENT / "discussions").iterdir())
    gatherings = [read_gathering(folder) for folder in folders]
    return sorted(gatherings, key=lambda gathering: gathering.header["preset"] != "closed")


def conferences() -> list[Gathering]:
    """Return the conferences, the finished one first."""
    gatherings = [read_gathering(folder) for folder in sorted((CONTENT / "conferences").iterdir())]
    return sorted(gatherings, key=lambda conference: int(conference.header["opens"]))


def groups() -> list[Gathering]:
    """Return the liaison groups."""
    return [read_group(path) for path in sorted((CONTENT / "liaison").glob("*.md"))]


def people() -> list[dict[str, Any]]:
    """Return the members as their file has them.

    Those with ``role`` and ``password`` are the demo accounts.
    """
    return list(json.loads((CONTENT / "members.json").read_text(encoding="utf-8")))


def registration() -> dict[str, Any]:
    """Return the discussion that members can ask to join, and what waits for a decision."""
    return dict(json.loads((CONTENT / "registration.json").read_text(encoding="utf-8")))


def applications() -> list[dict[str, Any]]:
    """Return the people who wait for the Secretariat."""
    return list(json.loads((CONTENT / "applications.json").read_text(encoding="utf-8")))
