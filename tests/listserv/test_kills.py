"""A worker that is killed at any moment: its work is taken up within half a minute, and little of it is done twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import send_mail

from forums import services as forums
from hub.lib.clock import now as clock
from hub.lib.endpoints import Endpoint
from hub.members.models import Member
from listserv.digests import digest_worker as digests
from listserv.mail.smtp import progress as progress_module
from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.transport import Batch, DeliveryResult, Envelope, Listed, Outcome
from listserv.models import Mailing, Notice, Retry, Subscription
from listserv.outbound import delivery_worker
from listserv.outbound.relay import Relay
from tests.listserv.sink import Sink
from tests.listserv.test_relay import WAYS, mails
from tests.listserv.test_workers import run_until_killed

# What a kill may repeat of a mailing, and when another worker has to be at it.
REPEATED = 50
TAKEN_UP = timedelta(seconds=30)
SENT = DeliveryResult(Outcome.SENT, "250 ok")


class Killed(BaseException):
    """What no handler catches."""


class Mortal:
    """A far end that takes copies, saving as the transports do, until the process dies at one of them."""

    def __init__(self, dies_after: int) -> None:
        self.left = dies_after
        self.taken: list[tuple[str, bytes]] = []

    def send(self, batch: Sequence[Envelope]) -> list[DeliveryResult]:
        progress = batch.progress if isinstance(batch, Batch) else None
        results: list[DeliveryResult] = []
        for mail in batch:
            if self.left == 0:
                raise Killed
            self.left -= 1
            self.taken.append((mail.recipient, b"".join(mail.parts)))
            results.append(SENT)
            if progress is not None and progress.is_due(len(results)):
                progress.save(results[progress.saved :])
        return results

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def mortal(monkeypatch: Any) -> Callable[[int], Mortal]:
    """Return a function that puts a far end in the relay's place at which the process dies."""

    def use(dies_after: int) -> Mortal:
        end = Mortal(dies_after)
        monkeypatch.setattr(delivery_worker, "transport", lambda: end)
        monkeypatch.setattr(digests, "transport", lambda: end)
        return end

    return use


@pytest.fixture
def crowd(cast: Any, now: Any) -> Any:
    """Two hundred subscriptions."""
    people = Member.objects.bulk_create(
        Member(email=f"crowd{number}@people.example", name=f"Crowd {number}", password="!", is_active=True)
        for number in range(196)
    )
    forums.admit_members(forum_id=cast.forum_id, member_ids=[person.pk for person in people], now=now)
    return cast


def killed_and_taken_up(
    work: Callable[[Any], int], mortal: Callable[[int], Mortal], dies_after: int, now: Any
) -> tuple[Mortal, Mortal]:
    """Let a worker die at a copy, and another one do the rest half a minute later; return both far ends."""
    first = mortal(dies_after)
    with pytest.raises(Killed):
        work(now)
    second = mortal(-1)
    while work(now + TAKEN_UP):
        pass
    return first, second


def repeated(end: Mortal, *more: Mortal) -> int:
    """Return how many copies went out more than once."""
    counts = Counter(recipient for one in (end, *more) for recipient, _raw in one.taken)
    return sum(counts.values()) - len(counts)


# --- How far ahead of what is saved copies go out -----------------------------------------------------------------


@pytest.mark.parametrize("extensions", WAYS)
def test_no_more_copies_are_handed_over_than_a_kill_may_repeat(extensions):
    far = Sink(extensions=extensions)
    relay = Relay(Endpoint("127.0.0.1", far.port), helo="hub.example")
    ahead: list[int] = []

    def save(results: Sequence[DeliveryResult]) -> int:
        ahead.append(len(far.taken) - sum(saved))
        saved.append(len(results))
        return len(results)

    saved: list[int] = []
    try:
        results = relay.send(Listed(mails(300), Progress(ahead=20, every=10, save=save)))
    finally:
        relay.close()
        far.close()
    assert [result.outcome for result in results] == ["sent"] * 300
    assert max(ahead) <= 20 and sum(saved) >= 290 and min(saved) >= 10


@pytest.mark.parametrize("extensions", WAYS)
def test_a_batch_ends_when_the_claim_is_lost(extensions):
    far = Sink(extensions=extensions)
    relay = Relay(Endpoint("127.0.0.1", far.port), helo="hub.example")
    try:
        results = relay.send(Listed(mails(300), Progress(ahead=20, every=10, save=lambda _results: None)))
    finally:
        relay.close()
        far.close()
    assert len(far.taken) <= 20
    assert {result.outcome for result in results[20:]} == {"unreached"}


