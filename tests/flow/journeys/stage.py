"""What a journey stands on: the people of one language, its two discussions, and the words they use."""

import itertools
import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.flow.journeys.mailbox import Outbox, Person
from tests.flow.journeys.words import TEXTS, WORDS
from tests.flow.running import RunningHub, wait_for

DOMAIN = "lists.hub.example"
_serial = itertools.count(1)
Journey = Callable[["Stage"], None]
JOURNEYS: dict[str, Journey] = {}


def journey(walk: Journey) -> Journey:
    """Put a journey on the list, under its name."""
    JOURNEYS[walk.__name__] = walk
    return walk


@dataclass
class Stage:
    """One journey in one language; ``mark`` is a word that stands nowhere else."""

    hub: RunningHub
    outbox: Outbox
    world: dict[str, Any]
    mark: str = field(default_factory=lambda: f"mark{next(_serial):05d}x")

    def __post_init__(self) -> None:
        """Bring the people on."""
        for part, account in self.world["people"].items():
            setattr(self, part, Person(self.hub, self.outbox, account, self.language))

    writer: Person = field(init=False)
    reader: Person = field(init=False)
    leader: Person = field(init=False)
    deputy: Person = field(init=False)
    newcomer: Person = field(init=False)

    @property
    def language(self) -> str:
        """The language all of them read."""
        return str(self.world["language"])

    def address(self, which: str, sub: str = "") -> str:
        """Return an address of the list ``open`` or ``led``: ``-join``, ``-request``; the posting address without."""
        return f"{self.world[which]}{sub}@{DOMAIN}"

    def word(self, name: str) -> str:
        """Return a command as people of the language write it."""
        return WORDS[self.language][name]

    def text(self) -> str:
        """Return a sentence of the language with the journey's mark in it."""
        return f"{TEXTS[self.language]} {self.mark}"

    def command(self, person: Person, words: str, *, proven: bool = True, which: str = "open") -> Any:
        """Send commands to a list's request address; return the answer, which threads and speaks the language."""
        question = person.write(self.address(which, "-request"), "", words, proven=proven)
        return self.answer_to(person, question)

    def answer_to(self, person: Person, question: Any) -> Any:
        """Wait for the answer to a mail; check that it threads, is marked automatic and in the person's language."""

        def threaded() -> Any:
            ident = str(question["Message-ID"])
            return next((mail for mail in person.inbox() if str(mail["In-Reply-To"] or "") == ident), None)

        found = self.hub_wait(threaded, "an answer to " + str(question.get_content()))
        assert str(found["Auto-Submitted"]).startswith("auto-replied")
        assert str(found["Content-Language"]).lower().startswith(self.language[:2])
        return found

    def hub_wait(self, look: Callable[[], Any], what: str) -> Any:
        """Return the first true answer of ``look``."""
        return wait_for(look, seconds=60, what=what)

    def fetch(self, url: str, data: bytes | None = None) -> str:
        """GET or POST an address of a mail, without a cookie."""
        with urllib.request.urlopen(url, data=data, timeout=60) as answer:
            return str(answer.read().decode())

    def press(self, url: str, button: str) -> None:
        """Open a page of a mail's link and press a button of its form, as a browser without a script does."""
        jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with jar.open(url, timeout=60) as page:
            found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
        assert found is not None, "no form"
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], button: "1"}).encode()
        with jar.open(urllib.request.Request(url, form, {"Referer": url}), timeout=60) as page:
            assert page.status == 200
