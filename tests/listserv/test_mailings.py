"""From an accepted contribution to one copy a subscriber: rows, cursor, entitlement, retries."""

from datetime import timedelta
from typing import Any

import pytest

from forums import services as forums
from hub.lib.errors import Invalid, NotFound
from listserv import selectors, services
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, MailingList, Notice, Retry, Subscription
from listserv.outbound import delivery_worker, roster
from listserv.outbound.trouble import PAUSE

pytestmark = pytest.mark.django_db


class FarEnd:
    """A far end of the tests that answers each address as told; everything else is taken."""

    def __init__(self, answers: dict[str, DeliveryResult] | None = None, default: DeliveryResult | None = None) -> None:
        self.answers = answers or {}
        self.default = default or DeliveryResult(Outcome.SENT, "250 ok")
        self.taken: list[tuple[str, bytes]] = []

    def send(self, batch: Any) -> list[DeliveryResult]:
        results = []
        for mail in batch:
            result = self.answers.get(mail.recipient, self.default)
            if result.outcome is Outcome.SENT:
                self.taken.append((mail.recipient, b"".join(mail.parts)))
            results.append(result)
        return results

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def far_end(monkeypatch):
    """Return a function that puts a far end in the relay's place."""

    def use(*args: Any, **kwargs: Any) -> FarEnd:
        end = FarEnd(*args, **kwargs)
        monkeypatch.setattr(delivery_worker, "transport", lambda: end)
        return end

    return use


def addresses(end: FarEnd) -> list[str]:
    return [address for address, _ in end.taken]


def test_a_forum_has_a_list_and_a_membership_a_subscription(cast, now):
    found = MailingList.objects.get(forum_id=cast.forum_id)
    assert (found.name, found.address) == ("risk", "risk@lists.hub.example")
    assert {row.member for row in found.subscriptions.all()} == {cast.amina, cast.boris, cast.chen, cast.oona}
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    assert Subscription.objects.get(member=cast.boris).ended_at == now
    forums.admit_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    assert Subscription.objects.get(member=cast.boris).ended_at is None


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("Risk Assessment", "risk-assessment"),
        ("risk", "risk-2"),
        ("postmaster", "postmaster-2"),
        ("risk-leave", "risk-2"),
        ("a_b", "a-b"),
        ("评估", "discussion"),
        ("x" * 60, "x" * 24),
        ("--", "discussion"),
    ],
)
def test_a_list_name_is_a_free_local_part(cast, now, slug, name):
    policy = forums.create_forum(name="Another", slug=slug, preset="closed", now=now)
    found = MailingList.objects.get(forum_id=policy.forum_id)
    found.full_clean()
    assert found.name == name


def test_accepting_writes_one_row_and_wakes_the_pump_after_the_commit(
    cast, now, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        said = cast.say(cast.amina, now=now)
        assert Mailing.objects.get().contribution == said and woken == []
    for callback in callbacks:
        callback()
    assert "wake.mailings" in woken


def test_an_import_sends_nothing(cast, now):
    cast.say(cast.amina, quiet=True, now=now)
    assert not Mailing.objects.exists()


def test_everybody_gets_one_copy_and_the_author_too(cast, now, deliver, sent):
    cast.say(cast.amina, "Field trials need a baseline.", now=now)
    deliver()
    assert sorted(mail["Delivered-To"] for mail in sent()) == sorted(
        person.email for person in (cast.amina, cast.boris, cast.chen, cast.oona)
    )
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.sent, mailing.failed, mailing.claimed_until) == ("done", 4, 0, None)
    assert not Retry.objects.exists() and delivery_worker.deliver_mailings(now) == 0


def test_an_author_who_wants_no_copy_gets_none(cast, now, deliver, sent):
    Subscription.objects.filter(member=cast.amina).update(own_copy=False)
    cast.say(cast.amina, now=now)
    deliver()
    assert len(sent()) == 3 and not sent(cast.amina.email)


def test_who_left_between_accept_and_delivery_gets_nothing(cast, now, deliver, sent):
    cast.say(cast.amina, now=now)
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    cast.oona.is_active = False
    cast.oona.save()
    deliver()
    assert {mail["Delivered-To"] for mail in sent()} == {cast.amina.email, cast.chen.email}


