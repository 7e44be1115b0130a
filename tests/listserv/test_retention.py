"""Who leaves for good leaves no address and no mail behind; what was said stays. Old bytes are forgotten when asked."""

from datetime import timedelta
from typing import Any

import pytest

from forums.models import Contribution
from hub.lib.clock import now as clock
from hub.lib.mail import send_notification
from hub.members.services import anonymise_member
from listserv import maintenance, retention
from listserv.gateway import evaluation, spool
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.worker import publish_accepted
from listserv.models import AddressHealth, Bounce, InboundMail, Notice, Retry, Subscription
from listserv.outbound import outbox

pytestmark = pytest.mark.django_db
HOME = "amina@home.example"


@pytest.fixture
def amina(cast: Any, deliver: Any) -> Any:
    """Amina, with all that the mail gateway keeps of her."""
    cast.amina.emailaddress_set.create(email=HOME, verified=True)
    raw = f"From: {cast.amina.email}\r\nSubject: Mine\r\nMessage-ID: <1@x>\r\n\r\nMy own words.\r\n".encode()
    for signed_in, subject in ((cast.amina.pk, b"Mine"), (None, b"Held")):
        sent = raw.replace(b"Mine", subject).replace(b"<1@", b"<" + subject + b"@")
        incoming = IncomingMessage(
            "192.0.2.9",
            "her.example",
            signed_in,
            cast.amina.email,
            (resolve("risk@lists.hub.example"),),
            sent,
            99,
            clock(),
        )
        spool.write([evaluation.evaluate(incoming)])
    publish_accepted(clock())
    deliver(clock())
    row = Subscription.objects.get(member=cast.amina)
    row.address = cast.amina.emailaddress_set.get(email=HOME)
    row.save()
    Bounce.objects.create(subscription=row, address=HOME, kind="permanent", created_at=clock())
    AddressHealth.objects.create(address=HOME, score=3)
    Retry.objects.create(mailing=Contribution.objects.get().mailings.get(), subscription=row, created_at=clock())
    send_notification(to=cast.amina, template="listserv/mail/probe", context={"address": HOME, "lists_url": "x"})
    Notice.objects.update(recipients=[cast.amina.email, cast.boris.email])
    send_notification(to=cast.amina, address=HOME, template="listserv/mail/probe", context={"address": HOME})
    return cast.amina


def test_who_leaves_for_good_leaves_no_address_and_no_mail(cast, amina):
    address = amina.email
    assert outbox.names(address)
    anonymise_member(member_id=amina.pk, actor=amina, now=clock())
    assert Contribution.objects.get().text == "My own words."
    assert not outbox.names(address) and outbox.names(cast.boris.email)
    row = Subscription.objects.get(member=amina)
    assert row.address is None and row.ended_at is not None
    assert not Bounce.objects.exists() and not AddressHealth.objects.exists() and not Retry.objects.exists()
    states = dict(InboundMail.objects.values_list("code", "state"))
    assert states["forgotten"] == "discarded"
    for mail in InboundMail.objects.all():
        assert (bytes(mail.raw), mail.envelope_from, mail.subject, mail.peer) == (b"", "", "", "")
    assert [notice.recipients for notice in Notice.objects.all()] == [[cast.boris.email]] * Notice.objects.count()
    assert Notice.objects.exists()


def test_bytes_of_old_mails_are_kept_unless_the_operator_says_for_how_long(cast, amina, settings):
    later = clock() + timedelta(days=31)
    retention.drop_old(later)
    assert all(bytes(mail.raw) for mail in InboundMail.objects.all())
    settings.HUB_KEEP_RAW_DAYS = 30
    maintenance.maintain_now(later)
    assert bytes(InboundMail.objects.get(state="published").raw) == b""
    # What waits for its author is not old.
    assert bytes(InboundMail.objects.get(state="held").raw)


def test_notifications_that_are_done_with_go_after_a_month(amina):
    Notice.objects.update(state="sent")
    waiting = Notice.objects.order_by("pk").last()
    Notice.objects.filter(pk=waiting.pk).update(state="waiting")
    retention.drop_old(clock() + timedelta(days=29))
    assert Notice.objects.count() > 1
    retention.drop_old(clock() + timedelta(days=31))
    assert Notice.objects.get() == waiting
