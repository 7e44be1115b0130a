"""A period ends after it begins, whoever writes it; a policy says how people register."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from forums import services
from forums.models import ForumPolicy

pytestmark = pytest.mark.django_db


def test_no_period_ends_before_it_begins(cast, now):
    rows = ForumPolicy.objects.filter(forum_id=cast.forum_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(opens_at=now, closes_at=now - timedelta(minutes=1))
    rows.update(opens_at=None, closes_at=now)
    rows.update(opens_at=now, closes_at=None)


def test_a_period_that_is_ended_before_it_begins_begins_and_ends_at_once(cast, now):
    rows = ForumPolicy.objects.filter(forum_id=cast.forum_id)
    rows.update(opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=9))
    services.end_period(forum_id=cast.forum_id, now=now)
    policy = rows.get()
    assert (policy.opens_at, policy.closes_at) == (now, now)


def test_a_period_that_has_begun_keeps_its_beginning(cast, now):
    rows = ForumPolicy.objects.filter(forum_id=cast.forum_id)
    rows.update(opens_at=now - timedelta(days=1))
    services.end_period(forum_id=cast.forum_id, now=now)
    assert rows.get().opens_at == now - timedelta(days=1)


@pytest.mark.parametrize("field", ["registration", "attribution"])
def test_a_policy_has_no_word_that_means_nothing(cast, field):
    with pytest.raises(IntegrityError), transaction.atomic():
        ForumPolicy.objects.filter(forum_id=cast.forum_id).update(**{field: "anything"})


@pytest.mark.parametrize(
    ("preset", "registration"),
    [("closed", "approval"), ("members", "open"), ("public", "open"), ("readable", "approval"), ("announce", "open")],
)
def test_who_registers_for_a_closed_discussion_needs_approval_unless_it_says_otherwise(now, preset, registration):
    policy = services.create_forum(name="One", slug="first", preset=preset, now=now)
    assert policy.registration == registration
    other = services.create_forum(name="Two", slug="second", preset=preset, now=now, registration="invitation")
    assert other.registration == "invitation"


def test_a_background_note_is_rendered_and_sponsors_are_listed(now):
    policy = services.create_forum(
        name="One", slug="first", preset="members", now=now, background="**Why**", sponsors="- FAO\n\n- UNEP\n"
    )
    assert "<strong>Why</strong>" in policy.background_markup
    assert policy.sponsor_list == ["FAO", "UNEP"]
