"""What comes back is counted for whose copy it was; only a trial that comes back too stops mail."""

from datetime import timedelta
from typing import Any

import pytest

from hub.lib import tokens as signed
from hub.lib.clock import now as clock
from listserv import maintenance, tokens
from listserv.bounces import scoring, selectors, services
from listserv.gateway import evaluation, spool
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.worker import publish_accepted
from listserv.models import AddressHealth, Bounce, InboundMail, Mailing, Notice, Subscription
from listserv.outbound import hold, queue
from listserv.services import set_delivery
from tests.listserv.bounces.innocents import INNOCENTS
from tests.listserv.bounces.passed_on import COMPLAINTS
from tests.listserv.bounces.report_writing import CHEN, dsn
from tests.listserv.bounces.shapes import SHAPES

pytestmark = pytest.mark.django_db
FAILED, LATE = "rfc 3464", "gmail, late"


@pytest.fixture(autouse=True)
def _mail(settings: Any, tmp_path: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.EMAIL_BACKEND = "listserv.outbound.mail_backend.NoticeBackend"


@pytest.fixture
def row(cast: Any) -> Subscription:
    """Amina's subscription."""
    return Subscription.objects.select_related("list", "member").get(member=cast.amina)


@pytest.fixture
def comes_back(cast: Any, row: Subscription) -> Any:
    """Return a function: a report comes to the envelope sender of Amina's copy of something said that day."""

    def come(at: Any, raw: bytes = SHAPES[FAILED][0], *, recipient: str = "", number: int | None = None) -> InboundMail:
        if number is None:
            number = cast.say(cast.boris, f"Said at {at}.", now=at).number
            Mailing.objects.filter(contribution__number=number).update(created_at=at)
        token = tokens.bounce_address(row.list.name, subscription_id=row.pk, number=number)
        found = InboundMail.objects.create(
            received_at=at, peer="192.0.2.1", recipient=recipient or token, kind="bounces", list=row.list, raw=raw,
            size=len(raw), sha256="", action="accept", code="ok", state="queued", next_at=at,
        )  # fmt: skip
        services.take_report(row=found, now=at)
        return found

    return come


def health() -> AddressHealth:
    return AddressHealth.objects.get()


def trial(now: Any, *, token: str = "", raw: bytes = SHAPES[FAILED][0]) -> None:
    """Let the trial come back."""
    recipient = tokens.address(f"hub+{token or health().probe}")
    row = InboundMail.objects.create(
        received_at=now, peer="192.0.2.1", recipient=recipient, kind="returned", raw=raw, size=1, sha256="",
        action="accept", code="ok", state="queued", next_at=now,
    )  # fmt: skip
    services.take_returned(row=row, now=now)


def five_days(comes_back: Any, now: Any) -> Any:
    for day in range(5):
        comes_back(now + timedelta(days=day))
    return now + timedelta(days=4)


def test_permanent_bounce_counts_one_and_temporary_half(comes_back, now):
    comes_back(now)
    assert health().score == 1
    assert health().address == "amina.diallo@people.example"
    comes_back(now + timedelta(days=1), SHAPES[LATE][0])
    assert health().score == 1.5
    kinds = list(Bounce.objects.order_by("pk").values_list("kind", "counted", "status"))
    assert kinds == [("permanent", True, "5.1.1"), ("temporary", True, "")]


def test_day_counts_once_with_its_worst(comes_back, now):
    comes_back(now, SHAPES[LATE][0])
    comes_back(now, SHAPES[LATE][0])
    assert health().score == 0.5
    comes_back(now)
    comes_back(now)
    assert health().score == 1
    assert Bounce.objects.count() == 4


def test_one_copy_counts_once_however_often_its_report_comes(comes_back, cast, now):
    number = cast.say(cast.boris, "Said once.", now=now).number
    Mailing.objects.update(created_at=now)
    for day in range(7):
        comes_back(now + timedelta(days=day), number=number)
    assert health().score == 1


def test_quiet_week_forgets(comes_back, now):
    comes_back(now)
    comes_back(now + timedelta(days=6))
    assert health().score == 2
    comes_back(now + timedelta(days=14))
    assert health().score == 1


@pytest.mark.parametrize("name", [name for name in INNOCENTS if name != "abuse report"])
def test_what_is_no_failure_changes_nothing(name, comes_back, now):
    if "complaint" not in name:
        comes_back(now, INNOCENTS[name])
        assert not AddressHealth.objects.exists() and not Bounce.objects.exists()
        assert not Subscription.objects.filter(suspended_at__isnull=False).exists()


def test_forged_token_changes_nothing(comes_back, row, now):
    genuine = tokens.bounce_address(row.list.name, subscription_id=row.pk, number=1)
    wrong = genuine.replace("+", "+a" if genuine.partition("+")[2][0] != "a" else "+b")
    for recipient in (wrong, f"{row.list.name}-bounces@lists.hub.example", genuine.replace("+", "+b")):
        comes_back(now, recipient=recipient)
    reply = tokens.reply_address(row.list.name, member_id=row.member_id, number=1, list_id=row.list_id)
    comes_back(now, recipient=reply.replace("+r.", "-bounces+"))
    assert not AddressHealth.objects.exists() and not Bounce.objects.exists()


def test_token_of_an_old_copy_or_of_another_list_changes_nothing(comes_back, cast, row, now):
    number = cast.say(cast.boris, "Long ago.", now=now).number
    Mailing.objects.update(created_at=now - timedelta(days=31))
    comes_back(now, number=number)
    comes_back(now, number=999_999)
    assert not AddressHealth.objects.exists()


def test_report_about_a_stranger_counts_for_whose_copy_it_was(comes_back, cast, now):
    assert CHEN in SHAPES[FAILED][1]
    comes_back(now)
    assert health().address == cast.amina.email


def test_report_about_the_members_other_address_counts_for_that_one(comes_back, cast, now):
    cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    comes_back(now, dsn("Final-Recipient: rfc822; Amina@Home.example\nAction: failed\nStatus: 5.1.1"))
    assert health().address == "amina@home.example"


def test_at_the_limit_a_notification_tries_the_address_and_nothing_stops_yet(comes_back, cast, now):
    last = five_days(comes_back, now)
    assert health().score == 5 and health().probed_at == last
    notification = Notice.objects.get(subject__startswith="Does this address")
    assert notification.recipients == [cast.amina.email]
    assert notification.envelope_from == tokens.address(f"hub+{health().probe}")
    assert b"Return-Path" not in bytes(notification.raw)
    assert resolve(notification.envelope_from).kind == "returned"
    assert not Subscription.objects.filter(suspended_at__isnull=False).exists()
    comes_back(last + timedelta(days=1))
    assert Notice.objects.filter(subject__startswith="Does this address").count() == 1


def test_trial_that_comes_back_stops_every_list_at_that_address_and_the_other_one_is_told(comes_back, cast, row, now):
    cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    last = five_days(comes_back, now)
    trial(last)
    row.refresh_from_db()
    assert (row.suspended_at, row.suspended_for) == (last, "bounces")
    assert health().suspended_at == last and health().probe == ""
    notification = Notice.objects.get(subject__contains="has stopped")
    assert notification.recipients == ["amina@home.example"]
    (block,) = selectors.home_blocks(member=cast.amina, now=last)
    assert block.url == "/lists/"
    assert not selectors.home_blocks(member=cast.boris, now=last)


def test_trial_that_is_forged_late_or_no_failure_stops_nothing(comes_back, row, now):
    last = five_days(comes_back, now)
    genuine = health().probe
    for token in (signed.sign("probe", [health().pk, 1]), signed.sign("bounce", [row.pk, 1]), "x", genuine[::-1]):
        trial(last, token=token)
    trial(last, raw=SHAPES[LATE][0])
    trial(last, raw=INNOCENTS["vacation note"])
    assert health().suspended_at is None
    maintenance.maintain_now(last + scoring.TRIAL + timedelta(minutes=1))
    assert not AddressHealth.objects.filter(score__gt=0).exists()
    Bounce.objects.all().delete()
    AddressHealth.objects.get_or_create(address=row.member.email)
    trial(last, token=genuine)
    assert not Subscription.objects.filter(suspended_at__isnull=False).exists()


def test_trial_refused_at_the_relay_has_come_back(comes_back, now):
    last = five_days(comes_back, now)
    Notice.objects.filter(envelope_from__contains=health().probe).update(state="failed", created_at=last)
    assert maintenance.maintain_now(last + timedelta(minutes=1)) == 1
    assert health().suspended_at is not None


@pytest.mark.parametrize("by", ["giving it up", "discarding what waited"])
def test_trial_that_a_person_ended_has_not_come_back(comes_back, now, by):
    last = five_days(comes_back, now)
    notice = Notice.objects.get(envelope_from__contains=health().probe)
    Notice.objects.update(created_at=last)
    if by == "giving it up":
        assert queue.give_up(key=f"notice-{notice.pk}", now=last) == 1
    else:
        hold.hold_restored(now=last)
        hold.discard_waiting(now=last)
    notice.refresh_from_db()
    assert notice.state == Notice.State.FAILED
    assert maintenance.maintain_now(last + timedelta(minutes=1)) == 0
    assert health().suspended_at is None


def test_one_click_starts_all_lists_of_the_address_again(comes_back, cast, row, now):
    last = five_days(comes_back, now)
    trial(last)
    again = services.restart(list_id=row.list_id, member=cast.amina, now=last)
    assert (again.suspended_at, again.suspended_for) == (None, "")
    assert health().score == 0 and health().suspended_at is None
    services.restart(list_id=row.list_id, member=cast.amina, now=last)
    comes_back(last + timedelta(days=1))
    assert health().score == 1


def test_secretariat_starts_an_address_again(comes_back, row, now):
    last = five_days(comes_back, now)
    trial(last)
    assert services.restart_address(address=health().address, now=last) == 1
    row.refresh_from_db()
    assert row.suspended_at is None


def test_complaint_stops_one_list_once_and_nothing_is_written_to_who_complained(comes_back, cast, row, now):
    cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    comes_back(now, INNOCENTS["abuse report"])
    comes_back(now, INNOCENTS["abuse report"])
    row.refresh_from_db()
    assert (row.suspended_at, row.suspended_for) == (now, "complaint")
    (notification,) = Notice.objects.filter(subject__contains="has stopped")
    assert notification.recipients == ["amina@home.example"]
    assert Bounce.objects.filter(kind="complaint").count() == 1
    assert not AddressHealth.objects.exists()
    services.restart(list_id=row.list_id, member=cast.amina, now=now)
    row.refresh_from_db()
    assert row.suspended_at is None


def test_report_on_a_signature_stops_nothing(comes_back, now):
    comes_back(now, INNOCENTS["report of a failed signature"])
    assert not Subscription.objects.filter(suspended_at__isnull=False).exists()


@pytest.mark.parametrize("to", ["abuse@lists.hub.example", "hub@lists.hub.example"])
def test_complaint_to_a_desk_is_told_whose_copy_it_is_by_the_token_in_it(to, row, now):
    sender = tokens.bounce_address(row.list.name, subscription_id=row.pk, number=1)
    raw = INNOCENTS["abuse report"]
    for about in (raw, raw.replace(b"risk-bounces@lists.hub.example", sender.encode())):
        assert not Subscription.objects.filter(suspended_at__isnull=False).exists()
        receive(about, to)
    assert Subscription.objects.get(suspended_at__isnull=False) == row
    assert {found.state for found in InboundMail.objects.all()} == {"done"}


@pytest.mark.parametrize("name", ["amazon", "amazon by SNS"])
def test_complaint_in_json_to_a_desk_stops_the_list_of_the_copy(name, row):
    sender = tokens.bounce_address(row.list.name, subscription_id=row.pk, number=1)
    receive(COMPLAINTS[name], "abuse@lists.hub.example", mail_from="no-reply@sns.amazonaws.example")
    assert not Subscription.objects.filter(suspended_at__isnull=False).exists()
    about = COMPLAINTS[name].replace(b'source": "risk-bounces@lists.hub.example', f'source": "{sender}'.encode())
    about = about.replace(b'source\\": \\"risk-bounces@lists.hub.example', f'source\\": \\"{sender}'.encode())
    receive(about, "abuse@lists.hub.example", mail_from="no-reply@sns.amazonaws.example")
    assert Subscription.objects.get(suspended_at__isnull=False) == row


def receive(raw: bytes, to: str, *, mail_from: str = "") -> None:
    """Take a mail as the session does, and carry it out."""
    incoming = IncomingMessage("192.0.2.1", "far.example", None, mail_from, (resolve(to),), raw, len(raw), clock())
    spool.write([evaluation.evaluate(incoming)])
    publish_accepted(clock())


def test_report_in_the_session_is_taken_and_counted(cast, row):
    number = cast.say(cast.boris, "Now.", now=clock()).number
    receive(SHAPES["postfix"][0], tokens.bounce_address(row.list.name, subscription_id=row.pk, number=number))
    assert health().score == 1
    assert Bounce.objects.get().inbound == InboundMail.objects.get()


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        ("550 5.1.1 User unknown", True), ("552 5.2.2 Mailbox full", True), ("550 no such user here", True),
        ("550 5.7.1 Blocked as spam", False), ("552 5.3.4 Message too large", False), ("554 5.6.0 Bad header", False),
        ("550 Access denied", False),
    ],
)  # fmt: skip
def test_refusal_at_the_relay_counts_when_it_is_about_the_mailbox(reply, counts, row, now):
    assert services.count_refusals(refusals=[(row.pk, 7, reply)], now=now) == counts
    assert AddressHealth.objects.filter(score=1).exists() == counts


