"""Date fields: what they mean, and that nothing else is made of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listserv.mail.parse.dates import parse_date


@pytest.mark.parametrize(
    "value, moment",
    [
        ("Sun, 29 Nov 2026 09:00:00 +0000", (2026, 11, 29, 9)),
        ("Sun, 29 Nov 2026 09:00:00 +0530 (IST)", (2026, 11, 29, 3, 30)),
        ("29 Nov 26 09:00 EST", (2026, 11, 29, 14)),
        ("Wed Nov  4 15:59:00 2026", (2026, 11, 4, 15, 59)),
        # Programs that count years from 1900.
        ("Sat, 01 Jan 100 10:00:00 +0000", (2000, 1, 1, 10)),
        ("Sat, 01 Jan 0100 10:00:00 +0000", (2000, 1, 1, 10)),
        ("Sat, 01 Jan 00100 10:00:00 +0000", (2000, 1, 1, 10)),
        ("Sat, 01 Jan 19100 10:00:00 -0500", (2000, 1, 1, 15)),
        ("Thu, 13 Mar 103 10:00:00 +0000", (2003, 3, 13, 10)),
        ("Thu, 13 Mar 19103 10:00:00 +0000", (2003, 3, 13, 10)),
        ("13 Mar 126 10:00:00 +0000", (2026, 3, 13, 10)),
        ("Mon, 3 Mar 99 10:00:00 GMT", (1999, 3, 3, 10)),
        # Hours that are none.
        ("Fri, 31 Dec 1999 23:59:60 GMT", (2000, 1, 1)),
        ("Thu, 13 Mar 2003 24:00:00 +0000", (2003, 3, 14)),
        ("Fri, 05 Nov 2004 10:00:00 +9900", (2004, 11, 5, 10)),
        ("02-Jan-2004 10:00:00 +0000", (2004, 1, 2, 10)),
        ("2004-01-02T10:00:00Z", (2004, 1, 2, 10)),
        ("2004-01-02 10:00:00+02:00", (2004, 1, 2, 8)),
        # Other languages, and numbers whose order leaves no doubt.
        ("Mon, 5 Okt 1998 10:00:00 +0200", (1998, 10, 5, 8)),
        ("Mi, 5. Mai 1999 10:00:00 +0200", (1999, 5, 5, 8)),
        ("dim., 29 nov. 2026 09:00:00 +0100", (2026, 11, 29, 8)),
        ("mardi 3 février 2004 10:00:00 +0000", (2004, 2, 3, 10)),
        ("mié, 4 de ago de 2004 10:00:00 -0300", (2004, 8, 4, 13)),
        ("gio, 1 lug 2004 10:00:00 +0200", (2004, 7, 1, 8)),
        ("Sun, 29 Nov 2026", (2026, 11, 29)),
        ("2026/11/29 09:00:00", (2026, 11, 29, 9)),
        ("29.11.2026 09:00", (2026, 11, 29, 9)),
        ("2026年11月29日 09:00", (2026, 11, 29, 9)),
    ],
)
def test_a_date_is_read(value, moment):
    assert parse_date(value) == datetime(*moment, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "Mon, 30 Feb 2004 10:00:00 +0000",
        "Fri, 1 Jan 20000 10:00:00",
        "0",
        "29/11/2026 09:00",
        "5 days ago 2004",
        "2026/13/29",
    ],
)
def test_what_says_no_date_is_none(value):
    assert parse_date(value) is None


@given(st.text(max_size=200) | st.from_regex(r"\d{1,6} (Jan|Feb) \d{1,6} \d{1,4}:\d{1,4}:\d{1,4} [+-]\d{1,6}"))
def test_no_text_makes_it_raise(value):
    moment = parse_date(value)
    assert moment is None or moment.tzinfo is UTC
