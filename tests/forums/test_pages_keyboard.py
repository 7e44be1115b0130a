"""The pages by keyboard alone: no dead stops, menus that close, and a box that is reached."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.ui.browsing import HOST, in_browser, render, serve

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture
def pages(client: Any, cast: Any, now: Any) -> Any:
    """A discussion with all its cards, and a topic."""
    cast.policy.opens_at, cast.policy.closes_at = now, now.replace(year=2099)
    cast.policy.save()
    contribution = cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)
    client.force_login(cast.amina)
    return render(client, f"/discussions/{cast.forum_id}/", f"/topics/{contribution.topic_id}/")


@pytest.mark.parametrize("scripted", [True, False])
def test_cards_of_the_rail_are_stops_where_they_fold_and_nowhere_else(pages, scripted):
    async def work(browser: Browser) -> None:
        context = await browser.new_context(java_script_enabled=scripted)
        await serve(context, pages)
        for path in pages:
            page = await context.new_page()
            await page.set_viewport_size({"width": 1280, "height": 800})
            await page.goto(HOST + path)
            assert await page.locator(".rail details.card").count() > 1
            in_rail = "document.activeElement.matches('.rail summary')"
            for _ in range(40):
                await page.keyboard.press("Tab")
                assert not await page.evaluate(in_rail), path
            for card in await page.locator(".rail details.card summary h2").all():
                await expect(card).to_be_visible()
            await expect(page.locator(".rail .facts").first).to_be_visible()
            await page.set_viewport_size({"width": 360, "height": 740})
            await page.goto(HOST + path)
            summary = page.locator(".rail details.card summary").first
            await summary.focus()
            await expect(summary).to_be_focused()
            await expect(page.locator(".rail .facts").first).to_be_hidden()
            await page.keyboard.press("Enter")
            await expect(page.locator(".rail .facts").first).to_be_visible()
            await page.close()

    in_browser(work)


def test_a_menu_closes_with_escape_by_a_touch_elsewhere_and_when_the_focus_leaves(pages):
    async def work(browser: Browser) -> None:
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + next(iter(pages)))
        languages, person = (page.locator(f"details.menu{kind}") for kind in (":not(.person)", ".person"))
        for menu in (languages, person):
            summary = menu.locator("summary")
            await summary.click()
            await expect(menu).to_have_attribute("open", "")
            await page.keyboard.press("Tab")
            await page.keyboard.press("Escape")
            await expect(menu).not_to_have_attribute("open", "")
            await expect(summary).to_be_focused()
            await summary.click()
            await page.locator("h1").click()
            await expect(menu).not_to_have_attribute("open", "")
            await summary.focus()
            await page.keyboard.press("Enter")
            await expect(menu).to_have_attribute("open", "")
            for _ in range(25):
                await page.keyboard.press("Tab")
            await expect(menu).not_to_have_attribute("open", "")
            await summary.focus()
            await page.keyboard.press("Enter")
            await page.keyboard.press("Shift+Tab")
            await expect(menu).not_to_have_attribute("open", "")

    in_browser(work)


def test_without_a_script_one_menu_at_a_time_is_open(pages):
    async def work(browser: Browser) -> None:
        context = await browser.new_context(java_script_enabled=False)
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + next(iter(pages)))
        await page.locator("details.menu:not(.person) summary").click()
        await page.locator("details.person summary").click()
        assert await page.locator("details.menu[open]").count() == 1

    in_browser(work)


@pytest.mark.parametrize("scripted", [True, False])
def test_write_a_reply_leads_into_the_box_and_the_skip_link_to_the_text(pages, scripted):
    async def work(browser: Browser) -> None:
        context = await browser.new_context(java_script_enabled=scripted)
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + list(pages)[1])
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('main') !== null")
        await page.get_by_role("link", name="Write a reply").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#reply textarea")).to_be_focused()

    in_browser(work)
