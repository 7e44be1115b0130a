"""The way to the relay: TLS asked for or only taken, certificates looked at, signing in; aiosmtpd is the relay."""

import asyncio
import datetime
import ipaddress
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.lib.endpoints import RelayAddress
from listserv.models import Mailing, Notice, Retry
from listserv.outbound import delivery_worker
from listserv.outbound.relay import Relay
from listserv.outbound.trouble import PAUSE
from tests.listserv.gateway.conftest import free_port
from tests.listserv.test_relay import mails, outcomes

USER, PASSWORD = "hub", "a long password"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, with its key in the same file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    day = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=2))
    signed = made.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(key, SHA256())
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + signed.public_bytes(Encoding.PEM))
    return path


class Far:
    """A relay that keeps what arrives: who signed in, whether in TLS."""

    def __init__(self, context: ssl.SSLContext | None, *, implicit: bool = False, **options: Any) -> None:
        self.taken: list[tuple[str, bool]] = []
        self.signed_in: list[bool] = []
        more = {"tls_context": context} if context is not None and not implicit else {}
        self.controller = Controller(
            self, hostname="127.0.0.1", port=free_port(), ssl_context=context if implicit else None, **more, **options
        )
        self.controller.start()
        self.port = self.controller.port

    def stop(self) -> None:
        """End, and let the connections of this end be closed before its loop is."""
        delivery_worker.close_transport()
        loop = self.controller.loop

        async def gone() -> None:
            for _round in range(200):
                if len(asyncio.all_tasks()) == 1:
                    break
                await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(gone(), loop).result(5)
        self.controller.stop()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Keep it."""
        self.signed_in.append(bool(session.authenticated))
        self.taken.append(
            (envelope.rcpt_tos[0], session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        )
        return "250 kept"


def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    """Let one user in."""
    good = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@pytest.fixture
def far(certificate):
    """Return a factory of relays that end with the test."""
    made: list[Far] = []

    def make(*, tls: bool = True, **options: Any) -> Far:
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        made.append(Far(context, **options))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def send():
    """Return a function that sends two mails to an address, and lets go of the connection."""

    def go(address: RelayAddress) -> list[Any]:
        client = Relay(address, helo="hub.example", reply_seconds=5)
        try:
            return client.send(mails(2))
        finally:
            client.close()

    return go


SIGNED_IN = {"auth_required": True, "auth_require_tls": True, "authenticator": authenticate}


@pytest.mark.parametrize("without", ["LOGIN", "PLAIN"])
def test_starttls_is_followed_by_ehlo_and_signing_in(far, send, certificate, without):
    there = far(require_starttls=True, auth_exclude_mechanism=[without], **SIGNED_IN)
    address = RelayAddress("localhost", there.port, "starttls", USER, PASSWORD, certificate)
    assert outcomes(send(address)) == ["sent", "sent"]
    assert there.taken == [("r0@x.example", True), ("r1@x.example", True)]


def test_tls_from_the_first_byte(far, send, certificate):
    # aiosmtpd knows of TLS by STARTTLS alone, and would not offer AUTH.
    there = far(implicit=True, authenticator=authenticate, auth_require_tls=False)
    address = RelayAddress("127.0.0.1", there.port, "tls", USER, PASSWORD, certificate)
    assert outcomes(send(address)) == ["sent", "sent"] and there.taken[0] == ("r0@x.example", True)
    assert there.signed_in == [True, True]


def test_a_wrong_password_leaves_everything_waiting_and_says_why(far, send, certificate):
    there = far(require_starttls=True, **SIGNED_IN)
    results = send(RelayAddress("localhost", there.port, "starttls", USER, "wrong", certificate))
    assert outcomes(results) == ["unreached"] * 2 and there.taken == []
    assert "535 5.7.8" in results[0].reply and "check user and password in HUB_RELAY" in results[0].reply
    assert "wrong" not in results[0].reply


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(far, send, certificate):
    there = far()
    for security in ("starttls", "tls"):
        results = send(RelayAddress("localhost", there.port, security))
        assert outcomes(results) == ["unreached"] * 2
    [result, _] = send(RelayAddress("localhost", there.port, "starttls"))
    assert "CERTIFICATE_VERIFY_FAILED" in result.reply and there.taken == []


def test_a_relay_without_starttls_is_not_spoken_to_where_it_is_asked_for(far, send, certificate):
    there = far(tls=False)
    [result, _] = send(RelayAddress("localhost", there.port, "starttls", authority=certificate))
    assert "does not offer STARTTLS" in result.reply and there.taken == []


def test_tls_is_taken_where_another_host_offers_it_and_left_on_this_one(far, send):
    there = far()
    # An address of this host that does not look like one.
    assert outcomes(send(RelayAddress("0.0.0.0", there.port))) == ["sent", "sent"]
    assert outcomes(send(RelayAddress("127.0.0.1", there.port))) == ["sent", "sent"]
    assert [in_tls for _, in_tls in there.taken] == [True, True, False, False]


def test_a_password_is_not_said_to_somebody_whose_certificate_was_not_looked_at(far, send):
    there = far(authenticator=authenticate, auth_require_tls=False)
    [result, _] = send(RelayAddress("0.0.0.0", there.port, user=USER, password=PASSWORD))
    assert "signing in needs TLS" in result.reply and there.taken == []
    # On this host nobody listens in between.
    assert outcomes(send(RelayAddress("127.0.0.1", there.port, user=USER, password=PASSWORD))) == ["sent", "sent"]


@pytest.mark.django_db
def test_the_queue_says_that_the_relay_does_not_let_us_in_and_loses_nothing(cast, now, far, certificate, settings):
    there = far(require_starttls=True, **SIGNED_IN)
    address = RelayAddress("localhost", there.port, "starttls", USER, "wrong", certificate)
    settings.HUB_RELAY = address
    cast.say(cast.amina, now=now)
    assert delivery_worker.deliver_mailings(now) == 0
    mailing = Mailing.objects.get()
    assert mailing.state == "sending" and "535" in mailing.last_reply and not Retry.objects.exists()
    settings.HUB_RELAY = replace(address, password=PASSWORD)
    assert delivery_worker.deliver_mailings(now + PAUSE * 2) == 4 and len(there.taken) == 4
    assert not Notice.objects.exists()
