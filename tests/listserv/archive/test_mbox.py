"""Each kind of mbox gives the messages that were put into it."""

from datetime import UTC, datetime

import pytest

from listserv.mail.mbox import entry, find_messages, unquoted
from tests.listserv.archive.conftest import BEGAN

ONE = b"Subject: one\nFrom: a@b\n\nHello.\n"
FROM = b"From a@b  Fri Mar  1 10:00:00 2019\n"


def read(data):
    """Return the messages of an mbox."""
    spans = find_messages(data)
    return [unquoted(data[s.start : s.end]) if s.quoted else data[s.start : s.end] for s in spans]


@pytest.mark.parametrize(
    "data, messages",
    [
        (FROM + ONE + b"\n" + FROM + ONE, [ONE, ONE]),
        (FROM + ONE + FROM + ONE, [ONE, ONE]),
        (b"\n\n" + FROM + ONE, [ONE]),
        ((FROM + ONE + b"\n" + FROM + ONE).replace(b"\n", b"\r\n"), [ONE.replace(b"\n", b"\r\n")] * 2),
        (
            FROM + ONE + b"\nFrom here on it is said.\nNote: well.\n",
            [ONE + b"\nFrom here on it is said.\nNote: well.\n"],
        ),
        (FROM + ONE + b">From me\n>>From you\n", [ONE + b"From me\n>From you\n"]),
        (FROM + ONE + b"\n" + FROM + b"no header, a quotation\n", [ONE + b"\n" + FROM + b"no header, a quotation\n"]),
        (b"From user at b.example  Fri Mar  1 10:00:00 2019\n" + ONE, [ONE]),
        (b"From 166@xxx Fri Mar 01 10:00:00 +0000 2019\n" + ONE + b"\n" + FROM + ONE, [ONE, ONE]),
        (b"From MAILER-DAEMON\n" + ONE + b"\nFrom MAILER-DAEMON\n" + ONE, [ONE, ONE]),
        (b"From \n", []),
        (b"", []),
    ],
    ids="usual tight blanks crlf body quoted quotation pipermail takeout undated headless empty".split(),
)
def test_messages_are_found(data, messages):
    assert [raw for raw in read(data) if raw] == messages


AT_TEN = datetime(2019, 3, 1, 10, tzinfo=UTC)
FIELDS = b"Date: Fri, 1 Mar 2019 10:00:00 +0000\nFrom: a@b\nSubject: one\n\nHello.\n"


@pytest.mark.parametrize("between", [b"", b"\n"])
@pytest.mark.parametrize(
    "line, sent",
    [
        (b"From a@b Fri, 01 Mar 2019 10:00:00 +0000", AT_TEN),
        (b"From a@b 1 Mar 2019 12:00:00 +0200", AT_TEN),
        (b"From a@b Fri 1 Mar 2019 10:00:00", AT_TEN),
        (b"From a@b Fri Mar  1 10:00:00 19", AT_TEN),
        (b"From a@b Fri Mar  1 10:00:00 119", AT_TEN),
        (b"From a@b Fri Mar  1 10:00:00 19119", AT_TEN),
        (b"From a@b 2019-03-01T10:00:00Z", AT_TEN),
        (b"From a@b 2019-03-01 10:00:00", AT_TEN),
        (b"From A B <a@b> Fri Mar  1 10:00 2019", AT_TEN),
        (b"From a@b ven. mars 1 10:00:00 2019", None),
    ],
)
def test_a_separator_has_a_date_of_whatever_form(line, sent, between):
    """Be it in the first one, or between others."""
    own = line + b"\n" + FIELDS + between
    assert [span.sent for span in find_messages(own * 3)] == [sent] * 3
    assert len(read(FROM + FIELDS + between + own + FROM + FIELDS)) == 3


@pytest.mark.parametrize(
    "words",
    [
        b"From the Fri Mar 1 2019 meeting on\nNote: all is new.\n",
        b"From 10:30 on we met\nSubject: seeds.\n",
        b"From 2019 on\n\nSubject: seeds.\n",
    ],
)
def test_words_with_a_date_are_no_separator(words):
    data = FROM + ONE + b"\n" + words
    assert read(data) == [ONE + b"\n" + words]


def test_a_right_content_length_is_believed_and_a_wrong_one_is_not():
    body = b"Hello.\n\n" + FROM + b"Subject: quoted\n\n>From me.\n"
    right = FROM + b"From: a@b\nContent-Length: %d\n\n" % len(body) + body
    assert read(right + b"\n" + FROM + ONE) == [right[len(FROM) :], ONE]
    wrong = right.replace(b"Length: %d" % len(body), b"Length: 12")
    assert len(read(wrong + b"\n" + FROM + ONE)) == 3


def test_what_is_written_is_read_again_byte_for_byte():
    mails = [b"Subject: x\n\nFrom me\n>From you\n>>From\n", ONE, b"Subject: y\n\n"]
    data = b"".join(entry(raw, sender="a@b", sent=BEGAN) for raw in mails)
    assert [raw.rstrip(b"\n") for raw in read(data)] == [raw.rstrip(b"\n") for raw in mails]
    assert [span.sent for span in find_messages(data)] == [BEGAN] * 3


def test_many_lines_like_separators_cost_no_time():
    data = FROM + ONE + b"\nFrom a Fri Mar  1 10:00:00 2019 " * 50_000
    assert len(read(data)) == 1
