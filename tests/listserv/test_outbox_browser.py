"""What only a browser can judge of a message in the outbox: that it is painted, and that nothing in it runs."""

from io import BytesIO
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from PIL import Image
from playwright.async_api import Browser

from listserv.outbound import outbox
from tests.ui.browsing import HOST, in_browser, render, serve, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
HOSTILE = (
    "<p>Bienvenue à tous</p><script>parent.document.title = 'run'</script>"
    "<img src=x onerror=\"parent.document.title = 'run'\"><a href=\"javascript:parent.document.title='run'\">here</a>"
)


@pytest.fixture
def letter(cast: Any, client: Any, deliver: Any, now: Any) -> Any:
    """A letter with hostile HTML, as the pages that the Secretariat is served: address -> answer."""
    mail = EmailMultiAlternatives(subject="Bienvenue", body="Bienvenue.\n\nمرحبا.\n" * 20, to=["a@x.example"])
    mail.attach_alternative(HOSTILE, "text/html")
    mail.send()
    deliver(now.replace(year=2100))
    client.force_login(cast.sofia)
    [name] = outbox.names()
    return render(client, f"/outbox/{name}/", f"/outbox/{name}/html/")


def test_the_html_of_a_notification_is_painted_below_the_fold_and_runs_nothing(letter):
    async def work(browser: Browser) -> None:
        context = await browser.new_context(viewport={"width": 360, "height": 640})
        await serve(context, letter)
        page = await context.new_page()
        await page.goto(HOST + next(iter(letter)))
        frame = page.locator("iframe")
        box = await frame.bounding_box()
        assert box is not None and box["y"] > 640
        whole = Image.open(BytesIO(await page.screenshot(full_page=True))).convert("L")
        shown = whole.crop((int(box["x"]), int(box["y"]), int(box["x"] + box["width"]), int(box["y"] + 100)))
        darkest, lightest = shown.getextrema()
        assert lightest - darkest > 100, "the frame is blank"
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await violations(page) == []
        await page.frame_locator("iframe").locator("a").click()
        assert (await page.title()).startswith("Bienvenue")

    in_browser(work)
