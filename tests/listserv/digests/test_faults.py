"""Digests: a worker that is killed or loses its claim, and a relay that refuses."""

from datetime import timedelta
from typing import Any

import pytest

from listserv.digests import digest_worker
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Bounce, Subscription
from tests.listserv.digests.conftest import DAY, run, text_of

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The worker dies here."""


def test_a_worker_killed_before_the_record_sends_the_same_message_again_and_no_more(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)

    def die(*_: Any) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(digest_worker, "_store", die)
        with pytest.raises(Killed):
            digest_worker.send_digests(row.digest_at)
    # Its lease keeps others off; then another worker takes over.
    assert digest_worker.send_digests(row.digest_at + digest_worker.LEASE / 2) == 0
    assert digest_worker.send_digests(row.digest_at + digest_worker.LEASE * 2) == 1
    first, again = far.to(cast.boris)
    assert first["Message-ID"] == again["Message-ID"]
    assert run(row.digest_at + digest_worker.LEASE * 4) == 0


def test_a_worker_killed_before_sending_loses_nothing(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)

    def die(_batch: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(far, "send", die)
        with pytest.raises(Killed):
            digest_worker.send_digests(row.digest_at)
    assert run(row.digest_at + digest_worker.LEASE * 2) == 1 and len(far.to(cast.boris)) == 1


def test_who_lost_the_claim_moves_nothing(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)
    send = far.send

    def slow(batch: Any) -> Any:
        Subscription.objects.filter(pk=row.pk).update(digest_claimed_until=now + 9 * DAY)
        return send(batch)

    monkeypatch.setattr(far, "send", slow)
    assert digest_worker.send_digests(row.digest_at) == 0
    row.refresh_from_db()
    assert row.digest_claimed_until == now + 9 * DAY


@pytest.mark.parametrize("outcome", [Outcome.LATER, Outcome.UNREACHED])
def test_what_is_not_taken_is_tried_again_and_holds_no_lock(cast, take, far, now, outcome):
    row = take(cast.boris)
    cast.say(cast.amina, now=now)
    far.outcome = outcome
    assert digest_worker.send_digests(row.digest_at) == 0 and digest_worker.send_digests(row.digest_at) == 0
    far.outcome = Outcome.SENT
    assert run(row.digest_at + timedelta(minutes=2)) == 1 and len(far.to(cast.boris)) == 1


def test_a_refusal_counts_as_a_bounce_and_the_digest_is_not_said_again(cast, take, far, now, monkeypatch):
    row = take(cast.boris)
    contribution = cast.say(cast.amina, now=now)
    refusal = [DeliveryResult(Outcome.FAILED, "550 5.1.1 no such mailbox")]
    monkeypatch.setattr(far, "send", lambda _batch: refusal)
    assert digest_worker.send_digests(row.digest_at) == 1 and digest_worker.send_digests(row.digest_at) == 0
    bounce = Bounce.objects.get()
    assert (bounce.subscription_id, bounce.number, bounce.kind) == (row.pk, contribution.number, "permanent")


def test_what_was_not_taken_for_days_comes_with_the_next_one(cast, take, far, now):
    row = take(cast.boris)
    cast.say(cast.amina, "Old.", now=now)
    far.outcome = Outcome.LATER
    late = row.digest_at + digest_worker.GIVE_UP + DAY / 2
    assert digest_worker.send_digests(late) == 1
    far.outcome = Outcome.SENT
    assert run(late + DAY) == 1 and "Old." in text_of(far.to(cast.boris)[0])


def test_one_digest_that_cannot_be_written_keeps_no_other_waiting(cast, take, far, now, monkeypatch, caplog):
    row = take(cast.boris)
    take(cast.oona)
    cast.say(cast.amina, now=now)
    real = digest_worker.Digest.envelope

    def broken(self: Any, subscription: Subscription) -> Any:
        if subscription.pk == row.pk:
            raise ValueError("odd")
        return real(self, subscription)

    monkeypatch.setattr(digest_worker.Digest, "envelope", broken)
    assert (
        digest_worker.send_digests(row.digest_at) == 1 and far.to(cast.oona) and "could not be written" in caplog.text
    )
    monkeypatch.setattr(digest_worker.Digest, "envelope", real)
    assert run(row.digest_at + timedelta(minutes=2)) == 1 and far.to(cast.boris)
