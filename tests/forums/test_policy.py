"""Who may do what: the table, deny by default, and closed parents."""

import pytest
from machina.apps.forum.models import Forum

from forums import selectors, services
from forums.models import ForumPolicy
from forums.policy import APPROVE, READ, REPLY, START, UNHELD, access_of

pytestmark = pytest.mark.django_db
R, W, M = {READ}, {READ, START, REPLY, UNHELD}, {READ, START, REPLY, UNHELD, APPROVE}
# preset -> rights of (public, member of the hub, observer, participant, moderator, Secretariat)
TABLE = {
    "public": (R, W, R, W, M, M),
    "readable": (R, R, R, W, M, M),
    "members": (set(), W, R, W, M, M),
    "closed": (set(), set(), R, W, M, M),
    "announce": (set(), R, R, R, M, M),
}


@pytest.mark.parametrize("preset", TABLE)
def test_each_preset_gives_each_person_what_the_table_says(cast, preset):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(preset=preset)
    people = (None, cast.stella, cast.oona, cast.amina, cast.chen, cast.sofia)
    seen = {READ, START, REPLY, UNHELD, APPROVE}
    found = tuple(set(access_of(person).rights.get(cast.forum_id, ())) & seen for person in people)
    # A reader's right to post unheld means nothing without the right to post.
    found = tuple(rights - {UNHELD} if not rights & {START, REPLY} else rights for rights in found)
    assert found == TABLE[preset]


def test_a_forum_without_a_policy_is_closed_to_everybody(cast):
    forum = Forum.objects.create(name="Forgotten", type=Forum.FORUM_POST)
    for person in (None, cast.stella, cast.chen, cast.sofia):
        assert forum.pk not in access_of(person).rights


def test_a_closed_parent_closes_its_open_child(cast, now):
    """S9: stock machina hides the child in lists and shows it by address."""
    child = services.create_forum(name="Child", slug="child", preset="public", parent=cast.policy.forum, now=now)
    assert not access_of(cast.stella).may(READ, child.forum_id) and not access_of(None).may(READ, child.forum_id)
    assert access_of(cast.amina).may(READ, child.forum_id)


def test_leaving_closes_at_once(cast, now):
    services.remove_member(forum_id=cast.forum_id, member=cast.amina, now=now)
    assert cast.forum_id not in access_of(cast.amina).rights


def test_an_inactive_member_is_the_public(cast):
    cast.amina.is_active = False
    assert not access_of(cast.amina).rights


def test_access_costs_one_query_whatever_the_number_of_forums(cast, now, django_assert_num_queries):
    for index in range(20):
        policy = services.create_forum(name=f"F{index}", slug=f"f{index}", preset="closed", now=now)
        services.admit_member(forum_id=policy.forum_id, member=cast.amina, now=now)
    with django_assert_num_queries(1):
        assert len(access_of(cast.amina).having(READ)) == 21


@pytest.mark.parametrize("preset", TABLE)
@pytest.mark.parametrize("parent", ["public", "closed"])
def test_the_readers_of_a_batch_are_those_whom_access_lets_read(cast, now, preset, parent):
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(preset=parent)
    child = services.create_forum(name="Child", slug="child", preset=preset, parent=cast.policy.forum, now=now)
    services.admit_member(forum_id=child.forum_id, member=cast.stella, now=now)
    services.admit_member(forum_id=child.forum_id, member=cast.boris, now=now)
    services.remove_member(forum_id=child.forum_id, member=cast.boris, now=now)
    people = {cast.amina, cast.boris, cast.chen, cast.oona, cast.stella, cast.sofia}
    may = {person.pk for person in people if access_of(person).may(READ, child.forum_id)}
    assert selectors.readers_among(child.forum_id, {person.pk for person in people}) == may
    assert selectors.readers_among(10**6, {cast.amina.pk}) == set()
