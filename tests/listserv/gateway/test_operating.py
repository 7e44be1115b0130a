"""What an operator sets at the gateway, over real sockets: rates, room, proxies, several gateways, certificates."""

import asyncio
import base64
import socket
import ssl
import struct
import subprocess
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from hub.env import EnvError
from hub.lib.endpoints import Endpoint
from listserv.gateway import authentication, handler, limits, server, tls
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import SmtpServer, only_row, plain_message, start
from tests.listserv.gateway.test_protocol import Wire

PROXY_V2 = b"\r\n\r\n\0\r\nQUIT\n"


@pytest.fixture
def opened(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a function that starts a server with the settings as they then are."""
    monkeypatch.setattr(authentication, "WRONG_PASSWORD_SECONDS", 0.0)
    running: list[SmtpServer] = []

    def run() -> SmtpServer:
        running.append(start(settings))
        return running[-1]

    yield run
    for one in running:
        one.stop()


@pytest.fixture
def behind_proxy(opened: Any, settings: Any) -> SmtpServer:
    """A server to which this host speaks as a load balancer."""
    settings.HUB_SMTP_PROXY = (ip_network("127.0.0.0/8"),)
    return opened()


class Proxied(Wire):
    """A client behind a load balancer."""

    def __init__(self, port: int, header: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(header)
        self.greeting = self.reply()


def v1(source: str, family: str = "TCP4") -> bytes:
    return f"PROXY {family} {source} {'::2' if family == 'TCP6' else '192.0.2.99'} 4711 25\r\n".encode()


def v2(source: str) -> bytes:
    body = socket.inet_aton(source) + socket.inet_aton("192.0.2.99") + struct.pack("!HH", 4711, 25)
    return PROXY_V2 + bytes([0x21, 0x11]) + struct.pack("!H", len(body)) + body


def test_member_over_the_rate_is_put_off_and_told_when(opened, people, risk, settings, monkeypatch):
    settings.HUB_SMTP_MAILS_PER_MINUTE = 2
    # This host is the only one a test has.
    monkeypatch.setattr(limits, "is_exempt", lambda peer: False)
    smtp_server = opened()
    sent = [smtp_server.send(plain_message(f"Word {n}", who=people.amina), risk, member=people.amina) for n in range(3)]
    assert [code for code, _text in sent] == [250, 250, 451]
    assert sent[2][1] == "4.7.1 Too many mails from you in a minute. Try again in 30 seconds."
    assert smtp_server.send(plain_message(who=people.boris), risk, member=people.boris)[0] == 250


def test_client_over_the_rate_is_put_off_and_one_on_this_host_is_not_counted(behind_proxy, people):
    with Proxied(behind_proxy.port, v1("198.51.100.7")) as wire:
        wire.say("EHLO wire.example")
        codes = [(wire.say("MAIL FROM:<a@b.example>")[:9], wire.say("RSET"))[0] for _ in range(122)]
    assert codes == ["250 2.1.0"] * 120 + ["451 4.7.1"] * 2
    with Proxied(behind_proxy.port, v1("127.0.0.1")) as wire:
        wire.say("EHLO wire.example")
        assert {(wire.say("MAIL FROM:<a@b.example>")[:3], wire.say("RSET"))[0] for _ in range(125)} == {"250"}


def test_too_many_connections_of_one_client_are_turned_away_at_the_greeting(opened, settings):
    settings.HUB_SMTP_PROXY = (ip_network("127.0.0.0/8"),)
    settings.HUB_SMTP_CONNECTIONS_PER_MINUTE = 2
    settings.HUB_TRUSTED_RELAYS = (ip_network("203.0.113.0/24"),)
    smtp_server = opened()

    def greeting(header: bytes) -> str:
        with Proxied(smtp_server.port, header) as wire:
            return wire.greeting

    assert [greeting(v1("198.51.100.7"))[:3] for _ in range(2)] == ["220", "220"]
    assert greeting(v2("198.51.100.7")) == (
        "421 4.7.1 Too many connections from your address in a minute. Try again in 30 seconds."
    )
    assert greeting(v1("198.51.100.8")).startswith("220")
    assert {greeting(v1("203.0.113.5"))[:3] for _ in range(4)} == {"220"}


@pytest.mark.parametrize(
    ("header", "peer"),
    [(v1("198.51.100.7"), "198.51.100.7"), (v1("2001:db8::7", "TCP6"), "2001:db8::7"),
     (v2("198.51.100.7"), "198.51.100.7"), (b"PROXY UNKNOWN\r\n", "127.0.0.1"),
     (PROXY_V2 + b"\x20\x00\x00\x00", "127.0.0.1")],
    ids=["v1", "v1-ipv6", "v2", "v1-own", "v2-own"],
)  # fmt: skip
def test_proxy_says_who_the_client_is(behind_proxy, people, risk, header, peer):
    with Proxied(behind_proxy.port, header) as wire:
        assert wire.greeting.startswith("220")
        wire.say("EHLO wire.example")
        wire.say(f"MAIL FROM:<{people.amina.email}>")
        wire.say(f"RCPT TO:<{risk}>")
        wire.say("DATA")
        assert wire.say(plain_message(who=people.amina) + ".").startswith("250")
        assert wire.sign_in(people.amina)[:3] == ("235" if peer == "127.0.0.1" else "538")
    assert only_row().peer == peer


def test_client_on_the_host_of_a_proxy_is_not_on_this_host(behind_proxy, people):
    with Proxied(behind_proxy.port, v1("127.0.0.1")) as wire:
        wire.say("EHLO wire.example")
        assert wire.sign_in(people.amina).startswith("538")


@pytest.mark.parametrize("setting", ["HUB_TRUSTED_PROXIES", "HUB_SMTP_CERT"])
def test_submission_through_a_proxy_on_this_host_needs_tls(transactional_db, people, settings, authority, setting):
    if setting == "HUB_SMTP_CERT":
        settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = authority / "server.pem", authority / "server.key"
    else:
        settings.HUB_TRUSTED_PROXIES = (ip_network("127.0.0.1"),)
    smtp_server = start(settings)
    try:
        with smtp_server.client() as client:
            assert "auth" not in client.esmtp_features
            assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 538
    finally:
        smtp_server.stop()


def test_what_is_no_proxy_header_ends_the_connection(behind_proxy):
    for header in (
        b"EHLO wire.example\r\n",
        b"PROXY TCP4 no.address 192.0.2.1 1 2\r\n",
        PROXY_V2 + b"\xff\xff\x00\x00",
    ):
        with Proxied(behind_proxy.port, header) as wire:
            assert wire.greeting == ""


def test_client_that_is_no_proxy_of_ours_is_not_believed(opened, settings):
    settings.HUB_SMTP_PROXY = (ip_network("192.0.2.0/24"),)
    with Wire(opened().port) as wire:
        assert wire.greeting.startswith("220")
        assert wire.say(v1("198.51.100.7").rstrip()).startswith("500")


def test_no_mail_is_begun_without_room_and_none_that_was_begun_is_lost(opened, people, risk, monkeypatch):
    smtp_server = opened()
    monkeypatch.setattr(limits, "DISK_LOOK_SECONDS", -1.0)
    with Wire(smtp_server.port) as wire:
        wire.begin(people.amina, risk)
        monkeypatch.setattr(limits, "free_bytes", lambda folder: 0)
        assert wire.say(plain_message(who=people.amina) + ".").startswith("250")
        assert wire.say(f"MAIL FROM:<{people.amina.email}>").startswith("452 4.3.1")
        monkeypatch.setattr(limits, "free_bytes", lambda folder: 10**12)
        assert wire.say(f"MAIL FROM:<{people.amina.email}>").startswith("250")
    assert only_row().state == "queued"


def test_bytes_of_mails_are_counted_while_they_come_and_let_go_of_afterwards(opened, people, risk, monkeypatch):
    gateways = []
    monkeypatch.setattr(server, "Gateway", lambda: gateways.append(handler.Gateway()) or gateways[0])
    smtp_server = opened()
    with Wire(smtp_server.port) as wire, Wire(smtp_server.port) as other:
        wire.begin(people.amina, risk)
        monkeypatch.setattr(limits, "MOST_BYTES", 50_000)
        wire.socket.sendall(plain_message("word " * 12_000, who=people.amina).encode())
        other.say("EHLO wire.example")
        replies = {other.say("MAIL FROM:<a@b.example>")[:9] for _ in range(3)} - {"503 Error"}
        while "452 4.3.1" not in replies:
            replies = {other.say("RSET")[:9], other.say("MAIL FROM:<a@b.example>")[:9]}
        assert wire.say(".").startswith("250")
        other.say("RSET")
        assert other.say("MAIL FROM:<a@b.example>").startswith("250")
        other.socket.sendall(b"RCPT TO:<" + risk.encode() + b">\r\nDATA\r\nhalf a mail")
    gateways[0].spool.stop()
    assert gateways[0].pressure.held <= len(b"half a mail")


def test_clients_that_ask_in_vain_while_the_database_is_away_are_one_fault_in_the_log(
    opened, people, risk, monkeypatch, caplog
):
    smtp_server = opened()

    def away(*_arguments):
        raise OperationalError("connection refused")

    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        wire.say(f"MAIL FROM:<{people.amina.email}>")
        with monkeypatch.context() as during:
            during.setattr(handler.lookups, "look_up_recent", lambda *_: None)
            during.setattr(handler.lookups, "look_up", away)
            assert {wire.say(f"RCPT TO:<{risk}>")[:9] for _ in range(5)} == {"451 4.3.0"}
        monkeypatch.setattr(handler.lookups, "look_up_recent", lambda *_: None)
        assert wire.say(f"RCPT TO:<{risk}>").startswith("250")
    lines = [record for record in caplog.records if record.name == handler.__name__]
    assert len(lines) == 2 and "works again" in lines[1].getMessage()
    assert "connection refused" in lines[0].getMessage() and lines[0].exc_info is None


def test_several_servers_listen_at_one_address(opened, people, risk, settings, monkeypatch):
    settings.HUB_SMTP_SHARED = True
    first = opened()
    monkeypatch.setattr("tests.listserv.gateway.conftest.free_port", lambda: first.port)
    second = opened()
    assert second.port == first.port
    for number in range(12):
        assert first.send(plain_message(f"Word {number}", who=people.amina), risk, member=people.amina)[0] == 250
    assert InboundMail.objects.filter(state="queued").count() == 12


def test_taken_address_is_an_error_where_servers_do_not_share(opened, settings):
    with Wire(opened().port) as wire:
        assert wire.say("QUIT").startswith("221")
        settings.HUB_SMTP = Endpoint("127.0.0.1", wire.socket.getpeername()[1])
        with pytest.raises(OSError, match="in use"):
            asyncio.run(server.serve(asyncio.Event()))


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: Any) -> Path:
    """An authority, the server's certificate, one of a member's address, and one of another authority."""
    folder: Path = tmp_path_factory.mktemp("tls")
    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name, alt in (("ca", ""), ("server", "DNS:localhost"), ("other", "email:amina.diallo@people.example")):
        extra = ("-addext", f"subjectAltName={alt}") if alt else ()
        openssl(
            "req", "-x509", *ec, "-subj", f"/CN={name}", *extra,
            "-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.pem"),
        )  # fmt: skip
    return folder


def issue(folder: Path, *addresses: str) -> tuple[str, str]:
    """Let the authority make a certificate for some addresses; return its file and its key's."""
    (folder / "ext").write_text("subjectAltName=" + ",".join(f"email:{address}" for address in addresses))
    openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=client",
        "-keyout", str(folder / "client.key"), "-out", str(folder / "client.csr"),
    )  # fmt: skip
    openssl(
        "x509", "-req", "-in", str(folder / "client.csr"), "-CA", str(folder / "ca.pem"), "-CAkey",
        str(folder / "ca.key"), "-CAcreateserial", "-days", "2", "-extfile", str(folder / "ext"),
        "-out", str(folder / "client.pem"),
    )  # fmt: skip
    return str(folder / "client.pem"), str(folder / "client.key")


