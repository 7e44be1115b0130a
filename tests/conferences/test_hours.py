"""The hours of a session: across midnight, on days on which the clocks change, opened early, ended early."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cms.document import _session_note
from conferences import selectors, services, words
from conferences.models import ConferenceSession
from conferences.services.clock import keep_time
from forums import services as forum_services
from forums.models import ForumPolicy
from hub.lib.errors import Invalid, TooMany
from listserv.commands.dates import day_in
from tests.conferences.conftest import gather

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATE = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)


def page(member, path):
    """Return a page as text without its markup."""
    client = Client()
    client.force_login(member)
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return unescape(" ".join(re.sub("<[^>]+>", "", answer.text).split()))


@pytest.fixture
def overnight(make_member):
    """A session that is open from 22:00 to 10:00 UTC of the next day; Chen reads in Nairobi, where it is 1:00."""
    with time_machine.travel(LATE, tick=False):
        room = gather(make_member, LATE)
        ConferenceSession.objects.filter(pk=room.pk).update(closes_at=LATE + 12 * HOUR)
        room.open()
        room.boris.time_zone = "Africa/Nairobi"
        room.boris.save()
        yield room


def test_a_session_that_closes_on_another_day_says_so_wherever_it_is_shown(overnight):
    for path in ("/conferences/field-trials/", f"/sessions/{overnight.pk}/", f"/discussions/{overnight.forum_id}/"):
        text = page(overnight.amina, path)
        assert "1 Dec 2026, 10:00 UTC" in text, path
        there = page(overnight.boris, path)
        assert "today at 13:00 (10:00 UTC)" in there and not re.search(r"(until|closes) \d\d:\d\d", there), path


def test_home_and_log_name_the_day_of_the_readers_own_zone(overnight):
    moment = LATE + 12 * HOUR
    notes = {}
    for name in ("UTC", "Africa/Nairobi", "America/New_York"):
        with timezone.override(zoneinfo.ZoneInfo(name)):
            notes[name] = selectors.home_blocks(member=overnight.amina, now=LATE)[0].note
    # One time alone: that of the opening beside it would be taken for the end.
    assert selectors.home_blocks(member=overnight.amina, now=LATE)[0].at is None
    assert notes["UTC"].endswith("closes 1 Dec 2026, 10:00 UTC")
    assert notes["Africa/Nairobi"].endswith("closes today at 13:00 (10:00 UTC)")
    assert notes["America/New_York"].endswith("closes 1 Dec 2026, 05:00 (10:00 UTC)")
    services.reschedule_session(
        conference_session_id=overnight.pk,
        opens_at=LATE,
        closes_at=moment + HOUR,
        actor=overnight.chen,
        now=LATE,
    )
    event = selectors.events_after(overnight.row, 2)[-1]
    assert "1 Dec 2026, 11:00 UTC" in words.sentence(event)


def test_a_statement_of_yesterday_names_its_day(overnight):
    overnight.floor_to(overnight.amina)
    overnight.say(overnight.amina)
    with time_machine.travel(LATE + 4 * HOUR, tick=False):
        assert "30 Nov 2026, 22:00 UTC" in page(overnight.chen, f"/sessions/{overnight.pk}/")
        services.close_session(conference_session_id=overnight.pk, actor=overnight.chen, now=LATE + 4 * HOUR)
        text = page(overnight.chen, f"/sessions/{overnight.pk}/")
        assert "30 Nov 2026, 22:00 UTC – 1 Dec 2026, 02:00 UTC" in text


def test_who_writes_too_much_hears_of_the_day_too(overnight, settings):
    settings.HUB_RATE_PER_HOUR = 1
    draft = forum_services.Draft(forum_id=overnight.forum_id, topic_id=overnight.items[0].topic_id, text="One.")
    late = {"author": overnight.amina, "origin": "mail", "now": LATE + timedelta(minutes=90)}
    forum_services.publish(draft=draft, **late)
    with pytest.raises(TooMany, match="after 1 December 2026, 00:31 UTC"):
        forum_services.publish(draft=draft, **late)


def test_proceedings_name_the_day_on_which_a_session_ended():
    hours = {"opens_at": LATE.isoformat(), "closes_at": (LATE + 4 * HOUR).isoformat()}
    two_days = "First: 30 November 2026, 22:00 UTC – 1 December 2026, 02:00 UTC"
    assert _session_note({"title": "First", **hours}) == two_days
    hours["closes_at"] = (LATE + HOUR).isoformat()
    assert _session_note({"title": "First", **hours}) == "First: 30 November 2026, 22:00–23:00 UTC"


@pytest.mark.parametrize("zone", ["America/Havana", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Europe/Berlin"])
def test_a_day_begins_when_it_begins_also_where_the_clocks_leave_midnight_out(zone):
    place = zoneinfo.ZoneInfo(zone)
    for day in (LATE.date() + timedelta(days=number) for number in range(1, 366)):
        moment = day_in(day.isoformat(), now=LATE, zone=zone)
        assert moment.astimezone(place).date() == day
        assert (moment - timedelta(microseconds=1)).astimezone(place).date() == day - timedelta(days=1)


@pytest.fixture
def autumn(make_member):
    """A conference around the night in which the clocks of Berlin go back; Chen conducts it from there."""
    now = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        room = gather(make_member, now)
        room.chen.time_zone = "Europe/Berlin"
        room.chen.save()
        yield room


def hidden(text, name):
    """Return what a hidden field of a page carries."""
    return unescape(re.search(rf'name="{name}" value="([^"]*)"', text)[1])


def test_a_session_in_the_hour_that_comes_twice_is_scheduled_and_its_hours_stay_as_they_were(autumn):
    client = Client()
    client.force_login(autumn.chen)
    form = {"title": "Night", "opens_at": "2026-10-25T02:45", "closes_at": "2026-10-25T02:15", "items": "One"}
    asked = client.post("/conferences/field-trials/schedule/", form)
    assert asked.status_code == 422 and asked.text.count("comes twice") == 2
    chosen = {**form, "opens_at_offset": "UTC+2", "closes_at_offset": "UTC+1"}
    assert client.post("/conferences/field-trials/schedule/", chosen).status_code == 302
    row = ConferenceSession.objects.get(title="Night")
    assert row.opens_at == datetime(2026, 10, 25, 0, 45, tzinfo=UTC) and row.closes_at - row.opens_at == HOUR / 2
    shown = client.get(f"/sessions/{row.pk}/hours/").text
    fields = ("seen_values", "opens_at_shown", "closes_at_shown")
    same = {name: hidden(shown, name) for name in fields} | {
        "opens_at": "2026-10-25T02:45",
        "closes_at": "2026-10-25T02:15",
    }
    assert client.post(f"/sessions/{row.pk}/hours/", same).status_code == 302
    again = ConferenceSession.objects.get(pk=row.pk)
    assert (again.opens_at, again.closes_at) == (row.opens_at, row.closes_at)


def test_hours_that_begin_with_the_conference_are_not_refused_for_their_seconds(autumn):
    beginning = autumn.conference.starts_at + timedelta(seconds=41, microseconds=7)
    policy = ForumPolicy.objects.get(forum=autumn.forum_id)
    policy.opens_at = beginning
    policy.save()
    ConferenceSession.objects.filter(pk=autumn.pk).update(opens_at=beginning)
    client = Client()
    client.force_login(autumn.chen)
    shown = client.get(f"/sessions/{autumn.pk}/hours/").text
    names = ("opens_at", "opens_at_shown", "closes_at_shown", "seen_values")
    sent = {name: hidden(shown, name) for name in names if name != "opens_at"}
    sent["opens_at"] = re.search(r'name="opens_at" value="([^"]*)"', shown)[1]
    sent["closes_at"] = "2026-10-24T18:00"
    assert client.post(f"/sessions/{autumn.pk}/hours/", sent).status_code == 302
    assert ConferenceSession.objects.get(pk=autumn.pk).opens_at == beginning


def end_at(room, closes_at, now):
    """Set another end of the session."""
    services.reschedule_session(
        conference_session_id=room.pk, opens_at=room.row.opens_at, closes_at=closes_at, actor=room.chen, now=now
    )


def test_a_session_that_was_opened_early_can_end_before_it_was_to_begin(live_session):
    early = live_session.now - 2 * HOUR
    services.open_session(conference_session_id=live_session.pk, actor=live_session.chen, now=early)
    end_at(live_session, early + HOUR, early + timedelta(minutes=5))
    row = live_session.row
    assert row.closes_at == early + HOUR and row.opens_at == row.opened_at == early
    with pytest.raises(Invalid):
        end_at(live_session, early, early + timedelta(minutes=5))
    end_at(live_session, early + 4 * HOUR, early + timedelta(minutes=10))
    end_at(live_session, early + HOUR, early + timedelta(minutes=15))
    assert keep_time(early + HOUR) == 1 and live_session.row.is_closed


def test_the_end_of_an_open_session_stays_within_its_conference(live_session):
    live_session.open()
    with pytest.raises(Invalid):
        end_at(live_session, live_session.conference.ends_at + HOUR, live_session.now)
    end_at(live_session, live_session.conference.ends_at, live_session.now)


def test_with_its_first_session_opened_early_a_conference_has_begun_and_people_can_speak(make_member, now):
    room = gather(make_member, now + 3 * HOUR + timedelta(days=1))
    room.now = now
    services.open_session(conference_session_id=room.pk, actor=room.chen, now=now)
    room.floor_to(room.amina)
    assert room.say(room.amina).verdict.accepts
    assert room.row.conference.state_at(now) == "open"


def test_a_session_that_would_be_over_is_not_put_on_the_timetable(live_session):
    options = {
        "conference_id": live_session.conference.pk,
        "title": "Late",
        "actor": live_session.chen,
        "now": live_session.now,
    }
    for closes_at in (live_session.now - HOUR, live_session.now):
        with pytest.raises(Invalid, match=r"has passed: it is .* UTC now\. Choose a later end\."):
            services.schedule_session(opens_at=live_session.now - 3 * HOUR, closes_at=closes_at, **options)
    assert ConferenceSession.objects.count() == 1
    # One that has begun by its hours opens at once.
    services.schedule_session(opens_at=live_session.now - HOUR, closes_at=live_session.now + HOUR, **options)


@pytest.mark.parametrize("is_open", [False, True])
def test_hours_are_not_moved_to_where_they_are_over(live_session, is_open):
    if is_open:
        live_session.open()
    for closes_at in (live_session.now + HOUR, live_session.now + HOUR - timedelta(minutes=1)):
        with pytest.raises(Invalid, match="Choose a later end"):
            end_at(live_session, closes_at, live_session.now + HOUR)
    assert live_session.row.closes_at == live_session.now + 2 * HOUR


def test_a_conference_that_would_be_over_is_not_convened(live_session):
    day = timedelta(days=1)
    with pytest.raises(Invalid, match="Choose a later end"):
        services.convene_conference(
            name="Last year",
            actor=live_session.sofia,
            starts_at=live_session.now - 9 * day,
            ends_at=live_session.now,
            now=live_session.now,
        )


def test_the_form_says_that_the_hours_are_over_and_keeps_what_was_typed(live_session):
    client = Client()
    client.force_login(live_session.chen)
    form = {"title": "Late", "opens_at": "2020-10-25T02:45", "closes_at": "2020-10-25T03:15", "items": "One"}
    answer = client.post("/conferences/field-trials/schedule/", form)
    assert answer.status_code == 422
    assert "has passed: it is" in answer.text and 'value="Late"' in answer.text
