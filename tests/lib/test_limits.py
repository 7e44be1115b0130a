"""Limits that count in the database, and throttles that count in memory."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache

from hub.lib import limits, throttle
from hub.lib.limits import Limit
from hub.lib.models import RateWindow
from hub.lib.throttle import Throttle

pytestmark = pytest.mark.django_db
TRIES = Limit("test.tries", 3, 60)


def test_so_many_are_let_through_and_then_it_says_how_long_to_wait(time_machine, now):
    time_machine.move_to(now, tick=False)
    assert [limits.take(TRIES, "a") for _ in range(5)] == [0, 0, 0, 60, 60]
    assert limits.take(TRIES, "b") == 0
    time_machine.move_to(now + timedelta(seconds=45), tick=False)
    assert limits.take(TRIES, "a") == limits.wait((TRIES, "a")) == 15
    time_machine.move_to(now + timedelta(seconds=60), tick=False)
    assert limits.take(TRIES, "a") == 0
    assert RateWindow.objects.get(key=TRIES.row_key("a")).count == 1


def test_other_keys_and_an_emptied_cache_push_no_count_out(time_machine, now):
    time_machine.move_to(now, tick=False)
    for _ in range(3):
        limits.take(TRIES, "victim")
    for number in range(400):
        limits.count_all([(TRIES, f"other {number}")])
    cache.clear()
    assert limits.take(TRIES, "victim") == 60


def test_two_that_count_at_the_same_moment_get_no_place_twice(monkeypatch):
    """The second one has looked before the first one has written."""
    for _ in range(3):
        assert limits.take(TRIES, "a") == 0
    monkeypatch.setattr(limits, "wait", lambda *counted: 0)
    assert limits.take(TRIES, "a") > 0


def test_looking_and_being_refused_write_nothing(django_assert_num_queries: Any):
    for _ in range(3):
        limits.take(TRIES, "a")
    with django_assert_num_queries(1):
        assert limits.take(TRIES, "a")
    assert RateWindow.objects.get().count == 3


def test_what_was_counted_can_be_given_back_and_forgotten():
    for _ in range(3):
        limits.take(TRIES, "a")
    limits.give_back(TRIES, "a")
    assert [bool(limits.take(TRIES, "a")) for _ in range(2)] == [False, True]
    limits.clear(TRIES, "a")
    assert limits.take(TRIES, "a") == 0


def test_the_table_names_nobody_and_loses_what_has_ended(time_machine, now):
    time_machine.move_to(now, tick=False)
    limits.take(TRIES, "amina@people.example")
    assert "amina" not in RateWindow.objects.get().key
    limits.take(Limit("test.long", 3, 3_600), "b")
    time_machine.move_to(now + timedelta(seconds=61), tick=False)
    assert limits.remove_ended() == 1
    assert RateWindow.objects.get().key.startswith("test.long")


def test_windows_that_have_ended_are_removed_while_others_are_written(time_machine, now):
    time_machine.move_to(now, tick=False)
    limits.count_all([(TRIES, f"old {number}") for number in range(50)])
    time_machine.move_to(now + timedelta(hours=1), tick=False)
    for number in range(limits.CLEAN_EVERY):
        limits.count_all([(TRIES, f"new {number % 5}")])
    assert RateWindow.objects.count() == 5


def test_throttle_lets_a_burst_through_and_fills_again():
    bucket = Throttle(3, 60)
    assert [bucket.wait("a", moment=100.0) for _ in range(4)] == [0, 0, 0, 20]
    assert bucket.wait("b", moment=100.0) == 0
    assert bucket.wait("a", moment=110.0) == 10
    assert bucket.wait("a", moment=120.1) == 0
    assert [bucket.wait("a", moment=500.0) for _ in range(4)] == [0, 0, 0, 20]


def test_asking_a_throttle_while_put_off_makes_it_no_longer():
    bucket = Throttle(60)
    assert [bucket.wait("a", moment=0.0) for _ in range(61)][-1] == 1
    assert all(bucket.wait("a", moment=0.5) == 1 for _ in range(50))
    assert bucket.wait("a", moment=1.1) == 0


def test_throttle_of_nothing_is_no_limit():
    bucket = Throttle(0)
    assert {bucket.wait("a", moment=0.0) for _ in range(1_000)} == {0}


def test_throttle_forgets_the_client_that_was_quiet_longest_first(monkeypatch):
    monkeypatch.setattr(throttle, "MAX_CLIENTS", 2)
    bucket = Throttle(1)
    assert [bucket.wait(client, moment=0.0) for client in ("a", "b", "a", "c", "a", "b")] == [0, 0, 60, 0, 60, 0]


def test_throttle_remembers_a_bounded_number_of_clients(monkeypatch):
    monkeypatch.setattr(throttle, "MAX_CLIENTS", 100)
    bucket = Throttle(2, 60)
    for number in range(1_000):
        bucket.wait(f"client {number}", moment=0.0)
    assert len(bucket._buckets) == 100
