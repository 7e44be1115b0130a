"""What is new to a member, counted from the last numbers of topics: the same as a look at every contribution."""

import random
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from machina.apps.forum_conversation.models import Topic

from forums import selectors, services
from forums.models import Contribution, Membership, ReadMark, TopicState
from forums.policy import access_of
from forums.selectors.unread import new_in_topics


def _by_hand(member):
    """Count as decision record 0028 has it, contribution by contribution."""
    marks = dict(ReadMark.objects.filter(member=member).values_list("topic_id", "number"))
    places = dict(Membership.objects.filter(member=member, left_at=None).values_list("forum_id", "horizon"))
    counts = {}
    for row in Contribution.objects.filter(state="accepted", imported__isnull=True).exclude(author=member):
        if row.forum_id in places and row.number > max(places[row.forum_id], marks.get(row.topic_id, 0)):
            counts[row.forum_id] = counts.get(row.forum_id, 0) + 1
    return counts


def _import(cast, text, now, **draft):
    made = services.Draft(forum_id=cast.forum_id, text=text, imported={"from": ""}, created_at=now, quiet=True, **draft)
    return services.publish(draft=made, author=cast.boris, origin="mail", now=now).contribution


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_count_is_that_of_a_look_at_every_contribution(cast, now, seed):
    chance = random.Random(seed)
    second = services.create_forum(name="Second", slug="second", preset="members", now=now, moderated=True)
    for person in (cast.amina, cast.boris):
        services.admit_member(forum_id=second.forum_id, member=person, now=now)
    contributions = [cast.say(cast.boris, now=now)]
    held = []

    def publish():
        forum_id = chance.choice([cast.forum_id, second.forum_id])
        parent = chance.choice([None, *(row for row in contributions if row.forum_id == forum_id)])
        draft = services.Draft(forum_id=forum_id, text="Word", parent=parent.number if parent else None)
        author = chance.choice([cast.amina, cast.boris])
        row = services.publish(draft=draft, author=author, origin="web", now=now).contribution
        (contributions if row.state == "accepted" else held).append(row)

    def decide():
        if held:
            row = held.pop(chance.randrange(len(held)))
            if chance.random() < 0.5:
                contributions.append(services.approve_contribution(number=row.number, actor=cast.sofia, now=now))
            else:
                services.reject_contribution(number=row.number, actor=cast.sofia, reason="No.", now=now)

    def read():
        row = chance.choice(contributions)
        services.mark_read(member=cast.amina, topic_id=row.topic_id, number=row.number)

    acts = [
        publish, publish, publish, decide, read,
        lambda: _import(cast, "Old", now),
        lambda: services.mark_forum_read(member=cast.amina, forum_id=chance.choice([cast.forum_id, second.forum_id])),
    ]  # fmt: skip
    for _round in range(40):
        chance.choice(acts)()
        counts = selectors.new_counts_for(cast.amina, access_of(cast.amina))
        assert counts == _by_hand(cast.amina)
    for forum_id in (cast.forum_id, second.forum_id):
        topics = list(Topic.objects.filter(forum_id=forum_id).values_list("pk", flat=True))
        in_topics = new_in_topics(cast.amina, access_of(cast.amina), forum_id, topics)
        assert sum(in_topics.values()) == counts.get(forum_id, 0)
        assert all(count > 0 for count in in_topics.values())


def test_a_contribution_carries_the_topic_and_forum_of_its_post(cast, now):
    first = cast.say(cast.boris, now=now)
    cast.say(cast.amina, parent=first.number, now=now)
    rows = list(Contribution.objects.select_related("post__topic"))
    assert len(rows) == 2
    for row in rows:
        assert (row.topic_id, row.forum_id) == (row.post.topic_id, row.post.topic.forum_id)


def test_topics_that_are_joined_take_their_contributions_and_their_last_number_along(cast, now):
    late = _import(cast, "Answer", now, message_id="b@x", in_reply_to="a@x", subject="Other")
    new = cast.say(cast.boris, "New in it", topic_id=late.topic_id, now=now)
    head = _import(cast, "Question", now, message_id="a@x", subject="Question")
    assert late.topic_id != head.topic_id
    assert services.join_threads(forum_id=cast.forum_id, known={"a@x": head.number, "b@x": late.number}) == 1
    assert set(Contribution.objects.values_list("topic_id", flat=True)) == {head.topic_id}
    assert TopicState.objects.get().last_number == new.number
    assert selectors.new_counts_for(cast.amina, access_of(cast.amina)) == {cast.forum_id: 1}


def test_reading_everything_rewrites_no_mark(cast, now, django_assert_max_num_queries):
    contributions = [cast.say(cast.boris, now=now) for _ in range(3)]
    services.mark_read(member=cast.amina, topic_id=contributions[0].topic_id, number=contributions[0].number)
    with django_assert_max_num_queries(2) as queries:
        services.mark_forum_read(member=cast.amina, forum_id=cast.forum_id)
    assert not [query for query in queries.captured_queries if "forums_readmark" in query["sql"]]
    assert selectors.new_counts_for(cast.amina, access_of(cast.amina)) == {}


def test_what_is_new_is_counted_once_on_lists_and_not_at_all_on_topics_feeds_and_posts(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.amina)
    # The number in the head of a page is counted once on each.
    pages = {
        "/discussions/": 2,
        f"/discussions/{cast.forum_id}/": 3,
        f"/topics/{contribution.topic_id}/": 1,
        f"/topics/{contribution.topic_id}/?view=threaded": 1,
        f"/discussions/{cast.forum_id}/feed.atom": 0,
        f"/topics/{contribution.topic_id}/after/{contribution.number}/": 0,
    }
    for address, most in pages.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, follow=True).status_code in {200, 204}
        assert len(_counting(queries)) <= most, address
    with CaptureQueriesContext(connection) as queries:
        client.post(f"/topics/{contribution.topic_id}/", {"text": "An answer."})
    assert not _counting(queries)


def _counting(queries):
    return [query for query in queries.captured_queries if "COUNT" in query["sql"] and "topicstate" in query["sql"]]


def test_the_migration_finds_topics_and_last_numbers_of_what_is_there(cast, now):
    first, late = cast.say(cast.boris, now=now), _import(cast, "Old", now)
    cast.say(cast.boris, topic_id=late.topic_id, now=now)
    _import(cast, "Older", now)
    right = list(TopicState.objects.order_by("pk").values_list("pk", "forum_id", "last_number"))
    topics = dict(Contribution.objects.values_list("pk", "topic_id"))
    Contribution.objects.update(topic_id=first.topic_id)
    TopicState.objects.update(last_number=10**6)
    migration = import_module("forums.migrations.0016_fill_topic_state")
    with connection.cursor() as cursor:
        migration.fill(None, SimpleNamespace(connection=connection, execute=cursor.execute))
    filled = TopicState.objects.order_by("pk").values_list("pk", "forum_id", "last_number")
    # A topic of imported words alone has a row as well, with nothing new in it.
    assert [row for row in filled if row[2]] == right and filled.count() == 3
    assert dict(Contribution.objects.values_list("pk", "topic_id")) == topics
