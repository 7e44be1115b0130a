"""Sentences of the log: one for every kind of event, with names that do not pull a line around."""

import pytest
from django.utils.translation import override

from conferences import words
from conferences.models import Event
from forums.models import Contribution, Membership
from forums.speakers import SECRETARIAT


def frame(kind, **data):
    """Return a frame as a reader's page gets it."""
    return {
        "kind": kind,
        "actor": {"name": "Chen Wei"},
        "member": {"name": "خالد بن منصور"},
        "item": {"number": 2, "title": "Notification"},
        "data": data,
    }


@pytest.mark.parametrize("kind", Event.Kind.values)
@pytest.mark.parametrize("by", ["", "chair", "clock", "removal"])
def test_every_event_has_a_sentence(kind, by):
    sentence = words.sentence(frame(kind, by=by, seconds=90, until="2026-11-24T10:30:00Z"))
    assert sentence.endswith(tuple(".\u2069")) and "{" not in sentence


def test_names_are_isolated_and_minutes_are_as_people_write_them():
    sentence = words.sentence(frame("floor_given", seconds=90))
    assert sentence == "\u2068خالد بن منصور\u2069 has the floor, 1.5 min."
    assert words.sentence(frame("floor_given", seconds=180)).endswith(", 3 min.")


def test_the_clock_and_the_chair_have_words_of_their_own():
    ended = {words.sentence(frame("floor_ended", by=by)) for by in ("chair", "clock")}
    assert len(ended) == 2
    with override("en"):
        assert "scheduled" in words.sentence(frame("opened", by="clock"))


def test_every_role_and_origin_has_a_word():
    table = words.table()
    assert set(table["roles"]) == {*Membership.Role.values, SECRETARIAT} and set(table["channels"]) == set(
        Contribution.Origin.values
    )
