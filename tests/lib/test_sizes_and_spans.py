"""Sizes in one unit, spans of time that are never nothing, days as each language writes them."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from hub.lib.sizes import format_size
from hub.lib.spans import format_ago, format_until

NOW = datetime(2026, 7, 2, 12, 0, tzinfo=UTC)
ROOMS = ("hub", "forums", "listserv", "conferences", "liaison", "cms")


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 kB"),
        (1, "1 kB"),
        (174_400, "175 kB"),
        (999_001, "1.0 MB"),
        (1_640_000, "1.6 MB"),
        (25_000_000, "25.0 MB"),
    ],
)
def test_a_size_is_in_kilobytes_or_megabytes(size, shown):
    with override("en"):
        assert format_size(size) == shown


def test_a_size_has_the_decimal_mark_and_the_unit_of_the_language():
    with override("fr"):
        assert (format_size(1_700_000), format_size(175_000)) == ("1,7 Mo", "175 ko")
    with override("ru"):
        assert format_size(1_700_000) == "1,7 МБ"


@pytest.mark.parametrize(
    ("seconds", "ago", "until"),
    [
        (0, "just now", "less than a minute"),
        (59, "just now", "less than a minute"),
        (61, "1\xa0minute ago", "1\xa0minute"),
        (3 * 86_400, "3\xa0days ago", "3\xa0days"),
    ],
)
def test_a_span_is_never_nothing(seconds, ago, until):
    span = timedelta(seconds=seconds)
    with override("en"):
        assert format_ago(NOW - span, NOW) == ago and format_until(NOW + span, NOW) == until
    for language, _name in settings.LANGUAGES:
        with override(language):
            assert not re.search(r"\b0\b", format_ago(NOW - span, NOW) + format_until(NOW + span, NOW))


def test_a_day_stands_before_its_month():
    page = Template("{% load hub_ui %}{{ term|day }}")
    with override("en"):
        assert page.render(Context({"term": date(2026, 7, 2)})) == "2 Jul 2026"


def test_no_template_writes_days_sizes_or_spans_in_another_way():
    """Django's own filters put the month first, count in KB of 1024, and say "0 minutes"."""
    other = re.compile(r"\|(?:filesizeformat|timesince|timeuntil|naturaltime|date(?!:'c'|:'Y-m-d'))\b")
    templates = (path for room in ROOMS for path in Path(settings.BASE_DIR, room).rglob("templates/**/*.*"))
    assert not [(path.name, match) for path in templates for match in other.findall(path.read_text())]
