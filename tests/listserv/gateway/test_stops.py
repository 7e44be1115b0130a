"""How far an accepted message travels through the code on its way to a post."""

import pytest

from hub.lib.clock import now as clock
from listserv.gateway import worker
from tests.listserv.gateway.conftest import accept, plain_message
from tests.listserv.gateway.stops import climbs, follow

pytestmark = pytest.mark.django_db
# Calls into another file, from the queue to the commit.
MOST_STOPS = 30
# Upwards lead only what is registered: the live item under discussion, the lists, the live room.
MOST_CLIMBS = 3
LONG = "\r\n\r\n".join(f"Paragraph {number}, line one,\r\nline two." for number in range(20))


@pytest.mark.parametrize("text", ["Words.", LONG])
def test_an_accepted_message_makes_few_stops_and_climbs_whatever_its_length(cast, text):
    address = cast.policy.forum.mailing_list.address
    for number in range(2):
        # The first one compiles the questions that are asked of the database.
        raw = plain_message(f"{text} {number}.", who=cast.amina)
        assert accept(raw, address, member=cast.amina)[:3] == "250"
        stops = follow(lambda: worker.publish_accepted(clock()))
    assert 5 < len(stops) <= MOST_STOPS, stops
    assert 0 < len(climbs(stops)) <= MOST_CLIMBS, climbs(stops)
