"""The guide's nginx before the web: TLS, HTTP/2, sockets, bodies, and the client's own address."""

import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from websockets.sync.client import connect

from hub.lib.clients import Client
from hub.runtime import forwarded
from tests.conferences.conftest import Serving, gather
from tests.listserv.postfix import guide
from tests.listserv.postfix.nginx import Nginx

pytestmark = pytest.mark.nginx
OUTSIDE = "127.0.0.9"
CERT = "/etc/letsencrypt/live/hub.example.org"


@dataclass
class Web:
    """nginx with the hub behind it."""

    port: int
    plain_port: int
    serving: Serving
    tls: ssl.SSLContext
    clients: list[Client]

    def ask(self, method: str, path: str, **options: Any) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request from outside and return the answer with its body."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self.tls, timeout=60, source_address=(OUTSIDE, 0)
        )
        connection.request(method, path, **options)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body


@pytest.fixture
def web(transactional_db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """Serve the hub as the guide says; ``clients`` are whom it has seen."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    for line in guide.blocks()["web", "hub"].splitlines():
        if line.startswith("HUB_TRUSTED_PROXIES="):
            settings.HUB_TRUSTED_PROXIES = (ip_network(line.partition("=")[2]),)
    clients: list[Client] = []
    resolve = forwarded._client

    def noted(*args: str) -> Client:
        clients.append(resolve(*args))
        return clients[-1]

    monkeypatch.setattr(forwarded, "_client", noted)
    serving = Serving(proxy_headers=False)
    serving.start()
    cert, key = guide.certificate(tmp_path)
    port, plain_port = guide.free_port(), guide.free_port()
    http_block = guide.block("web", "nginx", {
        "listen 443 ssl http2": f"listen 127.0.0.1:{port} ssl http2", "listen 80": f"listen 127.0.0.1:{plain_port}",
        "127.0.0.1:8000": f"127.0.0.1:{serving.port}", "server_name hub.example.org": "server_name 127.0.0.1",
        f"{CERT}/fullchain.pem": str(cert), f"{CERT}/privkey.pem": str(key),
    })  # fmt: skip
    nginx = Nginx(ports=[port, plain_port], http=http_block)
    yield Web(port, plain_port, serving, ssl.create_default_context(cafile=str(cert)), clients)
    nginx.close()
    serving.stop()


def test_page_comes_over_tls_and_the_hub_knows_for_whom(web):
    answer, _body = web.ask("GET", "/accounts/login/", headers={"X-Forwarded-For": "203.0.113.1"})
    assert answer.status == 200
    assert (web.clients[-1].host, web.clients[-1].scheme) == (OUTSIDE, "https")


def test_browser_gets_http_2(web):
    web.tls.set_alpn_protocols(["h2", "http/1.1"])
    connection = http.client.HTTPSConnection("127.0.0.1", web.port, context=web.tls, timeout=60)
    connection.connect()
    assert connection.sock.selected_alpn_protocol() == "h2"
    connection.close()


def test_socket_of_the_live_room_goes_through(web, make_member, now):
    conference_session = gather(make_member, now)
    conference_session.open()
    headers = {"Cookie": web.serving.cookie(conference_session.chen)}
    address = f"wss://127.0.0.1:{web.port}/live/session/{conference_session.pk}/"
    with connect(
        address, additional_headers=headers, ssl=web.tls, proxy=None, origin=f"https://127.0.0.1:{web.port}",
        source_address=(OUTSIDE, 0),
    ) as socket:  # fmt: skip
        assert "kind" in json.loads(socket.recv(timeout=30))
    assert (web.clients[-1].host, web.clients[-1].scheme) == (OUTSIDE, "https")


def test_body_over_a_megabyte_reaches_the_hub(web):
    answer, body = web.ask("POST", "/accounts/login/", body=b"x" * 1_500_000)
    # Too much for this page: it is the hub that says so.
    assert answer.status == 413
    assert b"<center>nginx" not in body and b"too large" in body


def test_plain_http_is_sent_to_https(web):
    connection = http.client.HTTPConnection("127.0.0.1", web.plain_port, timeout=60)
    connection.request("GET", "/c/1/?a=b", headers={"Host": "127.0.0.1"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://127.0.0.1/c/1/?a=b")
    connection.close()


def test_figures_for_prometheus_are_not_for_the_world(web):
    assert web.ask("GET", "/metrics")[0].status == 404
