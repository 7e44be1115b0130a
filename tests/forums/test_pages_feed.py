"""The Atom feed: thin, entitled at each request."""

import xml.etree.ElementTree as ET

import pytest

from forums.views.feeds import url_for

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_has_the_last_thirty_and_a_short_text(client, cast, now):
    first = cast.say(cast.boris, "Long <b>words</b> & more. " * 100, subject="Feed & <co>", now=now)
    for _ in range(34):
        cast.say(cast.boris, topic_id=first.topic_id, now=now)
    answer = client.get(url_for(cast.amina, cast.forum_id))
    assert answer["Content-Type"].startswith("application/atom+xml")
    entries = ET.fromstring(answer.content).findall(f"{ATOM}entry")
    assert len(entries) == 30 and len(answer.content) < 40_000
    assert entries[0].find(f"{ATOM}author/{ATOM}name").text == "Boris Horvat"
    assert f"/c/{first.number}/" not in answer.content.decode()


def test_the_key_is_its_owners_and_for_one_discussion(client, cast, now):
    cast.say(cast.boris, now=now)
    good = url_for(cast.amina, cast.forum_id)
    assert client.get(good).status_code == 200
    for bad in (good[:-1], good + "a", good.replace(f"/{cast.forum_id}/", "/999/"), good.partition("?")[0], good[:-30]):
        assert client.get(bad).status_code == 404


def test_a_new_password_or_a_lost_place_ends_the_key(client, cast):
    good, stranger = url_for(cast.amina, cast.forum_id), url_for(cast.stella, cast.forum_id)
    assert client.get(stranger).status_code == 404
    cast.amina.set_password("another long password")
    cast.amina.save()
    assert client.get(good).status_code == 404
    fresh = url_for(cast.amina, cast.forum_id)
    assert client.get(fresh).status_code == 200
    cast.amina.is_active = False
    cast.amina.save()
    assert client.get(fresh).status_code == 404
