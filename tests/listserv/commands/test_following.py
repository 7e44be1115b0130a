"""Watch, follow and mute the topic of a contribution by mail."""

import pytest

from forums import selectors
from hub.lib.clock import now as clock

pytestmark = pytest.mark.django_db
LEVELS = [
    ("FOLLOW {n}", "watching", "each contribution to the topic"),
    ("watch #{n}", "watching", "each contribution to the topic"),
    ("关注 {n}", "watching", "each contribution to the topic"),
    ("MUTE {n}", "muted", "nothing from the topic"),
    ("СЛЕДИТЬ {n}", "watching", "each contribution to the topic"),
    ("كتم {n}", "muted", "nothing from the topic"),
]


@pytest.mark.parametrize(("order", "level", "words"), LEVELS)
def test_a_topic_is_followed_by_the_number_of_a_contribution(cast, post, order, level, words):
    row = cast.say(cast.boris, "A question?", subject="Distances", now=clock())
    assert words in post.ask(cast.amina, order.format(n=row.number))
    assert selectors.follow_level(cast.amina, row.topic_id) == level
    assert "as the rest of its discussion" in post.ask(cast.amina, f"UNFOLLOW {row.number}")
    assert selectors.follow_level(cast.amina, row.topic_id) == ""


def test_a_number_that_is_not_open_to_the_member_is_answered_alike(cast, post):
    row = cast.say(cast.boris, "A question?", now=clock())
    answers = {post.ask(cast.stella, f"FOLLOW {number}", to="request") for number in (row.number, row.number + 999)}
    assert {answer.replace(str(row.number + 999), str(row.number)) for answer in answers} == {
        next(iter(answers)).replace(str(row.number + 999), str(row.number))
    }
