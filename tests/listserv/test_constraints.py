"""The database refuses states that there are not, and fields that contradict each other, whoever writes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from hub.lib.clock import now as clock
from listserv.models import Bounce, Mailing, Notice, RelayTrouble, Retry, Subscription

pytestmark = pytest.mark.django_db


def _refused(rows: Any, **values: Any) -> bool:
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return True
    return False


def _values(values: dict[str, Any]) -> dict[str, Any]:
    """Put the moment in where True stands for it."""
    return {name: clock() if value is True else value for name, value in values.items()}


@pytest.fixture
def mailing(cast):
    cast.say(cast.amina, "A word.", now=clock())
    return Mailing.objects.get()


@pytest.mark.parametrize("delivery", [*Subscription.Delivery])
@pytest.mark.parametrize("files", [*Subscription.Files])
def test_every_way_of_delivery_is_there(cast, delivery, files):
    assert not _refused(Subscription.objects.all(), delivery=delivery, files=files)


@pytest.mark.parametrize(
    "values",
    [
        {"delivery": "hourly"}, {"files": "fax"}, {"suspended_at": True}, {"suspended_for": "bounces"},
        {"suspended_at": True, "suspended_for": "boredom"},
    ],
)  # fmt: skip
def test_a_subscription_has_a_way_of_delivery_and_says_why_its_mail_stopped(cast, values):
    assert _refused(Subscription.objects.all(), **_values(values))


@pytest.mark.parametrize("reason", [*Subscription.Suspension])
def test_mail_may_stop_for_every_reason(cast, reason):
    assert not _refused(Subscription.objects.all(), suspended_at=clock(), suspended_for=reason)


@pytest.mark.parametrize("values", [{"state": "done"}, {"finished_at": True}, {"state": "lost", "finished_at": True}])
def test_a_mailing_that_is_on_its_way_has_no_end(mailing, values):
    assert _refused(Mailing.objects.all(), **_values(values))


def test_a_mailing_that_is_done_says_when(mailing):
    assert not _refused(Mailing.objects.all(), state="done", finished_at=clock())
    assert _refused(Mailing.objects.all(), finished_at=None)


def test_a_retry_that_was_given_up_is_not_due(cast, mailing):
    row = Subscription.objects.get(member=cast.boris)
    Retry.objects.create(mailing=mailing, subscription=row, next_at=clock(), created_at=clock())
    assert _refused(Retry.objects.all(), ended_at=clock())
    assert not _refused(Retry.objects.all(), next_at=None, ended_at=clock())


def test_states_and_kinds_are_those_there_are(cast):
    Notice.objects.create(recipients=["a@b.example"], raw=b"x", next_at=clock(), created_at=clock())
    Bounce.objects.create(address="a@b.example", kind="permanent", created_at=clock())
    RelayTrouble.objects.create(kind="away", since=clock(), last_at=clock())
    for model, field, choices in (
        (Notice, "state", Notice.State), (Bounce, "kind", Bounce.Kind), (RelayTrouble, "kind", RelayTrouble.Kind),
    ):  # fmt: skip
        assert not [choice for choice in choices if _refused(model.objects.all(), **{field: choice})]
        assert _refused(model.objects.all(), **{field: "other"})
