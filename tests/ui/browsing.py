"""Hand rendered pages to a real Chromium, with their headers: the policy counts, and no server has to run."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_core_python
from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client
from playwright.async_api import Browser, BrowserContext, Page, Request, Route, async_playwright, expect

ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
HOST = "http://hub.test"
TYPES = {".css": "text/css", ".js": "text/javascript"}
Answer = tuple[int, dict[str, str], bytes]
# For a slow machine, in milliseconds: an expectation ends as soon as it is met.
expect.set_options(timeout=30_000)


def in_browser(work: Callable[[Browser], Awaitable[None]]) -> None:
    """Run ``work`` with a fresh Chromium in a thread of its own: its loop must not meet Django's."""

    async def run() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
            try:
                await work(browser)
            finally:
                await browser.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(run())).result()


async def in_thread(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run what reads or writes the database in a thread, while the browser waits; the thread keeps no connection."""

    def run() -> Any:
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


def render(client: Client, *paths: str) -> dict[str, Answer]:
    """Render pages as the reader of ``client`` gets them."""
    found = {}
    for path in paths:
        answer = client.get(path)
        found[path] = (answer.status_code, dict(answer.headers), answer.content)
    return found


async def serve(context: BrowserContext, pages: dict[str, Answer], posted: list[str] | None = None) -> None:
    """Answer the browser from rendered pages and the static files; everything else is missing."""

    async def handle(route: Route, request: Request) -> None:
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        static = finders.find(parts.path.removeprefix("/static/")) if parts.path.startswith("/static/") else None
        if request.method == "POST" and posted is not None:
            posted.append(request.post_data or "")
        if static:
            body = Path(static).read_bytes()
            await route.fulfill(status=200, content_type=TYPES[Path(static).suffix], body=body)
        elif path in pages:
            status, headers, body = pages[path]
            await route.fulfill(status=status, headers=headers, body=body)
        else:
            await route.fulfill(status=404, body="")

    await context.route("**/*", handle)


async def violations(page: Page) -> list[Any]:
    """Return what axe-core finds on the page; the protocol lets it in past the policy."""
    if not await page.evaluate("'axe' in window"):
        devtools = await page.context.new_cdp_session(page)
        await devtools.send("Runtime.evaluate", {"expression": AXE})
    # What is folded is looked at open: axe sees its text over whatever happens to stand below.
    await page.evaluate("document.querySelectorAll('details.card').forEach(card => { card.open = true })")
    found = await page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [(item["id"], [node["html"][:200] for node in item["nodes"]]) for item in found]
