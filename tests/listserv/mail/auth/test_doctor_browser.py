"""The doctor's page in a real browser: axe-core, a phone's width, both directions."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.async_api import Browser

from hub.lib.clock import now as clock
from listserv.doctor import report
from listserv.doctor.findings import Finding
from tests.ui.browsing import HOST, in_browser, render, serve, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
STATES = ("good", "advice", "wrong", "unknown")
RECORD = f'_dmarc.lists.example.org. 3600 IN TXT "v=DMARC1; p=quarantine; rua=mailto:{"x" * 300}@lists.example.org"'


TOPICS = ("MX", "SPF", "DKIM", "DMARC")
FOUND = tuple(
    Finding(topic, state, "See %(host)s.", {"host": "x" * 200}, (RECORD,))
    for topic, state in zip(TOPICS, STATES, strict=True)
)


def test_the_page_passes_axe_and_fits_a_phone_before_while_and_after(client, cast):
    client.force_login(cast.sofia)
    pages = {}
    for language in ("en", "ar"):
        cast.sofia.language = language
        cast.sofia.save()
        cache.delete(report.KEY)
        pages[f"/{language}/before/"] = render(client, "/mail/doctor/")["/mail/doctor/"]
        for name, began, count in (("while", clock(), 2), ("after", clock() - timedelta(hours=1), 4)):
            cache.set(report.KEY, report.DoctorReport(began, TOPICS, FOUND[:count]), 60)
            pages[f"/{language}/{name}/"] = render(client, "/mail/doctor/")["/mail/doctor/"]
    cache.delete(report.KEY)

    async def work(browser: Browser) -> None:
        wrong: dict[str, Any] = {}
        context = await browser.new_context(viewport={"width": 360, "height": 800})
        await serve(context, pages)
        page = await context.new_page()
        for path in pages:
            await page.goto(HOST + path)
            over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            broken_rules = await violations(page)
            if broken_rules or over > 0:
                wrong[path] = (broken_rules, over)
        assert not wrong, wrong

    in_browser(work)
