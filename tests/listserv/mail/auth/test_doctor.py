"""The domain doctor: each question with a good answer and its bad ones, the page and the command."""

import asyncio
import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from hub.lib.endpoints import DkimKey, Endpoint
from listserv.doctor import domain_checks, host_checks, report
from listserv.doctor.findings import DoctorWire, Finding, Site, examine
from listserv.models import InboundMail
from listserv.views import doctor as view
from tests.listserv.mail.auth.zone import Zone, rsa_key

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GOOD = {
    "lists.org": {"MX": ["20 second.org", "10 mail.org"], "TXT": ["v=spf1 mx -all", "other"]},
    "mail.org": {"A": ["192.0.2.25"]},
    "second.org": {"A": ["192.0.2.26"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mail.org"]},
    "26.2.0.192.in-addr.arpa": {"PTR": ["second.org"]},
    "_dmarc.lists.org": {"TXT": ["v=DMARC1; p=quarantine; rua=mailto:x@lists.org"]},
    "s1._domainkey.lists.org": {"TXT": [rsa_key(2_048)[1]]},
}


class Greeter:
    """Mail servers that greet by a name, all others refuse."""

    def __init__(self, **names: str) -> None:
        self.names = {host.replace("__", "."): name for host, name in names.items()}

    async def greet(self, host: str, port: int, *, tls: bool = False) -> str:
        if host not in self.names:
            raise OSError("refused")
        return self.names[host]


def site(tmp_path: Path | None = None, *, without: str = "", silent: tuple[str, ...] = (), **changes: Any) -> Site:
    """Return a good installation with its DNS; ``changes`` of DNS stand under names with double underscores."""
    rows: dict[str, Any] = {name: kinds for name, kinds in GOOD.items() if name != without}
    facts: dict[str, Any] = {
        "domain": "lists.org", "host": "hub.org", "gateway": Endpoint("0.0.0.0", 8025), "relay": None,
        "tls_relay": False, "keys": (), "certificate": None, "now": NOW, "line": Greeter(mail__org="mail.org"),
        "unnamed": (),
    }  # fmt: skip
    rows |= changes.pop("rows", {})
    return Site(dns=Zone(rows, silent), **{**facts, **changes})


def summary(finding: Finding) -> str:
    """Return state and first record."""
    return " | ".join([finding.state, *finding.records[:1]])


async def test_a_good_domain_is_good():
    here = site()
    for ask in (domain_checks.domain, domain_checks.mx, domain_checks.ptr, domain_checks.sender_policy,
                domain_checks.author_policy, host_checks.helo, host_checks.port_25):  # fmt: skip
        finding = await ask(here)
        assert finding.state == "good" and "%" not in finding.sentence and not finding.records, finding


@pytest.mark.parametrize(
    "ask, changes, answer",
    [
        (domain_checks.domain, {"domain": "lists.hub.example"}, "wrong | HUB_MAIL_DOMAIN=lists.example.org"),
        (domain_checks.mx, {"without": "lists.org"}, "wrong | lists.org. 3600 IN MX 10 hub.org."),
        (domain_checks.mx, {"without": "second.org"}, "wrong | second.org. 3600 IN A 192.0.2.25"),
        (domain_checks.ptr, {"without": "26.2.0.192.in-addr.arpa"},
         "wrong | 26.2.0.192.in-addr.arpa. 3600 IN PTR hub.org."),
        (domain_checks.ptr, {"rows": {"25.2.0.192.in-addr.arpa": {"PTR": ["other.org"]}}},
         "wrong | 25.2.0.192.in-addr.arpa. 3600 IN PTR other.org."),
        (domain_checks.ptr, {"without": "lists.org"}, "unknown"),
        (domain_checks.sender_policy, {"rows": {"lists.org": {"MX": ["10 mail.org"], "TXT": []}}},
         'wrong | lists.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 -all"'),
        (domain_checks.sender_policy, {"rows": {"lists.org": {"MX": ["1 mail.org"], "TXT": ["v=spf1 -all"] * 2}}},
         'wrong | lists.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 -all"'),
        (domain_checks.sender_policy, {"relay": Endpoint("192.0.2.99", 25)},
         'wrong | lists.org. 3600 IN TXT "v=spf1 ip4:192.0.2.99 mx -all"'),
        (domain_checks.sender_policy, {"rows": {"lists.org": {"MX": ["1 mail.org"], "TXT": ["v=spf1 wrong"]}}},
         'wrong | lists.org. 3600 IN TXT "v=spf1 ip4:192.0.2.25 -all"'),
        (domain_checks.signatures, {}, "advice | manage.py dkim_key"),
        (domain_checks.author_policy, {"without": "_dmarc.lists.org"},
         'wrong | _dmarc.lists.org. 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@lists.org"'),
        (domain_checks.author_policy, {"rows": {"_dmarc.lists.org": {"TXT": ["v=DMARC1; p=none; rua=x"]}}},
         'advice | _dmarc.lists.org. 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@lists.org"'),
        (domain_checks.author_policy, {"rows": {"_dmarc.lists.org": {"TXT": ["v=DMARC1; p=reject"]}}},
         'advice | _dmarc.lists.org. 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@lists.org"'),
        (host_checks.helo, {"without": "lists.org"}, "advice"),
        (host_checks.port_25, {"line": Greeter()}, "unknown"),
        (host_checks.port_25, {"line": Greeter(mail__org="localhost")},
         "advice | localhost. 3600 IN A 192.0.2.25"),
        (host_checks.relay, {}, "wrong | HUB_RELAY=smtp://mail.example.org:25"),
        (host_checks.relay, {"relay": Endpoint("mail.org", 25)}, "good"),
        (host_checks.relay, {"relay": Endpoint("down.org", 25)}, "wrong"),
        (host_checks.gateway, {}, "wrong"),
        (host_checks.gateway, {"gateway_hosts": ("mail-1", "mail-2")}, "good"),
        (host_checks.gateway, {"line": Greeter(**{"127__0__0__1": "lists.org"})}, "good"),
        (host_checks.certificate, {}, "advice"),
        (host_checks.certificate, {"certificate": Path("/nowhere")}, "wrong"),
        (host_checks.front, {}, "good"),
        (host_checks.front, {"unnamed": ("172.18.0.1",)}, "advice | HUB_TRUSTED_RELAYS=172.18.0.1"),
        (host_checks.clock, {"now": datetime(1970, 1, 1, tzinfo=UTC)}, "wrong"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_with_what_to_do(ask, changes, answer):
    finding = await ask(site(**changes))
    assert summary(finding) == answer
    assert "%" not in finding.sentence and len(finding.sentence) > 20


async def test_the_kernel_is_asked_for_the_clock():
    assert (await host_checks.clock(site())).state in {"good", "advice", "unknown"}


async def test_a_published_key_is_compared_with_our_own(tmp_path):
    file = tmp_path / "key.pem"
    file.write_bytes(rsa_key(2_048)[0])
    here = site(keys=(DkimKey("s1", file),))
    assert (await domain_checks.signatures(here)).state == "good"
    key = ed25519.Ed25519PrivateKey.generate()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    finding = await domain_checks.signatures(here)
    assert finding.state == "wrong" and finding.records[0].startswith(
        's1._domainkey.lists.org. 3600 IN TXT "v=DKIM1; k=ed25519; p='
    )
    # What it says to publish is what it then finds good.
    record = finding.records[0].partition('TXT "')[2].rstrip('"')
    rows = {"s1._domainkey.lists.org": {"TXT": [record]}}
    assert (await domain_checks.signatures(site(keys=here.keys, rows=rows))).state == "good"
    rows = {"s1._domainkey.lists.org": {"TXT": [f"{record}; t=y"]}}
    assert (await domain_checks.signatures(site(keys=here.keys, rows=rows))).state == "advice"
    assert (await domain_checks.signatures(site(keys=(DkimKey("other", file),)))).state == "wrong"
    file.write_bytes(b"no key")
    assert (await domain_checks.signatures(here)).state == "wrong"


def _certificate(path: Path, days: int, name: str) -> Path:
    key = ed25519.Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=90))
    builder = builder.not_valid_after(NOW + timedelta(days=days))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    path.write_bytes(builder.sign(key, None).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    "days, name, state",
    [(60, "mail.org", "good"), (60, "*.lists.org", "advice"), (60, "*.org", "good"), (5, "mail.org", "advice"),
     (-1, "mail.org", "wrong"), (60, "other.net", "advice")],
)  # fmt: skip
async def test_a_certificate_must_last_and_have_the_right_name(tmp_path, days, name, state):
    finding = await host_checks.certificate(site(certificate=_certificate(tmp_path / "cert.pem", days, name)))
    assert finding.state == state, finding.sentence


async def test_a_named_relay_says_for_whom_it_brings_mail_or_needs_the_name_it_writes_under(settings):
    settings.HUB_TRUSTED_RELAYS = ("10.0.0.25/32",)
    assert (await host_checks.front(site())).state == "good"
    silent = await host_checks.front(site(nameless=("10.0.0.25",)))
    assert (silent.state, silent.records[0]) == ("wrong", "smtp_send_xforward_command=yes")
    settings.HUB_DMARC = "relay"
    assert (await host_checks.front(site())).state == "wrong"
    settings.HUB_AUTHSERV_ID = "mx.org"
    assert (await host_checks.front(site())).state == "good"


async def test_silence_and_faults_are_said_and_end_nothing(caplog):
    async def broken(_site: Site) -> Finding:
        raise RuntimeError("a fault")

    here = site(silent=("lists.org",))
    findings = {finding.topic: finding async for finding in examine(here, {"MX": domain_checks.mx, "X": broken})}
    assert {topic: finding.state for topic, finding in findings.items()} == {"MX": "unknown", "X": "unknown"}
    assert "a fault" in findings["X"].sentence and "HUB_DNS" in findings["MX"].sentence


@pytest.mark.parametrize(
    "greeting", ["220 mail.org ESMTP", "220 mail.org", "220-mail.org ESMTP", "220-mail.org\r\n220 welcome"]
)
async def test_the_wire_greets_a_real_server(greeting):
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{greeting}\r\n".encode())
        await reader.readline()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        assert await DoctorWire().greet("127.0.0.1", server.sockets[0].getsockname()[1]) == "mail.org"
    with pytest.raises(OSError):
        await DoctorWire().greet("127.0.0.1", server.sockets[0].getsockname()[1] if server.sockets else 1)


# --- The page and the command -------------------------------------------------------------------------------------


@pytest.fixture
def _here(monkeypatch):
    cache.delete(report.KEY)
    monkeypatch.setattr(view.Site, "here", classmethod(lambda cls: site(without="_dmarc.lists.org")))
    yield
    cache.delete(report.KEY)


@pytest.mark.usefixtures("_here")
def test_the_page_looks_when_asked_and_shows_the_record_to_paste(client, cast):
    client.force_login(cast.sofia)
    url = reverse("listserv:doctor")
    assert "has not been checked yet" in client.get(url).content.decode()
    assert report.last() is None
    page = client.post(url, follow=True).content.decode()
    assert "v=DMARC1; p=quarantine; rua=mailto:postmaster@lists.org" in page
    assert "problems" in page and "Check again" in page
    last = report.last()
    assert last is not None and len(last.findings) == len(host_checks.EXAMINATIONS)


@pytest.mark.usefixtures("_here")
def test_one_examination_at_a_time_and_the_page_shows_what_there_is(client, cast, monkeypatch):
    gate = threading.Event()

    async def slow(_site: Site) -> Finding:
        await asyncio.to_thread(gate.wait, 30)
        return Finding("MX", "good", "done")

    monkeypatch.setitem(host_checks.EXAMINATIONS, "MX", slow)
    monkeypatch.setattr(view, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(report, "CUT_OFF", timedelta(days=9_999))
    client.force_login(cast.sofia)
    url = reverse("listserv:doctor")
    assert "questions are answered" in client.post(url, follow=True).content.decode()
    assert "already in progress" in client.post(url, follow=True).content.decode()
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "mail-doctor":
            thread.join(30)
    assert "Check again" in client.get(url).content.decode()


def test_only_the_secretariat_sees_it(client, cast):
    url = reverse("listserv:doctor")
    assert client.get(url)["Location"] == f"/accounts/login/?next={url}"
    client.force_login(cast.chen)
    assert client.get(url).status_code == client.post(url).status_code == 404


def test_an_unnamed_relay_and_a_silent_one_are_known_by_the_mail_they_brought(cast, settings):
    settings.HUB_TRUSTED_RELAYS = (ip_network("10.0.0.25/32"), ip_network("10.0.0.26/32"))
    row = {"recipient": "x", "kind": "post", "raw": b"", "size": 1, "sha256": "", "action": "hold", "code": "",
           "state": "held", "next_at": NOW}  # fmt: skip
    here = Site.here()
    for peer, proof, sender in (
        ("127.0.0.1", "none", "a@b.org"), ("10.0.0.1", "auth", "a@b.org"), ("192.0.2.7", "none", "a@b.org"),
        ("10.0.0.25", "none", "a@b.org"), ("10.0.0.26", "none", ""),
    ):  # fmt: skip
        InboundMail.objects.create(received_at=here.now, peer=peer, proof=proof, envelope_from=sender, **row)
    assert (Site.here().unnamed, Site.here().nameless) == (("127.0.0.1",), ("10.0.0.25",))


def test_the_command_says_each_finding_and_ends_with_1():
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("mail_doctor", stdout=out, site=site())
    assert ended.value.code == 1
    assert "WRONG HUB_RELAY: HUB_RELAY is not set" in out.getvalue()
    assert "ok    SPF: SPF lets 192.0.2.25, 192.0.2.26 send." in out.getvalue()


def test_the_command_speaks_json_and_ends_with_0_when_all_is_well():
    out = StringIO()
    names = {"127__0__0__1": "lists.org", "mail__org": "mail.org"}
    call_command("mail_doctor", "--json", stdout=out, site=site(relay=Endpoint("mail.org", 25), line=Greeter(**names)))
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {row["state"] for row in rows} <= {"good", "advice", "unknown"}
    assert {row["topic"] for row in rows} == set(host_checks.EXAMINATIONS)
