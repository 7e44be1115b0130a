"""A relay that refuses the hub, and one that refuses a recipient: what waits, what is a bounce, what is shown."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.mail import send_mail
from django.core.management import call_command

from forums import services as forums
from hub.lib.clock import now as clock
from hub.lib.endpoints import RelayAddress
from hub.members.models import Member
from listserv import maintenance
from listserv.digests import digest_worker as digests
from listserv.doctor import host_checks
from listserv.mail.smtp.refusals import RUN, is_about_us, rule
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import AddressHealth, Bounce, Mailing, Notice, RelayTrouble, Retry, Subscription
from listserv.outbound import delivery_worker
from listserv.probes import mail_queue
from tests.listserv.mail.auth.test_doctor import Greeter, site
from tests.listserv.sink import Sink
from tests.listserv.test_relay import WAYS

QUEUE = "/mail/queue/"
# What a relay says that takes nothing from us.
REFUSALS: dict[str, dict[str, str]] = {
    "greeting": {"greeting": "554 5.7.1 Your address is not welcome"},
    "521 greeting": {"greeting": "521 this host takes no mail"},
    "EHLO": {"hello": "550 5.7.1 Access denied"},
    "MAIL": {"sender": "550 5.7.1 Sender address rejected: not owned by user"},
    "MAIL without a code": {"sender": "550 no"},
    "authentication": {"sender": "530 5.7.0 Authentication required"},
    "relay access denied": {"everybody": "554 5.7.1 <x@people.example>: Relay access denied"},
    "unauthenticated": {"everybody": "550 5.7.1 Unauthenticated email is not accepted"},
    "client host": {"everybody": "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example"},
    "policy": {"everybody": "550 5.7.1 Message rejected by policy"},
    "a word": {"everybody": "550 no"},
    "521": {"everybody": "521 does not accept mail"},
    "unknown to everybody": {"everybody": "550 5.1.1 user unknown"},
    "message": {"message": "554 5.7.1 Message refused"},
}


@pytest.fixture
def sink(settings: Any) -> Any:
    """Return a function that puts a relay of this sort into the setting."""
    opened: list[Sink] = []

    def use(**kwargs: Any) -> Sink:
        opened.append(Sink(**kwargs))
        settings.HUB_RELAY = RelayAddress("127.0.0.1", opened[-1].port)
        return opened[-1]

    yield use
    delivery_worker.close_transport()
    for far in opened:
        far.close()


def works_again(far: Sink) -> None:
    """Let a relay take mail from now on."""
    far.greeting, far.hello, far.sender, far.everybody, far.message = "220 sink", "", "", "", ""
    far.replies.clear()


def failed(*replies: str) -> list[DeliveryResult]:
    return [DeliveryResult(Outcome.REFUSED if is_about_us(reply) else Outcome.FAILED, reply) for reply in replies]


SENT = DeliveryResult(Outcome.SENT, "250 ok")


# --- What a reply means -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "about_us"),
    [
        ("554 5.7.1 <x@y.example>: Relay access denied", True),
        ("550 relaying denied", True),
        ("550 5.7.1 Unable to relay", True),
        ("550 5.7.1 We do not relay", True),
        ("530 5.7.57 Client not authenticated to send mail", True),
        ("535 5.7.8 bad credentials", True),
        ("521 no mail here", True),
        ("554 5.7.1 <mx.hub.example[192.0.2.1]>: Client host rejected: Access denied", True),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", True),
        ("550 5.7.26 Unauthenticated email from hub.example is not accepted", True),
        ("550 5.1.8 <b@hub.example>: Sender address rejected: Domain not found", True),
        ("550 5.4.5 Daily sending quota exceeded", True),
        ("550 5.1.1 <x@y.example>: Recipient address rejected: User unknown", False),
        ("554 5.7.1 <x@y.example>: Recipient address rejected: Access denied", False),
        ("552 5.2.2 Mailbox quota exceeded", False),
        ("552 5.3.4 Message size limit exceeded", False),
        ("550 5.2.1 The account is disabled", False),
        ("554 5.7.1 Looks like spam", False),
        ("550 no", False),
    ],
)
def test_a_reply_is_about_us_by_its_code_or_its_words(reply, about_us):
    assert is_about_us(reply) is about_us


def test_one_refused_recipient_among_others_is_a_bounce():
    results = [SENT, *failed("550 5.1.1 unknown"), SENT, *failed("554 5.7.1 spam")]
    assert rule(results, has_taken=False, ever_taken=False, complete=True).refusal is None


def test_a_single_recipient_is_a_bounce_unless_the_words_are_about_us():
    for reply, refuses in (("550 5.1.1 unknown", False), ("550 no", False), ("554 5.7.1 Relay access denied", True)):
        ruling = rule(failed(reply), has_taken=False, ever_taken=False, complete=True)
        assert (ruling.refusal is not None) is refuses, reply
    assert rule(failed("550 no"), has_taken=False, ever_taken=False, complete=True, troubled=True).refusal is not None


def test_a_relay_that_turns_against_us_in_the_middle_is_found_out_and_nobody_behind_is_settled():
    results = [SENT] * 30 + failed(*["550 5.7.1 no more"] * RUN)
    ruling = rule(results, has_taken=False, ever_taken=False, complete=False)
    assert ruling.refusal is not None and ruling.count == 30


def test_many_dead_mailboxes_in_a_row_are_no_refusal_of_us_once_a_copy_was_taken():
    results = failed(*["550 5.1.1 unknown"] * 40)
    assert rule(results, has_taken=False, ever_taken=True, complete=False).count == 40
    assert rule(results, has_taken=False, ever_taken=False, complete=False).refusal is not None


# --- A relay that takes nothing -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("extensions", WAYS)
@pytest.mark.parametrize("kind", REFUSALS)
def test_a_mailing_waits_for_a_relay_that_refuses_us_and_nobody_bounces(cast, now, sink, kind, extensions):
    far = sink(extensions=extensions, **REFUSALS[kind])
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.sent, mailing.failed) == ("sending", 0, 0)
    assert mailing.last_reply and mailing.claimed_until > now and mailing.claimed_by == ""
    assert not Retry.objects.exists() and not Bounce.objects.exists() and not AddressHealth.objects.exists()
    trouble = RelayTrouble.objects.get()
    assert (trouble.kind, trouble.reply) == ("refuses", mailing.last_reply)
    works_again(far)
    while delivery_worker.deliver_mailings(now + timedelta(minutes=1)):
        pass
    assert Mailing.objects.get().state == "done" and len({delivered.recipient for delivered in far.taken}) == 4
    assert len(far.taken) == 4 and not RelayTrouble.objects.exists()


@pytest.mark.django_db
def test_a_relay_that_refuses_everybody_is_not_asked_for_everybody(cast, now, sink):
    people = Member.objects.bulk_create(
        Member(email=f"crowd{number}@people.example", name=f"Crowd {number}", password="!", is_active=True)
        for number in range(300)
    )
    forums.admit_members(forum_id=cast.forum_id, member_ids=[person.pk for person in people], now=now)
    asked: list[str] = []
    far = sink(everybody="554 5.7.1 Relay access denied")

    class Counting(dict):
        def get(self, key: str, default: str = "") -> str:
            asked.append(key)
            return default

    far.replies = Counting()
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert RUN <= len(asked) <= 60
    far.replies = {}
    works_again(far)
    while delivery_worker.deliver_mailings(now + timedelta(minutes=1)):
        pass
    assert len(far.taken) == 304 == Mailing.objects.get().sent


@pytest.mark.django_db
def test_the_pauses_grow_while_the_relay_refuses_and_end_at_a_quarter_of_an_hour(cast, now, sink):
    sink(everybody="554 5.7.1 Relay access denied")
    cast.say(cast.amina, now=now)
    moment, waits = now, []
    for _attempt in range(9):
        delivery_worker.deliver_mailings(moment)
        until = Mailing.objects.get().claimed_until
        waits.append((until - moment).total_seconds())
        moment = until + timedelta(seconds=1)
    assert waits == [15, 30, 60, 120, 300, 600, 900, 900, 900]
    assert RelayTrouble.objects.get().attempts == 9


@pytest.mark.django_db
def test_who_is_refused_for_our_sake_among_others_is_tried_again(cast, now, sink):
    far = sink(replies={cast.boris.email: "554 5.7.1 Relay access denied"})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    row = Retry.objects.get()
    assert row.next_at is not None and Mailing.objects.get().failed == 0 and not AddressHealth.objects.exists()
    works_again(far)
    delivery_worker.deliver_mailings(row.next_at)
    assert not Retry.objects.exists() and len(far.taken) == 4


@pytest.mark.django_db
def test_retries_wait_for_a_relay_that_refuses_us(cast, now, sink):
    far = sink(everybody="450 later")
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert Retry.objects.count() == 4
    far.everybody = "550 no"
    delivery_worker.deliver_mailings(now + timedelta(minutes=2))
    assert Retry.objects.filter(next_at__isnull=False).count() == 4 and RelayTrouble.objects.exists()
    works_again(far)
    delivery_worker.deliver_mailings(now + timedelta(minutes=20))
    assert not Retry.objects.exists() and len(far.taken) == 4


@pytest.mark.django_db
# Letters try mailboxes that may be no more: one that is unknown is one that failed.
@pytest.mark.parametrize("kind", [kind for kind in REFUSALS if kind != "unknown to everybody"])
def test_notifications_wait_for_a_relay_that_refuses_us(now, sink, kind):
    far = sink(**REFUSALS[kind])
    for number in range(3):
        send_mail(f"Letter {number}", "Text", None, [f"r{number}@x.example"])
    moment = clock()
    delivery_worker.deliver_notices(moment)
    assert {notice.state for notice in Notice.objects.all()} == {"waiting"} and RelayTrouble.objects.exists()
    works_again(far)
    delivery_worker.deliver_notices(moment + timedelta(minutes=1))
    assert {notice.state for notice in Notice.objects.all()} == {"sent"} and len(far.taken) == 3
    assert not RelayTrouble.objects.exists()


@pytest.mark.django_db
def test_notifications_that_come_one_by_one_find_out_a_relay_that_refuses_us(now, sink):
    far = sink(message="554 no")
    moment = clock()
    for number in range(2):
        send_mail(f"Letter {number}", "Text", None, [f"r{number}@x.example"])
        delivery_worker.deliver_notices(moment + timedelta(seconds=1))
    assert {notice.state for notice in Notice.objects.all()} == {"waiting"}
    works_again(far)
    delivery_worker.deliver_notices(moment + timedelta(minutes=1))
    assert len(far.taken) == 2


@pytest.mark.django_db
def test_a_trial_that_waits_for_the_relay_has_not_come_back(cast, now, sink):
    sink(everybody="554 5.7.1 Relay access denied")
    health = AddressHealth.objects.create(address=cast.boris.email, score=5, probe="p1", probed_at=clock())
    send_mail("Trial", "Text", None, [cast.boris.email])
    Notice.objects.update(envelope_from="hub+p1@lists.hub.example")
    delivery_worker.deliver_notices(clock())
    maintenance.maintain_now(clock())
    health.refresh_from_db()
    assert health.suspended_at is None and Notice.objects.get().state == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", REFUSALS)
def test_digests_wait_for_a_relay_that_refuses_us(cast, now, sink, kind):
    far = sink(**REFUSALS[kind])
    cast.say(cast.amina, now=now)
    Mailing.objects.update(state="done", finished_at=clock())
    Subscription.objects.update(delivery="digest-daily", digest_at=now)
    since = set(Subscription.objects.values_list("digest_since", flat=True))
    assert digests.send_digests(now) == 0
    assert set(Subscription.objects.values_list("digest_since", flat=True)) == since
    assert not AddressHealth.objects.exists() and RelayTrouble.objects.exists()
    works_again(far)
    assert digests.send_digests(now + timedelta(minutes=1)) == 4
    assert len(far.taken) == 4 and not RelayTrouble.objects.exists()


# --- What is shown ------------------------------------------------------------------------------------------------


@pytest.fixture
def refused(cast: Any, now: Any, sink: Callable[..., Sink]) -> Sink:
    """A copy, a letter and a digest that were refused for their recipients' sake."""
    far = sink(replies={cast.boris.email: "550 5.1.1 user unknown", cast.chen.email: "554 5.7.1 looks like spam"})
    moment = clock()
    cast.say(cast.amina, subject="The minutes", now=moment)
    Subscription.objects.filter(member=cast.chen).update(delivery="digest-daily", digest_at=moment)
    Notice.objects.all().delete()
    delivery_worker.deliver_mailings(moment)
    digests.send_digests(moment)
    send_mail("Welcome", "Text", None, [cast.chen.email])
    delivery_worker.deliver_notices(clock())
    return far


