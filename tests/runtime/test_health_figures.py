"""``/healthz`` says to everybody whether the hub works, and its figures to near programs and the Secretariat alone."""

from typing import Any

import pytest
from django.test import Client

FAR = {"REMOTE_ADDR": "203.0.113.9"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _probes(settings: Any) -> None:
    settings.HUB_HEALTH = ["hub.runtime.probes.database", "hub.runtime.probes.smtp"]


def details(client: Client, **extra: str) -> set[str]:
    """Return the names of what is told of the database beside whether it works."""
    return set(client.get("/healthz", **extra).json()["parts"]["database"]) - {"ok"}


def test_a_near_program_gets_the_figures_and_the_world_does_not(client):
    assert details(client) == {"vendor"}
    assert details(client, **FAR) == set()
    answer = client.get("/healthz", **FAR).json()
    assert set(answer["parts"]) == {"database", "smtp"} and answer["parts"]["database"] == {"ok": True}


def test_nothing_of_an_error_is_told_to_the_world(client):
    answer = client.get("/healthz", **FAR)
    assert answer.status_code == 503 and answer.json() == {
        "ok": False,
        "parts": {"database": {"ok": True}, "smtp": {"ok": False}},
    }


def test_the_secretariat_gets_the_figures_from_afar_and_a_member_does_not(make_member, settings):
    sofia, amina = make_member("Sofia Lind", is_staff=True), make_member("Amina Diallo")
    for member, keys in ((sofia, {"vendor"}), (amina, set())):
        client = Client()
        client.force_login(member)
        assert details(client, **FAR) == keys
    settings.HUB_SECOND_FACTOR = "staff"
    client = Client()
    client.force_login(sofia)
    assert details(client, **FAR) == set()


def test_a_cookie_of_nobody_gets_no_figures(client):
    client.cookies["sessionid"] = "x" * 32
    assert details(client, **FAR) == set()