def test_a_roster_row_alone_entitles_nobody(cast, now, deliver, sent):
    """The roster is not the right to read: that is asked at each delivery."""
    found = MailingList.objects.get()
    services.enrol(list_id=found.pk, member=cast.stella, now=now)
    cast.say(cast.amina, now=now)
    deliver()
    assert not sent(cast.stella.email) and len(sent()) == 4


def test_a_closed_parent_closes_the_list_of_its_child(cast, now, deliver, sent):
    child = forums.create_forum(name="Sub", slug="sub", preset="members", now=now, parent=cast.policy.forum)
    forums.admit_member(forum_id=child.forum_id, member=cast.stella, now=now)
    forums.admit_member(forum_id=child.forum_id, member=cast.boris, now=now)
    forums.publish(draft=forums.Draft(forum_id=child.forum_id, text="Inside"), author=cast.amina, origin="web", now=now)
    deliver()
    assert [mail["Delivered-To"] for mail in sent()] == [cast.boris.email]


def test_a_member_of_the_hub_may_subscribe_to_an_open_discussion_only(cast, now, deliver, sent):
    policy = forums.create_forum(name="Notices", slug="notices", preset="members", now=now)
    found = MailingList.objects.get(forum_id=policy.forum_id)
    services.subscribe(list_id=found.pk, member=cast.stella, now=now)
    with pytest.raises(NotFound):
        services.subscribe(list_id=MailingList.objects.get(name="risk").pk, member=cast.stella, now=now)
    forums.publish(draft=forums.Draft(forum_id=policy.forum_id, text="News"), author=cast.boris, origin="web", now=now)
    deliver()
    assert [mail["Delivered-To"] for mail in sent()] == [cast.stella.email]


def test_a_rejected_contribution_is_not_sent_and_its_author_gets_the_reason(cast, now, deliver, sent):
    policy = forums.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    forums.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    draft = forums.Draft(forum_id=policy.forum_id, text="May I say so?", subject="A question")
    held = forums.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    assert not Mailing.objects.exists()
    deliver(now + timedelta(days=2000))
    [letter] = sent()
    body = letter.get_body(("plain",)).get_content()
    assert letter["To"] == cast.chen.email and "May I say so?" in body and "http://127.0.0.1:8000/held/" in body
    assert letter["Auto-Submitted"] == "auto-generated"
    forums.reject_contribution(number=held.number, actor=cast.chen, reason="Off topic, sorry.", now=now)
    deliver(now + timedelta(days=2000))
    [letter] = sent(cast.stella.email)
    body = letter.get_body(("plain",)).get_content()
    assert "Off topic, sorry." in body and "May I say so?" in body and not Mailing.objects.exists()


@pytest.mark.parametrize(
    ("change", "gets"),
    [
        ({"delivery": "digest-daily"}, False),
        ({"delivery": "none"}, False),
        ({"delivery": "notices"}, True),
        ({"paused_until": timedelta(days=1)}, False),
        ({"paused_until": timedelta(0)}, True),
        ({"suspended_at": timedelta(days=-1), "suspended_for": "bounces"}, False),
        ({"ended_at": timedelta(days=-1)}, False),
    ],
)
def test_who_wants_mail_at_once_and_is_neither_paused_nor_suspended_gets_a_copy(cast, now, far_end, change, gets):
    change = {name: now + value if isinstance(value, timedelta) else value for name, value in change.items()}
    Subscription.objects.filter(member=cast.boris).update(**change)
    end = far_end()
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert (cast.boris.email in addresses(end)) is gets and len(end.taken) == 3 + gets


def test_a_small_list_does_not_wait_for_the_end_of_a_large_one(cast, crowd, now, far_end, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 5)
    monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
    policy = forums.create_forum(name="Small", slug="small", preset="members", now=now)
    forums.admit_member(forum_id=policy.forum_id, member=cast.stella, now=now)
    end = far_end()
    cast.say(cast.amina, now=now)
    assert delivery_worker.deliver_mailings(now) == 5
    forums.publish(draft=forums.Draft(forum_id=policy.forum_id, text="News"), author=cast.boris, origin="web", now=now)
    delivery_worker.deliver_mailings(now)
    assert addresses(end)[5:] == [cast.stella.email]


# --- The cursor ---------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(cast, make_member, now):
    """Twelve more participants: sixteen subscriptions."""
    members = [make_member(f"Member {index:02d}") for index in range(12)]
    for member in members:
        forums.admit_member(forum_id=cast.forum_id, member=member, now=now)
    return members


