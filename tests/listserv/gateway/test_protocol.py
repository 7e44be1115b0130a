"""The protocol itself: sockets, limits, signing in, TLS, and one session never becoming two mails."""

import base64
import json
import smtplib
import socket
import ssl
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.lib.limits import Limit
from listserv.gateway import handler, limits, server, session, spool
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import PASSWORD, only_row, plain_message, start

# The end-of-data variants of SMTP smuggling, and what a careless server takes for the end of a mail.
VECTORS = {
    "lf dot lf": b"\n.\n", "cr dot cr": b"\r.\r", "cr dot lf": b"\r.\n", "lf dot cr": b"\n.\r",
    "lf dot crlf": b"\n.\r\n", "crlf dot lf": b"\r\n.\n", "cr dot crlf": b"\r.\r\n", "crlf dot cr": b"\r\n.\r",
    "nul before": b"\r\n\0.\r\n", "nul after": b"\r\n.\0\r\n", "crcrlf": b"\r\r\n.\r\r\n",
    "lf dot crcrlf": b"\n.\r\r\n", "vertical tab": b"\r\n.\x0b\r\n",
}  # fmt: skip


class Wire:
    """A client that says exactly what it is told."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply()

    def reply(self) -> str:
        line = self.file.readline()
        while line[3:4] == b"-":
            line = self.file.readline()
        return line.decode().rstrip()

    def say(self, line: bytes | str) -> str:
        self.socket.sendall((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def sign_in(self, member: object) -> str:
        token = base64.b64encode(f"\0{member.email}\0{PASSWORD}".encode()).decode()
        return self.say(f"AUTH PLAIN {token}")

    def begin(self, member: object, to: str) -> None:
        assert self.say("EHLO wire.example").startswith("250")
        assert self.sign_in(member).startswith("235")
        assert self.say(f"MAIL FROM:<{member.email}>").startswith("250")
        assert self.say(f"RCPT TO:<{to}>").startswith("250")
        assert self.say("DATA").startswith("354")

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()


def test_no_session_becomes_two_mails(smtp_server, people, risk):
    second = plain_message("Smuggled.", who=people.boris)
    smuggled = f"MAIL FROM:<{people.boris.email}>\r\nRCPT TO:<{risk}>\r\nDATA\r\n{second}"
    body = plain_message("Carrier.", who=people.amina).encode().rstrip(b"\r\n")
    seen = {}
    for name, vector in VECTORS.items():
        with Wire(smtp_server.port) as wire:
            wire.begin(people.amina, risk)
            reply = wire.say(body + vector + smuggled.encode() + b"\r\n.")
            assert wire.say("NOOP") == "250 OK"
        row = only_row()
        seen[name] = (reply[:3], row.state)
        row.delete()
    # A vertical tab is no line end to anybody: one harmless mail.
    assert seen.pop("vertical tab") == ("250", "queued")
    assert set(seen.values()) == {("554", "rejected")}


def test_vectors_are_those_of_the_corpus(corpus):
    known = json.loads((corpus / "handmade" / "smuggling_vectors.json").read_text())["vectors"]
    assert {value.encode("latin-1") for value in known.values()} == set(VECTORS.values())


def test_dots_are_unstuffed_and_a_lone_dot_ends(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        assert wire.say(f"From: {people.amina.email}\r\n\r\n..hidden\r\n...\r\nend\r\n.").startswith("250")
    assert bytes(only_row().raw).endswith(b"\r\n\r\n.hidden\r\n..\r\nend\r\n")


def test_empty_mail_ends_at_once(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        assert wire.say(".") == "550 5.6.0 Your message is empty. Write something first."


def test_end_of_data_may_come_in_pieces_and_commands_behind_it(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        for piece in (b"Subject: x\r\n\r\nbody\r", b"\n.", b"\r", b"\nNOOP\r\nQUIT\r\n"):
            wire.socket.sendall(piece)
        assert wire.reply().startswith("250 2.0.0")
        assert wire.reply() == "250 OK"
        assert wire.reply().startswith("221")
    assert bytes(only_row().raw) == b"Subject: x\r\n\r\nbody\r\n"


def test_pipelined_mails_are_each_answered(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        wire.sign_in(people.amina)
        envelope = f"MAIL FROM:<{people.amina.email}>\r\nRCPT TO:<{risk}>\r\nDATA\r\n"
        wire.socket.sendall(envelope.encode())
        assert [wire.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        wire.socket.sendall(b"Subject: 1\r\n\r\none\r\n.\r\n" + envelope.encode() + b"Subject: 2\r\n\r\ntwo\r\n.\r\n")
        assert [wire.reply()[:3] for _ in range(5)] == ["250", "250", "250", "354", "250"]
    assert InboundMail.objects.count() == 2


def test_unknown_list_subaddress_and_domain_are_refused_at_rcpt(smtp_server, people):
    with smtp_server.client() as client:
        client.mail("a@b.example")
        assert client.rcpt("nosuch@lists.hub.example") == (550, b"5.1.1 There is no list of this name.")
        assert client.rcpt("risk-owners@lists.hub.example")[0] == 550
        assert client.rcpt("risk+r.aaaa@lists.hub.example")[0] == 550
        assert client.rcpt("risk+other@lists.hub.example")[0] == 550
        assert client.rcpt("risk-confirm+aaaa@lists.hub.example")[0] == 550
        assert client.rcpt("somebody@else.example") == (550, b"5.7.1 This hub accepts mail for lists.hub.example only.")
        assert client.docmd("DATA")[0] == 503
    assert not InboundMail.objects.exists()


def test_list_name_and_domain_may_come_in_any_case(smtp_server, people, risk):
    assert smtp_server.send(plain_message(who=people.amina), risk.upper(), member=people.amina)[0] == 250


def test_too_many_recipients_are_put_off(smtp_server, people, risk):
    with smtp_server.client(people.amina) as client:
        client.mail(people.amina.email)
        codes = [client.rcpt(risk)[0] for _ in range(handler.MAX_RECIPIENTS + 1)]
        assert codes == [250] * handler.MAX_RECIPIENTS + [452]
        assert client.data(plain_message(who=people.amina).encode())[0] == 250
    states = list(InboundMail.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["queued"] + ["discarded"] * (handler.MAX_RECIPIENTS - 1)


def test_announced_size_over_the_limit_is_refused_before_the_mail(smtp_server, people, settings):
    with smtp_server.client() as client:
        assert int(client.esmtp_features["size"]) == settings.HUB_MAIL_MAX_SIZE
        code, text = client.mail("a@b.example", [f"SIZE={settings.HUB_MAIL_MAX_SIZE + 1}"])
        assert (code, text[:5]) == (552, b"5.3.4")


def test_mail_over_the_limit_is_refused_and_the_session_goes_on(smtp_server, people, risk, settings):
    settings.HUB_MAIL_MAX_SIZE = 200_000
    with smtp_server.client(people.amina) as client:
        client.mail(people.amina.email)
        client.rcpt(risk)
        code, text = client.data(plain_message("x" * 70 + "\r\n" + "y" * 500_000, who=people.amina).encode())
        assert (code, text[:5]) == (552, b"5.3.4")
        client.mail(people.amina.email)
        client.rcpt(risk)
        assert client.data(plain_message(who=people.amina).encode())[0] == 250
    row = InboundMail.objects.order_by("pk").first()
    assert (row.state, row.code, row.subject) == ("rejected", "too-large", "A thought")
    assert row.size > 500_000
    assert len(row.raw) < 1_000


def test_mail_without_end_is_cut_off(smtp_server, people, risk, settings):
    settings.HUB_MAIL_MAX_SIZE = 10_000
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        wire.socket.sendall(b"x" * 200_000)
        assert wire.reply().startswith("552")
        assert wire.file.read() == b""


def test_wrong_password_is_refused_and_not_tried_for_ever(smtp_server, people):
    for _ in range(2):
        with smtp_server.client() as client, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            client.login(people.amina.email, "wrong")
        assert refused.value.smtp_code == 535
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        replies = [wire.say("AUTH PLAIN " + base64.b64encode(b"\0a@b.example\0x").decode()) for _ in range(5)]
    assert [reply[:3] for reply in replies] == ["535"] * 4 + ["421"]


def test_address_tried_too_often_is_put_off_even_with_the_right_password(smtp_server, people, settings, monkeypatch):
    monkeypatch.setattr("hub.members.limits.MAIL", Limit("sign-in.mail", 2, 300))
    for _ in range(2):
        with smtp_server.client() as client, pytest.raises(smtplib.SMTPAuthenticationError):
            client.login(people.boris.email, "wrong")
    with smtp_server.client() as client, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login(people.boris.email, PASSWORD)
    assert refused.value.smtp_code in {454, 535}


def test_member_signs_in_by_plain_and_login_with_any_verified_address(smtp_server, people):
    people.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    for mechanism in ("auth_plain", "auth_login"):
        with smtp_server.client() as client:
            client.user, client.password = "Amina@home.example", PASSWORD
            assert client.auth(mechanism[5:].upper(), getattr(client, mechanism))[0] == 235
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        token = base64.b64encode(f"\0{people.amina.email}\0{PASSWORD}".encode()).decode()
        assert wire.say(f"auth plain {token}").startswith("235")
        assert wire.say(f"MAIL FROM:<{people.amina.email}> AUTH=<>").startswith("250")


def test_pending_member_cannot_sign_in(smtp_server, people):
    people.amina.is_active = False
    people.amina.save()
    with smtp_server.client() as client, pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(people.amina.email, PASSWORD)


GARBAGE = [
    b"MAIL FROM:<", b"MAIL FROM:<a@b> SIZE=x", b"MAIL FROM:", b"MAIL", b"RCPT TO:<a@b>", b"DATA", b"\xff\xfe", b"",
    b"AUTH", b"AUTH PLAIN !!!", b"AUTH PLAIN " + base64.b64encode(b"no nuls"), b"BDAT 5", b"MAIL FROM:<a@b\0c>",
    b"MAIL FROM:" + b"(" * 400, b"X" * 100_000, b"MAIL FROM:<" + b"a" * 1_000 + b"@b>",
]  # fmt: skip


def test_garbage_is_refused_and_the_session_lives(smtp_server):
    for line in GARBAGE:
        with Wire(smtp_server.port) as wire:
            wire.say("EHLO wire.example")
            assert (line, wire.say(line)[0]) == (line, "5")
            assert wire.say("NOOP") == "250 OK"


def test_address_with_other_letters_goes_through(smtp_server, people, risk):
    people.amina.emailaddress_set.create(email="آمنة@مثال.example", verified=True)
    raw = "From: آمنة <آمنة@مثال.example>\r\nSubject: فكرة\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nنص.\r\n"
    code, _text = smtp_server.send(raw, risk, member=people.amina, mail_from="آمنة@مثال.example", utf8=True)
    assert code == 250
    assert (only_row().envelope_from, only_row().subject) == ("آمنة@مثال.example", "فكرة")


def test_client_that_asked_for_utf8_is_answered_in_its_members_language(smtp_server, people, risk):
    people.amina.language = "fr"
    people.amina.save()
    code, text = smtp_server.send(plain_message("", who=people.amina), risk, member=people.amina, utf8=True)
    assert code == 550
    assert text.startswith("5.6.0 ")


def test_one_session_too_many_is_asked_to_come_later(smtp_server, monkeypatch):
    with Wire(smtp_server.port) as first:
        assert first.greeting.startswith("220 lists.hub.example")
        # Only now: the session that looked whether the server is up may not have ended yet.
        monkeypatch.setattr(server, "MAX_SESSIONS", 1)
        with Wire(smtp_server.port) as second:
            assert second.greeting == "421 4.3.2 Too many sessions. Try again later."
        assert first.say("NOOP") == "250 OK"


def test_silent_session_ends(settings, transactional_db, monkeypatch):
    monkeypatch.setattr(session, "TIMEOUT", 0.2)
    smtp_server = start(settings)
    with Wire(smtp_server.port) as wire:
        assert wire.reply().startswith("421 4.4.2")
        assert wire.file.read() == b""
    smtp_server.stop()


def test_stopping_tells_every_idle_session_and_waits_for_none(transactional_db, settings, people, risk, monkeypatch):
    monkeypatch.setattr(handler, "GRACE", 600.0)
    smtp_server = start(settings)
    with Wire(smtp_server.port) as greeted, Wire(smtp_server.port) as writing, Wire(smtp_server.port) as signed_in:
        signed_in.say("EHLO wire.example")
        signed_in.sign_in(people.amina)
        writing.begin(people.boris, risk)
        writing.socket.sendall(b"Subject: half\r\n\r\nhalf a mail")
        smtp_server.stop()
        for wire in (greeted, writing, signed_in):
            assert wire.reply().startswith("421 4.3.2 The hub is being stopped.")
            assert wire.file.read() == b""
    assert not InboundMail.objects.exists()


def test_stopping_answers_the_mail_that_is_read_before_it_ends_its_session(
    transactional_db, settings, people, risk, monkeypatch
):
    committing, gate, write = threading.Event(), threading.Event(), spool.write

    def slow(judgements):
        committing.set()
        assert gate.wait(30)
        write(judgements)

    monkeypatch.setattr(spool, "write", slow)
    smtp_server = start(settings)
    with Wire(smtp_server.port) as wire, Wire(smtp_server.port) as idle, ThreadPoolExecutor(1) as pool:
        wire.begin(people.amina, risk)
        wire.socket.sendall(plain_message(who=people.amina).encode() + b"\r\n.\r\n")
        assert committing.wait(30)
        stopping = pool.submit(smtp_server.stop)
        assert idle.reply().startswith("421")
        gate.set()
        assert wire.reply().startswith("250 2.0.0")
        assert wire.reply().startswith("421")
        stopping.result(10)
    assert only_row().state == "queued"


def test_stopping_waits_for_no_client_that_keeps_its_tls_open(certificate, people, settings):
    cert, key = certificate
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = cert, key
    smtp_server = start(settings)
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        assert wire.say("STARTTLS").startswith("220")
        context = ssl.create_default_context(cafile=str(cert))
        with context.wrap_socket(wire.socket, server_hostname="localhost", suppress_ragged_eofs=True) as safe:
            safe.sendall(b"EHLO wire.example\r\n")
            replies = safe.makefile("rb")
            while replies.readline()[3:4] == b"-":
                pass
            smtp_server.stop()
            assert replies.readline().startswith(b"421")
            replies.close()


def test_client_that_leaves_in_the_middle_leaves_nothing(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        wire.socket.sendall(b"Subject: half\r\n\r\nhalf a mail")
    assert smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)[0] == 250
    assert InboundMail.objects.count() == 1


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of our own for localhost."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


def test_starttls_lets_a_distant_client_sign_in(certificate, transactional_db, people, risk, settings, monkeypatch):
    cert, key = certificate
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = cert, key
    monkeypatch.setattr(limits, "is_loopback", lambda host: False)
    smtp_server = start(settings)
    try:
        with smtp_server.client() as client:
            assert "auth" not in client.esmtp_features
            assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 538
            client._host = "localhost"
            client.starttls(context=ssl.create_default_context(cafile=str(cert)))
            client.ehlo()
            client.login(people.amina.email, PASSWORD)
            client.mail(people.amina.email)
            client.rcpt(risk)
            assert client.data(plain_message(who=people.amina).encode())[0] == 250
    finally:
        smtp_server.stop()
    assert only_row().proof == "auth"


def test_key_that_does_not_belong_to_the_certificate_stops_the_start(certificate, settings):
    cert, _key = certificate
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = cert, cert
    with pytest.raises(ValueError, match=r"HUB_SMTP_CERT is .* it must be a certificate in PEM"):
        server.tls_context()
