"""A number from outside that no database holds is a thing that is not there, or a sentence; never a failure of ours."""

import re
from typing import Any

import pytest
from django.test import Client

from hub.lib.clock import now
from tests.test_matrix import LEAVING, MATRIX, _body, _client, _url
from tests.world import World, build

pytestmark = pytest.mark.django_db
# Beyond 32 bits (machina's keys), 64 bits, what a float holds, and what Python turns into a number at all.
EXTREME = {"32 bits": str(2**31), "64 bits": str(2**63), "20 digits": "9" * 20, "5,000 digits": "1" + "0" * 5_000}
FIELDS = ("page", "after", "reply", "quote", "parent", "number", "item", "request", "minutes", "remove", "member", "pk")
MORE = ("revision", "seen_revision", "before", "from", "to", "retry", "id", "p", "year", "all", "key", "once_key", "q")
DATES = ("0001-01-01T00:00", "9999-12-31T23:59", "9" * 20 + "-01-01", "-1", "2026-02-30T25:61")
MOMENTS = ("opens_at", "closes_at", "starts_at", "ends_at", "until", "term_starts", "term_ends", "date")


@pytest.fixture
def world(settings: Any) -> World:
    return build(now(), settings.HUB_DATA)


def _places(world: World) -> list[tuple[str, str]]:
    """Return the addresses with a number in them, as name and pattern with ``{}`` for it."""
    places = []
    for name in sorted(MATRIX.keys() - {"wagtail_serve"}):
        url = _url(world, name)
        places += [(name, url[: match.start()] + "{}" + url[match.end() :]) for match in re.finditer(r"(?<=/)\d+", url)]
    return places


def _failures(client: Client, url: str, data: dict[str, str] | None = None) -> list[str]:
    """Return what fails of GET and POST."""
    wrong = []
    for method in (client.get, client.post):
        try:
            answer = method(url, data)
            _body(answer)
        except Exception as error:
            wrong.append(f"{method.__name__} {url[:80]} {list(data or ())[:1]}: {type(error).__name__}: {error}"[:300])
            continue
        # A PDF is being made when it is first asked for.
        if answer.status_code >= 500 and "Retry-After" not in answer:
            wrong.append(f"{method.__name__} {url[:80]} {list(data or ())[:1]}: {answer.status_code}")
    return wrong


@pytest.mark.parametrize("size", EXTREME)
def test_no_address_fails_for_its_number(world, size):
    wrong = []
    places = _places(world)
    assert len(places) > 30
    for who in ("public", "chen", "sofia"):
        client = _client(world, who)
        for _name, place in places:
            wrong += _failures(client, place.format(EXTREME[size]))
    assert wrong == []


@pytest.mark.parametrize("size", EXTREME)
def test_no_page_or_form_fails_for_a_number_it_is_sent(world, size):
    wrong = []
    client = _client(world, "sofia")
    for name in sorted(MATRIX.keys() - LEAVING):
        wrong += _failures(client, _url(world, name), dict.fromkeys(FIELDS, EXTREME[size]))
        wrong += _failures(client, _url(world, name), dict.fromkeys(MORE, EXTREME[size]))
    assert wrong == []


@pytest.mark.parametrize("date", DATES)
def test_no_form_fails_for_a_date_at_the_end_of_the_calendar(world, date):
    wrong = []
    client = _client(world, "sofia")
    others = {"name": "A name", "title": "A title", "slug": "new", "topic": "x", "mandate": "x", "language": "en"}
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        type(world.people["sofia"]).objects.filter(pk=world.people["sofia"].pk).update(time_zone=zone)
        for name in ("conferences:convene", "conferences:schedule", "conferences:hours", "liaison:convene"):
            wrong += _failures(client, _url(world, name), {**dict.fromkeys(MOMENTS, date), **others})
    assert wrong == []


def test_the_api_says_that_nothing_is_there(world):
    client = _client(world, "amina")
    for place in ("discussions/{}/topics", "topics/{}/contributions", "contributions/{}"):
        answer = client.get(f"/api/v1/{place.format('9' * 20)}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), answer.content
