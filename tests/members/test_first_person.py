"""The first person of the Secretariat comes from the command line and is in at once."""

import pytest
from django.core.management import call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def test_who_is_made_on_the_command_line_signs_in_and_reads_the_queue(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-very-long-pass-1")
    call_command("createsuperuser", email="Root@hub.example", name="Root", interactive=False, verbosity=0)
    client = Client()
    answer = client.post("/accounts/login/", {"login": "root@hub.example", "password": "a-very-long-pass-1"})
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert client.get("/members/applications/").status_code == 200
