"""A cache in Redis that is away is an empty one, and is not waited for."""

import logging
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, override_settings

from hub.lib.caching import ForgivingRedisCache
from hub.lib.quiet import NowAndThen


@pytest.fixture
def nowhere() -> str:
    """The address of a Redis where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{probe.getsockname()[1]}/0"


@pytest.fixture
def away(nowhere: str) -> ForgivingRedisCache:
    return ForgivingRedisCache(nowhere, {"OPTIONS": {"socket_connect_timeout": 1.0}})


def test_what_cannot_be_asked_is_a_miss(away):
    assert away.get("a", 7) == 7
    assert away.get_many(["a", "b"]) == {}
    assert away.add("a", 1) is True
    assert away.get_or_set("a", lambda: 5) == 5
    assert away.has_key("a") is False
    assert away.touch("a") is False
    assert away.delete("a") is False
    assert away.clear() is None
    assert away.set("a", 1) is None
    assert away.set_many({"a": 1}) == ["a"]
    assert away.delete_many(["a"]) is None
    with pytest.raises(ValueError, match="not found"):
        away.incr("a")


def test_a_cache_that_is_away_is_asked_once_in_a_while_and_logged_once_a_minute(away, caplog, monkeypatch):
    asked: list[str] = []

    def refuse(self: Any, key: str, *_: Any, **__: Any) -> None:
        asked.append(key)
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.get", refuse)
    with caplog.at_level(logging.WARNING):
        for number in range(5):
            away.get(str(number))
        away._away_until = 0.0
        away.get("later")
    assert asked == ["0", "later"]
    assert caplog.text.count("does not answer (ConnectionRefusedError)") == 1


def test_a_complaint_comes_once_in_its_pause():
    complaints = NowAndThen(3_600)
    assert [complaints.allows() for _ in range(3)] == [True, False, False]
    assert NowAndThen(0).allows()


@pytest.fixture
def without_redis(nowhere: str) -> Iterator[None]:
    cache = {"BACKEND": "hub.lib.caching.ForgivingRedisCache", "LOCATION": nowhere}
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [nowhere]}}
    with override_settings(CACHES={"default": cache}, CHANNEL_LAYERS={"default": layer}):
        yield
    caches.close_all()


@pytest.mark.django_db
def test_pages_answer_without_redis(without_redis, make_member):
    member = make_member("Amina Diallo", password="a long password")
    client = Client()
    assert client.get("/").status_code == 200
    for _ in range(5):
        wrong = client.post("/accounts/login/", {"login": member.email, "password": "wrong"})
        assert wrong.status_code == 200
    assert client.post("/accounts/login/", {"login": member.email, "password": "wrong"}).status_code == 429
    assert client.post("/accounts/password/reset/", {"email": member.email}).status_code == 302
    form = {"name": "I", "email": "i@x.example", "country": "PT", "statement": "s", "language": "en", "accepts": "on"}
    assert client.post("/apply/", form).status_code == 302
