"""Times that people write in their own zone, on ordinary days and on those on which the clocks change."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from hub.lib.moments import OFFSET, SHOWN, MomentField, MomentText, readings

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
# Whole hours, half an hour, at midnight, on the southern half, far off, and one that lost a day in 2011.
ZONES = (
    "UTC Europe/Berlin Europe/London America/New_York America/St_Johns America/Havana America/Santiago Africa/Cairo "
    "Africa/Casablanca Asia/Beirut Asia/Kathmandu Australia/Lord_Howe Pacific/Chatham Pacific/Apia"
).split()


class Hours(forms.Form):
    """One moment, as every form of the hub asks for it."""

    at = MomentField()


def sent_back(moment, **changes):
    """Show a moment in a form and send what the page holds, with some of it changed."""
    shown = MomentText.of(moment)
    page = str(Hours(initial={"at": moment})["at"])
    assert f'value="{shown.text}"' in page and escape(shown.shown) in page
    return Hours({"at": shown.text, f"at{SHOWN}": shown.shown, **changes})


def changes_of(zone, year=2026):
    """Return the hours, in UTC, at which a zone changes its clocks."""
    hour = datetime(year, 1, 1, tzinfo=UTC)
    read = []
    while hour.year == year:
        later = hour + timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            read.append(later)
        hour = later
    return read


@pytest.mark.parametrize("name", ZONES)
def test_what_the_hub_wrote_into_a_form_comes_back_as_the_same_moment(name):
    zone = zoneinfo.ZoneInfo(name)
    with timezone.override(zone):
        for change in [*changes_of(zone), datetime(2026, 7, 1, tzinfo=UTC)]:
            for quarters in range(-16, 17):
                moment = change + timedelta(minutes=15 * quarters, seconds=7, microseconds=5)
                form = sent_back(moment)
                assert form.is_valid() and form.cleaned_data["at"] == moment, moment


@given(
    moment=st.timedeltas(timedelta(0), timedelta(days=730)).map(datetime(2026, 1, 1, tzinfo=UTC).__add__),
    name=st.sampled_from(ZONES),
)
def test_a_time_is_read_as_a_moment_at_which_the_clocks_show_it(moment, name):
    zone = zoneinfo.ZoneInfo(name)
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    read = readings(local, zone)
    assert moment in read and 1 <= len(read) <= 2
    with timezone.override(zone):
        shown = MomentText.of(moment)
        # Without what the hub had shown: typed by hand, the hour told apart by its distance from UTC.
        form = Hours({"at": shown.text, f"at{OFFSET}": shown.offset})
        assert form.is_valid() and form.cleaned_data["at"] == moment.replace(microsecond=0)


def test_an_hour_that_comes_twice_is_offered_as_a_choice():
    with timezone.override(BERLIN):
        form = Hours({"at": "2026-10-25T02:30"})
        assert not form.is_valid()
        assert "comes twice" in form.errors["at"][0] and "25 October 2026" in form.errors["at"][0]
        page = str(form["at"])
        assert 'value="UTC+2"' in page and "the first 02:30, UTC+2" in page and "the second 02:30, UTC+1" in page
        for offset, hour in (("UTC+2", 0), ("UTC+1", 1)):
            chosen = Hours({"at": "2026-10-25T02:30", f"at{OFFSET}": offset})
            assert chosen.is_valid()
            assert chosen.cleaned_data["at"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_the_other_of_two_hours_can_be_chosen_instead_of_the_one_shown():
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with timezone.override(BERLIN):
        assert '<option value="UTC+1" selected>' in str(Hours(initial={"at": second})["at"])
        form = sent_back(second, **{f"at{OFFSET}": "UTC+2"})
        assert form.is_valid() and form.cleaned_data["at"] == second - timedelta(hours=1)


@pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-03-29 02:00", "2026-03-29T02:59:59"])
def test_an_hour_that_does_not_come_is_refused_with_the_reason(text):
    with timezone.override(BERLIN):
        form = Hours({"at": text, f"at{OFFSET}": "UTC+1"})
        assert not form.is_valid()
        assert "go forward on 29 March 2026" in form.errors["at"][0] and "Europe/Berlin" in form.errors["at"][0]
        assert "<select" not in str(form["at"])


def test_a_time_that_was_changed_is_read_anew_and_a_choice_for_another_day_does_no_harm():
    with timezone.override(BERLIN):
        form = sent_back(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), at="2026-10-26T02:30", **{f"at{OFFSET}": "UTC+2"})
        assert form.is_valid() and form.cleaned_data["at"] == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_a_time_may_say_its_distance_from_utc_itself():
    with timezone.override(BERLIN):
        form = Hours({"at": "2026-10-25T02:30+01:00"})
        assert form.is_valid() and form.cleaned_data["at"] == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "data",
    [
        {"at": "soon"},
        {"at": "2026-13-41T99:99"},
        {"at": "0001-01-01T00:00"},
        {"at": "9999-12-31T23:59"},
        {"at": "0001-01-01T00:00+14:00"},
        {"at": "x", f"at{SHOWN}": "0001-01-01T00:00:00+14:00"},
        {"at": "x", f"at{SHOWN}": "2026-01-01T00:00:00"},
        {"at": "\x00", f"at{OFFSET}": "UTC+99"},
        {},
    ],
)
def test_what_is_no_time_of_this_age_gets_a_sentence(data):
    with timezone.override(BERLIN):
        form = Hours(MultiValueDict({name: [value] for name, value in data.items()}))
        assert not form.is_valid() and form.errors["at"] and "<input" in str(form["at"])
