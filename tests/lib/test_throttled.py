"""Pages, feeds and the API ask who floods them to wait, each by member or client."""

from types import SimpleNamespace

import pytest
from django.test import Client

from hub import api
from hub.lib import throttle
from hub.lib.throttle import Throttle, reset_all

pytestmark = pytest.mark.django_db
HOME, ELSEWHERE = "198.51.100.1", "203.0.113.66"


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch):
    """Let no time pass: buckets fill again evenly."""
    monkeypatch.setattr(throttle, "time", SimpleNamespace(monotonic=lambda: 1_000.0))


def _statuses(path: str, times: int, client: Client | None = None, host: str = HOME) -> list[int]:
    client = client or Client()
    return [client.get(path, REMOTE_ADDR=host).status_code for _ in range(times)]


@pytest.mark.parametrize(("path", "amount"), [("/search/?q=water", 100), ("/discussions/1/feed.atom", 120)])
def test_a_flood_gets_429_and_others_do_not(path, amount):
    statuses = _statuses(path, amount + 5)
    assert 429 not in statuses[:amount]
    assert set(statuses[amount:]) == {429}
    answer = Client().get(path, REMOTE_ADDR=HOME)
    assert int(answer["Retry-After"]) >= 1
    assert "too often" in answer.content.decode()
    assert 429 not in _statuses(path, 1, host=ELSEWHERE)


def test_the_directory_counts_a_member_wherever_she_is(make_member):
    client = Client()
    client.force_login(make_member("Amina Diallo"), backend="hub.members.backends.AddressBackend")
    assert set(_statuses("/members/?q=a", 100, client)) == {200}
    assert _statuses("/members/?q=a", 1, client, ELSEWHERE) == [429]


def test_the_api_answers_429_with_a_code(monkeypatch):
    monkeypatch.setattr(api, "REQUESTS", Throttle(3))
    assert _statuses("/api/v1/discussions", 3) == [200, 200, 200]
    answer = Client().get("/api/v1/discussions", REMOTE_ADDR=HOME)
    assert (answer.status_code, answer.json()["code"]) == (429, "rate")
    assert int(answer["Retry-After"]) >= 1
    assert _statuses("/api/v1/discussions", 1, host=ELSEWHERE) == [200]


def test_addresses_of_one_ipv6_customer_share_a_throttle():
    bucket = Throttle(1)

    def asks(host: str) -> int:
        request = Client().request(REMOTE_ADDR=host).wsgi_request
        return bucket.wait(throttle.requester(request))

    assert [asks("2001:db8::1"), asks("2001:db8::2") > 0, asks("2001:db8:0:1::1")] == [0, True, 0]


def test_all_throttles_can_be_reset():
    bucket = Throttle(1)
    bucket.wait("a")
    reset_all()
    assert bucket.wait("a") == 0
