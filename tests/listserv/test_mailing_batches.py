"""A roster is walked in batches, with a cursor and a claim that one worker holds."""

from datetime import timedelta
from typing import Any

import pytest

from forums import services as forums
from listserv import services
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, MailingList
from listserv.outbound import delivery_worker, roster

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowd(cast, make_member, now):
    """Twelve more participants: sixteen subscriptions."""
    members = [make_member(f"Member {index:02d}") for index in range(12)]
    for member in members:
        forums.admit_member(forum_id=cast.forum_id, member=member, now=now)
    return members


def test_a_roster_is_walked_in_batches_with_a_cursor(cast, crowd, now, fake_relay, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 5)
    monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
    relay = fake_relay()
    cast.say(cast.amina, now=now)
    cursors = []
    while delivery_worker.deliver_mailings(now):
        cursors.append((Mailing.objects.get().cursor, len(relay.taken), Mailing.objects.get().state))
    assert [count for _, count, _ in cursors] == [5, 10, 15, 16]
    assert cursors == sorted(cursors) and [state for *_, state in cursors] == ["sending"] * 3 + ["done"]
    assert len(set(relay.recipients)) == 16


def test_a_roster_of_exactly_one_batch_ends(cast, now, fake_relay, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 4)
    relay = fake_relay()
    cast.say(cast.amina, now=now)
    while delivery_worker.deliver_mailings(now):
        pass
    assert Mailing.objects.get().state == "done" and len(relay.taken) == 4


def test_a_killed_worker_repeats_one_batch_at_most_under_the_same_message_id(cast, crowd, now, fake_relay, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 5)
    monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
    relay = fake_relay()
    cast.say(cast.amina, now=now)
    assert delivery_worker.deliver_mailings(now) == 5

    class Killed(BaseException):
        """What no handler catches."""

    def die(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivery_worker, "_store", die)
        with pytest.raises(Killed):
            delivery_worker.deliver_mailings(now)
    assert len(relay.taken) == 10 and delivery_worker.deliver_mailings(now) == 0  # the dead worker's lease holds
    later = now + delivery_worker.LEASE + timedelta(seconds=1)
    while delivery_worker.deliver_mailings(later):
        pass
    assert len(relay.taken) == 16 + 5 and len(set(relay.recipients)) == 16
    ids = {raw.split(b"Message-ID: ")[1].split(b"\r\n")[0] for _, raw in relay.taken}
    assert len(ids) == 1


def test_two_workers_never_hold_one_mailing(cast, now):
    cast.say(cast.amina, now=now)
    first = delivery_worker._claim(now)
    assert first is not None and delivery_worker._claim(now) is None
    cast.say(cast.boris, now=now)
    second = delivery_worker._claim(now)
    assert second is not None and second.mailing.pk != first.mailing.pk


def test_a_worker_that_lost_its_lease_does_not_move_the_cursor(cast, now):
    cast.say(cast.amina, now=now)
    slow = delivery_worker._claim(now)
    other = delivery_worker._claim(now + delivery_worker.LEASE + timedelta(seconds=1))
    page = roster.page(slow.mailing, size=10, now=now)
    assert not delivery_worker._store(slow, page.receivers, [DeliveryResult(Outcome.SENT)] * 4, cursor=page.last)
    assert Mailing.objects.get().cursor == 0 and Mailing.objects.get().claimed_by == other.name


@pytest.mark.parametrize("preset", ["closed", "members", "child"])
def test_a_batch_costs_the_same_queries_at_any_size(
    cast, make_member, now, fake_relay, django_assert_num_queries, monkeypatch, preset
):
    """Whoever they are: participants, members of the hub who only subscribed, and below a closed parent."""
    parent = cast.policy.forum if preset == "child" else None
    policy = forums.create_forum(
        name="Crowded", slug="crowded", preset="members" if preset == "child" else preset, parent=parent, now=now
    )
    roster = MailingList.objects.get(forum_id=policy.forum_id)
    for index in range(24):
        member = make_member(f"Member {index:02d}")
        if index % 2 or preset == "closed":
            forums.admit_member(forum_id=policy.forum_id, member=member, now=now)
        else:
            services.enrol(list_id=roster.pk, member=member, now=now)
        if parent is not None:
            forums.admit_member(forum_id=parent.pk, member=member, now=now)
    relay = fake_relay()
    author = make_member("Ada Author")
    forums.admit_member(forum_id=policy.forum_id, member=author, now=now)
    if parent is not None:
        forums.admit_member(forum_id=parent.pk, member=author, now=now)
    queries = {"closed": 14, "members": 14, "child": 15}[preset]
    for size in (1, 24):
        monkeypatch.setattr(delivery_worker, "BATCH", size)
        monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
        draft = forums.Draft(forum_id=policy.forum_id, text=f"Batches of {size}.")
        forums.publish(draft=draft, author=author, origin="web", now=now)
        with django_assert_num_queries(queries):
            assert delivery_worker.deliver_mailings(now) == size
        assert len(relay.taken) == size
        while delivery_worker.deliver_mailings(now):
            pass
        relay.taken.clear()


def test_a_small_list_does_not_wait_for_the_end_of_a_large_one(cast, crowd, now, fake_relay, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 5)
    monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
    policy = forums.create_forum(name="Small", slug="small", preset="members", now=now)
    forums.admit_member(forum_id=policy.forum_id, member=cast.stella, now=now)
    relay = fake_relay()
    cast.say(cast.amina, now=now)
    assert delivery_worker.deliver_mailings(now) == 5
    forums.publish(draft=forums.Draft(forum_id=policy.forum_id, text="News"), author=cast.boris, origin="web", now=now)
    delivery_worker.deliver_mailings(now)
    assert set(relay.recipients[5:]) == {cast.stella.email, cast.boris.email}
