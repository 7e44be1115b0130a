"""Limits put off and never refuse for good; what the hub has no room for is not begun."""

import errno
from ipaddress import ip_network
from pathlib import Path

from django.db.utils import OperationalError

from listserv.gateway import limits
from listserv.gateway.handler import is_full


def test_only_a_client_that_is_no_proxys_is_on_this_host_beyond_doubt(settings, tmp_path):
    assert limits.is_on_this_host("127.0.0.1")
    assert not limits.is_on_this_host("192.0.2.1")
    settings.HUB_TRUSTED_PROXIES = (ip_network("127.0.0.1"),)
    assert not limits.is_on_this_host("127.0.0.1")
    settings.HUB_TRUSTED_PROXIES, settings.HUB_SMTP_CERT = (), tmp_path / "cert.pem"
    assert not limits.is_on_this_host("127.0.0.1")


def pressure(*, reserve: int = 0, busy: float = 0.0) -> limits.Pressure:
    return limits.Pressure(Path("/"), reserve, lambda: busy)


def test_mail_begins_where_there_is_room():
    assert pressure(reserve=1).refusal() == ""


def test_mail_is_put_off_when_the_disk_is_nearly_full_and_let_in_again_later(monkeypatch):
    free = [5]
    monkeypatch.setattr(limits, "free_bytes", lambda folder: free[0])
    monkeypatch.setattr(limits, "DISK_LOOK_SECONDS", -1.0)
    room = pressure(reserve=10)
    assert room.refusal().startswith("452 4.3.1 The hub's disk is nearly full.")
    free[0] = 20
    assert room.refusal() == ""


def test_disk_that_cannot_be_asked_counts_as_full():
    assert limits.free_bytes(Path("/nowhere/at/all")) == 0


def test_disk_is_not_asked_for_every_mail(monkeypatch):
    asked = []
    monkeypatch.setattr(limits, "free_bytes", lambda folder: asked.append(folder) or 100)
    room = pressure(reserve=10)
    assert {room.refusal() for _ in range(50)} == {""}
    assert len(asked) == 1


def test_mail_is_put_off_while_the_database_is_slow_or_the_memory_is_taken():
    assert pressure(busy=limits.SLOW_COMMIT_SECONDS + 1).refusal().startswith("451 4.3.0")
    room = pressure()
    room.held = limits.MOST_BYTES + 1
    assert room.refusal().startswith("452 4.3.1")


def test_full_disk_is_told_from_other_faults():
    assert is_full(OSError(errno.ENOSPC, "No space left on device"))
    assert is_full(OperationalError("database or disk is full"))
    assert not is_full(OperationalError("database is locked"))
    assert not is_full(OSError(errno.EPIPE, "Broken pipe"))
