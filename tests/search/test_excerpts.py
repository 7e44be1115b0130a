"""What a reader sees of a match: marked, cut at words, and safe whatever stands there."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.excerpts import LENGTH, excerpt, highlight
from hub.search.query import parse


@pytest.mark.parametrize(
    ("text", "question", "marked"),
    [
        ("Pollen flows.", "pollen", "<mark>Pollen</mark> flows."),
        ("The risks we take", "risk", "The <mark>risks</mark> we take"),
        ("The risks we take", '"risk"', "The risks we take"),
        ("Inês said", "ines", "<mark>Inês</mark> said"),
        ("a <b>pollen</b> & co", "pollen", "a &lt;b&gt;<mark>pollen</mark>&lt;/b&gt; &amp; co"),
        ("讨论生物安全问题", "生物安全", "讨论<mark>生物安全</mark>问题"),
        ("讨论生物安全问题", "安", "讨论生物<mark>安</mark>全问题"),
        ("عن السَّلَامَةِ الأحيائية", "السلامة", "عن <mark>السَّلَامَةِ</mark> الأحيائية"),
        ("nothing here", "pollen", "nothing here"),
    ],
)
def test_matches_are_marked_in_the_text_as_it_was_written(text, question, marked):
    assert highlight(text, parse(question)) == marked


def test_an_excerpt_is_cut_around_the_first_match():
    text = "word " * 200 + "pollen " + "word " * 200
    cut = excerpt(text, parse("pollen"))
    bare = re.sub("<.?mark>", "", cut)
    assert cut.startswith("… word") and "<mark>pollen</mark>" in cut and cut.endswith("word …")
    assert len(bare) <= LENGTH + 4


def test_without_a_match_an_excerpt_is_the_beginning():
    assert excerpt("word " * 200, parse("pollen")).startswith("word word")


@given(st.text(max_size=600), st.text(min_size=1, max_size=20))
def test_nothing_but_our_mark_is_markup(text, question):
    for html in (excerpt(text, parse(question)), highlight(text, parse(question))):
        rest = html.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in rest and ">" not in rest and '"' not in rest
        assert html.count("<mark>") == html.count("</mark>")
