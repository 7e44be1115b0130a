"""What is typed in a reply box survives *Quote* and *Reply*, and is its author's alone on a shared browser."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.async_api import Browser, Dialog, expect

from forums.models import Contribution
from tests.ui.browsing import HOST, in_browser, render, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(cast: Any, now: Any) -> Any:
    """A topic of Boris, with one contribution."""
    return cast.say(cast.boris, "Where do we begin?\n\nWith maize.", subject="Baselines", now=now)


def _key(page: str) -> str:
    found = re.search(r'name="once_key" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_quoting_keeps_what_was_typed_and_puts_the_quote_below_it(client, cast, topic):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    sent = {"text": "I agree.\r\n\r\nBut see:", "once_key": "same", "quote": topic.number, "parent": ""}
    answer = client.post(path, sent)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "I agree.\n\nBut see:\n\nBoris Horvat wrote on 24 Nov 2026" in page
    assert "&gt; With maize." in page and f'name="parent" value="{topic.number}"' in page
    assert _key(page) == "same"
    # A second quote goes below the first; and nothing was published by any of it.
    again = client.post(path, {"text": "> a\n\nMine.", "quote": topic.number}).content.decode()
    assert "&gt; a\n\nMine.\n\nBoris Horvat wrote" in again
    assert Contribution.objects.count() == 1


def test_replying_to_another_or_to_the_topic_keeps_what_was_typed(client, cast, topic):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    to_boris = client.post(path, {"text": "Half a thought", "reply": topic.number}).content.decode()
    assert "Half a thought" in to_boris and f'name="parent" value="{topic.number}"' in to_boris
    to_all = client.post(path, {"text": "Half a thought", "parent": topic.number, "reply": ""}).content.decode()
    assert "Half a thought" in to_all and 'name="parent" value' not in to_all


def test_files_that_came_with_a_quote_are_asked_for_again(client, cast, topic):
    client.force_login(cast.amina)
    sent = {"text": "See the file.", "quote": topic.number, "attached": SimpleUploadedFile("a.txt", b"x")}
    page = client.post(f"/topics/{topic.topic_id}/", sent).content.decode()
    assert "chosen again" in page and "kept below" not in page


def test_an_empty_form_does_not_claim_to_keep_a_text(client, cast, topic):
    client.force_login(cast.amina)
    page = client.post(f"/topics/{topic.topic_id}/", {"text": "", "once_key": "k"}).content.decode()
    assert "kept below" not in page and "chosen again" not in page


@pytest.mark.browser
@pytest.mark.parametrize("scripted", [True, False])
def test_quote_and_reply_send_the_typed_words_along_and_lead_into_the_box(client, cast, topic, scripted):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    pages = render(client, path)
    turned = client.post(path, {"text": "Half a thought", "quote": topic.number})
    action = re.search(r'id="answer" [^>]*method="post" action="([^"#]+)#id_text"', pages[path][2].decode())
    assert action is not None
    pages[action[1]] = (200, dict(turned.headers), turned.content)

    async def work(browser: Browser) -> None:
        context = await browser.new_context(java_script_enabled=scripted)
        posted: list[str] = []
        await serve(context, pages, posted)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("#reply textarea").fill("Half a thought")
        await page.get_by_role("button", name="Quote").click()
        box = page.locator("#reply textarea")
        await expect(box).to_have_value(re.compile("Half a thought\n\nBoris Horvat wrote"))
        assert len(posted) == 1 and "Half a thought" in posted[0] and 'name="quote"' in posted[0]
        await expect(box).to_be_focused()
        heading = await page.locator("#reply-head").bounding_box()
        assert heading is not None and heading["y"] >= 0
        if scripted:
            assert await box.evaluate("area => area.selectionStart === area.value.length")
            # Leaving and coming back finds both, and the quote once.
            await page.goto(HOST + path)
            await expect(page.locator("#reply textarea")).to_have_value(re.compile("Half a thought"))

    in_browser(work)


@pytest.mark.browser
def test_a_quote_by_its_address_joins_the_draft_of_this_browser_once(client, cast, topic):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    pages = render(client, path, f"{path}?quote={topic.number}")

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("#reply textarea").fill("Half a thought")
        await page.goto(f"{HOST}{path}?quote={topic.number}#reply")
        both = re.compile(r"^Half a thought\n\nBoris Horvat wrote[^B]*With maize\.\s*$")
        await expect(page.locator("#reply textarea")).to_have_value(both)
        await expect(page.locator("#reply textarea")).to_be_focused()
        await page.locator("#reply textarea").press_sequentially(" ")
        await page.reload()
        await expect(page.locator("#reply textarea")).to_have_value(both)

    in_browser(work)


@pytest.mark.browser
def test_the_next_member_at_a_browser_finds_nothing_of_the_last_one(cast, topic):
    path = f"/topics/{topic.topic_id}/"
    seen = {}
    for member in (cast.amina, cast.chen):
        client = Client()
        client.force_login(member)
        seen[member] = render(client, path)[path]
    pages = {path: seen[cast.amina]}

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("#reply textarea").fill("Amina's secret")
        other = await context.new_page()
        await other.goto(HOST + path)
        await expect(other.locator("#reply textarea")).to_have_value("Amina's secret")
        # Her sign-in has ended without her; Chen signs in, in the other tab.
        pages[path] = seen[cast.chen]
        await other.goto(HOST + path)
        await expect(other.locator("#reply textarea")).to_have_value("")
        assert "secret" not in await other.evaluate("JSON.stringify(localStorage)")
        # Her own tab shows her words to nobody any more, nor does going back in it.
        await expect(page.locator("#reply textarea")).to_have_value("")
        await page.go_back()
        await page.go_forward()
        await expect(page.locator("#reply textarea")).to_have_value("")
        # And when she comes back, nothing of his.
        await other.locator("#reply textarea").fill("Chen's draft")
        pages[path] = seen[cast.amina]
        await other.goto(HOST + path)
        await expect(other.locator("#reply textarea")).to_have_value("")

    in_browser(work)


@pytest.mark.browser
def test_signing_out_takes_the_drafts_away(client, cast, topic):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    pages = render(client, path)

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("#reply textarea").fill("Amina's secret")
        assert "secret" in await page.evaluate("JSON.stringify(localStorage)")
        await page.locator("details.person summary").click()
        pages["/accounts/logout/"] = (200, {"Content-Type": "text/html"}, b"<h1>Signed out</h1>")
        questions: list[str] = []

        async def answer(dialog: Dialog) -> None:
            questions.append(dialog.message)
            await (dialog.accept() if len(questions) > 1 else dialog.dismiss())

        page.on("dialog", answer)
        await page.get_by_role("button", name="Sign out").click()
        # Who does not want to lose them stays.
        assert "secret" in await page.evaluate("JSON.stringify(localStorage)")
        await page.get_by_role("button", name="Sign out").click()
        assert len(questions) == 2 and "have not sent" in questions[0]
        await expect(page.get_by_role("heading", name="Signed out")).to_be_visible()
        await page.goto(HOST + path)
        assert "secret" not in await page.evaluate("JSON.stringify(localStorage)")

    in_browser(work)
