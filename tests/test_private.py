"""What depends on who asks is kept by no cache: ``Cache-Control: private, no-store``, whatever the view says."""

from typing import Any

import pytest
from django.test import Client

from forums.views.feeds import url_for
from hub.lib.clock import now
from hub.public_names import allowed_hosts
from tests.test_matrix import BY_PLACE, LEAVING, MATRIX, OWN, _body, _url
from tests.world import World, build

pytestmark = pytest.mark.django_db
KEPT = "private, no-store"


@pytest.fixture
def world(settings: Any) -> World:
    return build(now(), settings.HUB_DATA)


def signed_in(world: World, who: str) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client()
    client.force_login(world.people[who])
    return client


@pytest.mark.parametrize("who", ["sofia", "stella"])
def test_no_answer_to_somebody_who_is_signed_in_is_kept(world, who):
    client, wrong = signed_in(world, who), []
    for name in MATRIX:
        if name in LEAVING or 0 in MATRIX[name][1].values():
            continue
        answer = client.get(_url(world, name))
        _body(answer)
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            wrong.append((name, answer.status_code, answer.headers.get("Cache-Control")))
    assert not wrong
    assert client.get("/outbox/").headers["Cache-Control"] == KEPT


def test_the_public_s_answers_about_closed_things_are_not_kept_either(world):
    client, wrong = Client(), []
    for name, (kind, *_rest) in MATRIX.items():
        if kind in {"closed", "staff", "members", OWN} and name not in BY_PLACE:
            answer = client.get(_url(world, name))
            if answer.headers.get("Cache-Control") != KEPT:
                wrong.append((name, answer.status_code, answer.headers.get("Cache-Control")))
    assert not wrong


def test_a_file_a_feed_by_key_and_an_answer_of_not_modified_are_not_kept(world):
    client = signed_in(world, "amina")
    address = _url(world, "forums:file")
    file = client.get(address)
    _body(file)
    assert file.status_code == 200 and file.headers["Cache-Control"] == KEPT
    if "ETag" in file.headers:
        again = client.get(address, headers={"if-none-match": file.headers["ETag"]})
        _body(again)
        assert again.headers["Cache-Control"] == KEPT
    feed = Client().get(url_for(world.people["amina"], world.keys["forum"]))
    assert feed.status_code == 200 and feed.headers["Cache-Control"] == KEPT


def test_what_is_public_may_be_kept(world):
    for address in ("/", "/discussions/", "/api/v1/openapi.json"):
        answer = Client().get(address)
        assert answer.status_code == 200 and "no-store" not in answer.headers.get("Cache-Control", ""), address


@pytest.mark.parametrize(
    "public, answers",
    [
        ("hub.example.org", {"hub.example.org"}),
        ("2001:db8::1", {"[2001:db8::1]"}),
        ("192.0.2.7", {"192.0.2.7"}),
        ("127.0.0.1", {"127.0.0.1", "localhost", "[::1]"}),
        ("localhost", {"127.0.0.1", "localhost", "[::1]"}),
        ("::1", {"127.0.0.1", "localhost", "[::1]"}),
        ("0.0.0.0", {"0.0.0.0", "127.0.0.1", "localhost", "[::1]"}),
    ],
)
def test_a_public_hub_answers_under_its_own_name_alone(public, answers):
    assert set(allowed_hosts(public)) == answers
