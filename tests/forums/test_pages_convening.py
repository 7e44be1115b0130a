"""The pages that open, change, close and propose discussions."""

from datetime import timedelta

import pytest
from django.urls import reverse

from conferences.services import convene_conference
from forums import services
from forums.models import DiscussionProposal, ForumPolicy
from hub.lib import clock
from tests.pages import form_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def policy(cast, now):
    """A discussion of its own, which Chen leads."""
    policy = services.create_forum(name="Soil", slug="soil", preset="closed", now=now, theme="Old theme")
    services.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    return policy


def _url(name, policy):
    return reverse(f"forums:{name}", args=(policy.forum_id,))


def _text(answer):
    return answer.content.decode()


def test_the_secretariat_opens_a_discussion_and_is_led_to_its_page(client, cast):
    client.force_login(cast.sofia)
    form = form_of(client.get("/discussions/open/"))
    answer = client.post("/discussions/open/", form | {"name": "Soil carbon", "leaders": cast.chen.email}, follow=True)
    policy = ForumPolicy.objects.select_related("forum").get(forum__name="Soil carbon")
    assert policy.forum.mailing_list.name == "soil-carbon" and policy.preset == "closed"
    assert "Admit people" in _text(answer)


def test_a_refused_form_keeps_all_that_was_typed(client, cast):
    client.force_login(cast.sofia)
    typed = form_of(client.get("/discussions/open/")) | {
        "name": "N" * 200, "theme": "My long theme", "questions": "What?", "slug": "risk",
        "closes_at": "2026-11-01T10:00", "leaders": "nobody@example.org",
    }  # fmt: skip
    answer = client.post("/discussions/open/", typed)
    assert answer.status_code == 422
    kept = form_of(answer)
    assert {name: kept[name] for name in typed} == typed
    assert "nobody@example.org" in _text(answer) and "at most 100" in _text(answer)


def test_a_taken_address_is_answered_with_a_free_one(client, cast):
    client.force_login(cast.sofia)
    form = form_of(client.get("/discussions/open/")) | {"name": "Risk", "slug": "risk"}
    answer = client.post("/discussions/open/", form)
    assert answer.status_code == 422 and form_of(answer)["slug"] == "risk-2"


def test_a_moderator_changes_words_and_is_offered_nothing_else(client, cast, policy):
    client.force_login(cast.chen)
    page = client.get(_url("settings", policy))
    assert {"theme", "background", "questions", "closes_at"} <= form_of(page).keys()
    assert not {"name", "preset", "registration"} & form_of(page).keys()
    answer = client.post(_url("settings", policy), form_of(page) | {"theme": "New theme"}, follow=True)
    assert "New theme" in _text(answer)
    client.force_login(cast.amina)
    assert client.get(_url("settings", policy)).status_code == 404


def test_two_who_change_one_discussion_lose_nothing(client, cast, policy):
    client.force_login(cast.chen)
    mine = form_of(client.get(_url("settings", policy))) | {"theme": "My theme"}
    services.change_discussion(
        forum_id=policy.forum_id,
        changes={"theme": "Her theme", "questions": "Hers?"},
        actor=cast.sofia,
        now=clock.now(),
    )
    answer = client.post(_url("settings", policy), mine)
    assert answer.status_code == 409 and "Changed in the meantime" in _text(answer)
    assert "Hers?" in _text(answer)
    again = form_of(answer)
    # What I typed stands there, and what she changed and I did not.
    assert (again["theme"], again["questions"]) == ("My theme", "Hers?")
    assert client.post(_url("settings", policy), again).status_code == 302
    policy.refresh_from_db()
    assert (policy.theme, policy.questions) == ("My theme", "Hers?")


def test_closing_says_what_it_means_and_opening_again_asks_why(client, cast, policy):
    client.force_login(cast.chen)
    assert "nobody can write" in _text(client.get(_url("close", policy)))
    assert client.post(_url("close", policy)).status_code == 302
    assert client.post(_url("close", policy)).status_code == 409
    assert "closes_at" not in form_of(client.get(_url("settings", policy)))
    ends = f"{clock.now() + timedelta(days=9):%Y-%m-%dT%H:%M}"
    answer = client.post(_url("reopen", policy), {"reason": "", "closes_at": ends})
    assert answer.status_code == 422 and form_of(answer)["closes_at"] == ends
    assert client.post(_url("reopen", policy), {"reason": "More", "closes_at": ends}).status_code == 302


def test_a_discussion_of_a_group_or_conference_says_where_it_is_changed(client, cast, now):
    conference = convene_conference(name="Talks", actor=cast.sofia, now=now, people={cast.chen: "chair"})
    client.force_login(cast.chen)
    page = client.get(_url("settings", conference))
    assert conference.get_absolute_url() in _text(page) and page.status_code == 200
    assert client.post(_url("close", conference)).status_code == 403


def test_a_proposal_goes_from_the_member_to_the_discussion(client, cast):
    client.force_login(cast.stella)
    words = {"name": "Soil", "theme": "T", "why": "W", "moderates": "on", "sponsor": "Institute"}
    answer = client.post("/discussions/propose/", words, follow=True)
    assert "Soil" in _text(answer) and "waiting for the Secretariat" in _text(answer)
    proposal = DiscussionProposal.objects.get()
    client.force_login(cast.sofia)
    assert "Soil" in _text(client.get("/discussions/proposals/"))
    form = form_of(client.get(f"/discussions/open/?proposal={proposal.pk}"))
    assert (form["name"], form["sponsors"], form["leaders"]) == ("Soil", "Institute", cast.stella.email)
    assert client.post("/discussions/open/", form).status_code == 302
    client.force_login(cast.stella)
    assert "accepted" in _text(client.get(f"/discussions/proposals/{proposal.pk}/"))


def test_a_member_changes_and_withdraws_a_proposal(client, cast):
    client.force_login(cast.stella)
    client.post("/discussions/propose/", {"name": "Soil", "theme": "T", "why": "W"})
    url = f"/discussions/proposals/{DiscussionProposal.objects.get().pk}/"
    assert client.post(url, form_of(client.get(url)) | {"theme": "Better"}).status_code == 302
    assert DiscussionProposal.objects.get().theme == "Better"
    assert client.post(url, {"withdraw": "1"}).status_code == 302
    assert DiscussionProposal.objects.get().state == "withdrawn"


def test_declining_asks_for_a_reason_and_keeps_the_page(client, cast, now):
    proposal = services.propose_discussion(
        actor=cast.stella, now=now, name="Soil", theme="T", why="W", opens_at=None, closes_at=None,
        moderates=False, sponsor="",
    )  # fmt: skip
    url = f"/discussions/proposals/{proposal.pk}/"
    client.force_login(cast.sofia)
    assert client.post(url, {"decline": "1", "revision": 0, "reason": ""}).status_code == 422
    assert client.post(url, {"decline": "1", "revision": 0, "reason": "No."}).status_code == 302
    client.force_login(cast.stella)
    assert "No." in _text(client.get(url))