def test_a_roster_is_walked_in_batches_with_a_cursor(cast, crowd, now, far_end, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 5)
    monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
    end = far_end()
    cast.say(cast.amina, now=now)
    cursors = []
    while delivery_worker.deliver_mailings(now):
        cursors.append((Mailing.objects.get().cursor, len(end.taken), Mailing.objects.get().state))
    assert [count for _, count, _ in cursors] == [5, 10, 15, 16]
    assert cursors == sorted(cursors) and [state for *_, state in cursors] == ["sending"] * 3 + ["done"]
    assert len(set(addresses(end))) == 16


def test_a_roster_of_exactly_one_batch_ends(cast, now, far_end, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 4)
    end = far_end()
    cast.say(cast.amina, now=now)
    while delivery_worker.deliver_mailings(now):
        pass
    assert Mailing.objects.get().state == "done" and len(end.taken) == 4


def test_a_killed_worker_repeats_one_batch_at_most_under_the_same_message_id(cast, crowd, now, far_end, monkeypatch):
    monkeypatch.setattr(delivery_worker, "BATCH", 5)
    monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
    end = far_end()
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
    assert len(end.taken) == 10 and delivery_worker.deliver_mailings(now) == 0  # the dead worker's lease holds
    later = now + delivery_worker.LEASE + timedelta(seconds=1)
    while delivery_worker.deliver_mailings(later):
        pass
    assert len(end.taken) == 16 + 5 and len(set(addresses(end))) == 16
    ids = {raw.split(b"Message-ID: ")[1].split(b"\r\n")[0] for _, raw in end.taken}
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
    cast, make_member, now, far_end, django_assert_num_queries, monkeypatch, preset
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
    end = far_end()
    author = make_member("Ada Author")
    forums.admit_member(forum_id=policy.forum_id, member=author, now=now)
    if parent is not None:
        forums.admit_member(forum_id=parent.pk, member=author, now=now)
    queries = {"closed": 13, "members": 13, "child": 14}[preset]
    for size in (1, 24):
        monkeypatch.setattr(delivery_worker, "BATCH", size)
        monkeypatch.setattr(delivery_worker, "TURN_SECONDS", 0.0)
        draft = forums.Draft(forum_id=policy.forum_id, text=f"Batches of {size}.")
        forums.publish(draft=draft, author=author, origin="web", now=now)
        with django_assert_num_queries(queries):
            assert delivery_worker.deliver_mailings(now) == size
        assert len(end.taken) == size
        while delivery_worker.deliver_mailings(now):
            pass
        end.taken.clear()


# --- What was not taken -------------------------------------------------------------------------------------------


