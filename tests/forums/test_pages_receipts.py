"""What the hub says of an act stands beside the thing that was acted on, and can be undone where that is true."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from forums import selectors, services
from forums.models import ForumPolicy
from forums.policy import access_of
from tests.ui.browsing import HOST, in_browser, render, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(cast: Any, now: Any) -> Any:
    """A topic with enough in it that its end is far below its head."""
    contribution = cast.say(cast.boris, "Where do we begin?", subject="Baselines", now=now)
    for number in range(12):
        cast.say(cast.boris, f"Line\n\nof {number}. " * 12, topic_id=contribution.topic_id, now=now)
    return contribution


def _new(member: Any, forum_id: int) -> int:
    return selectors.new_counts_for(member, access_of(member)).get(forum_id, 0)


def test_what_was_sent_is_acknowledged_at_its_place_and_once(client, cast, topic):
    client.force_login(cast.amina)
    answer = client.post(f"/topics/{topic.topic_id}/", {"text": "Agreed.", "once_key": "k"})
    number = int(re.search(r"#c(\d+)$", answer["Location"])[1])
    page = client.get(answer["Location"]).content.decode()
    before = page[: page.index(f'id="c{number}"')]
    assert f"your contribution is number {number}" in before[before.rindex("<li") :]
    assert page.count(f"your contribution is number {number}") == 1 and "notice sent" in page
    assert "your contribution is number" not in client.get(answer["Location"]).content.decode()


def test_what_the_moderators_read_first_is_acknowledged_where_its_author_was(client, cast, topic):
    ForumPolicy.objects.filter(forum_id=cast.forum_id).update(moderated=True)
    client.force_login(cast.amina)
    answer = client.post(f"/topics/{topic.topic_id}/", {"text": "Agreed.", "once_key": "k"})
    assert answer["Location"].endswith("#reply")
    page = client.get(answer["Location"]).content.decode()
    box = page.partition('<section id="reply"')[2]
    assert "The moderators read it before it appears" in box and 'class="notice sent warning"' in box
    started = client.post(
        f"/discussions/{cast.forum_id}/new/", {"subject": "Soil", "text": "And soil?", "once_key": "l"}
    )
    assert started["Location"].endswith("#topics")
    page = client.get(started["Location"]).content.decode()
    assert "The moderators read it before it appears" in page.partition('id="topics"')[2]


def test_an_edit_is_acknowledged_at_its_place(client, cast, topic, now):
    mine = cast.say(cast.amina, "Agred.", topic_id=topic.topic_id, now=now)
    client.force_login(cast.chen)
    sent = {"text": "Agreed.", "reason": "A letter", "revision": mine.revision}
    answer = client.post(f"/c/{mine.number}/edit/", sent)
    assert answer["Location"].endswith(f"#c{mine.number}")
    page = client.get(answer["Location"]).content.decode()
    before = page[: page.index(f'id="c{mine.number}"')]
    assert f"Contribution {mine.number} was changed" in before[before.rindex("<li") :]


def test_marking_all_as_read_is_said_beside_the_topics_and_can_be_undone(client, cast, topic):
    client.force_login(cast.amina)
    before = _new(cast.amina, cast.forum_id)
    assert before > 0
    answer = client.post(f"/discussions/{cast.forum_id}/read/")
    assert answer["Location"].endswith("#topics") and _new(cast.amina, cast.forum_id) == 0
    page = client.get(answer["Location"]).content.decode()
    part = page[page.index('id="topics"') :]
    assert "Everything here is marked as read." in part
    fields = dict(re.findall(r'<input type="hidden" name="(before|after)" value="(\d+)">', part))
    client.post(f"/discussions/{cast.forum_id}/read/", fields)
    assert _new(cast.amina, cast.forum_id) == before
    assert "is marked as new again" in client.get(f"/discussions/{cast.forum_id}/").content.decode()
    # A second time there is nothing to undo, and it says so.
    client.post(f"/discussions/{cast.forum_id}/read/", fields)
    assert "could not be undone" in client.get(f"/discussions/{cast.forum_id}/").content.decode()


def test_undoing_leaves_what_was_read_by_itself(client, cast, topic, now):
    other = cast.say(cast.boris, "Elsewhere.", subject="Other", now=now)
    services.mark_read(member=cast.amina, topic_id=other.topic_id, number=other.number)
    before = _new(cast.amina, cast.forum_id)
    moved = services.read_whole_forum(member=cast.amina, forum_id=cast.forum_id)
    assert services.unread_forum(member=cast.amina, forum_id=cast.forum_id, moved=moved)
    assert _new(cast.amina, cast.forum_id) == before
    assert services.read_whole_forum(member=cast.stella, forum_id=cast.forum_id) is None


def test_a_decision_leads_to_what_waits_next_with_the_receipt_beside_it(client, cast, now):
    cast.policy.moderated = True
    cast.policy.save()
    first, second = (cast.say(cast.boris, text, subject=text, now=now) for text in ("One", "Two"))
    client.force_login(cast.chen)
    answer = client.post("/held/", {"number": first.number, "revision": first.revision, "approve": ""})
    assert answer["Location"] == f"/held/#held{second.number}"
    page = client.get("/held/").content.decode()
    item = page[page.index(f'id="held{second.number}"') :]
    assert f"Contribution {first.number} was published" in item
    last = client.post("/held/", {"number": second.number, "revision": second.revision, "approve": ""})
    assert last["Location"] == "/held/"
    assert f"Contribution {second.number} was published" in client.get("/held/").content.decode()


def test_closing_a_topic_says_so_with_the_way_back(client, cast, topic):
    client.force_login(cast.chen)
    client.post(f"/topics/{topic.topic_id}/lock/", {"to": "close"})
    page = client.get(f"/topics/{topic.topic_id}/").content.decode()
    assert "This topic is closed for replies." in page and '<input type="hidden" name="to" value="open">' in page


@pytest.mark.browser
@pytest.mark.parametrize("scripted", [True, False])
def test_the_receipt_is_in_sight_on_a_phone_and_is_read_out(client, cast, topic, scripted):
    client.force_login(cast.amina)
    path = f"/topics/{topic.topic_id}/"
    place = client.post(path, {"text": "Agreed.", "once_key": "k"})["Location"]
    pages = render(client, place.partition("#")[0])

    async def work(browser: Browser) -> None:
        context = await browser.new_context(
            viewport={"width": 360, "height": 740}, java_script_enabled=scripted, reduced_motion="reduce"
        )
        await serve(context, pages)
        page = await context.new_page()
        await page.goto(HOST + place)
        receipt = page.locator(".receipt")
        await expect(receipt).to_be_in_viewport(ratio=1)
        await expect(page.locator(f"#{place.partition('#')[2]} .said")).to_be_in_viewport()
        if scripted:
            await expect(receipt).to_be_focused()
        assert await receipt.get_attribute("role") == "status"

    in_browser(work)
