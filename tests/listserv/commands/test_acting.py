"""What is done to contributions and topics by mail."""

import pytest

from forums import services
from forums.models import Contribution
from hub.lib.clock import now as clock

pytestmark = pytest.mark.django_db


def test_an_author_withdraws_by_mail_and_a_moderator_with_a_reason_that_the_author_gets(cast, post):
    own, other = (cast.say(cast.amina, text, now=clock()) for text in ("Mine.", "Off theme."))
    assert "is withdrawn" in post.ask(cast.amina, f"WITHDRAW {own.number}")
    assert "your reason" in post.ask(cast.chen, f"WITHDRAW {other.number}")
    assert "is withdrawn" in post.ask(cast.chen, f"WITHDRAW {other.number} Names a patient")
    assert set(Contribution.objects.values_list("state", flat=True)) == {"withdrawn"}
    notice = post.mails(cast.amina)[-1].text
    assert "Names a patient" in notice and "Off theme." in notice


def test_who_asks_for_a_withdrawn_contribution_gets_its_stub(cast, post):
    row = cast.say(cast.amina, "The words.", now=clock())
    post.ask(cast.amina, f"WITHDRAW {row.number}")
    for member in (cast.boris, cast.chen):
        text = post.ask(member, f"GET {row.number}")
        assert "withdrawn by its author" in text and "The words." not in text
    assert "The words." not in post.ask(cast.boris, f"GET THREAD {row.number}")


def test_others_withdraw_and_pin_nothing(cast, post):
    row = cast.say(cast.amina, "The words.", now=clock())
    for member in (cast.boris, cast.stella):
        post.ask(member, f"WITHDRAW {row.number} why", to="request")
        post.ask(member, f"PIN {row.number}", to="request")
    row.refresh_from_db()
    row.post.topic.refresh_from_db()
    assert row.state == "accepted" and row.post.topic.type == 0


def test_who_leads_pins_and_unpins_the_topic_of_a_contribution(cast, post):
    row = cast.say(cast.amina, "The words.", subject="Isolation", now=clock())
    assert "stands first" in post.ask(cast.chen, f"PIN {row.number}")
    row.post.topic.refresh_from_db()
    assert row.post.topic.type == 1
    assert "among the others" in post.ask(cast.chen, f"UNPIN {row.number}")
    row.post.topic.refresh_from_db()
    assert row.post.topic.type == 0


def test_who_leads_two_discussions_moves_a_topic_by_mail_and_late_answers_follow(cast, post):
    other = services.create_forum(name="Elsewhere", slug="elsewhere", preset="closed", now=clock())
    for member, role in ((cast.chen, "moderator"), (cast.amina, "participant")):
        services.admit_member(forum_id=other.forum_id, member=member, role=role, now=clock())
    row = cast.say(cast.amina, "The words.", subject="Isolation", now=clock())
    assert "Only the people who lead" in post.ask(cast.amina, f"MOVE {row.number} elsewhere")
    assert "list to which" in post.ask(cast.chen, f"MOVE {row.number}")
    assert "can be read there alone" in post.ask(cast.chen, f"MOVE {row.number} elsewhere")
    row.refresh_from_db()
    assert (row.forum_id, row.moved_from_id) == (other.forum_id, cast.forum_id)
    assert "no contribution" in post.ask(cast.boris, f"GET {row.number}")
