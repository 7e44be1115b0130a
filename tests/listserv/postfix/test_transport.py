"""The guide's second way: Postfix asks about recipients, queues the message, and filters look at its sender."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.private import readable_by_all
from listserv import tokens
from listserv.gateway import limits
from listserv.models import InboundMail, Notice
from tests.listserv.gateway.conftest import only_row, plain_message
from tests.listserv.mail.auth.zone import keys, signed
from tests.listserv.postfix import guide
from tests.listserv.postfix.conftest import LISTS, MAIL, OUTSIDE, Front, front, settings_of
from tests.listserv.postfix.names import NameServer, run_with
from tests.listserv.postfix.postfix import answers, until
from tests.services import program

pytestmark = [pytest.mark.postfix, pytest.mark.opendkim, pytest.mark.opendmarc]
STRANGER = "From: nobody@elsewhere.example\r\nSubject: Hello\r\n\r\nBuy this.\r\n"
# A member's domain, which sends from one address, signs, and asks that all else be refused.
DOMAIN, ITS_OWN, FORGER = "a.org", "192.0.2.1", "203.0.113.9"
ZONE = {
    DOMAIN: {"TXT": [f"v=spf1 ip4:{ITS_OWN} -all"], "MX": ["10 mx.a.org."], "A": [ITS_OWN]},
    f"_dmarc.{DOMAIN}": {"TXT": ["v=DMARC1; p=reject"]},
    **keys(DOMAIN),
}
AMINA = f"amina@{DOMAIN}"
DATE = "Date: Tue, 24 Nov 2026 09:00:00 +0000"
WORDS = f"From: Amina <{AMINA}>\r\n{DATE}\r\nSubject: Trials\r\nTo: risk@{LISTS}\r\n\r\nMy words.\r\n"


@pytest.fixture(scope="module")
def transport(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Postfix with ``transport_maps``, OpenDKIM and OpenDMARC, and a stock one that sends to it."""
    names = NameServer(ZONE)
    folder = Path(tempfile.mkdtemp(prefix="hub-milters-", dir="/tmp"))
    folder.chmod(0o755)
    processes: list[subprocess.Popen[bytes]] = []
    ports = {name: guide.free_port() for name in ("opendkim", "opendmarc")}
    running = None
    try:
        for name, port in (("opendkim", 8891), ("opendmarc", 8893)):
            path = folder / f"{name}.conf"
            lines = guide.block("transport", f"{name}.conf", {f":{port}@": f":{ports[name]}@"})
            # OpenDKIM asks the root servers by itself unless it is told whom to ask.
            lines += f"Nameservers {names.address}\n" if name == "opendkim" else ""
            with readable_by_all():
                path.write_text(lines)
            command = [program(name) or name, "-f", "-x" if name == "opendkim" else "-c", str(path)]
            processes.append(run_with(names, folder, *command))
        for name, process in zip(ports, processes, strict=True):
            until(lambda name=name: answers(ports[name]), f"{name}: {process.poll()}")  # type: ignore[misc]
        running = front("transport", tmp_path_factory.mktemp("tls"), **ports)
        yield running
    finally:
        if running is not None:
            running.close()
        for process in processes:
            process.terminate()
            process.wait(30)
        names.close()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postfix(transport: Front, at_port: Any, settings: Any) -> Front:
    """The same with the hub behind it, as the guide sets it up."""
    settings_of("transport", settings)
    transport.world.taken.clear()
    transport.world.replies.clear()
    at_port(transport.hub_port)
    return transport


def send_as(postfix: Front, raw: bytes, to: str, *, client_address: str, mail_from: str = AMINA) -> int:
    """Send a message to Postfix as a client at an address of the world; return the answer to it."""
    with postfix.client() as client:
        client.ehlo()
        assert client.docmd("XCLIENT", f"ADDR={client_address} NAME=mx.elsewhere.example")[0] == 220
        client.ehlo()
        assert client.mail(mail_from)[0] == 250
        assert client.rcpt(to)[0] == 250
        return client.data(raw)[0]


def test_unknown_recipient_is_refused_in_the_session_and_the_question_leaves_nothing(postfix, people, risk):
    code, text = postfix.send(STRANGER, f"nosuch@{LISTS}", mail_from="nobody@elsewhere.example")
    assert code == 550
    assert "There is no list of this name." in text
    with postfix.client() as client:
        client.ehlo()
        client.mail("nobody@elsewhere.example")
        assert client.rcpt(risk)[0] == 250
    assert postfix.came_back() == []
    assert not InboundMail.objects.exists()


