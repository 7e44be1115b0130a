"""One page says what a member is told: one table, one button, one undo; and a feed and names come with it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forums import selectors as forum_selectors
from forums import services as forums
from listserv import selectors
from listserv.models import NotificationSettings, Subscription

pytestmark = pytest.mark.django_db
URL = "/notifications/"


@pytest.fixture
def client(cast):
    client = Client()
    client.force_login(cast.amina, backend="hub.members.backends.AddressBackend")
    return client


def forum(cast: Any, now: Any, name: str) -> int:
    policy = forums.create_forum(name=name, slug=name.lower(), preset="closed", now=now)
    forums.admit_member(forum_id=policy.forum_id, member=cast.amina, now=now)
    return int(policy.forum_id)


def modes(member: Any) -> dict[str, str]:
    return dict(Subscription.objects.filter(member=member).values_list("list__name", "delivery"))


def undo_of(page: str) -> dict[str, str]:
    form = page.split(">Undo<", maxsplit=1)[0].rsplit("<form", 1)[1]
    pairs = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: value for name, value in pairs if name != "csrfmiddlewaretoken"}


def test_all_rows_are_saved_at_once_and_taken_back_at_once(cast, now, client):
    other = forum(cast, now, "Elsewhere")
    data = {
        "row.risk": "1", "delivery.risk": "digest-daily", "row.elsewhere": "1", "delivery.elsewhere": "none",
        "muted.elsewhere": "on", "also": "1", "answers": "on",
    }  # fmt: skip
    page = client.post(URL, data, follow=True).content.decode()
    assert "Saved: 5 changes." in page
    assert modes(cast.amina) == {"risk": "digest-daily", "elsewhere": "none"}
    assert forum_selectors.muted_forums(cast.amina) == {other}
    row = selectors.notification_settings_of(cast.amina)
    assert (row.mentions, row.answers, row.decisions) == (False, True, False)
    client.post(URL, undo_of(page))
    assert modes(cast.amina) == {"risk": "each", "elsewhere": "each"}
    assert not forum_selectors.muted_forums(cast.amina)
    row = NotificationSettings.objects.get(member=cast.amina)
    assert (row.mentions, row.answers, row.decisions) == (True, False, True)


def test_what_a_form_does_not_name_stays_and_a_closed_discussion_is_left_alone(cast, now, client):
    hidden = forums.create_forum(name="Hidden", slug="hidden", preset="closed", now=now)
    page = client.post(URL, {"row.hidden": "1", "delivery.hidden": "each"}, follow=True).content.decode()
    assert "Nothing was changed." in page and "Hidden" not in page
    assert not Subscription.objects.filter(list__forum_id=hidden.forum_id).exists()
    assert not NotificationSettings.objects.exists()
    assert client.post(URL, {"row.risk": "1", "delivery.risk": "hourly"}).status_code in {400, 422}
    assert modes(cast.amina) == {"risk": "each"}


def test_the_page_costs_the_same_for_one_discussion_and_for_many(cast, now, client):
    def cost() -> int:
        client.get(URL)
        with CaptureQueriesContext(connection) as context:
            client.get(URL)
        return len(context)

    one = cost()
    for number in range(15):
        forum(cast, now, f"Forum{number}")
    assert cost() == one


def test_the_feed_of_what_concerns_a_member_opens_by_its_key_alone(cast, now, client):
    row = cast.say(cast.boris, "Dear @Amina Diallo", subject="Distances", now=now)
    cast.say(cast.boris, "To everybody.", now=now)
    url = client.get(URL).content.decode().split('href="/concerns/')[1].split('"')[0]
    feed = Client().get(f"/concerns/{url}").content.decode()
    assert f"/c/{row.number}/" in feed and "mentions you" in feed and "To everybody." not in feed
    assert (
        Client().get(f"/concerns/{url}x").status_code == 404 and Client().get("/concerns/feed.atom").status_code == 404
    )
    forums.remove_member(forum_id=cast.forum_id, member=cast.amina, now=now)
    assert f"/c/{row.number}/" not in Client().get(f"/concerns/{url}").content.decode()
    cast.amina.set_password("another long password")
    cast.amina.save()
    assert Client().get(f"/concerns/{url}").status_code == 404


@pytest.mark.parametrize("typed", ["bor", "HORV", "Boris H", "bóris"])
def test_names_of_readers_are_offered_to_readers(cast, now, client, typed):
    url = reverse("forums:names", args=(cast.forum_id,))
    names = [row["name"] for row in client.get(url, {"q": typed}).json()["names"]]
    assert names == ["Boris Horvat"]
    assert client.get(url, {"q": "Stella"}).json()["names"] == []
    assert client.get(url, {"q": "Sofia"}).json()["names"][0]["name"] == "Sofia Lind"
    assert client.get(url).json()["names"] == []
    assert Client().get(url, {"q": typed}).status_code == 404
