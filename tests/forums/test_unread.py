"""Everything unread stands on one page, the newest topic first, and is marked as read at once, with an undo."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forums import selectors, services
from forums.models import Membership
from forums.policy import access_of

pytestmark = pytest.mark.django_db
READ = "/unread/read/"


@pytest.fixture
def client(cast):
    client = Client()
    client.force_login(cast.amina, backend="hub.members.backends.AddressBackend")
    return client


def news(member: Any, **page: int) -> selectors.News:
    return selectors.news_for(member, access_of(member), **page)


def forum_of_amina(cast: Any, now: Any, name: str) -> int:
    policy = services.create_forum(name=name, slug=name.lower(), preset="closed", now=now)
    for member in (cast.amina, cast.boris):
        services.admit_member(forum_id=policy.forum_id, member=member, now=now)
    return int(policy.forum_id)


def test_each_topic_comes_once_with_its_first_unread_words_the_newest_first(cast, now):
    first = cast.say(cast.boris, "> quoted\n\n# Twenty *metres*\n\nMore.", subject="Distances", now=now)
    cast.say(cast.boris, "Thirty.", topic_id=first.topic_id, now=now)
    cast.say(cast.amina, "My own.", topic_id=first.topic_id, now=now)
    second = cast.say(cast.chen, "Another.", subject="Seeds", now=now)
    shown = news(cast.amina)
    assert [(row.topic.pk, row.count, row.first.number) for row in shown.topics] == [
        (second.topic_id, 1, second.number),
        (first.topic_id, 2, first.number),
    ]
    assert shown.topics[1].words == "Twenty *metres"
    assert shown.total == 3 and shown.by_forum == {cast.forum_id: 3}
    assert selectors.unread_topics_count(cast.amina) == shown.topics.total == 2
    services.mark_read(member=cast.amina, topic_id=first.topic_id, number=first.number)
    assert news(cast.amina).topics[1].first.number == first.number + 1


def test_the_counts_are_those_of_the_discussions(cast, now, make_member):
    other = forum_of_amina(cast, now, "Elsewhere")
    cast.say(cast.boris, now=now)
    services.publish(draft=services.Draft(forum_id=other, text="There."), author=cast.boris, origin="web", now=now)
    for member in (cast.amina, cast.boris, cast.chen, cast.oona, cast.stella, cast.sofia):
        access = access_of(member)
        assert news(member).by_forum == selectors.new_counts_for(member, access)
        assert selectors.unread_topics_count(member) == news(member).topics.total


def test_nothing_of_what_a_member_may_not_read_is_there(cast, now, client):
    cast.say(cast.boris, "A closed word.", now=now)
    services.remove_member(forum_id=cast.forum_id, member=cast.amina, now=now)
    assert not news(cast.amina).topics and selectors.unread_topics_count(cast.amina) == 0
    assert "A closed word." not in client.get("/unread/").content.decode()


def test_pages_have_neighbours_and_a_page_behind_the_last_is_the_last(cast, now, settings):
    settings.HUB_RATE_PER_HOUR = 100
    for number in range(5):
        cast.say(cast.boris, f"Word {number}.", subject=f"Topic {number}", now=now)
    page = news(cast.amina, page=99, size=2).topics
    assert (page.number, page.pages, page.total) == (3, 3, 5)
    assert [row.topic.subject for row in page] == ["Topic 0"]


def test_everything_is_marked_as_read_at_once_and_taken_back(cast, now, client):
    other = forum_of_amina(cast, now, "Elsewhere")
    cast.say(cast.boris, now=now)
    services.publish(draft=services.Draft(forum_id=other, text="There."), author=cast.boris, origin="web", now=now)
    before = dict(Membership.objects.filter(member=cast.amina).values_list("forum_id", "horizon"))
    page = client.post(READ, follow=True).content.decode()
    assert "Everything in your discussions is marked as read." in page and not news(cast.amina).topics
    assert news(cast.chen).total == 1
    moved = page.split('name="moved" value="')[1].split('"')[0].replace("&quot;", '"')
    assert set(json.loads(moved)) == {str(cast.forum_id), str(other)}
    client.post(READ, {"moved": moved})
    assert dict(Membership.objects.filter(member=cast.amina).values_list("forum_id", "horizon")) == before
    assert news(cast.amina).total == 2
    # The same undo a second time finds another horizon.
    assert "could not be undone" in client.post(READ, {"moved": moved}, follow=True).content.decode()


@pytest.mark.parametrize("moved", ["", "{", "[1]", '{"1":2}', '{"x":[1,2]}', '{"1":["a",2]}', '{"1":[1e999,2]}'])
def test_an_undo_that_is_none_of_ours_changes_nothing(cast, now, client, moved):
    cast.say(cast.boris, now=now)
    assert client.post(READ, {"moved": moved}).status_code in {302, 400, 422}
    assert news(cast.amina).total == 1


def _cost(client: Any, url: str, method: str = "get") -> int:
    with CaptureQueriesContext(connection) as context:
        getattr(client, method)(url)
    return len([row for row in context.captured_queries if "SAVEPOINT" not in row["sql"]])


def test_the_page_asks_six_questions_and_marking_eight_however_much_is_unread(cast, now, client, settings):
    settings.HUB_RATE_PER_HOUR = 1_000
    client.get("/unread/")
    for count in (2, 30):
        for number in range(count):
            cast.say(cast.boris, subject=f"Topic {count} {number}", now=now)
        assert _cost(client, "/unread/") <= 6
    assert _cost(client, READ, "post") <= 8


def test_the_head_of_every_page_says_how_many_topics_have_something_new(cast, now, client):
    url = reverse("members:directory")
    assert "Topics with something new" not in client.get(url).content.decode()
    cast.say(cast.boris, subject="Distances", now=now)
    assert "Topics with something new: </span>1</a>" in client.get(url).content.decode()
    assert _cost(client, url) == _cost(client, url)
    services.follow_topic(
        member=cast.amina, topic_id=news(cast.amina).topics[0].topic.pk, level=services.MUTED, now=now
    )
    assert "Topics with something new" not in client.get(url).content.decode()
