"""Letters: plain text first, HTML the same, in the reader's language."""

import re
from dataclasses import dataclass
from datetime import datetime

import pytest

from hub.lib.mail import HTML_OVERHEAD, send_notification
from hub.lib.scripts import shorten

LETTER = "members/mail/declined"


@dataclass
class Reader:
    """Somebody with an address."""

    email: str = "amina@people.example"
    language: str = "en"
    time_zone: str = "UTC"
    name: str = "Amina O'Neill"


@dataclass
class Decision:
    """What the letter is about."""

    reason: str
    member: object = None
    state: str = "declined"
    confirmed_at: datetime | None = None


def write(mailoutbox, reason="No room.", **options):
    """Send a letter and return it with its HTML."""
    send_notification(**{"to": Reader(), "template": LETTER, "context": {"application": Decision(reason)}, **options})
    message = mailoutbox[-1]
    return message, message.alternatives[0].content


def test_the_text_is_not_escaped_and_the_html_is(mailoutbox):
    message, page = write(mailoutbox, "A & B <script>alert(1)</script>")
    assert "Amina O'Neill" in message.body and "A & B <script>" in message.body
    assert "A &amp; B &lt;script&gt;" in page and "<script" not in page


def test_both_say_the_same(mailoutbox):
    message, page = write(mailoutbox, "First line\nsecond line\n\n\n\nanother paragraph")
    shown = re.sub(r"<[^>]+>", "", page.partition("<body>")[2]).replace("&#x27;", "'")
    body = message.body.partition("\n-- \n")[0]
    assert " ".join(shown.split()).startswith(" ".join(body.split()))
    assert "\n\n\n" not in message.body and "First line<br>\nsecond line</p>" in page


def test_words_of_another_direction_run_in_their_own(mailoutbox):
    _letter, page = write(mailoutbox, "- We plant four rows.\n+ We plant six rows.", language="ar")
    assert '<p dir="ltr">- We plant four rows.<br>\n+ We plant six rows.</p>' in page
    assert page.count('<p dir="ltr">') == 1 and "<p>" in page
    _letter, page = write(mailoutbox, "نزرع أربعة صفوف.")
    assert '<p dir="rtl">نزرع أربعة صفوف.</p>' in page and page.count(' dir="rtl"') == 1


def test_the_html_is_light_and_fetches_nothing(mailoutbox):
    message, page = write(mailoutbox, "x " * 1000)
    assert len(page.encode()) - len(message.body.encode()) <= HTML_OVERHEAD
    assert "<img" not in page and "url(" not in page and "<link" not in page


@pytest.mark.parametrize(
    ("language", "lang", "direction"), [("ar", "ar", "rtl"), ("zh-hans", "zh-Hans", "ltr"), ("ru", "ru", "ltr")]
)
def test_language_and_direction_are_the_readers(mailoutbox, language, lang, direction):
    message, page = write(mailoutbox, to=Reader(language=language))
    assert f'<html lang="{lang}" dir="{direction}">' in page and message.extra_headers["Content-Language"] == lang


def test_a_bare_address_gets_the_language_it_is_written_in(mailoutbox):
    message, page = write(mailoutbox, to="nobody@else.example", language="ar")
    assert 'dir="rtl"' in page and message.to == ["nobody@else.example"]


def test_another_address_of_the_member_is_used_when_asked(mailoutbox):
    assert write(mailoutbox, address="other@people.example")[0].to == ["other@people.example"]


def test_an_address_of_ours_on_a_line_of_its_own_is_a_link_and_a_strangers_is_not(mailoutbox, settings):
    ours = f"{settings.HUB_URL}/c/1/"
    _, page = write(mailoutbox, f"https://evil.example/\n{ours}\n{settings.HUB_URL}.evil.example/\nsee {ours}")
    assert page.count("<a ") == 2 and f'<a dir="ltr" href="{ours}">{ours}</a>' in page


def test_a_subject_is_one_line_of_bounded_length(mailoutbox, settings):
    settings.HUB_NAME = "A\nB " + "x" * 500
    message, _ = write(mailoutbox)
    assert "\n" not in message.subject and len(message.subject) <= 150 and message.subject.endswith("…")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ten signs.", "Ten signs."),
        ("Eleven of it", "Eleven o…"),
        ("في \u2068Risk assessment\u2069", "في \u2068Risk…\u2069"),
        ("\u2068Risk\u2069 assessment", "\u2068Risk\u2069 a…"),
    ],
)
def test_a_line_that_is_cut_says_so_and_isolates_nothing_that_follows(line, expected):
    assert shorten(line, 10) == expected


def test_headers_tell_programs_not_to_answer_and_nothing_of_the_machine(mailoutbox, settings):
    first, second = write(mailoutbox)[0].message(), write(mailoutbox)[0].message()
    assert first["Auto-Submitted"] == "auto-generated"
    assert re.fullmatch(rf"<[0-9a-f]{{32}}@{re.escape(settings.HUB_MAIL_DOMAIN)}>", first["Message-ID"])
    assert first["Message-ID"] != second["Message-ID"]


def test_an_unknown_zone_is_no_reason_not_to_write(mailoutbox):
    assert write(mailoutbox, to=Reader(time_zone="Mars/Phobos"))[0]
