"""Real processes and threads at one roster: killed in the middle, and two at once."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from forums import services as forums
from hub.lib.clock import now as clock
from hub.lib.endpoints import Endpoint
from listserv.models import Mailing, Retry
from listserv.outbound import delivery_worker
from tests.listserv.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = """
import django, os, time
django.setup()
from hub.lib.clock import now
from listserv.outbound import delivery_worker
delivery_worker.BATCH = int(os.environ["BATCH"])
while True:
    delivery_worker.deliver_mailings(now())
    time.sleep(0.05)
"""


@pytest.fixture
def sink():
    made: list[Sink] = []

    def make(**kwargs: Any) -> Sink:
        made.append(Sink(**kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def crowd(cast, make_member, now):
    """Sixteen subscriptions."""
    for index in range(12):
        forums.admit_member(forum_id=cast.forum_id, member=make_member(f"Member {index:02d}"), now=now)
    return cast


def database_url() -> str:
    """Return the test database as a process of its own finds it."""
    place = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{place['NAME']}"
    return f"postgresql://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def run_until_killed(far: Sink, copies: int, *, batch: int, key: str, folder: Path) -> None:
    """Run a worker in a process of its own, and kill it when the far end has taken so many copies."""
    env = {
        **os.environ,
        "BATCH": str(batch),
        "DATABASE_URL": database_url(),
        "HUB_RELAY": f"smtp://127.0.0.1:{far.port}",
        "HUB_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "HUB_SECRET_KEY": key,
    }
    root = Path(__file__).parent.parent.parent
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=env, cwd=root)
    try:
        wait_for(lambda: len(far.taken) >= copies)
    finally:
        worker.kill()
        worker.wait(60)


def test_kill_9_in_the_middle_of_a_batch_loses_nobody(crowd, sink, settings, tmp_path):
    # Both take one connection's window each here, so the sink decides how far the worker gets.
    far = sink(extensions=(), hang_after=7)
    crowd.say(crowd.amina, "Before the kill.", now=clock())
    run_until_killed(far, 7, batch=5, key=settings.SECRET_KEY, folder=tmp_path)
    assert Mailing.objects.get().cursor > 0 and Mailing.objects.get().state == "sending"
    second = sink()
    settings.HUB_RELAY = Endpoint("127.0.0.1", second.port)
    assert delivery_worker.deliver_mailings(clock()) == 0  # the dead worker's lease
    while delivery_worker.deliver_mailings(clock() + delivery_worker.LEASE + timedelta(seconds=5)):
        pass
    copies = Counter(delivered.recipient for delivered in far.taken + second.taken)
    assert len(copies) == 16 and sum(copies.values()) == 16 + 2
    ids = {delivered.content.split(b"Message-ID: ")[1].split(b"\r\n")[0] for delivered in far.taken + second.taken}
    assert len(ids) == 1 and not Retry.objects.exists()


def test_two_workers_at_one_roster_send_one_copy_each(crowd, sink, settings, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 3)
    far = sink()
    settings.HUB_RELAY = Endpoint("127.0.0.1", far.port)
    for index in range(3):
        crowd.say(crowd.amina, f"Word {index}", now=clock())
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while Mailing.objects.filter(state="sending").exists():
                delivery_worker.deliver_mailings(clock())
        except BaseException as error:
            errors.append(error)
        finally:
            delivery_worker.close_transport()
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    copies = Counter((delivered.recipient, delivered.content.split(b"Message-ID: ")[1][:40]) for delivered in far.taken)
    assert len(copies) == 48 and set(copies.values()) == {1}
    assert all(mailing.sent == 16 for mailing in Mailing.objects.all())


def test_two_workers_send_a_notification_once(crowd, sink, settings):
    from django.core.mail import send_mail

    far = sink()
    settings.HUB_RELAY = Endpoint("127.0.0.1", far.port)
    for index in range(20):
        send_mail(f"Letter {index}", "Text", None, [f"r{index}@x.example"])
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while delivery_worker.deliver_notices(clock()):
                pass
        except BaseException as error:
            errors.append(error)
        finally:
            delivery_worker.close_transport()
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not errors
    assert Counter(delivered.recipient for delivered in far.taken) == Counter(
        f"r{index}@x.example" for index in range(20)
    )