def test_4xx_is_tried_again_at_1_5_30_minutes_and_5xx_is_not(cast, now, far_end):
    end = far_end(
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
    end.answers.clear()
    delivery_worker.deliver_mailings(row.next_at)
    assert not Retry.objects.filter(subscription__member=cast.boris).exists()
    assert Mailing.objects.get().sent == 3 and addresses(end).count(cast.boris.email) == 1


def test_after_five_days_a_recipient_is_given_up(cast, now, far_end):
    far_end({cast.boris.email: DeliveryResult(Outcome.LATER, "451 full")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    delivery_worker.deliver_mailings(now + timedelta(days=5, seconds=1))
    row = Retry.objects.get()
    assert row.next_at is None and Mailing.objects.get().failed == 1


def test_a_retry_asks_again_who_may_read(cast, now, far_end):
    end = far_end({cast.boris.email: DeliveryResult(Outcome.LATER, "450 busy")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    end.answers.clear()
    delivery_worker.deliver_mailings(now + timedelta(minutes=2))
    assert cast.boris.email not in addresses(end) and not Retry.objects.exists()


def test_a_relay_that_is_away_leaves_the_cursor_and_makes_no_rows(cast, now, far_end):
    end = far_end(default=DeliveryResult(Outcome.UNREACHED, "no connection to the relay"))
    cast.say(cast.amina, now=now)
    assert delivery_worker.deliver_mailings(now) == 0
    mailing = Mailing.objects.get()
    assert (mailing.cursor, mailing.state) == (0, "sending") and not Retry.objects.exists()
    assert mailing.last_reply == "no connection to the relay"
    assert delivery_worker.deliver_mailings(now + timedelta(seconds=1)) == 0 and end.taken == []
    end.default = DeliveryResult(Outcome.SENT)
    assert delivery_worker.deliver_mailings(now + PAUSE + timedelta(seconds=1)) == 4
    assert Mailing.objects.get().last_reply == ""


def test_a_relay_that_drops_in_the_middle_makes_a_retry_of_what_was_said_and_the_rest_waits(cast, now, far_end):
    lost = DeliveryResult(Outcome.LATER, "451 closed")
    end = far_end({cast.chen.email: lost, cast.oona.email: DeliveryResult(Outcome.UNREACHED, "no connection")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert Retry.objects.get().subscription.member == cast.chen
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.sent, mailing.last_reply) == ("sending", 2, "no connection")
    end.answers.clear()
    delivery_worker.deliver_mailings(now + PAUSE + timedelta(seconds=1))
    assert Mailing.objects.get().state == "done" and addresses(end).count(cast.oona.email) == 1
    assert len(end.taken) == 3  # Chen's is due later


# --- Choices ------------------------------------------------------------------------------------------------------


def test_delivery_is_chosen_among_what_is_offered_and_to_a_confirmed_address(cast, now, deliver, sent):
    from allauth.account.models import EmailAddress

    found = MailingList.objects.get()
    second = EmailAddress.objects.create(user=cast.boris, email="b@second.example", verified=True, primary=False)
    foreign = EmailAddress.objects.get(user=cast.amina)
    doubtful = EmailAddress.objects.create(user=cast.boris, email="c@third.example", verified=False, primary=False)
    choose = {"list_id": found.pk, "member": cast.boris, "now": now}
    others = [{"delivery": "each", "address_id": address.pk} for address in (foreign, doubtful)]
    for wrong in ({"delivery": "hourly"}, *others):
        with pytest.raises(Invalid):
            services.set_delivery(**choose, **wrong)
    services.set_delivery(**choose, delivery="each", address_id=second.pk)
    services.set_delivery(list_id=found.pk, member=cast.amina, delivery="none", now=now)
    cast.say(cast.chen, now=now)
    deliver()
    assert {mail["Delivered-To"] for mail in sent()} == {"b@second.example", cast.chen.email, cast.oona.email}
    second.delete()
    assert Subscription.objects.get(member=cast.boris).recipient == cast.boris.email


@pytest.mark.parametrize(
    ("local", "kind", "token"),
    [
        ("risk", "post", ""), ("RISK", "post", ""), ("risk+r.abc", "reply", "abc"), ("Risk+R.ABC", "reply", "abc"),
        ("risk+a.abc", "alias", "abc"),
        ("risk-bounces+abc", "bounces", "abc"), ("risk-leave+abc", "leave", "abc"), ("risk-leave", "leave", ""),
        ("risk-confirm+abc", "confirm", "abc"), ("risk-owner", "owner", ""),
    ],
)  # fmt: skip
def test_a_local_part_means_a_list_and_a_subaddress(cast, local, kind, token):
    found = selectors.list_by_address(local)
    assert (found.mailing_list.name, found.kind, found.token) == ("risk", kind, token)


@pytest.mark.parametrize(
    "local", ["", "risky", "risk+", "risk+x", "risk+x.abc", "risk-foo", "-leave", "ri\u017fk", "risk+r." + "x" * 70]
)
def test_other_local_parts_mean_nothing(cast, local):
    assert selectors.list_by_address(local) is None


def test_the_discussion_page_shows_the_address_to_members_only(cast):
    aside = selectors.forum_aside(forum_id=cast.forum_id, member=cast.amina)
    assert aside["list_address"] == "risk@lists.hub.example" and aside["list_delivery"] == "each"
    assert selectors.forum_aside(forum_id=cast.forum_id, member=None) == {}


def test_the_queue_tells_its_length_and_age(cast, now):
    cast.say(cast.amina, now=now)
    queue = selectors.outgoing(now + timedelta(seconds=7))
    assert (queue.mailings, queue.retries, queue.notices, queue.oldest_seconds) == (1, 0, 0, 7.0)
    delivery_worker.deliver_mailings(now)
    assert selectors.outgoing(now).mailings == 0 and not Notice.objects.exists()
