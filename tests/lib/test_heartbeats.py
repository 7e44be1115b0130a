"""Signs of life, one for each part of each process."""

from datetime import timedelta

import pytest
from django.db import OperationalError

from hub.lib import heartbeats
from hub.lib.clock import now as clock
from hub.lib.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _process(monkeypatch):
    """Keep the connection of the test, whose transaction is open, and nothing of other tests."""
    monkeypatch.setattr(heartbeats, "close_old_connections", lambda: None)
    monkeypatch.setattr(heartbeats, "_ended", set())
    monkeypatch.setattr(heartbeats, "_repeats", {})


def other(name: str, *, ago: float = 0.0, works: bool = True, kind: str = "worker") -> None:
    """Write the sign of life of another process."""
    at = clock() - timedelta(seconds=ago)
    Heartbeat.objects.create(name=name, kind=kind, host="elsewhere", pid=7, works=works, started_at=at, at=at)


def states(kind: str = "worker") -> list[str]:
    return sorted(str(process["state"]) for process in heartbeats.alive(kind).detail["processes"])


def test_a_second_process_that_vanished_is_named_while_the_first_one_works():
    heartbeats.beat("worker")
    assert not heartbeats.alive("worker").degraded
    other("worker-b", ago=60)
    part = heartbeats.alive("worker")
    assert part.ok and part.degraded and states() == ["vanished", "working"]
    [gone] = [process for process in part.detail["processes"] if process["state"] == "vanished"]
    assert (gone["host"], gone["pid"]) == ("elsewhere", 7) and gone["lag_seconds"] >= 60


def test_hosts_are_named_where_a_part_works():
    heartbeats.beat("smtp")
    Heartbeat.objects.update(host="mail-2")
    for host, works, age in (("mail-1", True, 1), ("mail-1", True, 2), ("mail-3", False, 1), ("mail-4", True, 60)):
        Heartbeat.objects.create(
            kind="smtp", name=f"{host}-{age}", host=host, pid=age, works=works, at=clock() - timedelta(seconds=age),
            started_at=clock(),
        )  # fmt: skip
    heartbeats.beat("worker")
    assert heartbeats.working_hosts("smtp") == ("mail-1", "mail-2")


def test_a_process_that_lives_and_does_not_work_is_named():
    heartbeats.beat("worker")
    other("worker-b", works=False)
    assert heartbeats.alive("worker").ok and states() == ["broken", "working"]
    heartbeats.beat("worker", works=False)
    part = heartbeats.alive("worker")
    assert not part.ok and states() == ["broken", "broken"]


def test_a_process_that_ended_in_order_is_not_missed():
    heartbeats.beat("worker")
    heartbeats.beat("smtp")
    heartbeats.farewell("worker")
    assert heartbeats.alive("worker").detail == {"error": "never started"}
    assert heartbeats.alive("smtp").ok
    # One that was under way at that moment.
    heartbeats.beat("worker")
    assert heartbeats.alive("worker").detail == {"error": "never started"}


def test_a_process_in_the_place_of_another_one_is_the_only_one_there(monkeypatch):
    heartbeats.beat("worker")
    monkeypatch.setattr(heartbeats, "_mark", "another")
    heartbeats.beat("worker")
    assert states() == ["working"]


def test_a_process_is_forgotten_after_a_while():
    other("worker-b", ago=heartbeats.NAMED.total_seconds() + 1)
    heartbeats.beat("worker")
    assert states() == ["working"] and Heartbeat.objects.count() == 1


def test_a_heartbeat_without_a_database_is_one_line_until_it_comes_back(monkeypatch, caplog):
    def down(*_: object) -> None:
        raise OperationalError("gone\nindeed")

    with monkeypatch.context() as patch:
        patch.setattr(heartbeats, "_write", down)
        for _second in range(30):
            heartbeats.beat("smtp")
    heartbeats.beat("smtp")
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "gone" in caplog.text and "works again" in caplog.text and "indeed" not in caplog.text
