"""What waits to go out and what came back, for the Secretariat: one look, one button, one command."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hub.lib.clock import now as clock
from hub.lib.mail import send_notification
from listserv.models import AddressHealth, Bounce, Mailing, Notice, Retry, Subscription
from listserv.outbound import queue

pytestmark = pytest.mark.django_db
URL, BOUNCES = "/mail/queue/", "/mail/bounces/"


@pytest.fixture
def filled(cast: Any) -> dict[str, Any]:
    """A mailing that waits for its relay, a recipient and a letter that are tried again, a digest that is due."""
    moment = clock()
    mailing = Mailing.objects.get(contribution=cast.say(cast.amina, "First.", subject="The minutes", now=moment))
    first, second, *_ = Subscription.objects.order_by("pk")
    Mailing.objects.filter(pk=mailing.pk).update(
        cursor=first.pk, sent=1, last_reply="the relay does not answer", claimed_until=moment + timedelta(minutes=1)
    )
    retry = Retry.objects.create(
        mailing=mailing, subscription=second, next_at=moment + timedelta(hours=1), last_reply="451 4.7.1 Greylisted",
        created_at=moment,
    )  # fmt: skip
    Notice.objects.all().delete()
    send_notification(to=cast.boris, template="listserv/mail/probe", context={"address": "x", "lists_url": "y"})
    Notice.objects.update(next_at=moment + timedelta(hours=2), attempts=3, last_reply="421 busy", subject="Welcome")
    Subscription.objects.filter(member=cast.oona).update(
        delivery="digest-daily", digest_at=moment - timedelta(minutes=5)
    )
    return {"mailing": mailing, "retry": retry, "notice": Notice.objects.get()}


@pytest.mark.parametrize("url", [URL, BOUNCES])
@pytest.mark.parametrize("who", [None, "amina", "chen"])
def test_others_find_no_such_page(url, who, cast, filled, client):
    if who:
        client.force_login(getattr(cast, who))
    # The public is asked to sign in, as at an address that there is not.
    status = 404 if who else 302
    assert client.get(url).status_code == status
    assert client.post(url, {"retry": "all", "restart": "x"}).status_code == status
    filled["retry"].refresh_from_db()
    assert filled["retry"].next_at > clock()


def test_page_says_what_waits_why_and_until_when(cast, filled, client):
    client.force_login(cast.sofia)
    page = client.get(URL).content.decode()
    shown = ("The minutes", "the relay does not answer", "451 4.7.1 Greylisted", "Welcome", "421 busy", "3 attempts")
    for words in shown:
        assert words in page
    assert "1 of 3 recipients" in page and "1 digest" in page and "risk@lists.hub.example" in page


def test_on_hold_the_page_promises_no_next_try(cast, filled, client):
    client.force_login(cast.sofia)
    assert "Next attempt:" in client.get(URL).content.decode()
    page = client.post(URL, {"delivery": "hold"}, follow=True).content.decode()
    assert "Delivery is on hold" in page and "Cancel delivery" in page
    assert "Next attempt:" not in page and "Retry now" not in page and "Retry everything now" not in page


def test_one_is_tried_again_now(cast, filled, client):
    client.force_login(cast.sofia)
    page = client.post(URL, {"retry": f"retry-{filled['retry'].pk}"}, follow=True)
    assert b"Retrying 1 delivery now" in page.content
    filled["retry"].refresh_from_db()
    assert filled["retry"].next_at <= clock()
    filled["notice"].refresh_from_db()
    assert filled["notice"].next_at > clock()
    for wrong in (
        f"retry-{filled['retry'].pk}",
        "retry-999",
        "retry-",
        "x",
        "mailing-x",
        "",
        "all-1",
        "notice-" + "9" * 30,
    ):
        assert b"is no longer waiting" in client.post(URL, {"retry": wrong}, follow=True).content


def test_all_are_tried_again_now(cast, filled, client, monkeypatch):
    client.force_login(cast.sofia)
    assert b"Retrying 3 deliveries now" in client.post(URL, {"retry": "all"}, follow=True).content
    assert not Retry.objects.filter(next_at__gt=clock()).exists()
    assert not Notice.objects.filter(next_at__gt=clock()).exists()
    assert Mailing.objects.get().claimed_until is None


def test_a_worker_that_sends_is_left_alone(filled):
    Mailing.objects.update(last_reply="")
    assert queue.retry_now(key=f"mailing-{filled['mailing'].pk}", now=clock()) == 0
    assert Mailing.objects.get().claimed_until is not None


@pytest.mark.parametrize("kind", ["mailing", "retry", "notice"])
def test_giving_up_is_asked_about_first_and_then_done_once(kind, cast, filled, client):
    client.force_login(cast.sofia)
    key = f"{kind}-{filled[kind].pk}"
    asked = client.post(URL, {"give_up": key}).content.decode()
    assert "Cancel the delivery of this message?" in asked and f'value="{key}"' in asked
    assert queue.item_of(key) is not None
    assert (
        b"The delivery of 1 message was cancelled"
        in client.post(URL, {"give_up": key, "sure": "1"}, follow=True).content
    )
    assert queue.item_of(key) is None
    assert b"is no longer waiting" in client.post(URL, {"give_up": key, "sure": "1"}, follow=True).content
    assert b"is no longer waiting" in client.post(URL, {"give_up": key}, follow=True).content


def test_what_is_given_up_is_recorded_as_failed_and_a_notification_is_emptied(filled):
    for kind in ("retry", "notice", "mailing"):
        assert queue.give_up(key=f"{kind}-{filled[kind].pk}", now=clock()) == 1
    mailing = Mailing.objects.get()
    assert (mailing.state, mailing.failed) == ("done", 1)
    notice = Notice.objects.get()
    assert (notice.state, bytes(notice.raw)) == ("failed", b"")


def test_page_costs_the_same_for_one_and_for_fifty(cast, filled, client, django_assert_num_queries):
    client.force_login(cast.sofia)
    # Session, reader, digests, mailings and the rest of the one's roster, retries, letters, three counts; what was
    # refused (two kinds, two counts), and what is wrong with the relay.
    for _round in range(2):
        with django_assert_num_queries(16):
            client.get(URL)
        Notice.objects.bulk_create(
            [
                Notice(recipients=["a@b.example"], subject=str(n), raw=b"x", next_at=clock(), created_at=clock())
                for n in range(50)
            ]
        )


def test_empty_queue_says_so(cast, client):
    client.force_login(cast.sofia)
    Notice.objects.all().delete()
    assert b"No messages are waiting" in client.get(URL).content
    assert b"No mail has bounced" in client.get(BOUNCES).content


def test_command_lists_retries_and_gives_up(filled):
    def run(*args: str) -> str:
        out = StringIO()
        call_command("queue", *args, stdout=out)
        return out.getvalue()

    said = run()
    for words in (
        "The minutes 1/3",
        "451 4.7.1 Greylisted",
        "1 mailings, 1 retries, 1 notifications, 1 digests",
        "1 for risk",
    ):
        assert words in said
    rows = [json.loads(line) for line in run("--json").splitlines()]
    assert [row["kind"] for row in rows] == ["mailing", "retry", "notice", "digest"]
    key = f"retry-{filled['retry'].pk}"
    assert run("--retry", key) == "Deliveries being retried now: 1\n"
    assert run("--retry", "all") == "Deliveries being retried now: 2\n"
    assert run("--give-up", key) == f"Delivery of {key} cancelled\n"
    for wrong in ("--retry", "--give-up"):
        with pytest.raises(CommandError, match="does not wait"):
            run(wrong, key)


def test_addresses_that_mail_comes_back_from_are_shown_and_start_again(cast, client):
    moment = clock()
    row = Subscription.objects.get(member=cast.amina)
    row.suspended_at, row.suspended_for = moment, "bounces"
    row.save()
    AddressHealth.objects.create(address=cast.amina.email, suspended_at=moment)
    AddressHealth.objects.create(address="watched@people.example", score=1.5)
    Bounce.objects.create(
        address=cast.amina.email, kind="permanent", status="5.1.1", diagnostic="550 no such user", created_at=moment
    )
    client.force_login(cast.sofia)
    page = client.get(BOUNCES).content.decode()
    for words in ("Mail stopped", "550 no such user", "5.1.1", "watched@people.example", "score 1.5"):
        assert words in page
    assert b"receives mail again" in client.post(BOUNCES, {"restart": cast.amina.email}, follow=True).content
    row.refresh_from_db()
    assert row.suspended_at is None
    page = client.post(BOUNCES, {"restart": "nobody@people.example"}, follow=True)
    assert b"The bounce history of this address was cleared" in page.content