@pytest.mark.django_db
def test_what_was_refused_stands_on_the_page_with_its_reason_until_it_is_given_up(cast, refused, client):
    client.force_login(cast.sofia)
    page = client.get(QUEUE).content.decode()
    assert "Refused by the mail server" in page and "Everything has been sent" not in page
    for words in ("The minutes", "550 5.1.1 user unknown", "Welcome", "554 5.7.1 looks like spam", "Retry all refused"):
        assert words in page
    asked = client.post(QUEUE, {"give_up": "refused"}).content.decode()
    assert "Cancel all refused deliveries?" in asked and "3 messages are not sent" in asked
    assert (
        b"The delivery of 3 messages was cancelled"
        in client.post(QUEUE, {"give_up": "refused", "sure": "1"}, follow=True).content
    )
    assert b"Everything has been sent" in client.get(QUEUE).content
    assert Retry.objects.get().last_reply == "550 5.1.1 user unknown"
    assert not Notice.objects.exclude(raw=b"").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["all", "refused"])
def test_all_that_was_refused_is_tried_again(cast, refused, key):
    out = StringIO()
    call_command("queue", "--json", stdout=out)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(row["kind"], row["refused"]) for row in rows] == [("retry", True), ("notice", True), ("notice", True)]
    call_command("queue", "--retry", key, stdout=StringIO())
    works_again(refused)
    refused.taken.clear()
    moment = clock()
    delivery_worker.deliver_mailings(moment)
    delivery_worker.deliver_notices(moment)
    assert sorted(delivered.recipient for delivered in refused.taken) == [
        cast.boris.email,
        cast.chen.email,
        cast.chen.email,
    ]
    assert not Retry.objects.exists() and (Mailing.objects.get().failed, Mailing.objects.get().sent) == (0, 3)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["retry", "notice"])
