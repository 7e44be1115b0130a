"""What is typed into the form of an edit or of a summary outlives the page, until it is saved."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from forums import services
from tests.ui.browsing import HOST, in_browser, render, serve

pytestmark = pytest.mark.django_db
TYPED = "We begin with maize, and with wheat."


@pytest.fixture
def place(client: Any, cast: Any, now: Any) -> Any:
    """A contribution of Boris, who is signed in."""
    contribution = cast.say(cast.boris, "We begin with maize.", subject="Baselines", now=now)
    client.force_login(cast.boris)
    return contribution


@pytest.mark.browser
@pytest.mark.parametrize("thing", ["edit", "summary"])
def test_what_was_typed_comes_back_into_the_box_until_it_is_saved(client, cast, place, thing):
    if thing == "summary":
        client.force_login(cast.chen)
        path, field, initial = f"/discussions/{place.forum_id}/summary/", "summary", ""
    else:
        path, field, initial = f"/c/{place.number}/edit/", "text", place.text
    pages = render(client, path)
    answer = client.post(path, {field: TYPED, "revision": 0})
    assert answer.status_code == 302, answer.content.decode()
    after = answer["Location"].partition("#")[0]
    saved = render(client, after, path)
    assert b"notice sent" in saved[after][2]

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        box = page.locator(f"form.form textarea[name={field}]")
        notice = page.locator("[data-restored]")
        await page.goto(HOST + path)
        await expect(box).to_have_value(initial)
        await expect(notice).to_be_hidden()
        await box.fill(TYPED)
        await page.goto(HOST + path)
        await expect(box).to_have_value(TYPED)
        await expect(notice).to_be_visible()
        # It can be taken away again.
        page.on("dialog", lambda dialog: dialog.accept())
        await notice.get_by_role("button").click()
        await expect(box).to_have_value(initial)
        await expect(notice).to_be_hidden()
        await box.fill(TYPED)
        pages.update(saved)
        pages[path] = saved[after]
        await page.locator("form.form button.primary").click()
        await expect(page.locator(".notice.sent")).to_be_visible()
        pages[path] = saved[path]
        await page.goto(HOST + path)
        await expect(box).to_have_value(TYPED)
        await expect(notice).to_be_hidden()
        await expect(page.locator("[data-unsent]")).to_be_hidden()
        assert TYPED not in await page.evaluate("JSON.stringify(localStorage)")

    in_browser(work)


@pytest.mark.browser
def test_a_draft_on_words_that_were_changed_since_is_shown_apart(client, cast, place, now):
    path = f"/c/{place.number}/edit/"
    pages = render(client, path)
    change = {"number": place.number, "actor": cast.chen, "reason": "Clearer.", "revision": 0, "now": now}
    services.edit_contribution(text="We begin with maize first.", **change)
    changed = render(client, path)[path]
    stale = client.post(path, {"text": TYPED, "revision": 0})
    assert stale.status_code == 409

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        box, earlier = page.locator("form.form textarea[name=text]"), page.locator("[data-unsent]")
        await box.fill(TYPED)
        pages[path] = changed
        await page.goto(HOST + path)
        await expect(box).to_have_value("We begin with maize first.")
        await expect(page.locator("[data-restored]")).to_be_hidden()
        await expect(earlier.locator("textarea")).to_have_value(TYPED)
        page.on("dialog", lambda dialog: dialog.accept())
        await earlier.get_by_role("button", name="Discard the text").click()
        await page.reload()
        await expect(earlier).to_be_hidden()
        # A form that was refused keeps its words in its own box alone, and for the next time.
        pages[path] = (stale.status_code, dict(stale.headers), stale.content)
        await page.evaluate(
            "text => { localStorage.setItem(`draft:${document.body.dataset.member}:%s@0`, text) }"
            % f"edit-{place.number}",
            TYPED,
        )
        await page.goto(HOST + path)
        await expect(box).to_have_value(TYPED)
        await expect(earlier).to_be_hidden()
        pages[path] = changed
        await page.goto(HOST + path)
        await expect(box).to_have_value(TYPED)
        await expect(page.locator("[data-restored]")).to_be_visible()

    in_browser(work)


@pytest.mark.browser
def test_a_draft_of_an_edit_is_its_authors_alone_and_is_shown_when_the_form_is_gone(client, cast, place, now):
    path = f"/c/{place.number}/edit/"
    pages = render(client, path)
    client.force_login(cast.chen)
    other = render(client, path)[path]
    client.force_login(cast.boris)
    cast.policy.__class__.objects.update(moderated=True)
    refused = render(client, path)[path]
    assert refused[0] == 403

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("form.form textarea[name=text]").fill(TYPED)
        pages[path] = refused
        await page.goto(HOST + path)
        await expect(page.locator("[data-unsent] textarea")).to_have_value(TYPED)
        pages[path] = other
        await page.goto(HOST + path)
        await expect(page.locator("form.form textarea[name=text]")).to_have_value(place.text)
        await expect(page.locator("[data-unsent]")).to_be_hidden()
        assert TYPED not in await page.evaluate("JSON.stringify(localStorage)")

    in_browser(work)
