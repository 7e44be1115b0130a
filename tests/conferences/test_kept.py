"""Words in a box when the gavel falls: they are offered to the discussion, also after the page was loaded again."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import expect

from conferences import services
from conferences.models import ConferenceSession
from conferences.services.clock import keep_time
from forums import services as forum_services
from forums.models import Contribution
from hub.lib import clock
from tests.conferences.conftest import gather
from tests.conferences.test_browser import DESK, PHONE, window
from tests.ui.browsing import in_browser, in_thread


def close(room):
    """Let the gavel fall."""
    services.close_session(conference_session_id=room.pk, actor=room.chen, now=clock.now())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("loaded_again", [False, True])
def test_words_that_the_gavel_came_before_go_to_the_discussion(serving, make_member, loaded_again):
    room = gather(make_member, clock.now())
    room.open()
    cookie = serving.cookie(room.amina)

    async def work(browser):
        page = await window(browser, serving, cookie, PHONE)
        await page.goto(f"/sessions/{room.pk}/")
        await expect(page.locator("#present")).to_have_text("one person here")
        await page.locator("label[for=tab-mine]").click()
        await page.locator("#statement textarea").fill("What I wanted to say.")
        await in_thread(close, room)
        await expect(page.locator("#turn-words")).to_have_text("The session is closed")
        if loaded_again:
            await page.goto(f"/sessions/{room.pk}/")
            await expect(page.locator("ol.transcript")).to_be_visible()
        else:
            await page.get_by_role("link", name="Post it to the discussion").click()
        box = page.locator("#kept-session")
        await expect(box).to_be_in_viewport()
        await expect(box.locator("textarea")).to_have_value("What I wanted to say.")
        await box.get_by_role("button", name="Post it to the discussion").click()
        await expect(page.locator("article.contribution", has_text="What I wanted to say.")).to_be_visible()
        # It is sent: nothing is offered again.
        await page.goto(f"/sessions/{room.pk}/")
        await expect(page.locator("ol.transcript")).to_be_visible()
        await expect(box).to_be_hidden()
        assert not page.faults

    in_browser(work)
    contribution = Contribution.objects.get()
    assert (
        contribution.author == room.amina
        and contribution.topic_id == room.items[0].topic_id
        and contribution.origin == "web"
    )


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_where_nothing_can_be_posted_any_more_the_words_can_be_copied_or_discarded(serving, make_member):
    room = gather(make_member, clock.now())
    room.open()
    cookie = serving.cookie(room.amina)

    def end():
        close(room)
        services.end_conference(conference_id=room.conference.pk, actor=room.chen, now=clock.now())

    async def work(browser):
        page = await window(browser, serving, cookie, DESK)
        await page.goto(f"/sessions/{room.pk}/")
        await page.locator("#statement textarea").fill("What I wanted to say.")
        await in_thread(end)
        await page.goto(f"/sessions/{room.pk}/")
        box = page.locator("#kept-session")
        await expect(box).to_contain_text("This discussion closed on")
        await expect(box.get_by_role("button", name="Post it to the discussion")).to_have_count(0)
        await expect(box.get_by_role("button", name="Copy the text")).to_be_visible()
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await box.get_by_role("button", name="Discard the text").click()
        await expect(box).to_be_hidden()
        await page.reload()
        await expect(page.locator("ol.transcript")).to_be_visible()
        await expect(box).to_be_hidden()

    in_browser(work)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_the_chair_wrote_for_the_opening_and_the_closing_is_not_lost_to_the_clock(serving, make_member):
    room = gather(make_member, clock.now() + timedelta(hours=1))
    cookie = serving.cookie(room.chen)

    def tick(moment, **hours):
        ConferenceSession.objects.filter(pk=room.pk).update(**hours)
        assert keep_time(moment) == 1

    async def work(browser):
        page = await window(browser, serving, cookie, DESK)
        await page.goto(f"/sessions/{room.pk}/")
        await expect(page.locator("#present")).to_have_text("one person here")
        await page.locator("#open-words").fill("Welcome to all.")
        await in_thread(tick, clock.now(), opens_at=clock.now() - timedelta(minutes=1))
        opening = page.locator("#kept-open")
        await expect(opening.locator("textarea")).to_have_value("Welcome to all.")
        await page.get_by_text("Close the session…").click()
        await page.locator("#close-words").fill("We agreed on fifty metres.")
        await in_thread(tick, clock.now(), closes_at=clock.now() - timedelta(seconds=1))
        closing = page.locator("#kept-close")
        await expect(closing.locator("textarea")).to_have_value("We agreed on fifty metres.")
        await page.goto(f"/sessions/{room.pk}/")
        await expect(closing.locator("textarea")).to_have_value("We agreed on fifty metres.")
        await expect(opening.locator("textarea")).to_have_value("Welcome to all.")

    in_browser(work)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_words_that_the_chair_has_opened_with_are_not_offered_again(serving, make_member):
    room = gather(make_member, clock.now())
    cookie = serving.cookie(room.chen)

    async def work(browser):
        page = await window(browser, serving, cookie, DESK)
        await page.goto(f"/sessions/{room.pk}/")
        await page.locator("#open-words").fill("Welcome to all.")
        await page.get_by_role("button", name="Open the session").click()
        await expect(page.locator("article.contribution", has_text="Welcome to all.")).to_be_visible()
        await expect(page.locator("#kept-open")).to_be_hidden()
        await page.reload()
        await expect(page.locator("#present")).to_have_text("one person here")
        await expect(page.locator("#kept-open")).to_be_hidden()

    in_browser(work)


@pytest.mark.django_db
def test_a_statement_that_came_too_late_comes_back_in_a_form_that_can_be_posted(client, open_live_session):
    room = open_live_session
    services.close_session(conference_session_id=room.pk, actor=room.chen, now=room.now)
    client.force_login(room.amina)
    answer = client.post(f"/sessions/{room.pk}/intervene/", {"text": "Too late & kept", "once_key": "k"})
    assert (
        answer.status_code == 409 and "Too late &amp; kept" in answer.text and "This session is closed" in answer.text
    )
    assert f'action="/topics/{room.items[0].topic_id}/"' in answer.text
    part = answer.text.partition('id="kept-session"')[2].partition(">")[0]
    assert "hidden" not in part


@pytest.mark.django_db
def test_words_are_kept_for_who_may_speak_alone(client, open_live_session):
    room = open_live_session
    services.close_session(conference_session_id=room.pk, actor=room.chen, now=room.now)
    for who, parts in ((room.amina, 1), (room.chen, 3), (room.oona, 0)):
        client.force_login(who)
        page = client.get(f"/sessions/{room.pk}/").text
        assert page.count("data-kept") == parts and page.count("kept.js") == bool(parts)


@pytest.mark.django_db
def test_an_item_whose_topic_is_held_breaks_no_transcript(client, open_live_session):
    room = open_live_session
    topic = room.items[0].topic
    draft = forum_services.Draft(forum_id=room.forum_id, topic_id=topic.pk, text="First.")
    forum_services.publish(draft=draft, author=room.boris, origin="web", now=room.now)
    type(topic).objects.filter(pk=topic.pk).update(approved=False)
    services.close_session(conference_session_id=room.pk, actor=room.chen, now=room.now)
    client.force_login(room.amina)
    page = client.get(f"/sessions/{room.pk}/")
    assert page.status_code == 200 and "Its topic is not shown yet." in page.text
