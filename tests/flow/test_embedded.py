"""One process on SQLite: the tour, the ten main pages in both directions, light and of use without a script."""

import re
import uuid
from pathlib import Path

import axe_core_python
import pytest
from playwright.sync_api import Page, expect

from tests.flow.conftest import sign_in
from tests.flow.running import RunningHub, urllib
from tests.flow.tour import Tour, walk

pytestmark = pytest.mark.browser
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
KILO = 1000


def main_pages(hub: RunningHub, topic: str) -> dict[str, tuple[str, str]]:
    """Return the ten main pages: name -> (role of the reader, address); ``-`` is a visitor."""
    closed = next(entry for entry in hub.demo["lists"] if entry["closed"])
    return {
        "public home": ("-", "/"),
        "apply": ("-", "/apply/"),
        "published": ("-", "/published/"),
        "home": ("member", "/"),
        "discussion": ("member", closed["url"]),
        "topic": ("member", topic),
        "conference": ("member", hub.demo["conference"]["url"]),
        "live room": ("chair", hub.demo["conference"]["session_url"]),
        "membership queue": ("secretariat", "/members/applications/"),
        "outbox": ("secretariat", "/outbox/"),
    }


def longest_topic(page: Page, hub: RunningHub) -> str:
    """Return the address of the closed discussion's longest topic; the demo's has more than 20 contributions."""
    closed = next(entry for entry in hub.demo["lists"] if entry["closed"])
    number = re.search(r"/discussions/(\d+)", closed["url"])[1]  # type: ignore[index]
    topics = page.request.get(f"/api/v1/discussions/{number}/topics").json()
    return f"/topics/{max(topics, key=lambda topic: topic['contributions'])['id']}/"


def _axe(page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html'][:120]}" for item in found]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_ten_main_pages_pass_axe_in_both_directions(embedded_hub, open_as, language):
    wrong = {}
    pages = {
        role: open_as(embedded_hub, None if role == "-" else embedded_hub.who(role), bypass_csp=True)
        for role in ("-", "member", "chair", "secretariat")
    }
    for name, (role, address) in main_pages(embedded_hub, longest_topic(pages["member"], embedded_hub)).items():
        page = pages[role]
        page.context.add_cookies([{"name": "django_language", "value": language, "url": embedded_hub.web}])
        assert page.goto(address).ok, name
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        wrong |= {name: found} if (found := _axe(page)) else {}
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{name} scrolls sideways"
        page.set_viewport_size({"width": 1280, "height": 900})
    assert not wrong


def test_a_page_of_twenty_contributions_is_light(embedded_hub, open_as):
    page = open_as(embedded_hub, embedded_hub.who("member"))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(longest_topic(page, embedded_hub), wait_until="networkidle")
    assert page.locator("article.contribution").count() == 20
    assert len(sizes) <= 4
    assert sum(sizes) <= 40 * KILO


def test_a_topic_is_read_and_replied_to_without_a_script(embedded_hub, open_as):
    page = open_as(embedded_hub, java_script_enabled=False)
    sign_in(page, embedded_hub.who("member"))
    page.goto(longest_topic(page, embedded_hub))
    expect(page.locator("article.contribution .said").first).to_be_visible()
    page.locator("#reply textarea").fill("A reply without any script.")
    page.locator("#reply button.primary").click()
    expect(page.locator("article.contribution", has_text="A reply without any script.")).to_be_visible()


def test_the_tour_from_first_word_to_published_proceedings(embedded_hub, open_as):
    walk(Tour(embedded_hub, open_as, uuid.uuid4().hex[:10]))


def test_a_healthy_hub_says_so_and_gives_figures(embedded_hub):
    status, body = embedded_hub.health()
    assert status == 200 and body["ok"]
    assert set(body["parts"]) == {"database", "channel layer", "web", "worker", "smtp", "mail queue"}
    with urllib.request.urlopen(f"{embedded_hub.web}/metrics") as answer:
        text = answer.read().decode()
    assert 'hub_part_up{part="worker"} 1' in text
