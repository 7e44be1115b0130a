"""The database refuses states that there are not, and moments that contradict them, whoever writes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from conferences import services
from conferences.models import EVENT_KINDS, ConferenceSession, Event, FloorRequest

pytestmark = pytest.mark.django_db


def _refused(rows, **values) -> bool:
    try:
        with transaction.atomic():
            rows.update(**values)
    except IntegrityError:
        return True
    return False


def test_every_kind_of_event_may_stand_in_the_log():
    assert set(EVENT_KINDS) == set(Event.Kind)


@pytest.mark.parametrize(
    "values", [{"state": "open"}, {"state": "closed"}, {"state": "adjourned"}, {"opened_at": True}, {"closed_at": True}]
)
def test_a_session_that_is_not_open_yet_has_the_moments_of_one(live_session, values):
    values = {name: live_session.now if value is True else value for name, value in values.items()}
    assert _refused(ConferenceSession.objects.filter(pk=live_session.pk), **values)


@pytest.mark.parametrize("values", [{"state": "scheduled"}, {"opened_at": None}, {"state": "closed"}])
def test_an_open_session_has_the_moments_of_one(open_live_session, values):
    assert _refused(ConferenceSession.objects.filter(pk=open_live_session.pk), **values)


def test_a_session_that_was_never_held_is_closed_without_having_been_opened(live_session):
    services.end_conference(conference_id=live_session.conference.pk, actor=live_session.chen, now=live_session.now)
    assert live_session.row.is_closed and live_session.row.opened_at is None


@pytest.mark.parametrize(
    "values", [{"state": "given"}, {"state": "done"}, {"state": "lapsed"}, {"state": "asleep"}, {"given_at": True}]
)
def test_a_request_that_waits_has_the_moments_of_one(open_live_session, values):
    request = services.ask_for_floor(
        conference_session_id=open_live_session.pk, member=open_live_session.amina, now=open_live_session.now
    )
    values = {name: open_live_session.now if value is True else value for name, value in values.items()}
    assert _refused(FloorRequest.objects.filter(pk=request.pk), **values)


def test_a_request_that_has_ended_says_when(open_live_session):
    request = open_live_session.floor_to(open_live_session.amina)
    rows = FloorRequest.objects.filter(pk=request.pk)
    assert _refused(rows, state="done")
    assert not _refused(rows, state="done", ended_at=open_live_session.now + timedelta(minutes=1))


def test_what_the_clock_closes_nobody_closes(open_live_session):
    opened = Event.objects.filter(conference_session=open_live_session.pk, kind="opened")
    assert opened.get().actor == open_live_session.chen
    assert _refused(opened, kind="closed_by_clock")
    assert _refused(opened, kind="adjourned")
