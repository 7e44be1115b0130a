"""What a request and a socket know of their client, and that no field of a stranger changes it."""

import asyncio
import logging
from ipaddress import ip_network
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from hub.runtime import forwarded
from hub.runtime.forwarded import ClientMiddleware, resolve_socket, untrusted_warnings

PROXY = (ip_network("127.0.0.1"),)
SPOKEN = {
    "HTTP_X_FORWARDED_FOR": "198.51.100.7",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PORT": "443",
    "HTTP_FORWARDED": "for=198.51.100.9;proto=https",
    "HTTP_X_REAL_IP": "198.51.100.8",
}


@pytest.fixture(autouse=True)
def _warn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted_warnings, "_next_at", 0.0)


def _through(**meta: Any) -> Any:
    seen = []
    ClientMiddleware(lambda request: seen.append(request) or HttpResponse())(RequestFactory().get("/", **meta))
    return seen[0]


def test_fields_of_an_untrusted_peer_are_dropped_and_change_nothing(settings):
    settings.HUB_TRUSTED_PROXIES = ()
    request = _through(REMOTE_ADDR="127.0.0.1", **SPOKEN)
    assert request.META["REMOTE_ADDR"] == "127.0.0.1"
    assert not request.is_secure()
    assert not set(SPOKEN) & set(request.META)


def test_trusted_proxy_tells_client_and_scheme_and_nothing_else(settings):
    settings.HUB_TRUSTED_PROXIES = PROXY
    request = _through(REMOTE_ADDR="127.0.0.1", HTTP_HOST="testserver", **SPOKEN)
    assert request.META["REMOTE_ADDR"] == "198.51.100.7"
    assert request.is_secure()
    assert set(SPOKEN) & set(request.META) == {"HTTP_X_FORWARDED_PROTO"}
    assert request.get_host() == "testserver"


def test_a_socket_knows_its_client_the_same_way(settings):
    settings.HUB_TRUSTED_PROXIES = PROXY
    headers = [(b"host", b"hub.example"), (b"x-forwarded-for", b"1.1.1.1, 198.51.100.7"), (b"x-real-ip", b"9.9.9.9")]
    headers.append((b"x-forwarded-proto", b"https"))
    seen: list[dict[str, Any]] = []

    async def inner(scope: dict[str, Any], receive: Any, send: Any) -> None:
        seen.append(scope)

    for peer in ("127.0.0.1", "203.0.113.5"):
        scope = {"type": "websocket", "headers": headers, "client": (peer, 1), "scheme": "ws"}
        asyncio.run(resolve_socket(inner)(scope, None, None))
    assert [scope["client"][0] for scope in seen] == ["198.51.100.7", "203.0.113.5"]
    assert [scope["scheme"] for scope in seen] == ["wss", "ws"]
    assert all(scope["headers"] == [(b"host", b"hub.example")] for scope in seen)


@pytest.mark.django_db
def test_hsts_is_sent_for_what_came_over_tls_and_only_then(settings):
    settings.HUB_TRUSTED_PROXIES, settings.SECURE_HSTS_SECONDS = PROXY, 31_536_000
    client = Client()
    assert (
        "max-age=31536000"
        in client.get("/accounts/login/", HTTP_X_FORWARDED_PROTO="https")["Strict-Transport-Security"]
    )
    assert "Strict-Transport-Security" not in client.get("/accounts/login/", HTTP_X_FORWARDED_PROTO="http")
    settings.HUB_TRUSTED_PROXIES = ()
    assert "Strict-Transport-Security" not in client.get("/accounts/login/", HTTP_X_FORWARDED_PROTO="https")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("peer", "fields", "trusted", "status"),
    [
        ("127.0.0.1", {}, (), 200),
        ("10.0.0.9", {}, (), 200),
        ("203.0.113.5", {}, (), 404),
        ("::ffff:203.0.113.5", {}, (), 404),
        # Through a proxy, trusted or not, whatever it says.
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, (), 404),
        ("127.0.0.1", {"HTTP_FORWARDED": "for=127.0.0.1"}, (), 404),
        ("127.0.0.1", {"HTTP_X_REAL_IP": "127.0.0.1"}, (), 404),
        ("127.0.0.1", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, PROXY, 404),
        ("127.0.0.1", {}, PROXY, 404),
    ],
)
def test_metrics_are_for_who_is_near_and_never_through_a_proxy(settings, peer, fields, trusted, status):
    settings.HUB_TRUSTED_PROXIES = trusted
    assert Client().get("/metrics", REMOTE_ADDR=peer, **fields).status_code == status


def test_a_proxy_that_nobody_named_is_logged_now_and_then(settings, caplog):
    settings.HUB_TRUSTED_PROXIES = ()
    with caplog.at_level(logging.WARNING, logger=forwarded.__name__):
        for _ in range(5):
            _through(REMOTE_ADDR="172.18.0.2", HTTP_X_FORWARDED_FOR="198.51.100.7")
    assert len(caplog.records) == 1
    assert "172.18.0.2" in caplog.text
    assert "HUB_TRUSTED_PROXIES" in caplog.text
    with caplog.at_level(logging.WARNING, logger=forwarded.__name__):
        untrusted_warnings._next_at = 0.0
        _through(REMOTE_ADDR="203.0.113.1", HTTP_X_FORWARDED_FOR="198.51.100.7")
    assert len(caplog.records) == 1
