"""Hidden and missing addresses lead the signed-out to sign in, alike; programs get their 404."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from hub.lib.way_in import LONGEST

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(cast, now):
    """A contribution to a closed discussion."""
    return cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)


def _next(answer):
    assert answer.status_code == 302
    parts = urlsplit(answer["Location"])
    assert parts.path == "/accounts/login/" and not parts.netloc
    return parse_qs(parts.query)["next"][0]


@pytest.mark.parametrize("method", ["get", "head"])
def test_hidden_and_missing_places_show_the_way_in_alike(client, cast, hidden, method):
    ask = getattr(client, method)
    for place, missing in (
        (f"/c/{hidden.number}/", "/c/999999/"),
        (f"/c/{hidden.number}/history/", "/c/999999/history/"),
        (f"/topics/{hidden.topic_id}/?page=2", "/topics/999999/?page=2"),
        (f"/discussions/{cast.forum_id}-risk/", "/discussions/999999-risk/"),
        ("/outbox/", "/no-such-page/"),
        ("/published/no-such/", "/c/99999999999999999999999/"),
    ):
        first, second = ask(place), ask(missing)
        assert _next(first) == place and _next(second) == missing
        assert first["Cache-Control"] == second["Cache-Control"] == "private, no-store"


def test_after_the_sign_in_comes_the_place_or_nothing(client, cast, hidden):
    page = client.get(f"/c/{hidden.number}/", follow=True)
    assert page.status_code == 200 and "if it exists and is open to you" in page.content.decode()
    assert f'name="next" value="/c/{hidden.number}/"' in page.content.decode()
    secret = {"login": cast.amina.email, "password": "a long password"}
    there = client.post("/accounts/login/", {**secret, "next": f"/c/{hidden.number}/"}, follow=True)
    assert "Where do we begin?" in there.content.decode()
    other = Client()
    nothing = other.post("/accounts/login/", {**secret, "next": "/c/999999/"}, follow=True)
    assert nothing.status_code == 404 and "There is nothing here" in nothing.content.decode()


def test_a_member_from_outside_finds_nothing_in_both_cases(client, cast, hidden):
    client.force_login(cast.stella)
    assert client.get(f"/c/{hidden.number}/").status_code == client.get("/c/999999/").status_code == 404


@pytest.mark.parametrize("next_page", ["//evil.example/", "https://evil.example/", "/\\evil.example/"])
def test_no_sign_in_leads_to_another_host(client, cast, next_page):
    secret = {"login": cast.amina.email, "password": "a long password", "next": next_page}
    assert "evil" not in client.post("/accounts/login/", secret)["Location"]
    assert not _next(Client().get("/", PATH_INFO="//evil.example/")).startswith("//")


def test_what_programs_read_stays_missing(client, cast, hidden):
    topic = hidden.topic_id
    for path in (
        f"/discussions/{cast.forum_id}/feed.atom",
        f"/topics/{topic}/after/0/",
        "/api/v1/contributions/1",
        "/api/v1/no-such/",
        "/robots.txt",
        "/l/risk/leave/x/",
    ):
        assert client.get(path).status_code == 404, path
    script = {"X-Requested-With": "fetch"}
    assert client.get(f"/c/{hidden.number}/", headers=script).status_code == 404
    assert client.get(f"/c/{hidden.number}/", headers={"Accept": "application/json"}).status_code == 404
    assert client.post("/l/risk/leave/x/").status_code == 404


def test_who_sends_a_form_after_the_sign_in_has_ended_comes_back_to_its_page(client, cast, hidden):
    page = f"http://testserver/discussions/{cast.forum_id}-risk/?page=2"
    for path in (
        f"/discussions/{cast.forum_id}/read/",
        f"/topics/{hidden.topic_id}/",
        "/topics/999999/",
        "/accounts/sign-ins/end/",
    ):
        assert _next(client.post(path, headers={"Referer": page})) == f"/discussions/{cast.forum_id}-risk/?page=2"
        elsewhere = client.post(path, headers={"Referer": "https://evil.example/page/"})
        assert "evil" not in elsewhere.headers.get("Location", "")


def test_an_endless_address_is_not_carried_along(client):
    assert _next(client.get("/no-such/?" + "x" * LONGEST)) == "/"


# Django leads to no address that is longer than 16,384 characters.
TOO_LONG = "x" * 20_000


@pytest.mark.parametrize(
    "path",
    ["/preferences/", "/lists/", "/conferences/convene/", "/accounts/password/change/", "/accounts/2fa/", "/admin/"],
)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_no_protected_page_fails_at_an_endless_address(client, db, caplog, path, method):
    answer = getattr(client, method)(f"{path}?{TOO_LONG}", headers={"Referer": "http://testserver/"})
    assert _next(answer) == "/"
    # What is encoded becomes longer on its way: each sign of a percent has three characters there.
    assert _next(getattr(client, method)(f"{path}?q={'%D8%A8' * 2_000}")) == "/"
    # What Django would lead to is left away at the same length as everywhere.
    assert _next(getattr(client, method)(f"{path}?{'x' * LONGEST}")) == "/"
    assert not [line for line in caplog.records if line.levelname in {"ERROR", "CRITICAL"}]


def test_no_missing_slash_fails_at_an_endless_address(client, db, caplog):
    assert client.get(f"/preferences?{TOO_LONG}").status_code == 404
    assert client.get("/preferences?a=b").headers["Location"] == "/preferences/?a=b"
    assert not [line for line in caplog.records if line.levelname == "ERROR"]


def test_an_endless_place_to_go_to_is_left_away(client, cast, caplog):
    secret = {"login": cast.amina.email, "password": "a long password"}
    answer = client.post("/accounts/login/", {**secret, "next": f"/?{TOO_LONG}"})
    assert answer.status_code == 302 and answer.headers["Location"] == "/"
    again = client.get("/accounts/login/", {"next": f"/?{TOO_LONG}"})
    assert again.status_code == 302 and again.headers["Location"] == "/"
    assert not [line for line in caplog.records if line.levelname == "ERROR"]


def test_who_is_signed_in_reads_a_page_at_an_endless_address(client, cast):
    client.force_login(cast.amina)
    assert client.get(f"/preferences/?{TOO_LONG}").status_code == 200