@pytest.fixture
def certified(authority: Path, opened: Any, settings: Any) -> Any:
    """Return a function that connects with a certificate, after STARTTLS and EHLO."""
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = authority / "server.pem", authority / "server.key"
    settings.HUB_SMTP_CLIENT_CA = authority / "ca.pem"
    smtp_server = opened()

    def connect(chain: tuple[str, str] | None) -> Any:
        context = ssl.create_default_context(cafile=str(authority / "server.pem"))
        if chain is not None:
            context.load_cert_chain(*chain)
        client = smtp_server.client()
        client._host = "localhost"
        client.starttls(context=context)
        client.ehlo()
        return client

    return connect


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_certificate_signs_in_as_an_address_it_names(certified, authority, people, risk):
    chain = issue(authority, people.amina.email, "nobody@elsewhere.example")
    for answer, code in (("=", 235), (b64(people.amina.email), 235), (b64(people.boris.email), 535), ("!", 535)):
        with certified(chain) as client:
            assert "EXTERNAL" in client.esmtp_features["auth"]
            assert (answer, client.docmd("AUTH", f"EXTERNAL {answer}")[0]) == (answer, code)
    with certified(chain) as client:
        assert client.docmd("AUTH", "external")[0] == 334
        assert client.docmd("*")[0] == 501
        assert client.docmd("AUTH", "EXTERNAL")[0] == 334
        assert client.docmd("")[0] == 235
        client.mail(people.amina.email)
        client.rcpt(risk)
        assert client.data(plain_message(who=people.amina).encode())[0] == 250
    assert (only_row().proof, only_row().member) == ("auth", people.amina)


def test_certificate_signs_nobody_in_by_itself_nor_an_address_that_is_no_members(certified, authority, people, risk):
    with certified(issue(authority, "nobody@elsewhere.example")) as client:
        assert client.docmd("AUTH", "EXTERNAL =")[0] == 535
        client.mail(people.amina.email)
        client.rcpt(risk)
        client.data(plain_message(who=people.amina).encode())
    assert only_row().proof == "none"


def test_client_without_a_certificate_is_offered_no_external(certified, people):
    with certified(None) as client:
        assert "EXTERNAL" not in client.esmtp_features["auth"]
        assert client.docmd("AUTH", "EXTERNAL =")[0] == 504
        client.login(people.amina.email, "a long password")


def test_certificate_of_another_authority_ends_the_session(certified, authority, people):
    with pytest.raises((ssl.SSLError, OSError)):
        certified((str(authority / "other.pem"), str(authority / "other.key"))).noop()


def test_file_without_authorities_stops_the_start(authority, settings):
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = authority / "server.pem", authority / "server.key"
    settings.HUB_SMTP_CLIENT_CA = authority / "ca.key"
    with pytest.raises(EnvError, match="HUB_SMTP_CLIENT_CA"):
        tls.tls_context()
