"""The pages of the lists and a digest in a real browser: axe-core, a phone's width, both directions."""

import json
import os
from email import message_from_bytes, policy
from typing import Any

import pytest
from playwright.async_api import Browser

from hub.lib.clock import now as clock
from listserv import services, tokens
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.models import InboundMail, MailingList, Subscription
from tests.listserv.gateway.conftest import accept, plain_message
from tests.listserv.test_list_pages import row_of
from tests.ui.browsing import HOST, Answer, in_browser, render, serve, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LANDMARKS = ("landmark-one-main", "region")


def digest(cast: Any, language: str) -> Answer:
    """Return a digest's HTML part as a page."""
    risk = MailingList.objects.get()
    row = services.set_delivery(list_id=risk.pk, member=cast.oona, delivery="digest-daily", now=clock())
    contribution = cast.say(cast.amina, "أشكر الزملاء على هذه المناقشة. " * 40, subject="خطوط الأساس", now=clock())
    cast.say(
        cast.chen, "x" * 500 + "\n\nhttps://example.org/", parent=contribution.number, subject="Other", now=clock()
    )
    made = Digest(risk, gather(risk, row.digest_since - 10), language=language, zone="Asia/Kathmandu", now=clock())
    mail = message_from_bytes(b"".join(made.envelope(row).parts), policy=policy.default)
    page = mail.get_body(("html",)).get_content()
    return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()


def held(client: Any, cast: Any, risk: MailingList) -> dict[str, Answer]:
    """Return the pages of mails in Chen's name that nothing proves, and of a link that stops mail."""
    pages = {}
    alias = tokens.alias_address("risk", member_id=cast.amina.pk, list_id=risk.pk)
    for name, to in (("list", risk.address), ("private", alias), ("commands", tokens.address("risk-request"))):
        text = "UNSUBSCRIBE risk" if name == "commands" else "Twenty metres are enough."
        accept(plain_message(text, who=cast.chen, subject="A thought", message_id=f"{name}@x"), to)
        row = InboundMail.objects.latest("pk")
        token = tokens.confirm_token(inbound_id=row.pk, member_id=cast.chen.pk)
        path = f"/mail/confirm/risk/{token}/"
        pages[f"/held-{name}/"] = render(client, path)[path]
        answer = client.post(path, {"confirm": "1"})
        pages[f"/confirmed-{name}/"] = 200, dict(answer.headers), answer.content
    path = f"/l/risk/leave/{tokens.leave_token(row_of(cast.chen).pk)}/"
    pages["/leave/"] = render(client, path)[path]
    answer = client.post(path)
    pages["/left/"] = 200, dict(answer.headers), answer.content
    return pages


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_and_a_digest_pass_axe_and_fit_a_phone(client, cast, language):
    cast.chen.language = language
    cast.chen.save()
    risk = MailingList.objects.get()
    notification = digest(cast, language)
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
    pages["/digest/"] = notification
    pages |= held(client, cast, risk)

    async def work(browser: Browser) -> None:
        wrong: dict[str, Any] = {}
        width = int(os.environ.get("HUB_SHOTS_WIDTH", "360"))
        context = await browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=True)
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
