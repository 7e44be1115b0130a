"""Notices of providers in JSON come to one address for all mail; the copy that each is about bears its token."""

import json

import pytest

from hub.lib.clock import now as clock
from listserv import tokens
from listserv.gateway import evaluation, spool
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.worker import publish_accepted
from listserv.models import AddressHealth, Bounce, InboundMail, Notice, Subscription
from tests.listserv.bounces.passed_on import amazon, bounced, notified
from tests.listserv.bounces.report_writing import CHEN
from tests.listserv.bounces.shapes import SHAPES

pytestmark = pytest.mark.django_db
# The hub's own address, those that people answer, and a list's bounce address without a token.
ADDRESSES = [
    "hub@lists.hub.example",
    "abuse@lists.hub.example",
    "postmaster@lists.hub.example",
    "risk-bounces@lists.hub.example",
]


@pytest.fixture(autouse=True)
def _mail(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"


@pytest.fixture
def row(cast):
    """Amina's subscription."""
    return Subscription.objects.select_related("list", "member").get(member=cast.amina)


@pytest.fixture
def sender(cast, row):
    """The envelope sender of Amina's copy of something said now."""
    number = cast.say(cast.boris, "Now.", now=clock()).number
    return tokens.bounce_address(row.list.name, subscription_id=row.pk, number=number)


def receive(raw, to, *, mail_from="no-reply@sns.amazonaws.example"):
    """Take a mail as the session does, and carry it out."""
    incoming = IncomingMessage("192.0.2.1", "far.example", None, mail_from, (resolve(to),), raw, len(raw), clock())
    spool.write([evaluation.evaluate(incoming)])
    publish_accepted(clock())


def of_amazon(sender, kind="Permanent"):
    notice = amazon("Bounce", bounce=bounced(kind, CHEN))
    return {**notice, "mail": {**notice["mail"], "source": sender}}


def notices(sender):
    """Return a bounce as each provider that names the envelope sender tells it."""
    return {
        "amazon": of_amazon(sender),
        "amazon by SNS": {"Type": "Notification", "Message": json.dumps(of_amazon(sender))},
        "postmark": {"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "Email": CHEN, "From": sender},
        "mailgun": {"event-data": {
            "event": "failed", "severity": "permanent", "recipient": CHEN, "envelope": {"sender": sender},
        }},
        "mandrill": [{"event": "hard_bounce", "msg": {"email": CHEN, "sender": sender, "diag": "smtp;550 5.1.1"}}],
        "sparkpost": [{"msys": {"message_event": {
            "type": "bounce", "bounce_class": "10", "rcpt_to": CHEN, "msg_from": sender,
        }}}],
    }  # fmt: skip


@pytest.mark.parametrize("to", ADDRESSES)
def test_a_bounce_in_json_counts_wherever_it_comes(to, row, sender):
    receive(notified(of_amazon(sender)), to)
    assert AddressHealth.objects.get().score == 1
    bounce = Bounce.objects.get()
    assert (bounce.subscription, bounce.kind, bounce.status) == (row, "permanent", "5.1.1")
    # It is acted on, so nobody has to read it; the same again counts once.
    assert not Notice.objects.exists()
    receive(notified(of_amazon(sender)), to)
    assert AddressHealth.objects.get().score == 1


@pytest.mark.parametrize("name", notices(""))
def test_each_provider_that_names_the_envelope_sender_is_understood(name, row, sender):
    receive(notified(notices(sender)[name]), "hub@lists.hub.example")
    assert AddressHealth.objects.get().score == 1


@pytest.mark.parametrize("name", notices(""))
@pytest.mark.parametrize("to", ADDRESSES)
def test_a_notice_without_a_token_of_ours_counts_for_nobody(name, to, row):
    for source in ("", "risk-bounces@lists.hub.example", "risk-bounces+abcdefgh@lists.hub.example"):
        receive(notified(notices(source)[name]), to)
    assert not AddressHealth.objects.exists() and not Bounce.objects.exists()


def test_what_is_late_counts_half_and_an_old_copy_not_at_all(cast, row, sender):
    receive(notified(of_amazon(sender, "Transient")), "hub@lists.hub.example")
    assert AddressHealth.objects.get().score == 0.5
    old = tokens.bounce_address(row.list.name, subscription_id=row.pk, number=1_000_000)
    receive(notified(of_amazon(old)), "hub@lists.hub.example")
    assert Bounce.objects.count() == 1


def test_a_notice_on_several_copies_counts_for_each(cast, row, sender):
    other = Subscription.objects.get(member=cast.boris, list=row.list)
    number = tokens.read_bounce(sender.partition("+")[2].partition("@")[0]).number
    second = tokens.bounce_address(row.list.name, subscription_id=other.pk, number=number)
    notice = of_amazon(second)
    notice["bounce"]["bouncedRecipients"][0]["emailAddress"] = "boris@far.example"
    receive(notified([of_amazon(sender), notice]), "hub@lists.hub.example")
    assert set(Bounce.objects.values_list("subscription_id", flat=True)) == {row.pk, other.pk}


def test_a_notice_that_says_that_a_program_sent_it_comes_to_a_desk_all_the_same(row, sender):
    raw = notified(of_amazon(sender))
    receive(b"Precedence: bulk\r\n" + raw, "abuse@lists.hub.example", mail_from="")
    assert AddressHealth.objects.get().score == 1
    # A report for programs has no place there: it comes to the address of the copy.
    receive(SHAPES["rfc 3464"][0], "abuse@lists.hub.example", mail_from="")
    assert InboundMail.objects.filter(code="automatic").count() == 1


def test_a_trial_that_comes_back_in_json_stops_the_mail(row, sender, settings):
    settings.HUB_BOUNCE_LIMIT = 1
    receive(notified(of_amazon(sender)), "hub@lists.hub.example")
    trial = f"hub+{AddressHealth.objects.get().probe}@lists.hub.example"
    receive(notified(of_amazon(trial)), "hub@lists.hub.example")
    row.refresh_from_db()
    assert row.suspended_for == "bounces"
