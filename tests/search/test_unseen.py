"""What has no width hides no word: neither in what is indexed, nor in what is asked, nor in what is marked."""

import pytest

from hub.runtime import rendering
from hub.search.folding import document_text
from hub.search.models import SearchDocument
from hub.search.selectors import search

pytestmark = pytest.mark.django_db
UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u034f\u061c\u180e\u2063\u202a\u202c\u2066\u2069\ufe0f"


@pytest.mark.parametrize("letter", UNSEEN)
@pytest.mark.parametrize("word", ["biosafety", "безопасность", "生物安全", "السلامة", "می‌خواهم", "हिन्दी"])
def test_a_word_is_found_whatever_stands_unseen_in_it(add, word, letter):
    hidden = word[:3] + letter + word[3:]
    add(f"About {hidden} here.")
    add("Another thing.")
    for question in (word, hidden, f'"{word}"', f"{letter}{word}"):
        assert search(None, question).total == 1, question.encode("unicode_escape")


def test_a_tatweel_and_vowel_signs_hide_nothing(add):
    add("الســـلامة")
    assert search(None, "السَّلَامَة").total == 1


def test_a_match_is_marked_with_what_stands_unseen_in_it(add):
    add("Bio\u00adsafe\u200bty rules.")
    (hit,) = search(None, "biosafety").hits
    assert "<mark>Bio\u00adsafe\u200bty</mark>" in hit.excerpt


def test_a_mark_of_direction_before_a_quotation_mark_takes_nothing_from_the_phrase(add):
    add("field trial of maize")
    add("trial in a field")
    assert search(None, '\u200f"field trial"').total == 1


def test_a_zero_width_space_parts_words_of_scripts_without_blanks(add):
    assert document_text("ភាសា\u200bខ្មែរ").count(" ") == 1
    add("ភាសា\u200bខ្មែរ")
    assert search(None, "ខ្មែរ").total == 1


def test_what_an_earlier_release_has_indexed_is_found_after_the_worker_has_looked(add, now, monkeypatch):
    monkeypatch.setattr(rendering, "_looked", -rendering.EVERY)
    add("About bio\u00adsafety here.")
    SearchDocument.objects.update(folded="page 1 about bio safety here", folding=None)
    assert search(None, "biosafety").total == 0
    assert rendering.render_again(now) == 1
    assert search(None, "biosafety").total == 1
    assert rendering.render_again(now) == 0
