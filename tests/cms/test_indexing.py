"""What is published is found by everybody, and nothing before."""

import pytest

from cms import services
from cms.indexing import documents
from hub.lib.clock import now
from hub.search.models import SearchDocument
from hub.search.services import reindex

pytestmark = pytest.mark.django_db


def found(client, words: str) -> str:
    """Return the answer of the search."""
    return client.get("/search/", {"q": words}).content.decode()


def test_issued_proceedings_are_found_by_what_was_said_in_them_and_drafts_are_not(finished, as_):
    page = finished.submitted()
    assert not SearchDocument.objects.filter(kind="proceedings").exists()
    finished.end()
    finished.approve(page)
    assert page.url in found(as_(None), "hundred metres")
    assert SearchDocument.objects.get(kind="proceedings").scope == "public"


def test_what_was_withdrawn_is_found_by_its_symbol_and_not_by_what_it_said(finished, as_):
    page = finished.issued()
    services.withdraw_proceedings(page_id=page.pk, actor=finished.sofia, reason="Wrong annex.", now=finished.now)
    client = as_(None)
    assert page.url not in found(client, "hundred metres") and page.url in found(client, page.symbol)


def test_pages_of_text_are_found(site, client):
    services.write_page(slug="about", title="About us", body="We talk of pollen.")
    assert "/about/" in found(client, "pollen")


def test_the_source_gives_everything_that_is_live(finished, settings):
    finished.issued()
    finished.compile(finished.ravi, finished.other)
    kinds = [document.kind for document in documents()]
    assert kinds.count("proceedings") == 1 and kinds.count("page") == 3
    SearchDocument.objects.all().delete()
    settings.HUB_SEARCH_SOURCES = ["cms.indexing.documents"]
    reindex(now=now())
    assert SearchDocument.objects.filter(kind="proceedings").count() == 1
