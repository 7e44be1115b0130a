"""What the tests of outgoing mail share: a list with people on it, and the outbox read back."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from hub.lib import bus
from listserv.outbound import delivery_worker, outbox
from tests.listserv.gateway.conftest import door, people, risk  # noqa: F401 - fixtures of the mail door


@pytest.fixture(autouse=True)
def _mail(settings: Any, tmp_path: Path) -> Any:
    """Queue the hub's letters as rows, as in the product; let go of connections afterwards."""
    settings.STATIC_ROOT = tmp_path
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
    settings.HUB_RELAY = None
    yield
    delivery_worker.close_transport()


@pytest.fixture
def woken(monkeypatch: Any) -> list[str]:
    """Collect the prompts that go over the bus."""
    topics: list[str] = []
    monkeypatch.setattr(bus.bus, "publish", lambda topic, payload: topics.append(topic))
    return topics


@pytest.fixture
def sent() -> Any:
    """Return a function: the mails in the outbox, oldest first, or those for one address."""

    def read(recipient: str = "") -> list[EmailMessage]:
        names = reversed(outbox.names(recipient))
        return [message_from_bytes(outbox.read(name) or b"", policy=policy.default) for name in names]

    return read


@pytest.fixture
def deliver(now: Any) -> Any:
    """Return a function that runs the pumps until nothing is left to do now."""

    def run(at: Any = None) -> int:
        done = 0
        while more := delivery_worker.deliver_mailings(at or now) + delivery_worker.deliver_notices(at or now):
            done += more
        return done

    return run
