"""What was not taken is retried, given up after days, or waits for the relay."""

from datetime import timedelta

import pytest

from forums import services as forums
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, Retry
from listserv.outbound import delivery_worker
from listserv.outbound.trouble import PAUSE

pytestmark = pytest.mark.django_db


def test_4xx_is_tried_again_at_1_5_30_minutes_and_5xx_is_not(cast, now, fake_relay):
    relay = fake_relay(
        {
            cast.boris.email: DeliveryResult(Outcome.LATER, "450 4.2.0 greylisted"),
            cast.oona.email: DeliveryResult(Outcome.FAILED, "550 5.1.1 no such user"),
        }
    )
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert Mailing.objects.get().state == "done" and Mailing.objects.get().failed == 1
    failed = Retry.objects.get(subscription__member=cast.oona)
    assert failed.next_at is None and failed.last_reply == "550 5.1.1 no such user"
    row = Retry.objects.get(subscription__member=cast.boris)
    waits, moment = [], now
    for _ in range(5):
        waits.append((row.next_at - moment).total_seconds() / 60)
        moment = row.next_at
        assert delivery_worker.deliver_mailings(moment - timedelta(seconds=1)) == 0
        delivery_worker.deliver_mailings(moment)
        row.refresh_from_db()
    assert waits == [1, 5, 30, 120, 240] and row.attempts == 6
    relay.answers.clear()
    delivery_worker.deliver_mailings(row.next_at)
    assert not Retry.objects.filter(subscription__member=cast.boris).exists()
    assert Mailing.objects.get().sent == 3 and relay.recipients.count(cast.boris.email) == 1


def test_after_five_days_a_recipient_is_given_up(cast, now, fake_relay):
    fake_relay({cast.boris.email: DeliveryResult(Outcome.LATER, "451 full")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    delivery_worker.deliver_mailings(now + timedelta(days=5, seconds=1))
    row = Retry.objects.get()
    assert row.next_at is None and Mailing.objects.get().failed == 1


def test_a_retry_asks_again_who_may_read(cast, now, fake_relay):
    relay = fake_relay({cast.boris.email: DeliveryResult(Outcome.LATER, "450 busy")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    relay.answers.clear()
    delivery_worker.deliver_mailings(now + timedelta(minutes=2))
    assert cast.boris.email not in relay.recipients and not Retry.objects.exists()


def test_a_relay_that_is_away_leaves_the_cursor_and_makes_no_rows(cast, now, fake_relay):
    relay = fake_relay(default=DeliveryResult(Outcome.UNREACHED, "no connection to the relay"))
    cast.say(cast.amina, now=now)
    assert delivery_worker.deliver_mailings(now) == 0
    mailing = Mailing.objects.get()
    assert (mailing.cursor, mailing.state) == (0, "sending") and not Retry.objects.exists()
    assert mailing.last_reply == "no connection to the relay"
    assert delivery_worker.deliver_mailings(now + timedelta(seconds=1)) == 0 and relay.taken == []
    relay.default = DeliveryResult(Outcome.SENT)
    assert delivery_worker.deliver_mailings(now + PAUSE + timedelta(seconds=1)) == 4
    assert Mailing.objects.get().last_reply == ""


def test_a_relay_that_drops_in_the_middle_makes_a_retry_of_what_was_said_and_the_rest_waits(cast, now, fake_relay):
    lost = DeliveryResult(Outcome.LATER, "451 closed")
    relay = fake_relay({cast.chen.email: lost, cast.oona.email: DeliveryResult(Outcome.UNREACHED, "no connection")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert Retry.objects.get().subscription.member == cast.chen
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.sent, mailing.last_reply) == ("sending", 2, "no connection")
    relay.answers.clear()
    delivery_worker.deliver_mailings(now + PAUSE + timedelta(seconds=1))
    assert Mailing.objects.get().state == "done" and relay.recipients.count(cast.oona.email) == 1
    assert len(relay.taken) == 3  # Chen's is due later
