"""The discussion pages in a real browser: axe-core, narrow and wide, both directions, and what the script adds."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from forums import services
from tests.ui.browsing import HOST, in_browser, render, serve, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
TEXT = "A **word**.\n\n- one\n- two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |"


@pytest.fixture
def network(cast: Any, now: Any) -> Any:
    """A discussion with everything a page can show, in three scripts."""
    upload = services.Upload("протокол.pdf", b"%PDF", "application/pdf")
    cast.policy.questions, cast.policy.summary = "How far?\nWhy?", "We **agree**."
    cast.policy.opens_at, cast.policy.closes_at = now, now.replace(year=2099)
    cast.policy.moderated = True
    cast.policy.save()
    contribution = cast.say(
        cast.chen,
        TEXT,
        subject="Long",
        folded="> first\n> second",
        files=(upload,),
        now=now,
    )
    for text in ("- واحد\n- اثنان\n\nأشكر الزملاء على هذه المناقشة.", "同意。检测限应当写入每份报告。", "x" * 300):
        cast.say(cast.chen, text, topic_id=contribution.topic_id, parent=contribution.number, now=now)
    cast.say(cast.boris, "Waits for Chen.", topic_id=contribution.topic_id, now=now)
    cast.topic_id, cast.number = contribution.topic_id, contribution.number
    return cast


@pytest.fixture
def cast(cast: Any) -> Any:
    """The cast, open for a test to note things on."""
    from types import SimpleNamespace

    return SimpleNamespace(
        **{name: getattr(cast, name) for name in cast.__dataclass_fields__}, say=cast.say, forum_id=cast.forum_id
    )


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_passes_axe_and_fits_a_phone(client, network, language):
    network.chen.language = language
    network.chen.save()
    client.force_login(network.chen)
    forum, topic = network.forum_id, f"/topics/{network.topic_id}/"
    pages = render(
        client,
        "/discussions/",
        f"/discussions/{forum}/",
        f"/discussions/{forum}/members/",
        f"/discussions/{forum}/new/",
        f"/discussions/{forum}/summary/",
        topic,
        f"{topic}?view=threaded",
        f"{topic}?quote={network.number}",
        f"/c/{network.number}/edit/",
        "/held/",
        "/topics/999999/",
        "/accounts/email/",
        "/accounts/password/change/",
    )
    client.logout()
    client.cookies["django_language"] = language
    pages |= render(client, "/accounts/login/", "/accounts/password/reset/", "/accounts/inactive/")

    async def work(browser: Browser) -> None:
        wrong: dict[str, Any] = {}
        context = await browser.new_context(viewport={"width": 360, "height": 800})
        await serve(context, pages)
        page = await context.new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text) if "Content Security" in message.text else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        for path in pages:
            await page.goto(HOST + path)
            over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            narrow = await violations(page)
            await page.set_viewport_size({"width": 1280, "height": 800})
            wide = await violations(page)
            await page.set_viewport_size({"width": 360, "height": 800})
            if narrow or wide or over > 0 or heard:
                wrong[path] = {"narrow": narrow, "wide": wide, "pixels too wide": over, "heard": list(heard)}
            heard.clear()
        assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)

    assert all(f'dir="{"rtl" if language == "ar" else "ltr"}"'.encode() in page[2] for page in pages.values())
    in_browser(work)


def test_a_table_of_a_mail_keeps_its_columns_on_a_phone_and_is_moved_by_itself(client, cast, now):
    table = "Plot   Distance   Seeds tested   Hybrids   Rate\nA1         10 m         12,400        31   0.25 %"
    draft = services.Draft(forum_id=cast.forum_id, text=f"{table}\n\na  b\nc  d", subject="Table")
    contribution = services.publish(draft=draft, author=cast.boris, origin="mail", now=now).contribution
    client.force_login(cast.amina)
    path = f"/topics/{contribution.topic_id}/"
    pages = render(client, path)

    async def work(browser: Browser) -> None:
        context = await browser.new_context(viewport={"width": 360, "height": 800})
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        wide, narrow = page.locator("pre.drawn").nth(0), page.locator("pre.drawn").nth(1)
        heights = [await drawn.evaluate("drawn => drawn.clientHeight") for drawn in (wide, narrow)]
        assert abs(heights[0] - heights[1]) < 20, "two lines each; a bar at most stands below the wide one"
        assert await wide.evaluate("drawn => drawn.scrollWidth > drawn.clientWidth && drawn.tabIndex == 0")
        assert await narrow.get_attribute("tabindex") is None
        assert not await violations(page)
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.wait_for_function("!document.querySelector('pre.drawn[tabindex]')")

    in_browser(work)


def test_focus_is_visible_on_whatever_the_keyboard_reaches(client, network):
    client.force_login(network.chen)
    path = f"/topics/{network.topic_id}/"
    pages = render(client, path)

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + path)
        seen = set()
        for _ in range(40):
            await page.keyboard.press("Tab")
            shown = await page.evaluate(
                "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineStyle,"
                " document.activeElement.textContent.trim().slice(0, 30)]"
            )
            if shown[0] not in {"BODY", "HTML"}:
                assert shown[1] == "solid", shown
                seen.add(shown[2])
        assert "Skip to the text" in seen and len(seen) > 15

    in_browser(work)


def test_what_comes_in_live_waits_behind_a_button_and_nothing_moves(client, network, now):
    path = f"/topics/{network.topic_id}/"
    client.force_login(network.amina)
    pages = render(client, path)
    last = max(int(number) for number in re.findall(r'data-number="(\d+)"', pages[path][2].decode()))
    contribution = network.say(network.chen, "Just now.", topic_id=network.topic_id, now=now)
    after = f"{path}after/"
    pages |= render(client, f"{after}{last}/", f"{after}{contribution.number}/")

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, pages)
        page = await context.new_page()
        sockets: list[Any] = []
        await page.route_web_socket("**/live/topic/*/", lambda socket: sockets.append(socket))
        first = dict(pages)
        pages[f"{after}{last}/"] = (204, {}, b"")
        await page.goto(HOST + path)
        await expect(page.locator(".arrivals")).to_be_hidden()
        place = await page.locator("#reply").bounding_box()
        pages.update(first)
        assert len(sockets) == 1
        sockets[0].send("not for us")
        sockets[0].send(json.dumps({"seq": 7}))
        button = page.get_by_role("button", name="Show 1 new contribution")
        await expect(button).to_be_visible()
        assert await page.locator(f"#c{contribution.number}").count() == 0
        moved = await page.locator("#reply").bounding_box()
        assert moved is not None and place is not None and moved["y"] - place["y"] <= 60
        async with page.expect_request(f"**{after}{contribution.number}/"):
            await button.click()
        await expect(page.locator(f"#c{contribution.number}")).to_be_focused()
        await expect(page.locator(".arrivals")).to_be_hidden()

    in_browser(work)


def test_a_draft_stays_until_the_hub_says_sent_and_a_form_is_sent_once(client, network):
    path = f"/topics/{network.topic_id}/"
    client.force_login(network.chen)
    pages = render(client, path)
    empty = pages[path]
    client.post(path, {"text": "Said.", "once_key": "k"})
    after_sending = render(client, path)[path]
    assert b"notice sent" in after_sending[2]

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        posted: list[str] = []
        await serve(context, pages, posted)
        page = await context.new_page()
        await page.goto(HOST + path)
        await page.locator("textarea").fill("Half a thought")
        await page.reload()
        await expect(page.locator("textarea")).to_have_value("Half a thought")
        pages[f"{path[:-1]}-long/?page=1"] = after_sending
        await page.evaluate("""() => {
            const button = document.querySelector('#reply button');
            button.click(); button.click(); button.click();
        }""")
        await expect(page.locator(".notice.sent")).to_be_visible()
        assert len(posted) == 1 and "Half a thought" in posted[0]
        await expect(page.locator("textarea")).to_have_value("")
        pages[path] = empty
        await page.goto(HOST + path)
        await expect(page.locator("textarea")).to_have_value("")

    in_browser(work)


def test_without_a_script_the_page_reads_and_replies(client, network):
    path = f"/topics/{network.topic_id}/"
    client.force_login(network.chen)
    pages = render(client, path)

    async def work(browser: Browser) -> None:
        context = await browser.new_context(java_script_enabled=False)
        posted: list[str] = []
        await serve(context, pages, posted)
        page = await context.new_page()
        await page.goto(HOST + path)
        await expect(page.locator("article").first).to_contain_text("A word.")
        await expect(page.locator(".arrivals")).to_be_hidden()
        await page.locator(".folded summary").first.click()
        await expect(page.locator(".folded pre").first).to_be_visible()
        await page.locator("textarea").fill("Plain")
        await page.locator("#reply button").click()
        assert len(posted) == 1 and "Plain" in posted[0]

    in_browser(work)
