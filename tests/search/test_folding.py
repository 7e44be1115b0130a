"""What counts as the same word, and what a question means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.search.folding import document_text, fold
from hub.search.query import MAX_TERMS, Query, SearchTerm, parse


@pytest.mark.parametrize(
    ("first", "other"),
    [
        ("Inês", "INES"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("ёлка", "ЕЛКА"),
        ("السَّلَامَةُ", "السلامه"),
        ("أحياء", "احيا"),
        ("مُستوى", "مستوي"),
        ("ﻻ", "لا"),
        ("٢٠٢٦", "2026"),
        ("۲۰۲۶", "2026"),
        ("ｆｕｌｌ", "full"),
        ("한국어", "한국어"),
        ("ﬁeld", "field"),
    ],
)
def test_two_spellings_are_one_word(first, other):
    assert fold(first) == fold(other)


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        ("Field-trial: (2026)!", "field trial 2026"),
        ("生物安全", "生物 物安 安全 全"),
        ("LMO生物 test", "lmo 生物 物 test"),
        ("安", "安"),
        ("snake_case 'quoted' a\0b", "snake case quoted a b"),
        ("", ""),
        ("x" * 500, "x" * 64),
    ],
)
def test_a_document_becomes_plain_words(text, indexed):
    assert document_text(text) == indexed


ASSIGNED = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=200)


@given(ASSIGNED)
def test_folding_leaves_letters_digits_and_single_spaces_and_is_done_once(text):
    folded = document_text(text)
    assert all(word.isalnum() for word in folded.split(" ")) or folded == ""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Risk", Query((SearchTerm(("risk",), open=True),))),
        ("an", Query((SearchTerm(("an",)),))),
        ('"field trial"', Query((SearchTerm(("field", "trial")),))),
        ("maize -rice", Query((SearchTerm(("maize",), open=True),), (SearchTerm(("rice",), open=True),))),
        ('-"gene flow" pollen', Query((SearchTerm(("pollen",), open=True),), (SearchTerm(("gene", "flow")),))),
        ("bio-safety", Query((SearchTerm(("bio", "safety"), open=True),))),
        ("安全", Query((SearchTerm(("安全",)),))),
        ("安", Query((SearchTerm(("安",), open=True),))),
        ('"安全 风险"', Query((SearchTerm(("安全", "全", "风险")),))),
        ("«рынок семян»", Query((SearchTerm(("рынок", "семян")),))),
        ('"never closed', Query((SearchTerm(("never", "closed")),))),
        ("risk risk", Query((SearchTerm(("risk",), open=True),))),
        ("", Query()),
        ("-only", Query((), (SearchTerm(("only",), open=True),))),
        ('""', Query()),
        ("***", Query()),
    ],
)
def test_a_question_is_read(text, query):
    assert parse(text) == query


def test_a_long_question_is_cut():
    query = parse(" ".join(f"w{number}" for number in range(500)))
    assert len(query.wanted) == MAX_TERMS
    assert len(parse("x" * 5000).wanted[0].words[0]) <= 64


@given(st.text(max_size=300))
def test_no_question_fails(text):
    query = parse(text)
    if query:
        assert query.for_sqlite().count('"') % 2 == 0 and query.for_postgres().count("'") % 2 == 0
