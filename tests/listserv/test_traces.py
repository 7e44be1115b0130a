"""What happened to a message can be read from the log: one line for each message and each delivery."""

import logging
from typing import Any

import pytest
from django.core.mail import send_mail
from prometheus_client import REGISTRY

from hub.lib.clock import now as clock
from hub.lib.logs import TextFormatter, person
from hub.members import limits
from listserv.digests import digest_worker as digests
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, Subscription
from listserv.outbound import delivery_worker
from tests.listserv.gateway.conftest import PASSWORD, drain, only_row, plain_message, risk  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(caplog: Any) -> Any:
    """Return a function: the events of a name, as their fields."""
    caplog.set_level(logging.INFO, "hub.events")

    def read(name: str) -> list[dict[str, Any]]:
        return [
            record.fields for record in caplog.records if record.name == "hub.events" and record.getMessage() == name
        ]

    return read


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_delivery_is_one_line_and_each_copy_that_was_not_taken_another(cast, now, fake_relay, events):
    fake_relay(
        {
            cast.boris.email: DeliveryResult(Outcome.LATER, "450 4.2.0 greylisted"),
            cast.oona.email: DeliveryResult(Outcome.FAILED, "550 5.1.1 unknown"),
        }
    )
    before = {result: figure("hub_copies_total", result=result) for result in ("sent", "later", "failed")}
    contribution = cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    keys = list(Subscription.objects.order_by("pk").values_list("pk", flat=True))
    names = {
        "mailing": Mailing.objects.get().pk, "number": contribution.number, "message_id": contribution.message_id,
        "list": "risk",
    }  # fmt: skip
    assert events("delivery") == [{**names, "first": keys[0], "last": keys[-1], "sent": 2, "later": 1, "failed": 1}]
    copies = {event["result"]: event for event in events("copy")}
    assert copies["failed"]["recipient"] == person(cast.oona.email) and copies["later"]["reply"].startswith("450")
    assert copies["failed"]["message_id"] == contribution.message_id
    after = {result: figure("hub_copies_total", result=result) for result in before}
    assert {result: after[result] - before[result] for result in before} == {"sent": 2, "later": 1, "failed": 1}


def test_a_delivery_that_waits_says_for_what(cast, now, fake_relay, events):
    fake_relay(default=DeliveryResult(Outcome.REFUSED, "554 5.7.1 Relay access denied"))
    errors = figure("hub_relay_errors_total", kind="refuses")
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    assert events("delivery")[0]["waits"] == "554 5.7.1 Relay access denied"
    assert figure("hub_relay_errors_total", kind="refuses") == errors + 1


def test_notifications_and_digests_are_lines(cast, now, fake_relay, events, monkeypatch):
    relay = fake_relay({cast.boris.email: DeliveryResult(Outcome.FAILED, "550 5.1.1 unknown")})
    monkeypatch.setattr(digests, "transport", lambda: relay)
    send_mail("Secret subject", "Text", None, [cast.boris.email, cast.amina.email])
    delivery_worker.deliver_notices(clock())
    assert {(event["recipient"], event["result"]) for event in events("notification")} == {
        (person(cast.boris.email), "failed"), (person(cast.amina.email), "sent"),
    }  # fmt: skip
    contribution = cast.say(cast.amina, now=now)
    Mailing.objects.update(state="done", finished_at=clock())
    Subscription.objects.update(delivery="digest-daily", digest_at=now)
    digests.send_digests(now)
    assert {event["result"] for event in events("digest")} == {"sent", "failed"}
    assert {(event["list"], event["until"]) for event in events("digest")} == {("risk", contribution.number)}
    [bounce] = events("bounce")
    assert (bounce["kind"], bounce["recipient"]) == ("permanent", person(cast.boris.email))


def test_sign_ins_are_lines_without_what_was_typed(cast, events):
    known = limits.attempt(limits.MAIL, address=cast.boris.email, host="192.0.2.7")
    known.failed()
    known.succeeded()
    limits.attempt(limits.WEB, address="my password", host="192.0.2.7").failed()
    for _time in range(limits.MAIL.amount):
        known.failed()
    assert known.wait() > 0
    first, second, third, *_rest, last = events("sign_in")
    assert first == {"channel": "mail", "result": "failed", "member": str(cast.boris.pk), "client": "192.0.2.7"}
    assert second["result"] == "succeeded"
    assert third["channel"] == "web" and third["address"] == person("my password")
    assert last["result"] == "limited" and last["seconds"] > 0


def test_no_line_holds_the_address_of_a_person(cast, now, fake_relay, caplog):
    caplog.set_level(logging.INFO)
    fake_relay({cast.oona.email: DeliveryResult(Outcome.FAILED, f"550 5.1.1 <{cast.oona.email}>: unknown")})
    cast.say(cast.amina, now=now)
    delivery_worker.deliver_mailings(now)
    send_mail("Letter", "Text", None, [cast.boris.email])
    delivery_worker.deliver_notices(clock())
    lines = [TextFormatter().format(event) for event in caplog.records if event.name.startswith(("hub", "listserv"))]
    assert lines and not [line for line in lines for who in (cast.oona, cast.boris) if who.email in line]


@pytest.mark.django_db(transaction=True)
def test_an_accepted_message_is_followed_to_its_contribution(people, risk, smtp_server, events):  # noqa: F811
    people.boris.set_password(PASSWORD)
    people.boris.save()
    code, _text = smtp_server.send(
        plain_message(who=people.boris, message_id="trace-1@people.example"), risk, member=people.boris
    )
    assert code == 250
    drain()
    [arrived], [settled], [said] = events("message"), events("message_settled"), events("contribution")
    assert {event["message_id"] for event in (arrived, settled, said)} == {"trace-1@people.example"}
    assert settled["inbound"] == only_row().pk and arrived["mail"] == settled["mail"] == only_row().sha256[:16]
    assert (arrived["verdict"], settled["state"], said["origin"]) == ("accept", "published", "mail")
    assert settled["number"] == said["number"] and arrived["list"] == "risk"
    assert arrived["sender"] == person(people.boris.email) and arrived["client"] == "127.0.0.1"


@pytest.mark.django_db(transaction=True)
def test_a_refused_recipient_is_a_line_without_what_stands_behind_a_plus(people, smtp_server, events):
    smtp_server.send(plain_message(), "nowhere+r.secrettoken@lists.hub.example")
    [line] = events("recipient_refused")
    assert line["recipient"] == "nowhere" and line["reply"].startswith("550") and line["client"] == "127.0.0.1"
