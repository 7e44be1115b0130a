"""One client cannot take the server for itself: its connections, its slowness and its silence are bounded."""

import struct
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from listserv.gateway import limits, peers, server, session
from tests.listserv.gateway.conftest import SmtpServer, plain_message, start
from tests.listserv.gateway.test_operating import Proxied, v1
from tests.listserv.gateway.test_protocol import Wire


@pytest.fixture
def opened(transactional_db: None, settings: Any) -> Iterator[Any]:
    """Return a function that starts a server to which this host speaks as a load balancer."""
    settings.HUB_SMTP_PROXY = (ip_network("127.0.0.0/8"),)
    running: list[SmtpServer] = []

    def run() -> SmtpServer:
        running.append(start(settings))
        return running[-1]

    yield run
    for smtp_server in running:
        smtp_server.stop()


def test_client_with_too_many_connections_at_once_is_put_off_and_others_are_not(opened, settings):
    settings.HUB_SMTP_CONNECTIONS_PER_CLIENT = 3
    settings.HUB_TRUSTED_RELAYS = (ip_network("203.0.113.0/24"),)
    smtp_server = opened()
    sessions = [Proxied(smtp_server.port, v1("198.51.100.7")) for _ in range(4)]
    assert [wire.greeting[:9] for wire in sessions[:3]] == ["220 lists"] * 3
    assert sessions[3].greeting == ("421 4.7.1 You have too many connections at once. End one, or try again later.")
    for other in ("198.51.100.8", "203.0.113.5", "203.0.113.5", "203.0.113.5", "203.0.113.5"):
        sessions.append(Proxied(smtp_server.port, v1(other)))
        assert sessions[-1].greeting.startswith("220")
    # A connection that ends makes room for the next.
    assert sessions[0].say("QUIT").startswith("221")
    assert sessions[0].file.read() == b""
    sessions.append(Proxied(smtp_server.port, v1("198.51.100.7")))
    assert sessions[-1].greeting.startswith("220")
    for wire in sessions:
        wire.__exit__()


def test_addresses_of_one_ipv6_customer_count_together(opened, settings):
    settings.HUB_SMTP_CONNECTIONS_PER_CLIENT = 1
    smtp_server = opened()
    with (
        Proxied(smtp_server.port, v1("2001:db8::1", "TCP6")) as first,
        Proxied(smtp_server.port, v1("2001:db8::2", "TCP6")) as second,
    ):
        assert (first.greeting[:3], second.greeting[:3]) == ("220", "421")


def test_clients_on_this_host_are_not_counted(transactional_db, settings):
    settings.HUB_SMTP_CONNECTIONS_PER_CLIENT = 1
    smtp_server = start(settings)
    sessions = [Wire(smtp_server.port) for _ in range(5)]
    assert {wire.greeting[:3] for wire in sessions} == {"220"}
    for wire in sessions:
        wire.__exit__()
    smtp_server.stop()


def test_session_that_waited_longest_makes_room_when_the_server_is_full(smtp_server, monkeypatch):
    with Wire(smtp_server.port) as first, Wire(smtp_server.port) as second:
        first.say("EHLO wire.example")
        second.say("EHLO wire.example")
        monkeypatch.setattr(server, "MAX_SESSIONS", 1)
        monkeypatch.setattr(limits, "IDLE_SECONDS", 0.0)
        with Wire(smtp_server.port) as third:
            assert third.greeting.startswith("220")
            assert first.reply().startswith("421 4.3.2 Other clients are waiting")
            assert first.file.read() == b""
            assert second.say("NOOP") == "250 OK"


def test_session_with_a_mail_under_way_is_not_ended_for_another(smtp_server, people, risk, monkeypatch):
    with Wire(smtp_server.port) as writing:
        writing.begin(people.amina, risk)
        monkeypatch.setattr(server, "MAX_SESSIONS", 1)
        monkeypatch.setattr(limits, "IDLE_SECONDS", 0.0)
        with Wire(smtp_server.port) as late:
            assert late.greeting.startswith("421 4.3.2 Too many sessions")
        assert writing.say(plain_message(who=people.amina) + ".").startswith("250")


def test_pace_grants_a_thin_line_its_time_and_a_trickle_none():
    pace = limits.Pace()
    pace.begin(300.0, moment=0.0)
    # A byte now and then: the first five minutes are all there is.
    assert pace.left(1, moment=200.0) == pytest.approx(100.0, abs=0.1)
    assert pace.left(1, moment=299.0) == pytest.approx(1.0, abs=0.1)
    assert pace.left(1, moment=301.0) == 0.001
    # Ten megabytes at a kilobyte a second.
    pace.begin(300.0, moment=0.0)
    assert min(pace.left(1_000, moment=float(second)) for second in range(1, 10_001)) >= 299.0


def test_mail_that_trickles_in_is_cut_off_though_each_byte_is_in_time(smtp_server, people, risk, monkeypatch):
    left = limits.Pace.left
    # As if six minutes had gone by.
    monkeypatch.setattr(limits.Pace, "left", lambda pace, count: left(pace, count, moment=pace.began + 360))
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        wire.socket.sendall(b"x")
        assert wire.reply().startswith("421 4.4.2")
        assert wire.file.read() == b""


def test_client_that_reads_nothing_is_let_go_of(transactional_db, settings, monkeypatch):
    monkeypatch.setattr(session, "TIMEOUT", 0.3)
    monkeypatch.setattr(peers, "LINGER_SECONDS", 0.1)
    smtp_server = start(settings)
    with Wire(smtp_server.port) as wire:
        wire.socket.setsockopt(1, 8, 2_048)  # SO_RCVBUF
        wire.say("EHLO wire.example")
        # Answers fill both buffers; then the hub waits for nobody.
        with pytest.raises((ConnectionError, TimeoutError)):
            wire.socket.sendall(b"VRFY somebody\r\n" * 2_000_000)
        wire.socket.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER
    smtp_server.stop()
