"""What the tests of digests share: a far end, a list, and ways to choose and to send."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from hub.lib.clock import now as clock
from listserv import services
from listserv.digests import digest_worker
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, MailingList, Notice, Subscription

DAY = timedelta(days=1)


class Far:
    """A far end that keeps the digests it accepts; ``outcome`` is its reply to each."""

    def __init__(self) -> None:
        self.outcome = Outcome.SENT
        self.copies: list[tuple[str, str, EmailMessage]] = []

    def send(self, batch: Any) -> list[DeliveryResult]:
        """Keep each digest, or refuse all as it is set to."""
        if self.outcome is Outcome.SENT:
            for copy in batch:
                mail = message_from_bytes(b"".join(copy.parts), policy=policy.default)
                self.copies.append((copy.sender, copy.recipient, mail))
        return [DeliveryResult(self.outcome, "a reply") for _ in batch]

    def to(self, member: Any) -> list[EmailMessage]:
        """Return the digests for one member."""
        return [mail for _, recipient, mail in self.copies if recipient == member.email]


@pytest.fixture
def far(monkeypatch: Any) -> Far:
    end = Far()
    monkeypatch.setattr(digest_worker, "transport", lambda: end)
    return end


@pytest.fixture
def risk(cast):
    return MailingList.objects.get()


@pytest.fixture
def take(cast, risk, now):
    """Return a function that sets a member's delivery."""

    def choose(member: Any, delivery: str = "digest-daily", **choices: Any) -> Subscription:
        return services.set_delivery(list_id=risk.pk, member=member, delivery=delivery, now=now, **choices)

    return choose


def run(at: datetime) -> int:
    done = 0
    while more := digest_worker.send_digests(at):
        done += more
    return done


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    return str(mail.get_body((kind,)).get_content())


def finish_mailings() -> None:
    Mailing.objects.update(state="done", finished_at=clock())


def letters(member: Any) -> list[EmailMessage]:
    rows = [row for row in Notice.objects.order_by("pk") if row.recipients == [member.email]]
    return [message_from_bytes(bytes(row.raw), policy=policy.default) for row in rows]
