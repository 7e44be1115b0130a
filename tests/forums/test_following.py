"""A topic is watched, followed as its discussion, or muted; a muted discussion has nothing new."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from forums import selectors, services
from forums.models import TopicFollow
from forums.policy import access_of
from hub.lib.errors import Invalid, NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic_id(cast, now):
    return cast.say(cast.boris, now=now, subject="Isolation distances").topic_id


def follow(member: Any, topic_id: int, level: str, now: Any) -> str:
    return services.follow_topic(member=member, topic_id=topic_id, level=level, now=now)


def news(member: Any) -> int:
    return sum(selectors.new_counts_for(member, access_of(member)).values())


def test_a_muted_topic_counts_nowhere_as_new(cast, now, topic_id):
    cast.say(cast.boris, now=now, subject="Another topic")
    assert news(cast.amina) == 2
    assert follow(cast.amina, topic_id, services.MUTED, now) == services.FOLLOWING
    assert news(cast.amina) == 1 and news(cast.chen) == 2
    access = access_of(cast.amina)
    assert topic_id not in selectors.unread.new_in_topics(cast.amina, access, cast.forum_id, [topic_id])
    assert follow(cast.amina, topic_id, services.FOLLOWING, now) == services.MUTED
    assert news(cast.amina) == 2 and not TopicFollow.objects.exists()


def test_a_muted_discussion_counts_nothing_as_new(cast, now, topic_id):
    services.mute_forums(member=cast.amina, forums={cast.forum_id: True})
    assert news(cast.amina) == 0 and news(cast.chen) == 1
    assert selectors.muted_forums(cast.amina) == {cast.forum_id}
    services.mute_forums(member=cast.amina, forums={cast.forum_id: False})
    assert news(cast.amina) == 1


def test_only_who_takes_part_follows(cast, now, topic_id, make_member):
    with pytest.raises(NotFound):
        follow(cast.stella, topic_id, services.WATCHING, now)
    with pytest.raises(NotAllowed):
        follow(cast.sofia, topic_id, services.WATCHING, now)
    with pytest.raises(Invalid):
        follow(cast.amina, topic_id, "shouted", now)
    follow(cast.oona, topic_id, services.WATCHING, now)
    assert list(selectors.watching(topic_id)) == [cast.oona.pk]


def test_the_page_offers_each_other_way_and_takes_it_back(cast, now, topic_id):
    client = Client()
    client.force_login(cast.amina, backend="hub.members.backends.AddressBackend")
    url = reverse("forums:topic_by_key", args=(topic_id,))
    page = client.get(url).content.decode()
    assert "Watch this topic" in page and "Mute this topic" in page and "Follow as the discussion" not in page
    client.post(reverse("forums:follow", args=(topic_id,)), {"to": "muted"})
    page = client.get(url).content.decode()
    assert "nothing in it is shown as new" in page and "Mute this topic" not in page
    # The undo of the receipt sends the level of before.
    assert 'name="to" value="following"' in page
    client.post(reverse("forums:follow", args=(topic_id,)), {"to": "following"})
    assert selectors.follow_level(cast.amina, topic_id) == services.FOLLOWING


def test_who_leaves_for_good_follows_nothing(cast, now, topic_id):
    follow(cast.amina, topic_id, services.WATCHING, now)
    services.forget_member(cast.amina, now)
    assert not TopicFollow.objects.exists()
