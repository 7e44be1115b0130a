"""The guide's way in for members' mail programs: port 587 of nginx, the hub's own STARTTLS behind it."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.listserv.gateway.conftest import PASSWORD, only_row, plain_message
from tests.listserv.postfix import guide
from tests.listserv.postfix.conftest import CERT, OUTSIDE, settings_of
from tests.listserv.postfix.nginx import Nginx

pytestmark = pytest.mark.nginx


@pytest.fixture
def submission(at_port: Any, settings: Any, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Return the ports of nginx and of the hub behind it."""
    settings_of("before-queue", settings)
    settings_of("submission", settings)
    cert, key = guide.certificate(tmp_path)
    named = guide.block("submission", "hub", {f"{CERT}/fullchain.pem": str(cert), f"{CERT}/privkey.pem": str(key)})
    chain = dict(line.split("=", 1) for line in named.splitlines())
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = Path(chain["HUB_SMTP_CERT"]), Path(chain["HUB_SMTP_KEY"])
    port, hub = guide.free_port(), guide.free_port()
    stream = guide.block("submission", "nginx", {"listen 587": f"listen 127.0.0.1:{port}", ":8025": f":{hub}"})
    at_port(hub)
    nginx = Nginx(ports=[port], stream=stream)
    yield port, hub
    nginx.close()


def test_member_signs_in_and_sends_through_nginx_under_the_own_address(submission, people, risk, tmp_path):
    with smtplib.SMTP("127.0.0.1", submission[0], timeout=60, source_address=(OUTSIDE, 0)) as client:
        client.ehlo()
        assert "auth" not in client.esmtp_features
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] == 538
        client._host = "localhost"
        client.starttls(context=ssl.create_default_context(cafile=str(tmp_path / "cert.pem")))
        client.login(people.amina.email, PASSWORD)
        client.sendmail(people.amina.email, [risk], plain_message(who=people.amina))
    assert (only_row().state, only_row().proof, only_row().peer) == ("queued", "auth", OUTSIDE)


def test_postfix_on_this_host_talks_to_the_same_gateway_without_the_header_of_a_proxy(submission, people, risk):
    with smtplib.SMTP("127.0.0.1", submission[1], timeout=60) as client:
        client.ehlo("mail.example.org")
        assert "xforward" in client.esmtp_features
        client.mail("")
        assert client.rcpt(risk)[0] == 250


def test_distant_client_is_no_relay_though_nginx_is_on_this_host(submission, people):
    with smtplib.SMTP("127.0.0.1", submission[0], timeout=60, source_address=(OUTSIDE, 0)) as client:
        client.ehlo()
        assert "xforward" not in client.esmtp_features
        assert client.docmd("XCLIENT", "ADDR=127.0.0.1")[0] == 550


def test_gateway_closes_a_connection_that_nginx_should_have_announced(submission):
    with socket.create_connection(("127.0.0.1", submission[1]), timeout=60, source_address=("127.0.0.2", 0)) as wire:
        wire.sendall(b"EHLO mail.example\r\n")
        assert wire.recv(100) == b""
