"""What the tests of outgoing mail share: a list with people on it, and the outbox read back."""

import ipaddress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from hub.lib import bus
from listserv.mail.auth import domain_checks
from listserv.outbound import delivery_worker, outbox
from tests.listserv import red_team
from tests.listserv.fake_relay import FakeRelay
from tests.listserv.gateway.conftest import people, risk, smtp_server  # noqa: F401 - fixtures of the gateway


@pytest.fixture(autouse=True)
def _mail(settings: Any, tmp_path: Path) -> Any:
    """Queue notifications as rows, as in the product; close connections afterwards."""
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
    """Return a function that reads the messages in the outbox, oldest first, or those for one address."""

    def read(recipient: str = "") -> list[EmailMessage]:
        names = reversed(outbox.names(recipient))
        return [message_from_bytes(outbox.read(name) or b"", policy=policy.default) for name in names]

    return read


@pytest.fixture
def deliver(now: Any) -> Any:
    """Return a function that runs the workers until nothing is left to do now."""

    def run(at: Any = None) -> int:
        done = 0
        while more := delivery_worker.deliver_mailings(at or now) + delivery_worker.deliver_notices(at or now):
            done += more
        return done

    return run


@pytest.fixture
def fake_relay(monkeypatch: Any) -> Any:
    """Return a function that puts a relay of the tests in the place of the real one."""

    def use(*args: Any, **kwargs: Any) -> FakeRelay:
        relay = FakeRelay(*args, **kwargs)
        monkeypatch.setattr(delivery_worker, "transport", lambda: relay)
        return relay

    return use


@pytest.fixture
def _red_team_world(settings: Any, monkeypatch: Any) -> None:
    """Let each client say where it comes from, and DNS be ours."""
    settings.HUB_SMTP_PROXY = (ipaddress.ip_network("127.0.0.0/8"),)
    settings.HUB_SMTP_CONNECTIONS_PER_MINUTE = settings.HUB_SMTP_MAILS_PER_MINUTE = 0
    settings.HUB_TRUSTED_RELAYS = (ipaddress.ip_network(f"{red_team.RELAY}/32"),)
    settings.HUB_AUTHSERV_ID = "mx.hub.org"
    zone = red_team.dns()
    monkeypatch.setattr(domain_checks, "shared", lambda: zone)


@pytest.fixture
def stage(_red_team_world: None, smtp_server: Any, people: Any) -> red_team.Stage:  # noqa: F811
    """Set the stage of the red team; its world is there before the gateway starts."""
    return red_team.Stage.build(people, smtp_server)
