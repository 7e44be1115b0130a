"""A relay in front: for whom it speaks, and what becomes of mail that it has in its queue already."""

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from hub.env import EnvError, networks
from hub.lib.clock import now as clock
from listserv import retention
from listserv.gateway import handler
from listserv.mail.auth import domain_checks as trust
from listserv.mail.auth.domain_checks import DomainChecks
from listserv.models import InboundMail, Notice
from tests.listserv.gateway.conftest import SmtpServer, only_row, plain_message, start
from tests.listserv.gateway.test_protocol import Wire
from tests.listserv.mail.auth.test_check import CLIENT, ELSEWHERE, summary

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def behind(transactional_db: None, settings: Any) -> Iterator[SmtpServer]:
    """A server behind a relay on this host."""
    settings.HUB_TRUSTED_RELAYS = LOOPBACK
    smtp_server = start(settings)
    yield smtp_server
    smtp_server.stop()


@pytest.fixture
def queued(behind: SmtpServer, settings: Any) -> SmtpServer:
    """A server behind a relay on this host that queues mail first."""
    settings.HUB_QUEUING_RELAYS = LOOPBACK
    return behind


def greeted(port: int) -> tuple[Wire, list[str]]:
    """Return a session after EHLO, and what was announced."""
    wire = Wire(port)
    wire.socket.sendall(b"EHLO relay.example\r\n")
    lines = [wire.file.readline().decode().strip()]
    while lines[-1][3] == "-":
        lines.append(wire.file.readline().decode().strip())
    return wire, [line[4:] for line in lines]


def post(wire: Wire, raw: str, *, to: str, sender: str = "a@b.example") -> str:
    """Send a mail and return the reply to it."""
    assert wire.say(f"MAIL FROM:<{sender}>").startswith("250")
    assert wire.say(f"RCPT TO:<{to}>").startswith("250")
    assert wire.say("DATA").startswith("354")
    return wire.say(raw + ".")


def test_client_is_what_the_relay_forwards_and_only_for_the_next_mail(behind, people, risk):
    wire, announced = greeted(behind.port)
    with wire:
        assert "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE" in announced
        assert wire.say("XFORWARD NAME=spike.example ADDR=198.51.100.7 PORT=4711").startswith("250")
        assert wire.say("XFORWARD PROTO=ESMTP HELO=spike+2B.example SOURCE=REMOTE").startswith("250")
        post(wire, plain_message("One.", who=people.amina), to=risk)
        post(wire, plain_message("Two.", who=people.amina, subject="Two"), to=risk)
        assert wire.say("XFORWARD ADDR=IPV6:2001:db8::7 HELO=[UNAVAILABLE] NAME=[TEMPUNAVAIL]").startswith("250")
        post(wire, plain_message("Three.", who=people.amina, subject="Three"), to=risk)
        wire.say("xforward addr=ipv6:::ffff:198.51.100.8")
        assert wire.say("RSET").startswith("250")
        post(wire, plain_message("Four.", who=people.amina, subject="Four"), to=risk)
    assert list(InboundMail.objects.order_by("pk").values_list("peer", "helo")) == [
        ("198.51.100.7", "spike+.example"), ("127.0.0.1", "relay.example"), ("2001:db8::7", ""),
        ("127.0.0.1", "relay.example"),
    ]  # fmt: skip


