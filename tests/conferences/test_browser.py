"""The live room in a real browser: a session in two windows, and the pages under axe-core in both directions."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from playwright.async_api import expect

from forums import services as forum_services
from hub.lib import clock
from tests.conferences.conftest import gather
from tests.ui.browsing import HOST, TYPES, in_browser, in_thread, render, serve, violations

pytestmark = pytest.mark.browser
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


async def window(browser, serving, cookie, size):
    """Open a window of somebody who is signed in; the static files come from where they are written."""
    context = await browser.new_context(viewport=size, base_url=serving.origin)
    name, _, value = cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": serving.origin}])

    async def static(route, request):
        path = finders.find(request.url.partition("/static/")[2])
        await route.fulfill(status=200, content_type=TYPES[Path(path).suffix], body=Path(path).read_bytes())

    await context.route("**/static/**", static)
    page = await context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    return page


@pytest.mark.django_db(transaction=True)
def test_a_session_in_two_windows_with_a_word_by_mail(serving, make_member):
    room = gather(make_member, clock.now())
    cookies = {who: serving.cookie(getattr(room, who)) for who in ("chen", "amina")}

    def mail():
        draft = forum_services.Draft(forum_id=room.forum_id, text="By mail, read with the others.")
        forum_services.publish(draft=draft, author=room.rosa, origin="mail", now=clock.now())

    async def work(browser):
        chair = await window(browser, serving, cookies["chen"], DESK)
        amina = await window(browser, serving, cookies["amina"], PHONE)
        for page in (chair, amina):
            await page.goto(f"/sessions/{room.pk}/")
        await amina.get_by_text("My text").first.click()
        await amina.locator("#statement textarea").fill("Twenty **metres** are enough.")
        await chair.get_by_role("button", name="Open the session").click()
        await expect(amina.locator("#item")).to_contain_text("Isolation distances")
        await expect(amina.locator("#statement textarea")).to_have_value("Twenty **metres** are enough.")
        await amina.locator("label[for=tab-said]").click()
        await expect(amina.locator(".nothing-said")).to_be_visible()
        await amina.locator("label[for=tab-floor]").click()
        await amina.get_by_role("button", name="Ask for the floor").click()
        await chair.get_by_role("button", name="3 min give the floor to Amina Diallo").click()
        await amina.locator("label[for=tab-mine]").click()
        await expect(amina.locator("#turn-words")).to_have_text("You have the floor")
        await expect(amina.locator("#my-countdown")).to_have_text(re.compile(r"^[23]:\d\d$"))
        await amina.locator("#send").click()
        article = chair.locator("article.contribution", has_text="metres are enough")
        await expect(article.locator("strong")).to_have_text("metres")
        await expect(article.locator("h3")).to_have_text("Amina Diallo")
        await expect(amina.locator("#statement textarea")).to_have_value("")
        await expect(amina.locator("#unseen-count")).to_have_text("")
        await in_thread(mail)
        await expect(amina.locator("#unseen-count")).to_have_text("(1)")
        await amina.locator("label[for=tab-said]").click()
        await expect(amina.locator(".nothing-said")).to_be_hidden()
        await expect(chair.locator("article", has_text="read with the others").locator(".door.mail")).to_be_visible()
        await chair.get_by_text("For the chair").click()
        await chair.get_by_text("Close the session…").click()
        await chair.locator("#close-words").fill("Agreed.")
        await chair.get_by_role("button", name="Close with the gavel").click()
        await expect(amina.get_by_role("link", name="Read the transcript")).to_be_visible()
        await expect(amina.locator("#send")).to_be_disabled()
        await expect(chair.locator("ol.transcript")).to_contain_text("Agreed.")
        assert not chair.faults + amina.faults

    in_browser(work)
    assert room.row.is_closed


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_passes_axe_and_fits_a_phone(client, make_member, language):
    room = gather(make_member, clock.now())
    room.open()
    room.floor_to(room.amina)
    room.say(room.amina, "- one\n- two\n\n> quoted\n\n" + "x" * 300)
    room.chen.language = language
    room.chen.save()
    client.force_login(room.chen)
    pages = render(client, "/conferences/field-trials/", f"/sessions/{room.pk}/", f"/sessions/{room.pk}/log/")
    if language == "en":
        client.force_login(room.sofia)
        pages |= render(client, "/conferences/", "/conferences/convene/", "/conferences/field-trials/people/")

    async def work(browser):
        wrong = {}
        context = await browser.new_context(viewport=PHONE)
        await serve(context, pages)
        page = await context.new_page()
        await page.route_web_socket("**/live/**", lambda socket: None)
        heard = []
        page.on("pageerror", lambda error: heard.append(str(error)))
        for path in pages:
            await page.goto(HOST + path)
            problems = await views(page)
            over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if problems or over > 0 or heard:
                wrong[path] = {"axe": problems, "pixels too wide": over, "heard": list(heard)}
            heard.clear()
        assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)

    in_browser(work)


async def views(page):
    """Return what axe finds on a phone, with each of the room's tabs, and on a desk."""
    problems = await violations(page)
    for tab in await page.locator(".tabs > label").all():
        await tab.click()
        problems += await violations(page)
    await page.set_viewport_size(DESK)
    problems += await violations(page)
    await page.set_viewport_size(PHONE)
    return problems
