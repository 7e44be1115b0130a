"""My lists: what was saved or paused is said at the list, can be undone, and the pages say what really comes."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from forums import services as forums
from hub.lib.clock import now as clock
from listserv.models import MailingList, Subscription
from listserv.selectors import forum_aside

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(cast, now):
    """A second discussion of Amina's, with its list."""
    policy = forums.create_forum(name="Laboratories", slug="labs", preset="closed", now=now)
    forums.admit_member(forum_id=policy.forum_id, member=cast.amina, role="participant", now=now)
    return MailingList.objects.get(forum_id=policy.forum_id)


def _row(member: Any, name: str = "risk") -> Subscription:
    return Subscription.objects.get(member=member, list__name=name)


def _undo(page: str) -> dict[str, str]:
    part = page[page.index('class="notices receipt"') :]
    form = part[: part.index("</form>")]
    return {name: _plain(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


def _plain(text: str) -> str:
    return text.replace("&quot;", '"')


def test_what_was_saved_is_said_at_the_list_and_undone(client, cast, other):
    client.force_login(cast.amina)
    answer = client.post("/lists/", {"list": "risk", "risk-delivery": "digest-daily", "risk-own_copy": "on"})
    assert answer["Location"] == "/lists/#risk" and _row(cast.amina).delivery == "digest-daily"
    page = client.get("/lists/").content.decode()
    item = page[page.index('<li id="risk"') :]
    assert "You receive a digest of" in item[: item.index("<h2")]
    client.post("/lists/", _undo(page))
    assert _row(cast.amina).delivery == "each" and _row(cast.amina).own_copy


def test_a_pause_is_said_at_the_list_with_its_end(client, cast, other):
    client.force_login(cast.amina)
    day = (clock() + timedelta(days=9)).date().isoformat()
    client.post("/lists/", {"list": "risk", "pause": "1", "risk-pause-until": day})
    page = client.get("/lists/").content.decode()
    item = page[page.index('<li id="risk"') :]
    assert "You receive nothing from" in item[: item.index("<h2")] and 'name="resume"' in item
    client.post("/lists/", {"list": "risk", "resume": ""})
    assert _row(cast.amina).paused_until is None
    assert "You receive e-mail from" in client.get("/lists/").content.decode()


def test_a_pause_of_all_lists_is_undone_to_what_was_before(client, cast, other):
    client.force_login(cast.amina)
    day, later = ((clock() + timedelta(days=days)).date().isoformat() for days in (9, 30))
    client.post("/lists/", {"list": "labs", "pause": "1", "labs-pause-until": day})
    client.get("/lists/")
    before = _row(cast.amina, "labs").paused_until
    answer = client.post("/lists/", {"pause_all": "1", "pause-until": later})
    assert answer["Location"].startswith("/lists/#") and _row(cast.amina).paused_until is not None
    client.post("/lists/", _undo(client.get("/lists/").content.decode()))
    assert _row(cast.amina).paused_until is None and _row(cast.amina, "labs").paused_until == before


@pytest.mark.parametrize("value", ["", "[]", "{", '{"risk": 3}', '{"risk": "x"}', "null"])
def test_an_undo_that_is_none_changes_nothing(client, cast, other, value):
    client.force_login(cast.amina)
    assert client.post("/lists/", {"unpause_all": value}).status_code in {302, 422}
    assert client.post("/lists/", {"unpause_all": json.dumps({"no-such": ""})}).status_code == 302


def test_a_page_never_promises_a_digest_while_nothing_comes(client, cast, other, now):
    Subscription.objects.filter(member=cast.amina, list__name="risk").update(delivery="digest-daily")
    label = forum_aside(forum_id=cast.forum_id, member=cast.amina)["list_delivery_label"]
    assert label == "daily digest"
    Subscription.objects.filter(member=cast.amina).update(paused_until=clock() + timedelta(days=3))
    label = forum_aside(forum_id=cast.forum_id, member=cast.amina)["list_delivery_label"]
    assert label.startswith("nothing until") and label.endswith("then daily digest")
    Subscription.objects.filter(member=cast.amina).update(suspended_at=now, suspended_for="complaint")
    label = forum_aside(forum_id=cast.forum_id, member=cast.amina)["list_delivery_label"]
    assert label == "stopped: a message was reported as unwanted"


def test_the_page_of_a_list_promises_no_search_where_there_is_none(client, cast):
    client.force_login(cast.amina)
    page = client.get("/l/risk/").content.decode()
    assert 'type="search"' not in page and 'href="/search/"' in page