WRONG = [
    "", "ADDR", "ADDR=", "ADDR=spike", "ADDR=1.2.3", "PORT=99999", "PORT=x", "WHO=me", "NAME=a+4", "LOGIN=amina",
    "HELO=" + "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("verb", ["XFORWARD", "XCLIENT"])
def test_what_a_relay_says_of_its_client_must_be_well_formed_and_in_its_place(behind, verb):
    wire, _announced = greeted(behind.port)
    with wire:
        for text in WRONG:
            if text != "ADDR=":
                assert (text, wire.say(f"{verb} {text}".strip())[:9]) == (text, "501 5.5.4")
        wire.say("MAIL FROM:<a@b.example>")
        assert wire.say(f"{verb} ADDR=198.51.100.7").startswith("503 5.5.1")


def test_nobody_else_may_speak_for_others_or_is_offered_to(smtp_server, people, risk):
    wire, announced = greeted(smtp_server.port)
    with wire:
        assert not [line for line in announced if line.startswith(("XFORWARD", "XCLIENT"))]
        assert wire.say("XFORWARD ADDR=198.51.100.7").startswith("550 5.7.0")
        assert wire.say("XCLIENT ADDR=198.51.100.7").startswith("550 5.7.0")
        post(wire, plain_message(who=people.amina), to=risk)
    assert only_row().peer == "127.0.0.1"


def test_session_that_a_relay_hands_over_begins_again_as_its_clients(behind, people, risk):
    wire, announced = greeted(behind.port)
    with wire:
        assert any(line.startswith("XCLIENT NAME ADDR") for line in announced)
        assert wire.sign_in(people.amina).startswith("235")
        assert wire.say("XCLIENT NAME=spike.example ADDR=198.51.100.7 HELO=spike.example").startswith("220 ")
        # Neither the greeting nor the member of before is this client's.
        assert wire.say("MAIL FROM:<a@b.example>").startswith("503 5.5.1")
        assert wire.say("EHLO relay.example").startswith("250")
        # A distant client without TLS.
        assert wire.sign_in(people.amina).startswith("538")
        post(wire, plain_message(who=people.amina), to=risk)
    assert (only_row().peer, only_row().helo, only_row().proof) == ("198.51.100.7", "spike.example", "none")


def test_clients_behind_a_relay_are_each_counted_and_the_relay_is_not(behind, settings, people, risk):
    settings.HUB_SMTP_MAILS_PER_MINUTE = 1
    behind.stop()
    with_rate = start(settings)
    wire, _announced = greeted(with_rate.port)
    with wire:
        replies = []
        for client in ("198.51.100.7", "198.51.100.7", "198.51.100.8", "[UNAVAILABLE]", "[UNAVAILABLE]"):
            wire.say(f"XFORWARD ADDR={client}")
            replies.append(wire.say("MAIL FROM:<a@b.example>")[:3])
            wire.say("RSET")
    assert replies == ["250", "451", "250", "250", "250"]
    with_rate.stop()


def test_relay_that_asks_about_recipients_is_answered_each_time_and_leaves_nothing(behind, people, risk, monkeypatch):
    monkeypatch.setattr(handler, "MAX_UNKNOWN", 2)
    wire, _announced = greeted(behind.port)
    with wire:
        for _ in range(5):
            assert wire.say("MAIL FROM:<double-bounce@mail.example>").startswith("250")
            assert wire.say("RCPT TO:<nosuch@lists.hub.example>").startswith("550 5.1.1")
            assert wire.say("RSET").startswith("250")
        assert wire.say("MAIL FROM:<>").startswith("250")
        assert wire.say(f"RCPT TO:<{risk}>").startswith("250")
        assert wire.say("QUIT").startswith("221")
    assert not InboundMail.objects.exists()


async def test_spf_asks_about_the_client_that_a_relay_forwards(settings):
    settings.HUB_TRUSTED_RELAYS = LOOPBACK
    assert await summary(peer=CLIENT, relay="127.0.0.1") == "pass"
    assert await summary(peer=ELSEWHERE, relay="127.0.0.1") == "fail forged"
    # Of a client that nobody has named, nothing is known.
    assert await summary(peer="127.0.0.1") == "temperror"


async def test_findings_of_a_relay_are_believed_though_it_names_its_client(settings):
    settings.HUB_TRUSTED_RELAYS, settings.HUB_AUTHSERV_ID = LOOPBACK, "mx.hub.org"
    raw = b"Authentication-Results: mx.hub.org; dmarc=pass header.from=a.org\r\nFrom: amina@a.org\r\n\r\nMy words.\r\n"
    assert await summary(raw, peer=ELSEWHERE, relay="127.0.0.1") == "pass"
    assert await summary(raw, peer=ELSEWHERE, relay="203.0.113.1") == "fail forged"


STRANGER = "From: nobody@elsewhere.example\r\nSubject: Hello\r\n\r\nBuy this.\r\n"


def test_what_is_refused_is_taken_and_kept_whole_when_the_relay_has_queued_it(queued, people, risk):
    wire, announced = greeted(queued.port)
    with wire:
        assert "SIZE 0" in announced
        assert wire.say("MAIL FROM:<a@b.example> SIZE=99999999").startswith("250")
        assert wire.say("RSET").startswith("250")
        reply = post(wire, STRANGER, to=risk)
        assert reply.startswith("250 2.0.0 Taken and kept as refused, not published: Only participants of this")
    row = only_row()
    assert (row.state, row.action, row.code) == ("rejected", "reject", "unknown-sender")
    assert bytes(row.raw) == STRANGER.encode()
    assert not Notice.objects.exists()


REFUSED = {
    "forged": lambda people: plain_message(who=people.boris),
    "two authors": lambda people: "From: a@b.example, c@d.example\r\n\r\nx\r\n",
    "bare newline": lambda people: "From: a@b.example\r\n\r\nx\ny\r\n",
    "too many parts": lambda people: "\r\n".join(
        ["From: a@b.example", "Content-Type: multipart/mixed; boundary=x", "", *["--x", "", "y"] * 3_000, "--x--", ""]
    ),
    "too large": lambda people: plain_message("x" * 70 + "\r\n" + "y" * 900_000, who=people.amina),
    "empty": lambda people: plain_message("", who=people.amina),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_no_refusal_after_data_reaches_a_relay_that_has_queued_the_mail(
    queued, people, risk, settings, kind, monkeypatch
):
    settings.HUB_MAIL_MAX_SIZE = 100_000

    async def disowned(*_: Any, **__: Any) -> DomainChecks | None:
        return DomainChecks(dmarc="fail", domain="people.example", policy="reject") if kind == "forged" else None

    monkeypatch.setattr(trust, "check", disowned)
    wire, _announced = greeted(queued.port)
    with wire:
        assert post(wire, REFUSED[kind](people), to=risk, sender=people.amina.email).startswith(
            "250 2.0.0 Taken and kept"
        )
        assert wire.say("NOOP") == "250 OK"
    assert (only_row().state, only_row().action) == ("rejected", "reject")
    assert not Notice.objects.exists()


def test_relay_that_names_the_mail_in_its_queue_is_answered_as_one_that_queues(behind, people, risk):
    wire, _announced = greeted(behind.port)
    with wire:
        assert post(wire, STRANGER, to=risk).startswith("550 5.7.1")
        wire.say("XFORWARD ADDR=198.51.100.7 IDENT=[UNAVAILABLE]")
        assert post(wire, STRANGER, to=risk).startswith("550 5.7.1")
        wire.say("XFORWARD ADDR=198.51.100.7 IDENT=4bKx3s")
        assert post(wire, STRANGER, to=risk).startswith("250 2.0.0 Taken and kept as refused")


def test_member_who_is_proven_hears_why_the_mail_was_kept_as_refused(queued, people, risk):
    wire, _announced = greeted(queued.port)
    with wire:
        wire.sign_in(people.amina)
        assert post(wire, plain_message("", who=people.amina), to=risk).startswith("250")
    assert only_row().state == "rejected"
    assert [notice.recipients for notice in Notice.objects.all()] == [[people.amina.email]]


def test_mail_held_too_often_is_not_tried_for_days(queued, people, risk, monkeypatch):
    monkeypatch.setattr("listserv.gateway.rules.MAX_HELD", 1)
    wire, _announced = greeted(queued.port)
    with wire:
        assert post(wire, plain_message("One.", who=people.amina), to=risk).startswith("250")
        assert post(wire, plain_message("Two.", who=people.amina, subject="Two"), to=risk).startswith(
            "250 2.0.0 Taken and kept"
        )


def test_member_over_the_rate_is_put_off_by_a_queuing_relay_too(queued, people, risk, settings):
    settings.HUB_RATE_PER_HOUR = 1
    wire, _announced = greeted(queued.port)
    with wire:
        wire.sign_in(people.amina)
        assert post(wire, plain_message("One.", who=people.amina), to=risk).startswith("250")
        assert post(wire, plain_message("Two.", who=people.amina, subject="Two"), to=risk).startswith("451 4.7.1")


def test_bytes_of_mail_kept_as_refused_go_after_a_month(queued, people, risk):
    wire, _announced = greeted(queued.port)
    with wire:
        post(wire, STRANGER, to=risk)
    retention.drop_old(clock() + retention.REFUSED_KEPT / 2)
    assert bytes(only_row().raw)
    retention.drop_old(clock() + retention.REFUSED_KEPT * 2)
    assert (bytes(only_row().raw), only_row().state, only_row().subject) == (b"", "rejected", "Hello")


def test_queuing_relays_must_be_trusted_ones(monkeypatch):
    monkeypatch.setenv("HUB_TRUSTED_RELAYS", "192.0.2.0/24, 2001:db8::/32")
    monkeypatch.setenv("HUB_QUEUING_RELAYS", "192.0.2.7, 2001:db8:1::/48")
    assert len(networks("HUB_QUEUING_RELAYS", within="HUB_TRUSTED_RELAYS")) == 2
    monkeypatch.setenv("HUB_QUEUING_RELAYS", "198.51.100.7")
    with pytest.raises(EnvError, match="within HUB_TRUSTED_RELAYS"):
        networks("HUB_QUEUING_RELAYS", within="HUB_TRUSTED_RELAYS")
