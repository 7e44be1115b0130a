"""All outgoing mail waits while delivery is on hold, and goes on, or is discarded, when somebody says so."""

from datetime import timedelta

import pytest
from django.urls import reverse

from forums.outlets import ProcedureNotification
from hub.lib import hooks
from listserv.digests.digest_worker import send_digests
from listserv.models import DeliveryHold, Mailing, Notice, Procedure, Subscription
from listserv.outbound import hold
from listserv.outbound.delivery_worker import deliver_mailings, deliver_notices
from listserv.outbound.procedures import queue_procedure

# Pumps that hand no mail to the relay and write none to a roster. What they write is queued for those that do, and
# waits there. A new pump belongs here, or is gated by ``unless_on_hold``.
SEND_NOTHING = {"inbound", "bounces", "clock", "periods", "tasks", "rendering", "prints"}


@pytest.fixture
def mailing(cast, now):
    cast.say(cast.amina, "To everybody", now=now)
    return Mailing.objects.get()


def _outbox(settings):
    return list((settings.HUB_DATA / "outbox").glob("*.eml"))


def test_nothing_leaves_while_delivery_is_on_hold(mailing, now, settings):
    hold.hold_delivery(now=now)
    later = now + timedelta(hours=1)
    assert (deliver_mailings(later), deliver_notices(later), send_digests(later)) == (0, 0, 0)
    assert _outbox(settings) == []
    assert hold.resume_delivery() is True
    assert hold.resume_delivery() is False
    assert deliver_mailings(later) > 0
    assert _outbox(settings) != []


def happen(cast, now):
    """Let the hub have something to say to the whole list."""
    said = {"en": {"subject": "The session is open", "text": "The session has opened."}}
    queue_procedure(
        ProcedureNotification(forum_id=cast.policy.forum_id, texts=said, url="/s/1/", is_urgent=True), now=now
    )
    return Procedure.objects.get()


def test_each_pump_waits_for_the_end_of_a_hold_or_sends_nothing():
    gated = {name for name, work in hooks.queue_workers().items() if hasattr(work, "__wrapped__")}
    assert gated == set(hooks.queue_workers()) - SEND_NOTHING
    assert gated == set(hold._WORKERS), "each of them is woken when the hold ends"


def test_no_pump_sends_anything_while_delivery_is_on_hold(cast, mailing, now, settings):
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
    daily = Subscription.objects.filter(member=cast.boris)
    daily.update(delivery=Subscription.Delivery.DAILY, digest_at=now, digest_since=0)
    Notice.objects.create(recipients=["a@b.example"], raw=b"Subject: a\n\nb\n", next_at=now, created_at=now)
    happening = happen(cast, now)
    hold.hold_delivery(now=now)
    later, notices = now + timedelta(hours=1), Notice.objects.count()
    for _round in range(3):
        for work in hooks.queue_workers().values():
            work(later)
    assert _outbox(settings) == [] and Notice.objects.count() == notices
    hold.resume_delivery()
    for _round in range(3):
        for work in hooks.queue_workers().values():
            work(later)
    happening.refresh_from_db()
    assert happening.finished_at is not None and daily.get().digest_at > later
    assert not Mailing.objects.filter(state=Mailing.State.SENDING).exists()
    assert Notice.objects.get(recipients=["a@b.example"]).state == Notice.State.SENT
    assert Notice.objects.count() > notices, "the notifications to the list are written"


def test_discarding_ends_what_the_hub_had_to_say_to_a_whole_list(cast, now, settings):
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"
    happening = happen(cast, now)
    hold.hold_restored(now=now + timedelta(seconds=1))
    hooks.queue_workers()["procedures"](now + timedelta(minutes=1))
    assert not Notice.objects.exists()
    assert hold.discard_waiting(now=now + timedelta(minutes=2))["notice"] == 1
    happening.refresh_from_db()
    assert happening.finished_at is not None
    DeliveryHold.objects.all().delete()
    assert hooks.queue_workers()["procedures"](now + timedelta(minutes=3)) == 0


def test_discarding_ends_what_waited_and_sends_what_came_since(cast, mailing, now, settings):
    Subscription.objects.filter(member=cast.boris).update(
        delivery=Subscription.Delivery.DAILY, digest_at=now, digest_since=0
    )
    created = now - timedelta(minutes=5)
    notice = Notice.objects.create(recipients=["a@b.example"], raw=b"a link", next_at=now, created_at=created)
    hold.hold_restored(now=now + timedelta(seconds=1))
    later = now + timedelta(minutes=5)
    newer = cast.say(cast.chen, "After the hold", now=later)
    ended = hold.discard_waiting(now=later)
    assert ended["mailing"] == 1 and ended["notice"] >= 1 and ended["digest"] == 1
    mailing.refresh_from_db()
    notice.refresh_from_db()
    assert mailing.state == Mailing.State.DONE
    assert (notice.state, bytes(notice.raw)) == (Notice.State.FAILED, b"")
    assert Subscription.objects.get(member=cast.boris).digest_since == mailing.pk
    assert Mailing.objects.get(contribution=newer).state == Mailing.State.SENDING


@pytest.mark.django_db(transaction=True)
def test_discarding_resumes_delivery_and_a_second_time_does_nothing(now):
    hold.hold_delivery(now=now)
    hold.discard_waiting(now=now)
    assert not DeliveryHold.objects.exists()
    assert sum(hold.discard_waiting(now=now).values()) == 0


def test_a_second_hold_leaves_the_first_as_it_is(db, now):
    hold.hold_delivery(now=now)
    again = hold.hold_delivery(now=now + timedelta(hours=1))
    assert again.since == now


@pytest.mark.django_db(transaction=True)
def test_the_queue_page_holds_asks_before_discarding_and_resumes(cast, client):
    client.force_login(cast.sofia, backend="hub.members.backends.AddressBackend")
    page = reverse("listserv:queue")
    assert client.post(page, {"delivery": "hold"}).status_code == 302
    assert "Delivery is on hold" in client.get(page).content.decode()
    asked = client.post(page, {"delivery": "discard"})
    assert asked.status_code == 200 and DeliveryHold.objects.exists()
    assert client.post(page, {"delivery": "discard", "sure": "1"}).status_code == 302
    assert not DeliveryHold.objects.exists()
    client.post(page, {"delivery": "hold"})
    client.post(page, {"delivery": "resume"})
    assert not DeliveryHold.objects.exists()
    assert "Put all delivery on hold" in client.get(page).content.decode()
