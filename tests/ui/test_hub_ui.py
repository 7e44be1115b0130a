"""Times, people, states and text of unknown direction, as every page shows them."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template, engines
from django.utils import timezone, translation

from hub.lib import dates
from hub.members.models import Member
from hub.templatetags import hub_ui

AT = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
SPRING, AUTUMN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def _show(source, **values):
    return Template("{% load hub_ui i18n %}" + source).render(Context(values))


def _zone(name):
    return timezone.override(zoneinfo.ZoneInfo(name))


def test_a_reader_in_utc_sees_one_time():
    assert _show("{% when at %}", at=AT) == (
        '<time datetime="2026-11-24T22:30:00Z"><bdi>24 Nov 2026, 22:30 UTC</bdi></time>'
    )


def test_a_reader_elsewhere_sees_their_own_time_and_utc_beside_it():
    with _zone("Africa/Nairobi"):
        shown = _show("{% when at %}", at=AT)
    assert "25 Nov 2026, 01:30" in shown and "(24 Nov, 22:30 UTC)" in shown and 'title="Africa/Nairobi"' in shown
    with _zone("Europe/Paris"):
        assert "(22:30 UTC)" in _show("{% when at %}", at=AT)


def test_a_day_can_stand_alone_and_nothing_stands_for_none():
    assert "24 Nov 2026</time>" in _show('{% when at "day" %}', at=AT)
    assert _show("{% when at %}", at=None) == ""


@pytest.mark.parametrize(
    ("now", "zone", "shown"),
    [
        (AT - timedelta(hours=22), "UTC", "today at 22:30 UTC"),
        (AT + timedelta(hours=1), "UTC", "today at 22:30 UTC"),
        (AT + timedelta(hours=2), "UTC", "24 Nov 2026, 22:30 UTC"),
        (AT - timedelta(hours=23), "UTC", "24 Nov 2026, 22:30 UTC"),
        # The same moment is of the next day in Nairobi: there it is today once that day has begun.
        (AT - timedelta(hours=2), "Africa/Nairobi", "25 Nov 2026, 01:30 (24 Nov, 22:30 UTC)"),
        (AT - timedelta(hours=1), "Africa/Nairobi", "today at 01:30 (24 Nov, 22:30 UTC)"),
    ],
)
def test_a_time_near_stands_with_its_day_or_is_of_today_where_the_reader_is(now, zone, shown):
    with time_machine.travel(now, tick=False), _zone(zone):
        text = re.sub("<[^>]+>", "", _show('{% when at "near" %}', at=AT))
        assert text == shown == dates.format_moment(AT, now=now)


def test_short_french_months_are_told_apart_and_end_in_their_point():
    with translation.override("fr"):
        days = [
            dates.format_day(datetime(2026, month, 1, tzinfo=UTC), short=True, year=False) for month in (6, 7, 8, 11)
        ]
    assert days == ["1 juin", "1 juil.", "1 août", "1 nov."]


@pytest.mark.parametrize(
    ("zone", "first", "hours", "shown"),
    [
        ("UTC", AT, 1, "24 Nov 2026, 22:30 – 23:30 UTC"),
        ("UTC", AT, 2, "24 Nov 2026, 22:30 UTC – 25 Nov 2026, 00:30 UTC"),
        ("Europe/Paris", AT - timedelta(hours=9), 1, "24 Nov 2026, 14:30 – 15:30 (13:30 – 14:30 UTC)"),
        ("Africa/Nairobi", AT, 1, "25 Nov 2026, 01:30 – 02:30 (24 Nov, 22:30 – 23:30 UTC)"),
        # One hour that the clocks show as none.
        ("Europe/Paris", AUTUMN, 1, "25 Oct 2026, 02:30 – 02:30 (00:30 – 01:30 UTC)"),
        ("Europe/London", SPRING, 1, "29 Mar 2026, 00:30 – 02:30 (00:30 – 01:30 UTC)"),
    ],
)
def test_hours_name_their_day_once_unless_they_end_on_another(zone, first, hours, shown):
    with _zone(zone):
        markup = _show("{% hours a b %}", a=first, b=first + timedelta(hours=hours))
    assert re.sub("<[^>]+>", "", markup) == shown and markup.count("<time") == 2


@pytest.mark.parametrize(("language", "today"), [("zh-hans", "今天"), ("ar", "اليوم"), ("ru", "сегодня")])
def test_today_is_said_in_the_readers_language(language, today):
    with time_machine.travel(AT, tick=False), translation.override(language):
        assert today in _show('{% when at "near" %}', at=AT)


@pytest.mark.parametrize(("language", "day"), [("zh-hans", "2026年11月24日 22:30"), ("ar", "24 نوفمبر 2026، 22:30")])
def test_a_date_is_written_as_the_language_writes_it(language, day):
    with translation.override(language):
        assert day in _show("{% when at %}", at=AT)


@pytest.mark.parametrize(
    ("opens", "closes", "kind"),
    [(1, 9, "coming"), (-9, 9, "open"), (-9, 2, "closing"), (-9, -1, "closed"), (None, 9, "open"), (-1, None, "open")],
)
def test_a_time_box_says_where_it_stands(opens, closes, kind):
    ends = [None if days is None else AT + timedelta(days=days) for days in (opens, closes)]
    with time_machine.travel(AT, tick=False):
        shown = _show("{% stands a b %}{% period a b %}", a=ends[0], b=ends[1])
    assert shown.count(f'class="state {kind}"') == 2 and f"period {kind}" in shown
    assert ("<progress" in shown) is (None not in ends)


def test_a_time_box_without_ends_shows_nothing():
    assert _show("{% stands None None %}{% period None None %}").strip() == ""


def test_the_progress_of_a_time_box_stays_between_its_ends():
    with time_machine.travel(AT + timedelta(days=90), tick=False):
        assert 'max="1440" value="1440"' in _show("{% period a b %}", a=AT, b=AT + timedelta(days=1))


def test_a_person_has_a_mark_that_readers_of_sound_pass_over():
    mark = _show("{% initials who %}", who=Member(name="Aïssatou <b> Ndiaye", country="SN"))
    assert mark == '<span class="initials" aria-hidden="true"><b>AN</b>SN</span>'


def test_names_of_places_come_from_codes():
    assert _show("{{ 'SN'|region }}, {{ 'AFR'|region }}, {{ 'SN'|country }}") == "Africa, Africa, Senegal"
    assert _show("{{ ''|region }}{{ 'XX'|region }}{{ ''|country }}{{ None|country }}") == ""


def test_foreign_text_is_isolated_and_escaped():
    assert _show("{{ a|bidi }}", a="<x>") == "<bdi>&lt;x&gt;</bdi>"
    assert _show("{{ a|ltr }}", a="a@b<c") == '<bdi dir="ltr">a@b&lt;c</bdi>'


def test_a_state_is_a_known_one():
    assert hub_ui.state("held", "waits") == '<span class="state held">waits</span>'
    with pytest.raises(ValueError, match="purple"):
        hub_ui.state("purple", "x")


def test_every_template_of_the_hub_compiles():
    from pathlib import Path

    from django.conf import settings

    folders = [settings.BASE_DIR / "hub" / "templates", settings.BASE_DIR / "forums" / "templates"]
    names = [str(path.relative_to(folder)) for folder in folders for path in Path(folder).rglob("*.html")]
    assert len(names) > 40
    for name in names:
        engines["django"].get_template(name)
