"""Keep what is published in the hub's search: by Wagtail's signals, and as a source of an index."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import pgettext
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing
from wagtail.signals import page_published, page_unpublished

from cms.models import ProceedingsPage, StandardPage
from cms.models.issued import issue_of
from hub.lib.clock import now
from hub.lib.markup import plain
from hub.search.services import PUBLIC, IndexEntry, index_document, remove_document


def _key(page: Page) -> str:
    return f"page:{page.pk}"


def _body(page: Page) -> str:
    if isinstance(page, StandardPage):
        return f"{page.intro}\n{get_text_for_indexing(page.body)}"
    if not isinstance(page, ProceedingsPage):
        return ""
    issue = issue_of(page)
    symbol = page.symbol or ""
    if issue.withdrawal is not None:
        return "\n".join(
            [
                symbol,
                pgettext("heading of a withdrawn document", "Withdrawn"),
                issue.withdrawal.text,
            ]
        )
    statements = [
        f"{entry['author']}\n{plain(entry['html'])}"
        for item in page.agenda
        for entry in item["interventions"]
    ]
    return "\n".join(
        [
            symbol,
            *(note.text for note in issue.corrections),
            get_text_for_indexing(page.summary),
            get_text_for_indexing(page.conclusions),
            *statements,
        ]
    )


# What search calls each kind of page that it finds by its text.
_KINDS: dict[type[Page], str] = {StandardPage: "page", ProceedingsPage: "proceedings"}


def document_of(page: Page) -> IndexEntry | None:
    """Return a live page as an entry of the search.

    None is for a page that is not found by its text, and for one that is not open to everybody.
    """
    kind = _KINDS.get(type(page))
    if kind is None or not page.live:
        return None
    if page.get_view_restrictions():
        return None
    return IndexEntry(
        key=_key(page),
        kind=kind,
        scope=PUBLIC,
        language=getattr(page, "language", ""),
        title=page.title,
        body=_body(page),
        url=page.get_url() or "/",
        date=page.first_published_at or now(),
    )


def documents() -> Iterator[IndexEntry]:
    """Give every published page, for ``HUB_SEARCH_SOURCES``."""
    for page in (
        *StandardPage.objects.live(),
        *ProceedingsPage.objects.live().select_related("record"),
    ):
        document = document_of(page)
        if document is not None:
            yield document


def _index(instance: Page, **_: Any) -> None:
    document = document_of(instance)
    if document is not None:
        index_document(document=document, now=now())
    else:
        remove_document(key=_key(instance))


def _remove(instance: Page, **_: Any) -> None:
    remove_document(key=_key(instance))


def refresh(page: Page) -> None:
    """Follow a note on an issued page, or its end."""
    _index(page)


def listen() -> None:
    """Hear of publishing and unpublishing, whatever in Wagtail does it."""
    page_published.connect(_index, dispatch_uid="cms.index")
    page_unpublished.connect(_remove, dispatch_uid="cms.remove")