def test_message_of_a_stock_server_with_dsn_parameters_is_taken(postfix, people, risk):
    raw = plain_message("Field trials need a plan.", who=people.amina)
    options = {"mail": ["RET=HDRS", "ENVID=QQ+2B1"], "rcpt": ["NOTIFY=SUCCESS,FAILURE,DELAY"]}
    postfix.relay(raw, risk, mail_from=people.amina.email, **options)
    came_back = postfix.came_back()
    assert (only_row().state, only_row().peer) == ("held", OUTSIDE)
    assert [delivered.recipient for delivered in came_back] == [people.amina.email]
    assert b"Action: relayed" in came_back[0].content


def test_what_the_hub_refuses_after_data_is_kept_as_refused_and_bounced_to_nobody(postfix, people, risk):
    postfix.relay(STRANGER, risk, mail_from="nobody@sender.example")
    assert postfix.came_back() == []
    row = only_row()
    assert (row.state, row.code, row.peer) == ("rejected", "unknown-sender", OUTSIDE)
    assert b"Buy this." in bytes(row.raw)
    assert not Notice.objects.exists()


def test_message_that_opendmarc_passes_is_its_authors(postfix, people, risk):
    people.amina.emailaddress_set.create(email=AMINA, verified=True)
    assert send_as(postfix, WORDS.encode(), risk, client_address=ITS_OWN) == 250
    assert postfix.came_back() == []
    row = only_row()
    assert (row.state, row.proof, row.peer) == ("queued", "dmarc", ITS_OWN)
    assert row.checks.startswith("spf=pass")


def test_signed_message_that_was_forwarded_is_its_authors(postfix, people, risk):
    people.amina.emailaddress_set.create(email=AMINA, verified=True)
    raw = signed(WORDS.encode(), DOMAIN, fields=(b"from", b"subject", b"date"))
    assert send_as(postfix, raw, risk, client_address=FORGER, mail_from="x@forwarder.example") == 250
    assert postfix.came_back() == []
    assert (only_row().state, only_row().proof) == ("queued", "dmarc")


def test_forged_message_is_kept_as_refused_and_nobody_hears_of_it(postfix, people, risk):
    people.amina.emailaddress_set.create(email=AMINA, verified=True)
    claim = f"Authentication-Results: {MAIL}; dmarc=pass header.from={DOMAIN}\r\n"
    assert send_as(postfix, (claim + WORDS).encode(), risk, client_address=FORGER) == 250
    assert postfix.came_back() == []
    row = only_row()
    assert (row.state, row.code, row.peer) == ("rejected", "dmarc", FORGER)
    assert "dmarc=fail" in row.checks
    assert not Notice.objects.exists()


def test_addresses_and_headers_in_other_letters_go_through(postfix, people, risk):
    people.amina.emailaddress_set.create(email="آمنة@مثال.example", verified=True)
    raw = "From: آمنة <آمنة@مثال.example>\r\nSubject: فكرة\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nنص.\r\n"
    postfix.relay(raw, risk, mail_from="آمنة@مثال.example", mail=["SMTPUTF8", "BODY=8BITMIME"])
    assert postfix.came_back() == []
    assert (only_row().envelope_from, only_row().subject, only_row().member) == (
        "آمنة@مثال.example",
        "فكرة",
        people.amina,
    )


def test_bounces_come_back_to_the_hub_from_near_and_far(postfix, people, risk):
    verp = tokens.bounce_address("risk", subscription_id=1, number=1)
    postfix.world.replies["gone@people.example"] = "550 5.1.1 Nobody here"
    postfix.submit(plain_message("A copy.", who=people.chen), "gone@people.example", mail_from=verp)
    report = "From: MAILER-DAEMON@elsewhere.example\r\nSubject: Undelivered\r\n\r\nNobody here.\r\n"
    postfix.relay(report, verp, mail_from="<>")
    assert postfix.came_back() == []
    assert [(row.recipient, row.kind, row.state) for row in InboundMail.objects.all()] == [
        (verp, "bounces", "queued")
    ] * 2  # fmt: skip


def test_message_that_is_too_large_for_the_hub_is_refused_by_postfix_in_the_session(postfix, people, risk, settings):
    assert settings.HUB_MAIL_MAX_SIZE >= 10_000_000
    with postfix.client() as client:
        client.ehlo()
        assert client.mail("a@b.example", ["SIZE=10000001"])[0] == 552


def test_hub_that_puts_off_is_tried_again_and_nothing_is_lost(postfix, people, risk, monkeypatch):
    # Postfix knows the list: one that it asks for while the hub puts off is asked for again after a minute.
    with postfix.client() as client:
        client.ehlo()
        client.mail(people.amina.email)
        assert client.rcpt(risk)[0] == 250
    monkeypatch.setattr(limits, "MOST_BYTES", -1)
    assert postfix.send(plain_message(who=people.amina), risk, mail_from=people.amina.email)[0] in {250, 450}
    monkeypatch.undo()
    postfix.relay(plain_message(who=people.amina, subject="Again"), risk, mail_from=people.amina.email)
    assert postfix.came_back() == []
    assert "Again" in set(InboundMail.objects.values_list("subject", flat=True))