def test_one_that_was_refused_is_given_up_or_tried_again_alone(cast, refused, client, kind):
    client.force_login(cast.sofia)
    row = Retry.objects.get() if kind == "retry" else Notice.objects.get(subject="Welcome")
    key = f"{kind}-{row.pk}"
    assert b"Cancel the delivery of this message?" in client.post(QUEUE, {"give_up": key}).content
    assert b"Retrying 1 delivery now" in client.post(QUEUE, {"retry": key}, follow=True).content
    delivery_worker.deliver_mailings(clock())
    delivery_worker.deliver_notices(clock())
    assert (
        b"The delivery of 1 message was cancelled"
        in client.post(QUEUE, {"give_up": key, "sure": "1"}, follow=True).content
    )
    assert b"is no longer waiting" in client.post(QUEUE, {"give_up": key, "sure": "1"}, follow=True).content
    assert b"is no longer waiting" in client.post(QUEUE, {"retry": key}, follow=True).content


@pytest.mark.django_db
async def test_the_doctor_names_a_relay_that_answers_and_refuses():
    line = Greeter(mail__org="mail.org")
    here = site(relay=RelayAddress("mail.org", 25), line=line, trouble="554 5.7.1 Relay access denied")
    finding = await host_checks.relay(here)
    assert finding.state == "wrong" and "Relay access denied" in finding.sentence


@pytest.mark.django_db
def test_a_relay_that_refuses_us_is_named_by_page_command_and_health(cast, now, sink, client, caplog):
    assert mail_queue().ok and mail_queue().detail["relay_refuses"] == 0
    sink(everybody="554 5.7.1 Relay access denied")
    cast.say(cast.amina, now=now)
    for minute in range(3):
        delivery_worker.deliver_mailings(now + timedelta(minutes=minute))
    assert [record.levelname for record in caplog.records if "refuses our mail" in record.message] == ["ERROR"]
    part = mail_queue()
    assert not part.ok and part.detail["relay_refuses"] == 1 and "Relay access denied" in part.detail["relay_reply"]
    client.force_login(cast.sofia)
    page = client.get(QUEUE).content.decode()
    assert "refuses all mail from the hub" in page and "Relay access denied" in page
    out = StringIO()
    call_command("queue", stdout=out)
    assert "refuses all mail from the hub since" in out.getvalue()
