"""The log of a discussion: who did what, once for each act that changed something."""

import pytest

from forums import services
from forums.models import LogEntry
from forums.services.log import note_act
from hub.lib.clock import now as clock

pytestmark = pytest.mark.django_db


def test_closing_a_topic_is_logged_once_with_who_and_when(cast):
    topic_id = cast.say(cast.amina, "Words.", subject="Isolation", now=clock()).topic_id
    moment = clock()
    for _again in range(2):
        services.lock_topic(topic_id=topic_id, actor=cast.chen, now=moment)
    services.unlock_topic(topic_id=topic_id, actor=cast.chen, now=moment)
    rows = LogEntry.objects.order_by("pk").values_list("act", "actor", "topic", "created_at")
    assert list(rows) == [
        ("topic.lock", cast.chen.pk, topic_id, moment),
        ("topic.unlock", cast.chen.pk, topic_id, moment),
    ]


def test_an_act_that_nobody_has_named_cannot_be_logged(cast):
    with pytest.raises(KeyError):
        note_act(forum_id=cast.policy.forum_id, act="topic.burn", actor=cast.chen, now=clock())
