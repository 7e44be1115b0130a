"""A running hub of each deployment for the tests of a worker, and a browser with a person in it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.flow import running

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# For a slow machine, in milliseconds: an expectation ends as soon as it is met.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def embedded_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.RunningHub]:
    """One process on SQLite with the demo network."""
    with running.embedded(tmp_path_factory.mktemp("embedded")) as hub:
        yield hub


@pytest.fixture(scope="session")
def production_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.RunningHub]:
    """Three processes on PostgreSQL and Redis with the demo network."""
    with running.production(tmp_path_factory.mktemp("production")) as hub:
        yield hub


@pytest.fixture(params=["embedded", "production"])
def hub(request: pytest.FixtureRequest) -> running.RunningHub:
    """Each deployment in turn."""
    return request.getfixturevalue(f"{request.param}_hub")


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless; for one test, since its loop runs in this thread as long as it is open."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page of a hub, signed in as a demo account or as a visitor."""
    contexts = []

    def enter(hub: running.RunningHub, account: dict[str, str] | None = None, **options: Any) -> Page:
        context = chromium.new_context(base_url=hub.web, **{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        if account:
            sign_in(page, account)
        return page

    yield enter
    for context in contexts:
        context.close()


def sign_in(page: Page, account: dict[str, str]) -> None:
    """Fill the login form and wait for the home page."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(account["email"])
    page.locator("input[name=password]").fill(account["password"])
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    page.wait_for_url("**/")
