"""The pages of the lists and a digest in a real browser: axe-core, a phone's width, both directions."""

import json
import os
from typing import Any

import pytest
from playwright.async_api import Browser

from hub.lib.clock import now as clock
from listserv import services
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.models import MailingList, Subscription
from tests.listserv.test_list_pages import row_of
from tests.ui.browsing import HOST, Answer, in_browser, render, serve, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LANDMARKS = ("landmark-one-main", "region")


def digest(cast: Any, language: str) -> Answer:
    """Return a digest's HTML part as a page."""
    risk = MailingList.objects.get()
    row = services.set_delivery(list_id=risk.pk, member=cast.oona, delivery="digest-daily", now=clock())
    said = cast.say(cast.amina, "أشكر الزملاء على هذه المناقشة. " * 40, subject="خطوط الأساس", now=clock())
    cast.say(cast.chen, "x" * 500 + "\n\nhttps://example.org/", parent=said.number, subject="Other", now=clock())
    made = Digest(risk, gather(risk, row.digest_since - 10), language=language, zone="Asia/Kathmandu", now=clock())
    html = made._html
    answers = iter(made._reply(row, one) for one in made._order)
    page = html[0] + "".join(next(answers) + piece for piece in html[1:])
    return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_and_a_digest_pass_axe_and_fit_a_phone(client, cast, language):
    cast.chen.language = language
    cast.chen.save()
    risk = MailingList.objects.get()
    letter = digest(cast, language)
    services.set_delivery(list_id=risk.pk, member=cast.chen, delivery="digest-daily", now=clock())
    Subscription.objects.filter(member=cast.boris).update(suspended_at=clock(), suspended_for="bounces")
    client.force_login(cast.chen)
    pages = render(client, "/lists/", "/l/risk/", "/l/risk/roster/")
    Subscription.objects.filter(member=cast.chen).update(paused_until=clock().replace(year=2099))
    pages["/paused/"] = render(client, "/lists/")["/lists/"]
    row = row_of(cast.chen)
    row.suspended_at, row.suspended_for = clock(), "bounces"
    row.save()
    pages["/suspended/"] = render(client, "/lists/")["/lists/"]
    sent = {"addresses": "nobody@else.example\n" + "x" * 90, "add": "1"}
    answer = client.post("/l/risk/roster/", sent)
    pages["/unknown/"] = 200, dict(answer.headers), answer.content
    pages["/digest/"] = letter

    async def work(browser: Browser) -> None:
        wrong: dict[str, Any] = {}
        context = await browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=True)
        await serve(context, pages)
        page = await context.new_page()
        for path in pages:
            await page.goto(HOST + path)
            await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            # A mail stands within the page of a mail program, which has the landmarks.
            found = [one for one in await violations(page) if path != "/digest/" or one[0] not in LANDMARKS]
            if os.environ.get("HUB_SHOTS"):
                await page.screenshot(
                    path=f"{os.environ['HUB_SHOTS']}{path.strip('/').replace('/', '-')}-{language}.png", full_page=True
                )
            if found or over > 0:
                wrong[path] = {"axe": found, "pixels too wide": over}
        assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)

    in_browser(work)
