"""What people typed is shown with what they can do, when their form is refused as a whole or its box is gone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.forms import Textarea
from django.test import Client, RequestFactory
from playwright.async_api import Browser, expect

from cms import forms as cms_forms
from conferences import forms as conference_forms
from forums import forms as forum_forms
from forums import services
from forums.models import ForumPolicy, Membership
from hub.lib.clock import now as clock
from hub.lib.typed import LONG_TEXTS, typed_texts
from hub.members import forms as member_forms
from hub.members import leaving
from hub.members.account import forms as account_forms
from liaison import forms as liaison_forms
from listserv import forms as list_forms
from tests.ui.browsing import HOST, in_browser, render, serve

pytestmark = pytest.mark.django_db
TYPED = "Half an hour of <careful> words."
SHOWN = "Half an hour of &lt;careful&gt; words."
ROOMS = (
    account_forms, cms_forms, conference_forms, forum_forms, leaving, liaison_forms, list_forms, member_forms,
)  # fmt: skip


@pytest.fixture
def topic(cast: Any, now: Any) -> Any:
    """A topic of Boris, with one contribution."""
    return cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)


def close(topic: Any, now: Any) -> None:
    """End the discussion of a topic."""
    ForumPolicy.objects.filter(forum_id=topic.forum_id).update(closes_at=now - timedelta(minutes=1))


def test_a_reply_that_comes_after_the_end_is_shown_with_whom_to_send_it_to(client, cast, topic, now):
    close(topic, now)
    client.force_login(cast.amina)
    answer = client.post(f"/topics/{topic.topic_id}/", {"text": TYPED})
    page = answer.content.decode()
    assert answer.status_code == 409 and SHOWN in page and "Your text was not sent" in page
    assert 'id="answer"' not in page and f'data-draft="topic-{topic.topic_id}"' in page
    assert "Copy the text" in page


def test_a_locked_topic_keeps_what_comes_too_late(client, cast, topic):
    services.lock_topic(topic_id=topic.topic_id, actor=cast.chen, now=clock())
    client.force_login(cast.amina)
    page = client.post(f"/topics/{topic.topic_id}/", {"text": TYPED, "quote": topic.number}).content.decode()
    assert SHOWN in page and "Your text was not sent" in page and 'id="answer"' not in page


def test_a_topic_that_comes_after_the_end_is_shown(client, cast, topic, now):
    close(topic, now)
    client.force_login(cast.amina)
    url = f"/discussions/{topic.forum_id}/new/"
    page = client.post(url, {"subject": "Next", "text": TYPED}).content.decode()
    assert SHOWN in page and f'data-draft="new-{topic.forum_id}"' in page and "Start the topic" not in page


def test_a_member_who_has_left_a_closed_discussion_gets_the_words_back(client, cast, topic):
    ForumPolicy.objects.filter(forum_id=topic.forum_id).update(preset="closed")
    Membership.objects.filter(member=cast.amina).delete()
    client.force_login(cast.amina)
    answer = client.post(f"/topics/{topic.topic_id}/", {"text": TYPED})
    assert answer.status_code == 404 and SHOWN in answer.content.decode()
    page = client.get(f"/topics/{topic.topic_id}/").content.decode()
    assert f'data-draft="topic-{topic.topic_id}"' in page
    # The page of any other missing address has no such part.
    assert "data-unsent" not in client.get("/topics/999999/after/0/").content.decode()


@pytest.mark.parametrize("path", ["/topics/{topic}/", "/discussions/{forum}/new/", "/c/{number}/edit/"])
def test_words_that_come_without_a_sign_in_are_shown_above_the_way_in(client, topic, path):
    path = path.format(topic=topic.topic_id, forum=topic.forum_id, number=topic.number)
    answer = client.post(path, {"text": TYPED})
    page = answer.content.decode()
    assert answer.status_code == 403 and SHOWN in page and "/accounts/login/?next=" in page
    assert client.post(path, {"text": " "}).status_code == 302


def test_a_form_that_was_open_too_long_gives_its_words_back(cast, topic):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    own = client.post(path, {"text": TYPED}, headers={"Origin": "http://testserver"})
    assert own.status_code == 403 and SHOWN in own.content.decode()
    foreign = client.post(path, {"text": TYPED}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403 and SHOWN not in foreign.content.decode()


def test_an_edit_that_comes_too_late_can_become_a_reply(client, cast, topic, now):
    client.force_login(cast.boris)
    ForumPolicy.objects.filter(forum_id=topic.forum_id).update(moderated=True)
    path = f"/c/{topic.number}/edit/"
    assert client.get(path).status_code == 403
    answer = client.post(path, {"text": TYPED, "revision": 0})
    page = answer.content.decode()
    assert answer.status_code == 403 and page.count(SHOWN) == 2 and f'name="reply" value="{topic.number}"' in page
    turned = client.post(f"/topics/{topic.topic_id}/?page=last", {"text": TYPED, "reply": topic.number})
    assert SHOWN in turned.content.decode() and 'id="answer"' in turned.content.decode()
    close(topic, now)
    page = client.post(path, {"text": TYPED, "revision": 0}).content.decode()
    assert page.count(SHOWN) == 1 and 'name="reply"' not in page


def test_every_box_for_sentences_is_known_by_its_name():
    names = set()
    for room in ROOMS:
        for form in vars(room).values():
            for name, field in getattr(form, "base_fields", {}).items():
                if isinstance(field.widget, Textarea):
                    names.add(name)
    assert names >= {"text", "reason", "summary"} and names <= LONG_TEXTS


def test_passwords_and_keys_are_never_shown_again():
    request = RequestFactory().post("/x/", {"password": "a b", "once_key": "k", "text": ["one", ""], "login": "a"})
    request.user = AnonymousUser()
    assert typed_texts(request) == ["one"]
    assert typed_texts(RequestFactory().get("/x/", {"text": "one"})) == []


@pytest.mark.browser
def test_a_draft_whose_box_is_gone_is_shown_copied_and_discarded(client, cast, topic, now):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    pages = render(client, path)
    close(topic, now)
    closed = render(client, path)[path]

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("#reply textarea").fill(TYPED)
        pages[path] = closed
        await page.reload()
        box = page.locator("#reply textarea")
        await expect(box).to_be_visible()
        await expect(box).to_have_value(TYPED)
        assert not await box.is_editable()
        await page.get_by_role("button", name="Copy the text").click()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("button", name="Discard the text").click()
        await expect(box).to_be_hidden()
        await page.reload()
        await expect(box).to_be_hidden()

    in_browser(work)
