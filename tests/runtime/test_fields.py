"""Every answer keeps browsers and caches in bounds, also those that no view has made."""

from typing import Any

import pytest
from django.test import Client

from tests.runtime.test_bodies import _post

GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
ANSWERS: dict[str, Any] = {
    "health": lambda client: client.get("/healthz"),
    "metrics": lambda client: client.get("/metrics"),
    "metrics from afar": lambda client: client.get("/metrics", REMOTE_ADDR="198.51.100.7"),
    "nothing there": lambda client: client.get("/nowhere/"),
    "no style": lambda client: client.get("/static/nowhere.css"),
    "another host": lambda client: client.get("/", headers={"host": "evil.example"}),
    "no such method": lambda client: client.put("/search/"),
    "no token": lambda client: Client(enforce_csrf_checks=True).post("/accounts/login/"),
    "to be signed in": lambda client: client.get("/members/"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("what", ANSWERS)
def test_answer_has_its_fields(client, what):
    answer = ANSWERS[what](client)
    for name, value in GUARDED.items():
        assert value in answer.headers.get(name, ""), name
    assert "no-store" in answer.headers.get("Cache-Control", "") or answer.status_code == 200


@pytest.mark.parametrize("path", ["/apply/", "/api/v1/discussions"])
def test_what_is_too_large_is_answered_with_them_too(path):
    _inner, status, headers, body = _post(path, declared=10**12)
    fields = {name.decode(): value.decode() for name, value in headers.items()}
    assert status == 413 and fields["Content-Length"] == str(len(body.encode()))
    for name, value in {**GUARDED, "Cache-Control": "no-store", "X-Frame-Options": "DENY"}.items():
        assert value in fields.get(name, ""), name