def test_rows_are_kept_for_half_a_year(comes_back, now):
    comes_back(now)
    maintenance.maintain_now(now + timedelta(days=179))
    assert Bounce.objects.count() == 1
    maintenance.maintain_now(now + timedelta(days=181))
    assert not Bounce.objects.exists() and not AddressHealth.objects.exists()


def test_another_address_gets_the_mail_at_once(comes_back, cast, row, now):
    other = cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    last = five_days(comes_back, now)
    trial(last)
    same = set_delivery(list_id=row.list_id, member=cast.amina, address_id=None, now=last)
    assert same.suspended_for == "bounces"
    moved = set_delivery(list_id=row.list_id, member=cast.amina, address_id=other.pk, now=last)
    assert (moved.recipient, moved.suspended_at, moved.suspended_for) == ("amina@home.example", None, "")
    assert health().suspended_at is not None


def test_button_on_the_page_of_the_lists_starts_the_mail_again(client, comes_back, cast, row, now):
    trial(five_days(comes_back, now))
    client.force_login(cast.amina)
    page = client.get("/lists/").content.decode()
    assert 'name="restart"' in page and "have bounced" in page
    assert client.post("/lists/", {"list": row.list.name, "restart": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.suspended_at is None
    assert 'name="restart"' not in client.get("/lists/").content.decode()
