"""What those who lead do by words, and what others may not."""

import pytest

from forums import services
from forums.models import Contribution, ForumPolicy, Membership
from hub.lib.clock import now as clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast):
    """What Amina said in the discussion, which is moderated from now on."""
    ForumPolicy.objects.filter(pk=cast.policy.pk).update(moderated=True)
    return cast.say(cast.amina, "My held words.", subject="Isolation", now=clock())


def test_roster_has_addresses_for_the_secretariat_alone(cast, post):
    text = post.ask(cast.chen, "REVIEW")
    assert "Amina Diallo" in text and "Senegal" in text and cast.amina.email not in text
    assert cast.amina.email in post.ask(cast.sofia, "WHO risk", to="request")


@pytest.mark.parametrize(
    "order",
    ["REVIEW", "ADMIT stella.moreno@people.example", "REMOVE Boris Horvat", "HANDOVER Boris Horvat", "STEPDOWN",
     "SUMMARY\nMine"],
)  # fmt: skip
def test_participant_may_none_of_it(cast, post, order):
    text = post.ask(cast.amina, order)
    assert "Only the people who lead" in text
    assert "Boris Horvat" not in text.partition("\n")[2]


def test_held_contributions_are_listed_and_decided_by_number(cast, post, held):
    other = cast.say(cast.boris, "Second.", now=clock())
    third = cast.say(cast.boris, "Third.", now=clock())
    text = post.ask(cast.chen, "HELD")
    assert f"{held.number}. Isolation" in text and "My held words." in text
    order = f"APPROVE {held.number}\nREJECT {other.number}\nOff topic, sorry.\n\nEDIT #{third.number}\nBetter."
    answer = post.ask(cast.chen, order)
    assert "was published" in answer and "was rejected" in answer
    states = dict(Contribution.objects.values_list("pk", "state"))
    assert states == {held.pk: "accepted", other.pk: "rejected", third.pk: "accepted"}
    third.post.refresh_from_db()
    assert third.text == "Better."
    assert any("Off topic, sorry." in mail.text for mail in post.mails(cast.boris))
    assert "Chen Wei approved" in post.ask(cast.sofia, f"REJECT {held.number} no", to="request")


def test_several_are_approved_at_once_and_the_list_may_be_named(cast, post, held):
    other = cast.say(cast.boris, "Second.", now=clock())
    third = cast.say(cast.boris, "Third.", now=clock())
    post.ask(cast.chen, f"APPROVE {held.number} {other.number}\nREJECT risk {third.number} Off topic, sorry")
    assert dict(Contribution.objects.values_list("pk", "state")) == {
        held.pk: "accepted", other.pk: "accepted", third.pk: "rejected",
    }  # fmt: skip
    assert post.mails(cast.boris)[-1].text.count("Off topic, sorry") == 1


def test_held_contribution_is_hidden_from_who_does_not_lead(cast, post, held):
    assert "no contribution" in post.ask(cast.boris, f"APPROVE {held.number}")
    assert "Only the people who lead" in post.ask(cast.amina, f"APPROVE {held.number}")
    assert "No contributions are waiting" in post.ask(cast.boris, "HELD")
    held.refresh_from_db()
    assert held.is_held


def test_author_changes_own_words(cast, post):
    contribution = cast.say(cast.amina, "First words.", now=clock())
    post.ask(cast.amina, f"EDIT {contribution.number}\nSecond words.\nIn two lines.\n-- \nAmina")
    contribution.post.refresh_from_db()
    assert contribution.text == "Second words.\nIn two lines."
    assert "Only its author" in post.ask(cast.boris, f"EDIT {contribution.number}\nMine.")


def test_moderation_is_handed_over_and_given_up(cast, post, held):
    assert "leads" in post.ask(cast.chen, f"HANDOVER {cast.boris.email}")
    notification, waiting = post.mails(cast.boris)
    assert "Chen Wei" in notification.text and "risk@lists.hub.example" in notification.text
    assert "My held words." in waiting.text
    assert "already" in post.ask(cast.chen, "HANDOVER Boris Horvat")
    post.ask(cast.chen, "STEPDOWN")
    roles = dict(Membership.objects.values_list("member__name", "role"))
    assert (roles["Chen Wei"], roles["Boris Horvat"]) == ("participant", "moderator")
    assert "Nobody else leads" in post.ask(cast.boris, "STEPDOWN")
    to = waiting.headers.raw("reply-to")
    post.send(cast.boris, "OK", to=to, proven=False)
    assert Contribution.objects.get(pk=held.pk).decided_by == cast.boris


def test_only_who_takes_part_can_lead(cast, post):
    assert "must take part" in post.ask(cast.chen, f"HANDOVER {cast.stella.email}")
    assert "must take part" in post.ask(cast.chen, "HANDOVER Oona Virtanen")
    assert "No member of the hub" in post.ask(cast.chen, "HANDOVER nobody@else.example")


def test_people_are_let_in_and_taken_out(cast, post):
    post.ask(cast.chen, "ADD risk stella.moreno@people.example")
    assert Membership.objects.get(member=cast.stella).left_at is None
    assert "already" in post.ask(cast.chen, f"ADMIT {cast.stella.pk}")
    post.ask(cast.chen, "REMOVE Stella Moreno")
    assert Membership.objects.get(member=cast.stella).left_at is not None


def test_remove_alone_is_how_mailmans_members_leave(cast, post, risk):
    post.ask(cast.amina, "remove")
    assert risk.subscriptions.get(member=cast.amina).delivery == "none"


def test_thread_is_closed_and_opened_and_the_summary_written(cast, post):
    contribution = cast.say(cast.amina, now=clock())
    post.ask(cast.chen, f"LOCK {contribution.number}\nSUMMARY\nWe agree on much.\n\nNot on all.")
    contribution.post.topic.refresh_from_db()
    assert contribution.post.topic.is_locked
    assert ForumPolicy.objects.get(pk=cast.policy.pk).summary == "We agree on much.\n\nNot on all."
    post.ask(cast.chen, f"UNLOCK {contribution.number}")
    contribution.post.topic.refresh_from_db()
    assert not contribution.post.topic.is_locked
    assert "not allowed" in post.ask(cast.amina, f"LOCK {contribution.number}")


def test_somebody_who_left_leads_no_more(cast, post, now):
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role="moderator", now=now)
    services.remove_member(forum_id=cast.forum_id, member=cast.chen, now=now)
    assert "no discussion" in post.ask(cast.chen, "REVIEW").lower()


def test_a_summary_by_mail_replaces_nobodys_unseen(cast, post, now):
    assert "is on the page" in post.ask(cast.chen, "SUMMARY risk\nWe met.")
    assert "is on the page" in post.ask(cast.chen, "SUMMARY risk\nWe met twice.")
    services.admit_member(forum_id=cast.forum_id, member=cast.boris, role=Membership.Role.MODERATOR, now=now)
    refused = post.ask(cast.boris, "SUMMARY risk\nWe never met.")
    assert "Nothing was saved" in refused and "We met twice." in refused and "We never met." in refused
    assert ForumPolicy.objects.get(pk=cast.policy.pk).summary == "We met twice."
    assert "SUMMARY risk 2" in refused
    assert "is on the page" in post.ask(cast.boris, "SUMMARY risk 2\nWe never met.")
    assert "Nothing was saved" in post.ask(cast.chen, "SUMMARY risk\nWe met again.")
