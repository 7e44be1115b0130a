"""From an accepted contribution to one copy a subscriber: who gets it, and how it is chosen."""

from datetime import timedelta

import pytest

from forums import services as forums
from hub.lib.errors import Invalid, NotFound
from listserv import probes, services
from listserv.models import Mailing, MailingList, Notice, Retry, Subscription
from listserv.outbound import delivery_worker

pytestmark = pytest.mark.django_db


def test_a_forum_has_a_list_and_a_membership_a_subscription(cast, now):
    mailing_list = MailingList.objects.get(forum_id=cast.forum_id)
    assert (mailing_list.name, mailing_list.address) == ("risk", "risk@lists.hub.example")
    assert {row.member for row in mailing_list.subscriptions.all()} == {cast.amina, cast.boris, cast.chen, cast.oona}
    forums.remove_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    assert Subscription.objects.get(member=cast.boris).ended_at == now
    forums.admit_member(forum_id=cast.forum_id, member=cast.boris, now=now)
    assert Subscription.objects.get(member=cast.boris).ended_at is None


def test_accepting_writes_one_row_and_wakes_the_pump_after_the_commit(
    cast, now, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        contribution = cast.say(cast.amina, now=now)
        assert Mailing.objects.get().contribution == contribution and woken == []
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
    mailing_list = MailingList.objects.get()
    services.enrol(list_id=mailing_list.pk, member=cast.stella, now=now)
    cast.say(cast.amina, now=now)
    deliver()
    assert not sent(cast.stella.email) and len(sent()) == 4


def test_a_closed_parent_closes_the_list_of_its_child(cast, now, deliver, sent):
    child = forums.create_forum(name="Sub", slug="sub", preset="members", now=now, parent=cast.policy.forum)
    forums.admit_member(forum_id=child.forum_id, member=cast.stella, now=now)
    forums.admit_member(forum_id=child.forum_id, member=cast.boris, now=now)
    forums.publish(draft=forums.Draft(forum_id=child.forum_id, text="Inside"), author=cast.amina, origin="web", now=now)
    deliver()
    # Who writes in it takes part from then on.
    assert {mail["Delivered-To"] for mail in sent()} == {cast.boris.email, cast.amina.email}


def test_a_member_of_the_hub_may_subscribe_to_an_open_discussion_only(cast, now, deliver, sent):
    policy = forums.create_forum(name="Notices", slug="notices", preset="members", now=now)
    mailing_list = MailingList.objects.get(forum_id=policy.forum_id)
    services.subscribe(list_id=mailing_list.pk, member=cast.stella, now=now)
    with pytest.raises(NotFound):
        services.subscribe(list_id=MailingList.objects.get(name="risk").pk, member=cast.stella, now=now)
    forums.publish(draft=forums.Draft(forum_id=policy.forum_id, text="News"), author=cast.boris, origin="web", now=now)
    deliver()
    assert {mail["Delivered-To"] for mail in sent()} == {cast.stella.email, cast.boris.email}


def test_a_rejected_contribution_is_not_sent_and_its_author_gets_the_reason(cast, now, deliver, sent):
    policy = forums.create_forum(name="Moderated", slug="mod", preset="members", moderated=True, now=now)
    forums.admit_member(forum_id=policy.forum_id, member=cast.chen, role="moderator", now=now)
    draft = forums.Draft(forum_id=policy.forum_id, text="May I say so?", subject="A question")
    held = forums.publish(draft=draft, author=cast.stella, origin="web", now=now).contribution
    assert not Mailing.objects.exists()
    deliver(now + timedelta(days=2000))
    [message] = sent()
    body = message.get_body(("plain",)).get_content()
    assert message["To"] == cast.chen.email and "May I say so?" in body and "http://127.0.0.1:8000/held/" in body
    assert message["Auto-Submitted"] == "auto-generated"
    forums.reject_contribution(number=held.number, actor=cast.chen, reason="Off topic, sorry.", now=now)
    deliver(now + timedelta(days=2000))
    [message] = sent(cast.stella.email)
    body = message.get_body(("plain",)).get_content()
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
def test_who_wants_mail_at_once_and_is_neither_paused_nor_suspended_gets_a_copy(cast, now, fake_relay, change, gets):
    change = {name: now + value if isinstance(value, timedelta) else value for name, value in change.items()}
    Subscription.objects.filter(member=cast.boris).update(**change)
    relay = fake_relay()
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert (cast.boris.email in relay.recipients) is gets and len(relay.taken) == 3 + gets


def test_delivery_is_chosen_among_what_is_offered_and_to_a_confirmed_address(cast, now, deliver, sent):
    from allauth.account.models import EmailAddress

    mailing_list = MailingList.objects.get()
    second = EmailAddress.objects.create(user=cast.boris, email="b@second.example", verified=True, primary=False)
    foreign = EmailAddress.objects.get(user=cast.amina)
    doubtful = EmailAddress.objects.create(user=cast.boris, email="c@third.example", verified=False, primary=False)
    choose = {"list_id": mailing_list.pk, "member": cast.boris, "now": now}
    others = [{"delivery": "each", "address_id": address.pk} for address in (foreign, doubtful)]
    for wrong in ({"delivery": "hourly"}, *others):
        with pytest.raises(Invalid):
            services.set_delivery(**choose, **wrong)
    services.set_delivery(**choose, delivery="each", address_id=second.pk)
    services.set_delivery(list_id=mailing_list.pk, member=cast.amina, delivery="none", now=now)
    cast.say(cast.chen, now=now)
    deliver()
    assert {mail["Delivered-To"] for mail in sent()} == {"b@second.example", cast.chen.email, cast.oona.email}
    second.delete()
    assert Subscription.objects.get(member=cast.boris).recipient == cast.boris.email


def test_the_queue_tells_its_length_and_age(cast, now):
    cast.say(cast.amina, now=now)
    queue = probes.outgoing(now + timedelta(seconds=7))
    assert (queue.mailings, queue.retries, queue.notices, queue.oldest_seconds) == (1, 0, 0, 7.0)
    delivery_worker.deliver_mailings(now)
    assert probes.outgoing(now).mailings == 0 and not Notice.objects.exists()
