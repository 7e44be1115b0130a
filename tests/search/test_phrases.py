"""Phrases: exact where words are rare; where they are common, of the newest documents, and it is said."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.search import engines
from hub.search.selectors import search

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = connection.vendor == "postgresql"


@pytest.fixture
def common(add, now, monkeypatch):
    """Forty documents with two words, of which each fifth has them one after the other; few are read at a time."""
    monkeypatch.setattr(engines, "CANDIDATES", 10)
    monkeypatch.setattr(engines, "NEWEST", 15)
    for number in range(40):
        body = "field trial" if number % 5 == 0 else "trial of a field"
        add(f"{body} {number}", date=now + timedelta(minutes=number), title="Document")


def _bodies(text, **options):
    return [hit.document.body for hit in search(None, text, **options).hits]


def test_a_phrase_of_common_words_is_looked_for_among_the_newest(common):
    results = search(None, '"field trial"')
    newest = ["field trial 35", "field trial 30"]
    assert [hit.document.body for hit in results.hits][:2] == newest
    assert (results.is_partial, results.more) == (ON_POSTGRESQL, ON_POSTGRESQL)
    assert results.total == (2 if ON_POSTGRESQL else 8)


def test_a_further_word_looks_further_back(common):
    results = search(None, '"field trial" 5')
    assert [hit.document.body for hit in results.hits] == ["field trial 5"] and not results.is_partial


def test_a_phrase_that_must_not_be_there_is_left_out(common):
    assert _bodies('-"field trial" trial 4') == ["trial of a field 4"]
    assert _bodies('-"field trial" trial 5') == []


def test_the_vectors_of_no_more_than_the_candidates_are_read(common):
    with CaptureQueriesContext(connection) as queries:
        search(None, '"field trial"')
    verified = [query["sql"] for query in queries.captured_queries if "WITH candidate" in query["sql"]]
    assert bool(verified) == ON_POSTGRESQL
    assert all("LIMIT 10" in sql or "LIMIT 11" in sql for sql in verified)
    assert len(queries) <= 12
