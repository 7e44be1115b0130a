"""A passkey in a real browser: added, used as second step, used alone, and a failure that is said on the page."""

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.staticfiles import finders
from django.db import connections
from playwright.async_api import Browser, Page, Route, expect
from playwright.async_api import Request as BrowserRequest

from tests.conferences.conftest import Serving
from tests.ui.browsing import in_browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a long password"


@pytest.fixture
def origin(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[str]:
    """Serve the hub under a name for which a browser has passkeys: not an address in numbers."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    server = Serving()
    server.start()
    origin = f"http://localhost:{server.port}"
    settings.CSRF_TRUSTED_ORIGINS = [origin]
    yield origin
    server.stop()


async def _static(route: Route, request: BrowserRequest) -> None:
    path = finders.find(request.url.partition("/static/")[2].partition("?")[0])
    kind = mimetypes.guess_type(str(path))[0] or "application/octet-stream"
    await route.fulfill(status=200, content_type=kind, body=Path(str(path)).read_bytes())


async def _window(browser: Browser, origin: str) -> tuple[Page, Any, list[str]]:
    """Return a page, the protocol to its browser with an authenticator in it, and the list of what goes wrong."""
    context = await browser.new_context(base_url=origin)
    await context.route("**/static/**", _static)
    page, wrong = await context.new_page(), []
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    devtools = await context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page, devtools, wrong


async def _sign_in(page: Page, email: str) -> None:
    await page.goto("/accounts/login/")
    await page.locator("input[name=login]").fill(email)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form[action='/accounts/login/'] button.primary").click()


def test_the_secretariat_sets_up_a_passkey_and_signs_in_with_it_both_ways(origin, make_member, settings):
    settings.HUB_SECOND_FACTOR = "staff"
    sofia = make_member("Sofia Lind", password=PASSWORD, is_staff=True)

    async def work(browser: Browser) -> None:
        page, _devtools, wrong = await _window(browser, origin)
        await _sign_in(page, sofia.email)
        await expect(page).to_have_url(f"{origin}/accounts/2fa/")
        await page.get_by_role("link", name="Add a passkey").click()
        await page.get_by_role("button", name="Add this passkey").click()
        await expect(page).to_have_url(f"{origin}/accounts/2fa/recovery-codes/")
        await expect(page.locator("ul.codes li")).to_have_count(10)
        await page.goto("/members/second-factors/")
        await expect(page.locator("h1")).to_have_text("Second factors")
        await page.context.clear_cookies()
        await _sign_in(page, sofia.email)
        await expect(page).to_have_url(f"{origin}/accounts/2fa/authenticate/")
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page).to_have_url(f"{origin}/")
        await page.context.clear_cookies()
        await page.goto("/accounts/login/")
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page).to_have_url(f"{origin}/")
        await page.goto("/members/second-factors/")
        await expect(page.locator("h1")).to_have_text("Second factors")
        assert not wrong, wrong

    in_browser(work)
    assert Authenticator.objects.filter(user=sofia, type="webauthn").count() == 1


def test_a_browser_without_the_passkey_is_told_so_on_the_page(origin, make_member):
    make_member("Amina Diallo", password=PASSWORD)

    async def work(browser: Browser) -> None:
        page, devtools, wrong = await _window(browser, origin)
        await page.goto("/accounts/login/")
        await expect(page.locator("#passkey-error")).to_be_hidden()
        await devtools.send("WebAuthn.disable")
        await page.evaluate(
            "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
        )
        await page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(page.locator("#passkey-error")).to_be_visible()
        assert not wrong, wrong

    in_browser(work)
