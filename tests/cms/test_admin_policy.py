"""The admin has a Content-Security-Policy of its own, under which its editor works and nothing else runs."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.db import connections
from playwright.async_api import Browser, Page, Route, expect
from playwright.async_api import Request as BrowserRequest

from cms.models import StandardPage
from cms.scripts import hashes
from tests.conferences.conftest import Serving
from tests.ui.browsing import in_browser

STRICT = ("default-src 'self'", "object-src 'none'", "base-uri 'self'", "form-action 'self'", "frame-ancestors 'self'")
DATE = '<script>initDateTimeChooser("id_go_live_at", {"format": "Y-m-d H:i"});</script>'
PAGE = '<script>new PageChooser("id_page", {"modalUrl": "/admin/choose-page/"});</script>'


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/images/", "/admin/users/", "/admin/no-such/"])
def test_every_page_of_the_admin_has_a_policy_without_scripts_of_strangers(site, make_member, as_, address):
    answer = as_(make_member("Root Admin", is_staff=True, is_superuser=True)).get(address)
    policy = answer.headers["Content-Security-Policy"]
    directives = {part.strip().split(" ", 1)[0]: part.strip() for part in policy.split(";")}
    assert not [part for part in STRICT if part not in directives.values()], policy
    assert "unsafe" not in directives["script-src"] and "http" not in policy and "*" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/preferences/"])
def test_our_own_pages_keep_the_policy_without_inline_styles(site, finished, as_, address):
    answer = as_(finished.amina).get(address)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_call_of_a_widget_with_nothing_but_data_gets_its_hash():
    assert len(list(hashes(DATE + PAGE + DATE))) == 2


@pytest.mark.parametrize(
    "script",
    [
        "alert(1)",
        'initDateChooser("x", alert(1));',
        'initDateChooser("x", {});alert(1);',
        'initDateChooser("x", {"a": (alert)(1)});',
        'new PageChooser("x", {"a": `${alert(1)}`});',
        '(function() { var panel = new InlinePanel(JSON.parse("x"+alert(1)+"")); })();',
        'initDateChooser("x", ' + "[" * 100_000 + ");",
    ],
)
def test_anything_else_gets_none(script):
    assert list(hashes(f"<script>{script}</script>")) == []


@pytest.fixture
def serving(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """Serve the hub for one test."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    server = Serving()
    server.start()
    yield server
    server.stop()


async def _static(route: Route, request: BrowserRequest) -> None:
    path = finders.find(request.url.partition("/static/")[2].partition("?")[0])
    kind = mimetypes.guess_type(str(path))[0] or "application/octet-stream"
    await route.fulfill(status=200, content_type=kind, body=Path(str(path)).read_bytes())


async def _window(browser: Browser, serving: Serving, cookie: str) -> tuple[Page, list[str]]:
    """Open a window of somebody who is signed in; return it and the list of what goes wrong in it."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, base_url=serving.origin)
    name, _, value = cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": serving.origin}])
    await context.route("**/static/**", _static)
    page, wrong = await context.new_page(), []
    page.on(
        "console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    local = (serving.origin, "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(local) else wrong.append(request.url))
    return page, wrong


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_an_editor_works_in_the_admin_without_a_violation_of_its_policy(serving, site, make_member):
    root = make_member("Root Admin", is_staff=True, is_superuser=True)
    written = StandardPage(title="About us", slug="about-us", body="<p>Hello</p>")
    site.add_child(instance=written)
    cookie = serving.cookie(root)

    async def work(browser: Browser) -> None:
        page, wrong = await _window(browser, serving, cookie)
        for address in ("/admin/", f"/admin/pages/{site.pk}/", "/admin/images/multiple/add/", "/admin/users/"):
            await page.goto(address, wait_until="networkidle")
        await page.goto(f"/admin/pages/{written.pk}/edit/", wait_until="networkidle")
        editor = page.locator(".public-DraftEditor-content").first
        await editor.click()
        await page.keyboard.type(" from all of us")
        await page.keyboard.press("Control+A")
        await page.locator("button[name=LINK]").first.click()
        await expect(page.locator(".modal")).to_contain_text("Choose a page")
        await page.locator(".modal button.close").click()
        await page.locator("[data-side-panel-toggle=preview]").first.click()
        preview = page.frame_locator("[data-side-panel=preview] iframe").first
        await expect(preview.locator("main")).to_contain_text("from all of us")
        await page.goto(f"/admin/pages/{written.pk}/move/", wait_until="networkidle")
        assert not wrong, wrong

    in_browser(work)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_fields_of_dates_get_their_calendar(serving, site, make_member):
    root = make_member("Root Admin", is_staff=True, is_superuser=True)
    cookie = serving.cookie(root)

    async def work(browser: Browser) -> None:
        page, wrong = await _window(browser, serving, cookie)
        await page.goto("/admin/reports/site-history/", wait_until="networkidle")
        field: Any = page.locator("input[name^=timestamp]").first
        await field.evaluate("field => field.dispatchEvent(new Event('focus'))")
        await expect(page.locator(".xdsoft_datetimepicker").first).to_be_attached()
        assert not wrong, wrong

    in_browser(work)
