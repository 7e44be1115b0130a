"""How far an accepted message travels through the code on its way to a post."""

import pytest

from hub.lib.clock import now as clock
from listserv.gateway import worker
from tests.listserv.gateway.conftest import accept, plain_message
from tests.listserv.gateway.stops import climbs, follow

pytestmark = pytest.mark.django_db
# Upwards lead only what is registered: the live item under discussion, the lists, the live room; and what is asked
# once a page (``hub.lib.once``).
MOST_CLIMBS = 4
# Calls between two files of which one is of the mail.
MOST_IN_MAIL = 20


def test_an_accepted_message_makes_few_stops_and_climbs(cast):
    address = cast.policy.forum.mailing_list.address
    for number in range(2):
        # The first one compiles the questions that are asked of the database.
        raw = plain_message(f"Words {number}.", who=cast.amina)
        assert accept(raw, address, member=cast.amina)[:3] == "250"
        stops = follow(lambda: worker.publish_accepted(clock()))
    in_mail = [stop for stop in stops if "listserv/" in stop[0] + stop[1]]
    assert 5 < len(in_mail) <= MOST_IN_MAIL
    assert len(climbs(stops)) <= MOST_CLIMBS, climbs(stops)
