"""The doctor's page in a real browser: axe-core, a phone's width, both directions."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.async_api import Browser

from hub.lib.clock import now as clock
from listserv.trust import report
from listserv.trust.doctor import Finding
from tests.ui.browsing import HOST, in_browser, render, serve, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
STATES = ("good", "advice", "wrong", "unknown")
RECORD = f'_dmarc.lists.example.org. 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:{"x" * 300}@lists.example.org"'


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_passes_axe_and_fits_a_phone_before_while_and_after(client, cast, language):
    cast.sofia.language = language
    cast.sofia.save()
    client.force_login(cast.sofia)
    cache.delete(report.KEY)
    pages = {"/before/": render(client, "/mail/doctor/")["/mail/doctor/"]}
    topics = ("MX", "SPF", "DKIM", "DMARC")
    findings = [
        Finding(topic, state, "See %(host)s.", {"host": "x" * 200}, (RECORD,))
        for topic, state in zip(topics, STATES, strict=True)
    ]
    for name, began, known in (("/while/", clock(), findings[:2]), ("/after/", clock() - timedelta(hours=1), findings)):
        cache.set(report.KEY, report.Report(began, topics, tuple(known)), 60)
        pages[name] = render(client, "/mail/doctor/")["/mail/doctor/"]
    cache.delete(report.KEY)

    async def work(browser: Browser) -> None:
        wrong: dict[str, Any] = {}
        context = await browser.new_context(viewport={"width": 360, "height": 800})
        await serve(context, pages)
        page = await context.new_page()
        for path in pages:
            await page.goto(HOST + path)
            over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            found = await violations(page)
            if found or over > 0:
                wrong[path] = (found, over)
        assert not wrong, wrong

    in_browser(work)
