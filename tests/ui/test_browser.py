"""Parts of the stylesheet that only a browser can judge."""

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from playwright.async_api import Browser, expect

from hub.lib.differences import Piece
from tests.ui.browsing import HOST, in_browser, serve, violations

pytestmark = pytest.mark.browser
ROOM = """<!DOCTYPE html><html lang="en" dir="ltr"><head><title>Room</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/hub/hub.css"></head>
<body><main class="page"><div class="heading"><h1>Room</h1></div><div class="body"><div class="tabs room">
<input type="radio" name="tab" id="t1" checked><label for="t1">Statements</label>
<input type="radio" name="tab" id="t2"><label for="t2">Floor</label>
<input type="radio" name="tab" id="t3"><label for="t3">My text</label>
<section class="tab" id="a"><p>What was said</p></section>
<section class="tab" id="b"><ol class="floor"><li class="now">Amina</li><li>Boris</li></ol></section>
<section class="tab statement-box" id="c"><textarea aria-label="My text"></textarea></section>
</div></div></main></body></html>"""


def test_the_live_room_is_three_tabs_on_a_phone_and_one_view_on_a_desk():
    async def work(browser: Browser) -> None:
        context = await browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=True)
        await serve(context, {"/room/": (200, {"Content-Type": "text/html"}, ROOM.encode())})
        page = await context.new_page()
        await page.goto(f"{HOST}/room/")
        shown = {name: page.locator(f"#{name}") for name in "abc"}
        for tab, name in (("Floor", "b"), ("My text", "c"), ("Statements", "a")):
            await page.get_by_text(tab, exact=True).click()
            for other, part in shown.items():
                await (expect(part).to_be_visible() if other == name else expect(part).to_be_hidden())
        await page.keyboard.press("ArrowRight")
        await expect(shown["b"]).to_be_visible()
        assert await violations(page) == []
        await page.set_viewport_size({"width": 1280, "height": 800})
        for part in shown.values():
            await expect(part).to_be_visible()
        statements, floor = [await shown[name].bounding_box() for name in "ab"]
        assert statements is not None and floor is not None and floor["x"] > statements["x"] + statements["width"]

    in_browser(work)


def test_words_of_people_run_in_their_own_direction_on_a_page_of_another():
    pieces = [Piece("gone", "Marisol"), Piece("new", "Somebody"), Piece("same", " said this.")]
    with override("ar"):
        changes = render_to_string("components/differences.html", {"pieces": pieces})
    page = f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><title>A</title><meta charset="utf-8">
<link rel="stylesheet" href="/static/hub/hub.css"></head><body>{changes}
<textarea id="free">Words.</textarea><input type="text" id="line"><textarea id="set" dir="ltr">a@b</textarea>"""

    async def work(browser: Browser) -> None:
        context = await browser.new_context()
        await serve(context, {"/ar/": (200, {"Content-Type": "text/html"}, page.encode())})
        shown = await context.new_page()
        await shown.goto(f"{HOST}/ar/")
        # What is said to readers of sound is Arabic; the words compared are not.
        assert await shown.evaluate("getComputedStyle(document.querySelector('.changes')).direction") == "ltr"
        bidi = "id => getComputedStyle(document.getElementById(id)).unicodeBidi"
        assert [await shown.evaluate(bidi, name) for name in ("free", "line")] == ["plaintext"] * 2
        assert await shown.evaluate(bidi, "set") != "plaintext"

    in_browser(work)


def test_what_a_check_box_says_stands_beside_it_on_a_phone():
    page = """<!DOCTYPE html><html lang="en"><head><title>A</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/hub/hub.css"></head>
<body><main class="page"><form class="form"><div class="field"><div class="check"><input type="checkbox" id="box">
<label for="box">I understand that this cannot be undone, whoever asks for it later.</label></div></div></form>"""

    async def work(browser: Browser) -> None:
        context = await browser.new_context(viewport={"width": 360, "height": 740})
        await serve(context, {"/box/": (200, {"Content-Type": "text/html"}, page.encode())})
        shown = await context.new_page()
        await shown.goto(f"{HOST}/box/")
        box, label = [await shown.locator(name).bounding_box() for name in ("#box", "label")]
        assert box is not None and label is not None
        assert label["x"] >= box["x"] + box["width"] and label["y"] < box["y"] + box["height"]

    in_browser(work)
