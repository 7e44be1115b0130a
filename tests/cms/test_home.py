"""The home answers what needs a member: what is unread first, at a cost that does not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forums import services
from tests.promises.network import Network

pytestmark = pytest.mark.django_db


def _home(client):
    client.get("/")
    with CaptureQueriesContext(connection) as context:
        page = client.get("/").content.decode()
    return page, len(context)


def test_unread_topics_come_first_with_their_first_unread_words(make_member, now, as_):
    hub = Network(make_member, now).grow(1)
    row = hub.cast.say(hub.boris, "Twenty metres are enough.", subject="Distances", now=now)
    page, _count = _home(as_(hub.amina))
    at = page.index("Twenty metres are enough.")
    assert page.index('id="unread"') < at < page.index('id="asked"') < page.index('id="mine"')
    assert f"/topics/{row.topic_id}-distances/?new" in page and "Boris Horvat" in page and "Risk assessment" in page


def test_the_home_of_a_member_asks_twelve_questions_however_large_the_hub_is(make_member, now, as_, settings):
    settings.HUB_RATE_PER_HOUR = 10_000
    hub = Network(make_member, now).grow(2)
    counts = []
    for more in (0, 8):
        hub.grow(more)
        for number in range(10 * (more + 1)):
            hub.cast.say(hub.boris, subject=f"Topic {more} {number}", now=now)
        counts.append(_home(as_(hub.amina))[1])
    assert counts[0] == counts[1] <= 12


def test_who_has_read_everything_is_told_so(cast, now, as_):
    services.publish(
        draft=services.Draft(forum_id=cast.forum_id, text="A word."), author=cast.boris, origin="web", now=now
    )
    services.read_everything(member=cast.amina)
    page, _count = _home(as_(cast.amina))
    assert "You have read everything in your discussions." in page and 'id="unread"' not in page
