"""A relay that answers 4xx, hangs up, or says nothing: every copy arrives, under one Message-ID, late at worst."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from hub.lib.endpoints import RelayAddress
from listserv.models import AddressHealth, Mailing, Retry
from listserv.outbound import delivery_worker
from listserv.outbound.relay import Relay
from tests.listserv.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings: Any) -> Any:
    """A relay, and the worker's connections to it."""
    found = Sink()
    settings.HUB_RELAY = address = RelayAddress("127.0.0.1", found.port)
    delivery_worker.close_transport()
    # As the worker makes it, but it does not wait for minutes.
    delivery_worker._of_thread.transport = Relay(address, helo="hub.example", reply_seconds=0.5)
    delivery_worker._of_thread.settings = address, settings.HUB_DKIM
    yield found
    delivery_worker.close_transport()
    found.close()


@pytest.fixture
def goes_out(cast: Any, now: Any, sink: Sink) -> Any:
    """Return a function: walk the roster for an hour; return how often each address got the copy."""

    def walk(minutes: int = 60) -> Counter[str]:
        for minute in range(minutes):
            while delivery_worker.deliver_mailings(now + timedelta(minutes=minute)):
                pass
        ids = {delivered.content.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for delivered in sink.taken}
        assert len(ids) == 1
        return Counter(delivered.recipient for delivered in sink.taken)

    cast.say(cast.amina, "To all.", now=now)
    return walk


def everybody(cast: Any) -> set[str]:
    return {one.email for one in (cast.amina, cast.boris, cast.chen, cast.oona)}


def test_relay_that_hangs_up_in_the_middle_gets_the_rest_in_another_session(cast, sink, goes_out):
    sink.drop_after = 2
    found = goes_out()
    assert set(found) == everybody(cast)
    assert max(found.values()) <= 2
    assert sink.connections > 1
    assert Mailing.objects.get().state == "done" and not Retry.objects.exists()


def test_relay_that_says_nothing_is_left_and_found_again(cast, sink, goes_out):
    sink.hang_after = 2
    goes_out(minutes=1)
    assert set(sink_addresses(sink)) < everybody(cast)
    sink.hang_after = None
    sink.released.set()
    found = goes_out()
    assert set(found) == everybody(cast)
    assert max(found.values()) <= 3


def sink_addresses(sink: Sink) -> list[str]:
    return [delivered.recipient for delivered in sink.taken]


def test_relay_that_is_too_busy_makes_no_rows_and_is_asked_again(cast, sink, goes_out, now):
    sink.greeting = "421 4.3.2 too busy"
    for second in range(3):
        delivery_worker.deliver_mailings(now + timedelta(seconds=20 * second))
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.sent, mailing.cursor) == ("sending", 0, 0)
    assert "too busy" in mailing.last_reply
    assert not sink.taken and not Retry.objects.exists()
    sink.greeting = "220 sink"
    assert goes_out() == Counter(everybody(cast))


def test_one_that_is_put_off_is_tried_again_until_it_is_taken(cast, sink, goes_out):
    sink.replies[cast.boris.email] = "451 4.7.1 greylisted"
    first = goes_out(minutes=1)
    assert set(first) == everybody(cast) - {cast.boris.email}
    assert "greylisted" in Retry.objects.get().last_reply
    del sink.replies[cast.boris.email]
    assert goes_out() == Counter(everybody(cast))
    assert not Retry.objects.exists() and not AddressHealth.objects.exists()


def test_one_that_is_refused_for_good_is_not_tried_again_and_counts_as_a_bounce(cast, sink, goes_out):
    sink.replies[cast.boris.email] = "550 5.1.1 user unknown"
    sink.final[cast.oona.email] = "554 5.7.1 looks like spam"
    found = goes_out()
    assert set(found) == everybody(cast) - {cast.boris.email, cast.oona.email}
    assert Mailing.objects.get().failed == 2
    assert list(AddressHealth.objects.values_list("address", "score")) == [(cast.boris.email, 1.0)]
