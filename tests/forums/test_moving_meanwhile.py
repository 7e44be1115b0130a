"""Writers go on while topics are locked, split, merged and moved: all is counted, and no lock is undone.

``HUB_WRITERS=8 HUB_POSTS=200`` make it long.
"""

import os
import threading

import pytest
from django.db import connection
from machina.apps.forum_conversation.models import Topic

from forums import selectors, services
from forums.models import Contribution, Membership
from hub.lib.clock import now as clock
from hub.lib.errors import HubError
from tests.forums.counted import assert_counted

WRITERS, POSTS = int(os.environ.get("HUB_WRITERS", "3")), int(os.environ.get("HUB_POSTS", "6"))


class Writers:
    """Threads that each write so many replies to what was said last, and what they were refused."""

    def __init__(self, cast, people, first):
        self.cast, self.people, self.last = cast, people, first
        self.sent, self.refused, self.failed = [], [], []
        self.threads = [threading.Thread(target=self._write, args=(person,)) for person in people]

    def _write(self, person):
        try:
            for number in range(POSTS):
                self._say(person, f"{person.pk} {number}")
        except Exception as error:
            self.failed.append(error)
        finally:
            connection.close()

    def _say(self, person, text):
        parent = self.last
        draft = services.Draft(forum_id=self.cast.forum_id, text=text, parent=parent.number)
        try:
            self.last = services.publish(draft=draft, author=person, origin="web", now=clock()).contribution
            self.sent.append(self.last.number)
        except HubError as error:
            self.refused.append(error.code)


@pytest.mark.django_db(transaction=True)
def test_writers_meet_a_moderator_at_work_and_nothing_is_lost_or_counted_twice(cast, client, make_member, settings):
    settings.HUB_RATE_PER_HOUR = 10_000
    other = services.create_forum(name="Elsewhere", slug="elsewhere", preset="closed", now=clock()).forum_id
    people = [make_member(f"Writer {number}") for number in range(WRITERS)]
    for forum_id in (cast.forum_id, other):
        for person in people:
            services.admit_member(forum_id=forum_id, member=person, now=clock())
        services.admit_member(forum_id=forum_id, member=cast.chen, role=Membership.Role.MODERATOR, now=clock())
    first = cast.say(cast.amina, "First.", subject="Isolation", now=clock())
    second = cast.say(cast.boris, "Second.", topic_id=first.topic_id, now=clock())
    aside = cast.say(cast.boris, "Aside.", subject="Distances", now=clock())
    locked = cast.say(cast.boris, "Locked.", subject="Locked", now=clock())
    writers = Writers(cast, people, second)
    for thread in writers.threads:
        thread.start()
    rounds = 0
    while any(thread.is_alive() for thread in writers.threads) or not rounds:
        rounds += 1
        act = {"actor": cast.chen, "now": clock()}
        services.lock_topic(topic_id=locked.topic_id, **act)
        topic = services.split_topic(
            topic_id=_topic_of(second), numbers=[second.number], subject="Split", with_replies=True, **act
        )
        services.move_topic(topic_id=topic.pk, forum_id=other, **act)
        services.merge_topics(topic_id=topic.pk, into_id=aside.topic_id, **act)
        services.merge_topics(topic_id=aside.topic_id, into_id=first.topic_id, **act)
        aside = cast.say(cast.boris, "Aside.", subject="Distances", now=clock())
    for thread in writers.threads:
        thread.join()
    assert writers.failed == []
    assert set(writers.sent) <= set(Contribution.objects.filter(state="accepted").values_list("pk", flat=True))
    assert len(writers.sent) + len(writers.refused) == WRITERS * POSTS and writers.sent
    assert_counted(cast.forum_id)
    assert_counted(other)
    assert Topic.objects.get(pk=locked.topic_id).is_locked
    client.force_login(cast.chen)
    for topic in Topic.objects.all():
        assert client.get(f"/topics/{topic.pk}/", follow=True).status_code == 200
    for number in writers.sent:
        assert client.get(f"/c/{number}/").status_code == 302
    discussion = selectors.discussion_for(cast.chen, cast.forum_id)
    assert len(selectors.topics_for(cast.chen, discussion)) == discussion.forum.direct_topics_count


def _topic_of(contribution):
    return Contribution.objects.values_list("topic_id", flat=True).get(pk=contribution.number)
