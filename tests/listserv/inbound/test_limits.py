"""Limits put off and never refuse for good; what the hub has no room for is not begun."""

import errno
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.db.utils import OperationalError

from listserv.inbound import limits
from listserv.inbound.door import is_full


def test_rate_lets_a_burst_through_and_says_when_there_is_room_again():
    rate = limits.Rate(3)
    assert [rate.wait("a", moment=100.0) for _ in range(4)] == [0, 0, 0, 20]
    assert rate.wait("b", moment=100.0) == 0
    assert rate.wait("a", moment=110.0) == 10
    assert rate.wait("a", moment=120.1) == 0
    assert [rate.wait("a", moment=500.0) for _ in range(4)] == [0, 0, 0, 20]


def test_asking_while_put_off_makes_it_no_longer():
    rate = limits.Rate(60)
    assert [rate.wait("a", moment=0.0) for _ in range(61)][-1] == 1
    assert all(rate.wait("a", moment=0.5) == 1 for _ in range(50))
    assert rate.wait("a", moment=1.1) == 0


def test_no_limit_is_none():
    rate = limits.Rate(0)
    assert {rate.wait("a", moment=0.0) for _ in range(1_000)} == {0}


def test_clients_that_were_quiet_longest_are_forgotten_first(monkeypatch):
    monkeypatch.setattr(limits, "MOST_CLIENTS", 2)
    rate = limits.Rate(1)
    assert [rate.wait(client, moment=0.0) for client in ("a", "b", "a", "c", "a", "b")] == [0, 0, 60, 0, 60, 0]


def test_one_customer_of_ipv6_is_one_client():
    assert limits.client_of("2001:db8:1:2:3:4:5:6") == limits.client_of("2001:db8:1:2:ffff::1%eth0")
    assert limits.client_of("2001:db8:1:2::1") != limits.client_of("2001:db8:1:3::1")
    assert limits.client_of("::ffff:192.0.2.1") == limits.client_of("192.0.2.1") == "192.0.2.1"
    assert limits.client_of("unix") == "unix"


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False),
     ("::2", False), ("", False), ("localhost", False), ("127.0.0.1.example", False)],
)  # fmt: skip
def test_loopback_is_an_address_and_no_name(host, inside):
    assert limits.is_loopback(host) is inside


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
    monkeypatch.setattr(limits, "DISK_EVERY", -1.0)
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
    assert pressure(busy=limits.SLOW + 1).refusal().startswith("451 4.3.0")
    room = pressure()
    room.held = limits.MOST_BYTES + 1
    assert room.refusal().startswith("452 4.3.1")


def test_full_disk_is_told_from_other_faults():
    assert is_full(OSError(errno.ENOSPC, "No space left on device"))
    assert is_full(OperationalError("database or disk is full"))
    assert not is_full(OperationalError("database is locked"))
    assert not is_full(OSError(errno.EPIPE, "Broken pipe"))
