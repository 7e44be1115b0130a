"""What no browser answers for a passkey is a wrong answer, wherever it is posted, and never an error of the hub."""

import base64
import json
from typing import Any

import pytest
from allauth.mfa.webauthn.internal import auth
from django.test import Client

from tests.members.test_second_factor import give_app, sign_in

pytestmark = pytest.mark.django_db


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def _credential(response: Any = None, **fields: Any) -> str:
    whole = {
        "clientDataJSON": _encoded(b'{"type": "webauthn.get", "challenge": "AA", "origin": "https://x"}'),
        "authenticatorData": _encoded(bytes(37)),
        "signature": "AA",
        "userHandle": _encoded(b"1"),
    }
    return json.dumps(
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {**whole, **(response or {})}, **fields}
    )


ODD = [
    "[]", "1", "null", '"s"', "{}", '{"id":1}', '{"response":[]}', "NaN", "1e99999", "[" * 5_000 + "]" * 5_000,
    "1" * 6_000, _credential({"userHandle": 1}), _credential({"userHandle": "é"}), _credential({"userHandle": None}),
    _credential({"userHandle": _encoded(b"z" * 60)}), _credential({"clientDataJSON": 5}), _credential(rawId=5),
    _credential({"authenticatorData": _encoded(bytes(32) + b"\xc1" + bytes(60))}), _credential(id=None),
    _credential(clientExtensionResults=5), _credential({"attestationObject": _encoded(b"\x9f")}),
    _credential({"attestationObject": _encoded(b"\x81" * 5_000)}), _credential({"attestationObject": "AA"}),
    _credential({"attestationObject": _encoded(b"\xbb" + b"\xff" * 8)}), _credential(response=[]),
]  # fmt: skip


def _post_all(client: Client, address: str, **fields: str) -> None:
    for odd in ODD:
        answer = client.post(address, {**fields, "credential": odd})
        assert answer.status_code in {200, 302, 429}, odd[:80]


@pytest.fixture(autouse=True)
def _challenged(monkeypatch: Any, settings: Any) -> None:
    """Somebody who has asked for a challenge, and whom no limit stops."""
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(auth, "get_state", lambda: {"challenge": "AA", "user_verification": "required"})


def test_who_is_nobody(client):
    client.raise_request_exception = False
    _post_all(client, "/accounts/2fa/webauthn/login/")
    assert "_auth_user_id" not in client.session


def test_who_is_asked_for_the_second_step(client, sofia):
    give_app(sofia)
    sign_in(client, sofia)
    _post_all(client, "/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session


def test_who_adds_one_or_is_asked_again(client, sofia):
    sign_in(client, sofia)
    _post_all(client, "/accounts/2fa/webauthn/add/", name="x")
    _post_all(client, "/accounts/2fa/webauthn/reauthenticate/")
