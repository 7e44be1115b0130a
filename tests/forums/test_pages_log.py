"""The page of the log: who sees it, what it says, and its button."""

import pytest
from django.urls import reverse

from forums import services
from forums.acts import ACTS
from hub.lib.clock import now as clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def url(cast):
    """The address of the log of the closed discussion."""
    return reverse("forums:log", args=(cast.forum_id,))


def test_those_who_lead_and_the_secretariat_see_the_log_and_nobody_else(client, cast, url):
    for member, status in ((cast.chen, 200), (cast.sofia, 200), (cast.amina, 403), (cast.stella, 404)):
        client.force_login(member)
        assert client.get(url).status_code == status


def test_the_log_says_who_did_what_why_and_undoes_it_from_its_button(client, cast, url):
    row = cast.say(cast.amina, "Fifty metres.", subject="Isolation", now=clock())
    services.edit_contribution(number=row.number, actor=cast.chen, text="Feet.", reason="A slip", now=clock())
    services.lock_topic(topic_id=row.topic_id, actor=cast.chen, now=clock())
    client.force_login(cast.chen)
    page = client.get(url)
    text = page.content.decode()
    assert "closed the topic" in text and "A slip" in text and "Chen Wei" in text and "UTC" in text
    line = page.context["log_lines"][0]
    answer = client.post(url, {"undo": line.entry.pk}, follow=True)
    row.post.topic.refresh_from_db()
    assert not row.post.topic.is_locked
    assert "This was undone." in answer.content.decode() and "undone by" in answer.content.decode()


def test_what_cannot_be_undone_says_why_beside_the_entry(client, cast, url):
    topic_id = cast.say(cast.amina, now=clock()).topic_id
    services.lock_topic(topic_id=topic_id, actor=cast.chen, now=clock())
    services.unlock_topic(topic_id=topic_id, actor=cast.chen, now=clock())
    client.force_login(cast.chen)
    entry = client.get(url).context["log_lines"][1].entry
    assert "changed since" in client.post(url, {"undo": entry.pk}, follow=True).content.decode()


def test_a_long_log_is_cut_into_pages_and_costs_the_same(client, cast, url, django_assert_max_num_queries):
    topic_id = cast.say(cast.amina, now=clock()).topic_id
    for _round in range(30):
        services.lock_topic(topic_id=topic_id, actor=cast.chen, now=clock())
        services.unlock_topic(topic_id=topic_id, actor=cast.chen, now=clock())
    client.force_login(cast.chen)
    with django_assert_max_num_queries(12):
        page = client.get(url)
    assert len(page.context["log_lines"]) == 50 and "?page=2" in page.content.decode()


def test_an_undo_of_another_discussions_act_is_a_missing_one(client, cast, url):
    client.force_login(cast.chen)
    assert client.post(url, {"undo": "999999"}).status_code == 404
    assert client.post(url, {"undo": "x"}).status_code == 404


def test_every_act_has_its_sentence_with_the_names_that_a_line_has():
    names = "actor topic member number role before after count from_forum to_forum pace setting"
    values = dict.fromkeys(names.split(), "x")
    assert all(str(act.sentence) % values for act in ACTS.values())
