"""The moderators' desk, who takes part, the summary, the lock."""

import pytest

from forums import services
from forums.models import Contribution, Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast, now):
    """A contribution by Stella that Chen must decide."""
    policy = services.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    services.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    draft = services.Draft(forum_id=policy.forum_id, text="May I?", files=(services.Upload("a.pdf", b"x"),))
    return services.publish(draft=draft, author=cast.stella, origin="mail", now=now).contribution


def test_the_desk_shows_what_waits_to_those_who_lead_and_to_nobody_else(client, cast, held):
    client.force_login(cast.chen)
    assert "May I?" in client.get("/held/").content.decode()
    client.force_login(cast.amina)
    assert client.get("/held/").status_code == 404
    client.logout()
    assert client.get("/held/").status_code == 302


def test_approving_shows_the_contribution(client, cast, held):
    client.force_login(cast.chen)
    assert client.post("/held/", {"number": held.number, "revision": 0, "approve": ""}).status_code == 302
    client.force_login(cast.boris)
    assert "May I?" in client.get(f"/topics/{held.topic_id}/").content.decode()


def test_a_rejection_without_reason_comes_back_and_decides_nothing(client, cast, held):
    client.force_login(cast.chen)
    answer = client.post("/held/", {"number": held.number, "revision": 0, "reject": "", "reason": " "})
    assert answer.status_code == 422 and "a reason" in answer.content.decode()
    held.refresh_from_db()
    assert held.is_held


def test_a_rejection_tells_its_author_why(client, cast, held):
    client.force_login(cast.chen)
    client.post("/held/", {"number": held.number, "revision": 0, "reject": "", "reason": "Off the theme"})
    client.force_login(cast.stella)
    assert "Off the theme" in client.get(f"/c/{held.number}/").content.decode()


def test_the_second_moderator_hears_that_it_is_decided(client, cast, held):
    client.force_login(cast.chen)
    for _ in range(2):
        answer = client.post("/held/", {"number": held.number, "revision": 0, "approve": ""}, follow=True)
    assert answer.status_code == 200 and "already decided" in answer.content.decode()


def test_a_reason_that_comes_after_a_decision_is_shown_to_its_writer(client, cast, held):
    client.force_login(cast.chen)
    client.post("/held/", {"number": held.number, "revision": 0, "approve": ""})
    late = {"number": held.number, "revision": 0, "reject": "", "reason": "Off the theme, since"}
    answer = client.post("/held/", late)
    assert answer.status_code == 409 and "Off the theme, since" in answer.content.decode()


def test_a_member_cannot_decide(client, cast, held):
    client.force_login(cast.stella)
    assert client.post("/held/", {"number": held.number, "revision": 0, "approve": ""}).status_code == 404
    held.refresh_from_db()
    assert held.is_held


def test_the_author_of_a_held_contribution_is_told_and_finds_it(client, cast, held):
    client.force_login(cast.stella)
    answer = client.post(f"/discussions/{held.post.topic.forum_id}/new/", {"subject": "S", "text": "T"}, follow=True)
    page = answer.content.decode()
    assert "moderators read it before it appears" in page and "<h1" in page
    assert "held for the moderators" in client.get(f"/c/{held.number}/").content.decode()


def test_a_moderator_lets_a_member_in_by_address(client, cast):
    client.force_login(cast.chen)
    path = f"/discussions/{cast.forum_id}/members/"
    answer = client.post(path, {"email": cast.stella.email.upper(), "role": "rapporteur"}, follow=True)
    assert "Stella Moreno" in answer.content.decode()
    assert Membership.objects.get(member=cast.stella).role == "rapporteur"


