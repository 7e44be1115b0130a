"""Numbers in sentences: each language's own forms, in Arabic without the numeral where the word says it."""

import re
from datetime import timedelta

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import override

from hub.lib.counts import duration, with_count
from hub.lib.initials import initials_of

PLACEHOLDER = re.compile(r"%d|%\((?:count|counter|number|n|members|said|new|days|total|more|lines|wrong)\)[sd]")


@pytest.mark.parametrize(
    ("language", "length", "text"),
    [
        ("en", timedelta(seconds=20), "less than a minute"),
        ("en", timedelta(days=1), "1 day"),
        ("ar", timedelta(seconds=59), "أقل من دقيقة"),
        ("ar", timedelta(days=1), "يوم"),
        ("ar", timedelta(days=2), "يومين"),
        ("ar", timedelta(weeks=2), "أسبوعين"),
        ("ar", timedelta(days=3), "3 أيام"),
        ("ar", timedelta(minutes=11), "11 دقيقة"),
        ("ar", timedelta(days=800), "سنتين"),
        ("ru", timedelta(weeks=1), "1 неделю"),
        ("ru", timedelta(minutes=5), "5 минут"),
        ("fr", timedelta(hours=2), "2 heures"),
        ("es", timedelta(days=45), "1 mes"),
        ("zh-hans", timedelta(weeks=2), "2 周"),
        ("en", timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_unit(language, length, text):
    with override(language):
        assert duration(length).replace("\u00a0", " ") == text


def test_a_count_goes_where_the_sentence_has_room_for_it():
    assert with_count("%d files", 3) == "3 files" and with_count("ملفان", 2) == "ملفان"


def test_arabic_says_one_and_two_in_the_word():
    path = settings.BASE_DIR / "hub/locale/ar/LC_MESSAGES/django.po"
    with path.open("rb") as file:
        entries = [entry for entry in read_po(file) if isinstance(entry.id, tuple) and entry.id]
    assert len(entries) > 50 and all(len(entry.string) == 6 and all(entry.string) for entry in entries)
    numbered = [(entry.id[0], form) for entry in entries for form in entry.string[1:3] if PLACEHOLDER.search(form)]
    assert numbered == []
    assert [entry.id[0] for entry in entries for form in entry.string[3:] if not PLACEHOLDER.search(form)] == []


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Amina Diallo", "AD"),
        ("Dr. Amina Diallo", "AD"),
        ("Prof Boris Horvat", "BH"),
        ("Jean-Paul Sartre", "JS"),
        ("陈伟", "陈"),
        ("欧阳 娜娜", "欧"),
        ("د. ياسمين الخطيب", "ي\u200cخ"),
        ("أحمد إبراهيم", "ا\u200cا"),
        ("الدكتور أحمد علي", "ا\u200cع"),
        ("Иван Петров", "ИП"),
        ("Madonna", "M"),
        ("Dr.", ""),
        ("", ""),
    ],
)
def test_initials_are_those_that_people_would_write(name, initials):
    assert initials_of(name) == initials
