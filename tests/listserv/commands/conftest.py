"""A member who writes to the hub and reads what it answers, without a socket."""

from dataclasses import dataclass
from typing import Any

import pytest

from hub.lib.clock import now as clock
from listserv.mail.parse.message import ParsedMessage, parse
from listserv.models import InboundMail, Notice
from tests.listserv.gateway.conftest import accept, drain, plain_message

DOMAIN = "lists.hub.example"


@dataclass
class Post:
    """The way to the hub and back."""

    cast: Any

    def send(
        self,
        who: Any,
        text: str = "",
        *,
        to: str = "risk-request",
        proven: bool = True,
        subject: str = "",
        **headers: str,
    ) -> str:
        """Send a mail, let the pump do its work, and return the reply in the session."""
        to = to if "@" in to else f"{to}@{DOMAIN}"
        raw = plain_message(text.replace("\n", "\r\n"), who=who, subject=subject, **headers)
        reply = accept(raw, to, member=who if proven else None, mail_from=who.email if who else "x@y.example")
        drain()
        return reply

    def ask(self, who: Any, text: str = "", **options: Any) -> str:
        """Send commands as a proven member and return the text of the answer."""
        before = Notice.objects.count()
        reply = self.send(who, text, **options)
        assert reply.startswith("250"), reply
        assert Notice.objects.count() > before, InboundMail.objects.latest("pk").error
        return self.mails(who)[-1].text

    def mails(self, who: Any) -> list[ParsedMessage]:
        """Return the letters that wait for a member, oldest first."""
        rows = Notice.objects.order_by("pk")
        return [parse(bytes(row.raw)) for row in rows if who.email in row.recipients]


@pytest.fixture
def post(cast: Any, settings: Any) -> Post:
    """The cast's way to the hub."""
    settings.HUB_RATE_PER_HOUR = 1_000
    return Post(cast)


@pytest.fixture
def risk(cast: Any) -> Any:
    """The closed discussion's list."""
    return cast.policy.forum.mailing_list


@pytest.fixture
def plaza(cast: Any, now: Any) -> Any:
    """The list of a discussion that is open to all members of the hub, in which nobody takes part yet."""
    from forums import services
    from forums.models import ForumPolicy

    policy = services.create_forum(name="The plaza", slug="plaza", preset=ForumPolicy.Preset.MEMBERS, now=clock())
    return policy.forum.mailing_list