def test_a_role_that_is_replaced_is_said(client, cast):
    client.force_login(cast.chen)
    path = f"/discussions/{cast.forum_id}/members/"
    client.post(path, {"email": cast.amina.email, "role": "rapporteur"})
    # Another moderator, or an older page, with the role that the form offers first.
    page = client.post(path, {"email": cast.amina.email, "role": "participant"}, follow=True).content.decode()
    assert "The role of Amina Diallo is now: participant. It was: rapporteur." in page
    again = client.post(path, {"email": cast.amina.email, "role": "participant"}, follow=True).content.decode()
    assert "Amina Diallo now takes part." in again


def test_a_name_against_the_readers_language_stands_apart_in_what_the_hub_says(client, cast):
    client.force_login(cast.chen)
    client.cookies["django_language"] = "ar"
    path = f"/discussions/{cast.forum_id}/members/"
    page = client.post(path, {"email": cast.stella.email, "role": "observer"}, follow=True).content.decode()
    assert "\u2068Stella Moreno\u2069" in page
    page = client.post(path, {"remove": cast.stella.pk}, follow=True).content.decode()
    assert "\u2068Stella Moreno\u2069" in page


def test_an_unknown_address_is_an_error_that_keeps_the_form(client, cast):
    client.force_login(cast.chen)
    answer = client.post(f"/discussions/{cast.forum_id}/members/", {"email": "who@x.example", "role": "observer"})
    assert answer.status_code == 422 and 'value="who@x.example"' in answer.content.decode()


def test_a_removed_member_finds_every_page_closed_at_once(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.chen)
    client.post(f"/discussions/{cast.forum_id}/members/", {"remove": cast.amina.pk})
    client.force_login(cast.amina)
    for path in (f"/topics/{contribution.topic_id}/", f"/discussions/{cast.forum_id}/", f"/c/{contribution.number}/"):
        assert client.get(path).status_code == 404


def test_a_participant_sees_who_takes_part_but_lets_nobody_in(client, cast):
    client.force_login(cast.amina)
    path = f"/discussions/{cast.forum_id}/members/"
    page = client.get(path).content.decode()
    assert "Boris Horvat" in page and "Admit a member" not in page and cast.boris.email not in page
    assert client.post(path, {"email": cast.stella.email, "role": "moderator"}).status_code == 403
    assert client.post(path, {"remove": cast.boris.pk}).status_code == 403
    assert Membership.objects.filter(left_at=None).count() == 4


def test_the_summary_stands_on_the_discussion(client, cast):
    client.force_login(cast.chen)
    assert (
        client.post(f"/discussions/{cast.forum_id}/summary/", {"summary": "We *agree*.", "revision": 0}).status_code
        == 302
    )
    client.force_login(cast.amina)
    assert "<em>agree</em>" in client.get(f"/discussions/{cast.forum_id}/").content.decode()
    assert client.post(f"/discussions/{cast.forum_id}/summary/", {"summary": "No.", "revision": 1}).status_code == 403


def test_a_locked_topic_takes_no_reply_until_it_is_opened_again(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.chen)
    client.post(f"/topics/{contribution.topic_id}/lock/", {"to": "close"})
    client.force_login(cast.amina)
    assert "closed for replies" in client.get(f"/topics/{contribution.topic_id}/").content.decode()
    assert client.post(f"/topics/{contribution.topic_id}/", {"text": "Still"}).status_code == 409
    assert client.post(f"/topics/{contribution.topic_id}/lock/", {"to": "open"}).status_code == 403
    client.force_login(cast.chen)
    client.post(f"/topics/{contribution.topic_id}/lock/", {"to": "open"})
    client.force_login(cast.amina)
    assert client.post(f"/topics/{contribution.topic_id}/", {"text": "Again"}).status_code == 302


def test_acts_need_a_post(client, cast, now):
    contribution = cast.say(cast.boris, now=now)
    client.force_login(cast.chen)
    for path in (f"/topics/{contribution.topic_id}/lock/", f"/discussions/{cast.forum_id}/read/"):
        assert client.get(path).status_code == 405
    assert not Contribution.objects.get().post.topic.is_locked
