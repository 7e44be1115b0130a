"""The SMTP client against real sockets: what it says, what it makes of the answers, what it survives."""

import smtplib
from typing import Any

import pytest

from hub.lib.endpoints import Endpoint
from listserv.mail.smtp.transport import Envelope, Outcome
from listserv.models import Mailing, Retry
from listserv.outbound import delivery_worker
from listserv.outbound.relay import Relay
from tests.listserv.sink import Sink

CHUNKING = ("PIPELINING", "CHUNKING")
PIPELINING = ("PIPELINING",)
WAYS = [CHUNKING, PIPELINING, ()]


@pytest.fixture
def sink():
    """Return a factory of sinks that end with the test."""
    made: list[Sink] = []

    def make(**kwargs: Any) -> Sink:
        made.append(Sink(**kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def relay():
    """Return a factory of clients that close with the test."""
    made: list[Relay] = []

    def make(port: int, **kwargs: Any) -> Relay:
        made.append(Relay(Endpoint("127.0.0.1", port), helo="hub.example", **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


def mails(count: int, body: bytes = b"Hello\r\n") -> list[Envelope]:
    prefix = b"From: hub\r\n"
    return [
        Envelope(f"b{index}@hub.example", f"r{index}@x.example", (prefix, b"X-N: %d\r\n" % index, b"\r\n" + body))
        for index in range(count)
    ]


def outcomes(results: list[Any]) -> list[str]:
    return [str(result.outcome) for result in results]


@pytest.mark.parametrize("extensions", WAYS)
def test_each_recipient_gets_their_own_copy_whatever_the_relay_offers(sink, relay, extensions):
    far = sink(extensions=extensions)
    batch = mails(100, b".leading dot\r\n..two\r\n.\r\nlast\r\n")
    results = relay(far.port).send(batch)
    assert set(outcomes(results)) == {"sent"} and results[0].reply.startswith("250 2.0.0")
    got = {delivered.recipient: delivered for delivered in far.taken}
    assert len(far.taken) == len(got) == 100
    for mail in batch:
        assert (got[mail.recipient].sender, got[mail.recipient].content) == (mail.sender, b"".join(mail.parts))
    assert {delivered.verb for delivered in far.taken} == {"BDAT" if "CHUNKING" in extensions else "DATA"}
    assert 2 <= far.connections <= 4


def test_a_relay_that_chunks_gets_many_transactions_without_being_waited_for(sink, relay):
    far = sink(extensions=CHUNKING)
    relay(far.port).send(mails(200))
    assert far.most_together > 4  # more than one transaction's four replies were due at once


def test_a_relay_that_pipelines_gets_mail_rcpt_data_at_once(sink, relay):
    far = sink(extensions=PIPELINING)
    relay(far.port).send(mails(5))
    # The reply to the text of one copy, and those to the envelope of the next.
    assert far.most_together == 4


def test_a_plain_relay_is_spoken_to_in_lock_step(sink, relay):
    far = sink(extensions=())
    relay(far.port).send(mails(5))
    assert far.most_together == 1


@pytest.mark.parametrize("extensions", WAYS)
def test_replies_become_results_for_their_recipient_alone(sink, relay, extensions):
    far = sink(
        extensions=extensions,
        replies={"r1@x.example": "450 4.2.0 greylisted", "r3@x.example": "550 5.1.1 unknown"},
        final={"r5@x.example": "452 4.3.1 disk full", "r7@x.example": "554 5.7.1 refused"},
    )
    results = relay(far.port).send(mails(10))
    assert outcomes(results) == [
        "sent", "later", "sent", "failed", "sent", "later", "sent", "failed", "sent", "sent",
    ]  # fmt: skip
    assert results[3].reply == "550 5.1.1 unknown" and results[5].reply == "452 4.3.1 disk full"
    # The envelope sender (VERP) of one copy never slips into the next transaction.
    assert sorted((delivered.sender, delivered.recipient) for delivered in far.taken) == [
        (f"b{n}@hub.example", f"r{n}@x.example") for n in (0, 2, 4, 6, 8, 9)
    ]


@pytest.mark.parametrize("extensions", WAYS)
def test_a_dropped_connection_is_opened_again_and_nobody_is_missed(sink, relay, extensions):
    far = sink(extensions=extensions, drop_after=7)
    results = relay(far.port).send(mails(60))
    assert set(outcomes(results)) == {"sent"}
    assert {delivered.recipient for delivered in far.taken} == {f"r{n}@x.example" for n in range(60)}


def test_a_relay_that_drops_again_and_again_leaves_retries(sink, relay):
    far = sink(sulk=100)
    assert set(outcomes(relay(far.port).send(mails(3)))) == {"unreached"}
    assert far.connections == 2


def test_a_relay_that_hangs_is_given_up_in_time_and_the_rest_is_for_later(sink, relay):
    far = sink(hang_after=3)
    results = relay(far.port, reply_seconds=0.3).send(mails(40))
    assert outcomes(results).count("sent") == 3
    assert set(outcomes(results)) <= {"sent", "later", "unreached"}


def test_a_closed_port_reaches_nobody(relay, sink):
    far = sink()
    far.close()
    assert set(outcomes(relay(far.port).send(mails(3)))) == {"unreached"}


@pytest.mark.parametrize("greeting", ["554 no service", "421 busy", "SSH-2.0-OpenSSH_9.2"])
def test_a_far_end_that_is_no_relay_reaches_nobody(sink, relay, greeting):
    far = sink(greeting=greeting)
    assert set(outcomes(relay(far.port).send(mails(2)))) == {"unreached"}


def test_connections_are_kept_and_a_restarted_relay_is_found_again(sink, relay):
    far = sink()
    client = relay(far.port)
    client.send(mails(1))
    client.send(mails(1))
    assert far.connections == 1
    far.drop_all()
    assert outcomes(client.send(mails(2))) == ["sent", "sent"]
    assert far.connections == 2


def test_an_internationalised_address_needs_a_relay_that_takes_it(sink, relay):
    mail = [Envelope("b@hub.example", "δοκιμή@παράδειγμα.example", (b"From: hub\r\n\r\n",)), *mails(1)]
    assert outcomes(relay(sink().port).send(mail)) == ["failed", "sent"]
    assert outcomes(relay(sink(extensions=(*CHUNKING, "SMTPUTF8")).port).send(mail)) == ["sent", "sent"]


def test_an_independent_server_takes_what_the_client_says(relay, unused_tcp_port):
    """aiosmtpd and smtplib are the judges: our own sink might share our errors."""
    from aiosmtpd.controller import Controller

    class Keep:
        """Keep what arrives."""

        def __init__(self) -> None:
            self.mails: list[Any] = []

        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            return "250 kept"

    keep = Keep()
    controller = Controller(keep, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    try:
        batch = mails(5, b".dot\r\n")
        assert set(outcomes(relay(unused_tcp_port).send(batch))) == {"sent"}
        with smtplib.SMTP("127.0.0.1", unused_tcp_port) as other:
            other.sendmail("b0@hub.example", ["r0@x.example"], b"".join(batch[0].parts))
    finally:
        controller.stop()
    ours, theirs = keep.mails[0], keep.mails[-1]
    assert len(keep.mails) == 6 and ours == theirs


@pytest.mark.django_db
def test_a_mailing_goes_out_through_the_relay_of_the_setting(cast, now, sink, settings):
    far = sink(replies={cast.boris.email: "450 4.2.0 later"})
    settings.HUB_RELAY = Endpoint("127.0.0.1", far.port)
    contribution = cast.say(cast.amina, "Over the wire.", now=now)
    assert delivery_worker.deliver_mailings(now) == 4
    assert {delivered.recipient for delivered in far.taken} == {cast.amina.email, cast.chen.email, cast.oona.email}
    assert all(delivered.sender.startswith("risk-bounces+") for delivered in far.taken)
    assert all(f"<{contribution.message_id}>".encode() in delivered.content for delivered in far.taken)
    assert Retry.objects.get().subscription.member == cast.boris and Mailing.objects.get().sent == 3


def test_an_empty_batch_opens_nothing(sink, relay):
    far = sink()
    assert relay(far.port).send([]) == [] and far.connections == 0


def test_what_is_left_when_the_batch_ends_is_for_later(sink, relay, monkeypatch):
    monkeypatch.setattr("listserv.outbound.relay.BATCH_SECONDS", 0.3)
    far = sink(hang_after=0)
    results = relay(far.port).send(mails(4))
    assert {result.outcome for result in results} <= {Outcome.LATER, Outcome.UNREACHED}
