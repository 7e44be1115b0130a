"""The guide's first way: the hub answers while the client of Postfix waits."""

from collections.abc import Iterator
from typing import Any

import pytest

from listserv import tokens
from listserv.mail.auth import domain_checks as trust
from listserv.mail.auth.domain_checks import DomainChecks
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import only_row, plain_message
from tests.listserv.mail.auth.test_check import zone
from tests.listserv.postfix.conftest import LISTS, OUTSIDE, Front, front, settings_of

pytestmark = pytest.mark.postfix
STRANGER = "From: nobody@elsewhere.example\r\nSubject: Hello\r\n\r\nBuy this.\r\n"


@pytest.fixture(scope="module")
def before_queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Postfix with ``smtpd_proxy_filter``, and a stock one that sends to it."""
    running = front("before-queue", tmp_path_factory.mktemp("tls"))
    yield running
    running.close()


@pytest.fixture
def postfix(before_queue: Front, at_port: Any, settings: Any) -> Front:
    """The same with the hub behind it."""
    settings_of("before-queue", settings)
    before_queue.world.taken.clear()
    before_queue.world.replies.clear()
    at_port(before_queue.hub_port)
    return before_queue


def test_message_of_a_stock_server_with_dsn_parameters_is_taken(postfix, people, risk):
    raw = plain_message("Field trials need a plan.", who=people.amina)
    options = {"mail": ["RET=HDRS", "ENVID=QQ+2B1"], "rcpt": ["NOTIFY=SUCCESS,FAILURE,DELAY"]}
    postfix.relay(raw, risk, mail_from=people.amina.email, **options)
    came_back = postfix.came_back()
    row = only_row()
    assert (row.state, row.peer, row.helo) == ("held", OUTSIDE, "mx.sender.example")
    # Whoever asked for a receipt gets one of the own server: it has relayed the message.
    assert [delivered.recipient for delivered in came_back] == [people.amina.email]
    assert b"Action: relayed" in came_back[0].content


def test_parameters_pass_through_postfix_word_for_word_and_are_taken(postfix, people, risk):
    with postfix.client() as client:
        client.ehlo()
        assert "dsn" not in client.esmtp_features
        options = [f"SIZE={500}", "BODY=8BITMIME", "SMTPUTF8"]
        assert client.mail(people.amina.email, options)[0] == 250
        assert client.rcpt(risk)[0] == 250
        assert client.data(plain_message(who=people.amina).encode())[0] == 250


def test_refusals_reach_the_client_in_its_session_in_the_words_of_the_hub(postfix, people, risk):
    assert postfix.send(STRANGER, f"nosuch@{LISTS}", mail_from="nobody@elsewhere.example") == (
        550, "5.1.1 There is no list of this name.",
    )  # fmt: skip
    code, text = postfix.send(STRANGER, risk, mail_from="nobody@elsewhere.example")
    assert (code, text[:41]) == (550, "5.7.1 Only participants of this discussio")
    assert postfix.send(STRANGER, "somebody@elsewhere.example", mail_from="a@b.example")[0] == 554
    assert postfix.came_back() == []
    assert (only_row().state, only_row().peer) == ("rejected", OUTSIDE)


def test_refused_message_is_bounced_by_its_own_server_and_by_nobody_else(postfix, people, risk):
    postfix.relay(STRANGER, risk, mail_from="nobody@sender.example")
    came_back = postfix.came_back()
    assert [(delivered.sender, delivered.recipient) for delivered in came_back] == [("", "nobody@sender.example")]
    assert b"Only participants of this discussion" in came_back[0].content.replace(b"\r\n    ", b" ")


def test_addresses_and_headers_in_other_letters_go_through(postfix, people, risk):
    people.amina.emailaddress_set.create(email="آمنة@مثال.example", verified=True)
    raw = "From: آمنة <آمنة@مثال.example>\r\nSubject: فكرة\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nنص.\r\n"
    postfix.relay(raw, risk, mail_from="آمنة@مثال.example", mail=["SMTPUTF8", "BODY=8BITMIME"])
    postfix.came_back()
    assert (only_row().envelope_from, only_row().subject, only_row().member) == (
        "آمنة@مثال.example",
        "فكرة",
        people.amina,
    )


def test_bounce_of_the_hubs_own_postfix_comes_back_to_the_hub(postfix, people, risk):
    """One Postfix for both directions: what it cannot deliver does not loop back to itself."""
    verp = tokens.bounce_address("risk", subscription_id=1, number=1)
    postfix.world.replies["gone@people.example"] = "550 5.1.1 Nobody here"
    postfix.submit(plain_message("A copy.", who=people.chen), "gone@people.example", mail_from=verp)
    assert postfix.came_back() == []
    row = only_row()
    assert (row.recipient, row.kind, row.envelope_from, row.state) == (verp, "bounces", "", "queued")


def test_bounce_of_a_distant_server_comes_back_to_the_hub(postfix, people, risk):
    report = "From: MAILER-DAEMON@elsewhere.example\r\nSubject: Undelivered\r\n\r\nNobody here.\r\n"
    verp = tokens.bounce_address("risk", subscription_id=1, number=1)
    options = {"rcpt": [f"ORCPT=rfc822;{verp.replace('+', '+2B')}", "NOTIFY=NEVER"]}
    postfix.relay(report, verp, mail_from="<>", **options)
    assert postfix.came_back() == []
    assert (only_row().kind, only_row().envelope_from) == ("bounces", "")


def test_message_in_the_queue_of_postfix_that_the_hub_refuses_is_kept_and_bounced_to_nobody(postfix, people, risk):
    """By XFORWARD the transport names it; as when somebody on the host of Postfix writes to a list."""
    postfix.submit(STRANGER, risk, mail_from="nobody@elsewhere.example")
    assert postfix.came_back() == []
    assert (only_row().state, bytes(only_row().raw)[-9:]) == ("rejected", b"Buy this.\r\n"[-9:])


def test_spf_looks_at_the_client_that_postfix_names(postfix, people, risk, monkeypatch):
    people.amina.emailaddress_set.create(email="amina@a.org", verified=True)
    monkeypatch.setattr(trust, "shared", zone)
    seen: list[DomainChecks | None] = []
    check = trust.check

    async def noted(*args: Any, **options: Any) -> DomainChecks | None:
        seen.append(await check(*args, **options))
        return seen[-1]

    monkeypatch.setattr(trust, "check", noted)
    for client_address, code in (("192.0.2.1", 250), ("203.0.113.9", 550)):
        with postfix.client() as client:
            client.ehlo()
            # The client of Postfix is on this host; let Postfix take it for another.
            assert client.docmd("XCLIENT", f"ADDR={client_address} NAME=mx.a.org")[0] == 220
            client.ehlo()
            client.mail("amina@a.org")
            client.rcpt(risk)
            assert client.data(b"From: amina@a.org\r\nSubject: %d\r\n\r\nMy words.\r\n" % code)[0] == code
    assert [(found.spf, found.dmarc) for found in seen if found] == [("pass", "pass"), ("fail", "fail")]
    assert [row.peer for row in InboundMail.objects.order_by("pk")] == ["192.0.2.1", "203.0.113.9"]