def test_a_claim_is_renewed_while_the_relay_says_nothing(monkeypatch):
    monkeypatch.setattr(progress_module, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr("listserv.outbound.relay.RENEW_SECONDS", 0.05)
    far = Sink(hang_after=3)
    relay = Relay(Endpoint("127.0.0.1", far.port), helo="hub.example", reply_seconds=0.5)
    renewals: list[int] = []

    def renew() -> bool:
        renewals.append(len(far.taken))
        return True

    try:
        relay.send(Listed(mails(40), Progress(ahead=20, every=10, save=len, renew=renew)))
    finally:
        relay.close()
        far.close()
    assert renewals.count(3) >= 2


@pytest.mark.django_db
def test_renewing_moves_the_lease_of_a_mailing_and_fails_when_another_worker_has_it(cast, now):
    cast.say(cast.amina, now=now)
    walk = delivery_worker._claim(now)
    walk.began -= 7.0
    assert walk.renew()
    assert Mailing.objects.get().claimed_until >= now + delivery_worker.LEASE + timedelta(seconds=7)
    assert delivery_worker._claim(now + timedelta(seconds=60)) is not None
    assert not walk.renew()


# --- What is done twice -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("dies_after", [1, 49, 77, 150, 199])
def test_a_killed_mailing_is_taken_up_in_half_a_minute_and_repeats_fifty_copies_at_most(crowd, now, mortal, dies_after):
    crowd.say(crowd.amina, now=now)
    first, second = killed_and_taken_up(delivery_worker.deliver_mailings, mortal, dies_after, now)
    assert len({recipient for recipient, _raw in first.taken + second.taken}) == 200
    assert repeated(first, second) <= REPEATED
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.claimed_by) == ("done", "") and mailing.sent >= 200 - REPEATED


@pytest.mark.django_db
def test_killed_retries_are_taken_up_in_half_a_minute_and_repeat_fifty_copies_at_most(crowd, now, mortal):
    crowd.say(crowd.amina, now=now)
    mailing = Mailing.objects.get()
    Mailing.objects.update(state="done", finished_at=clock(), sent=1)
    rows = Subscription.objects.all()
    Retry.objects.bulk_create(Retry(mailing=mailing, subscription=row, next_at=now, created_at=now) for row in rows)
    first, second = killed_and_taken_up(delivery_worker.deliver_mailings, mortal, 120, now)
    assert not Retry.objects.exists() and repeated(first, second) <= REPEATED
    assert len({recipient for recipient, _raw in first.taken + second.taken}) == 200


@pytest.mark.django_db
def test_killed_digests_are_taken_up_in_half_a_minute_and_repeat_fifty_at_most(crowd, now, mortal):
    crowd.say(crowd.amina, now=now)
    Mailing.objects.update(state="done", finished_at=clock())
    Subscription.objects.update(delivery="digest-daily", digest_at=now)
    first, second = killed_and_taken_up(digests.send_digests, mortal, 90, now)
    assert len({recipient for recipient, _raw in first.taken + second.taken}) == 200
    assert repeated(first, second) <= REPEATED


@pytest.mark.django_db
@pytest.mark.parametrize("dies_after", [1, 7])
def test_killed_notifications_are_taken_up_in_half_a_minute_and_one_goes_out_twice_at_most(now, mortal, dies_after):
    for number in range(10):
        send_mail(f"Letter {number}", "Text", None, [f"r{number}@x.example"])
    moment = clock()
    first = mortal(dies_after)
    with pytest.raises(Killed):
        delivery_worker.deliver_notices(moment)
    second = mortal(-1)
    while delivery_worker.deliver_notices(moment + TAKEN_UP):
        pass
    assert repeated(first, second) <= 1 and len(first.taken + second.taken) >= 10
    assert not Notice.objects.exclude(state="sent").exists()


@pytest.mark.django_db
def test_a_notification_to_several_is_not_said_again_to_those_who_have_it(now, mortal):
    send_mail("Letter", "Text", None, [f"r{number}@x.example" for number in range(5)])
    moment = clock()
    first = mortal(4)
    with pytest.raises(Killed):
        delivery_worker.deliver_notices(moment)
    second = mortal(-1)
    delivery_worker.deliver_notices(moment + TAKEN_UP)
    assert repeated(first, second) <= 1 and len(first.taken + second.taken) >= 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("extensions", WAYS)
def test_kill_9_in_a_large_batch_repeats_fifty_copies_at_most(crowd, settings, tmp_path, extensions):
    far, second = Sink(extensions=extensions, hang_after=120), Sink(extensions=extensions)
    crowd.say(crowd.amina, "Before the kill.", now=clock())
    run_until_killed(far, 120, batch=delivery_worker.BATCH, key=settings.SECRET_KEY, folder=tmp_path)
    settings.HUB_RELAY = Endpoint("127.0.0.1", second.port)
    try:
        while delivery_worker.deliver_mailings(clock() + TAKEN_UP):
            pass
    finally:
        delivery_worker.close_transport()
        far.close()
        second.close()
    copies = Counter(delivered.recipient for delivered in far.taken + second.taken)
    assert len(copies) == 200 and sum(copies.values()) - 200 <= REPEATED
