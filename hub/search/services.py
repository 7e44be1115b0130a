"""Keep the index: one row in, one row out, or all of it anew."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

from django.db import transaction

from hub.lib.characters import all_without_controls
from hub.lib.hooks import registered
from hub.search.folding import VERSION, document_text
from hub.search.models import SearchDocument

if TYPE_CHECKING:
    from hub.members.models import Member

PUBLIC = "public"
MEMBERS = "members"
# Characters that are indexed of one document; PostgreSQL's tsvector holds 1 MB.
MAX_BODY = 200_000
BATCH = 200
_LOW_BITS = 20
_number = re.compile(r"(\d+)$")
_reply = re.compile(
    r"^\s*(re|aw|sv|antw|réf|tr|fwd?|rv|на|отв|回复|答复|رد)\s*[:：]", re.IGNORECASE
)
_FIELDS = [
    "kind", "scope", "topic", "language", "title", "body", "folded", "folding", "url", "date",
    "author", "author_name", "position", "indexed_at",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class IndexEntry:
    """Something a room wants to be found.

    Args:
        key: kind and number, as ``contribution:12``; the same key again replaces.
        kind: as ``contribution``, ``page``, ``proceedings``.
        scope: ``public``, ``members`` or ``forum:<key>``; beside a topic the topic's own forum
            decides.
        topic_id: of a contribution.
        title, body: plain text; what can be found.
        url: path on the hub.
        date: by which it is listed, newest first; UTC-aware.
        author: a member, None for anybody else; author_name, as they were called then.
    """

    key: str
    kind: str
    scope: str
    title: str
    url: str
    date: datetime
    body: str = ""
    topic_id: int | None = None
    language: str = ""
    author: "Member | None" = None
    author_name: str = ""


def index_document(*, document: IndexEntry, now: datetime) -> None:
    """Make a document found, or found anew; inside the caller's transaction, if there is one.

    Queries: 2.
    """
    _write([document], now)


def remove_document(*, key: str) -> None:
    """Make a document not found any more; nothing happens when it was not. Queries: 1."""
    SearchDocument.objects.filter(key=key).delete()


def change_author(*, before: "Member", after: "Member") -> None:
    """Say that what one wrote is another's. Queries: 1."""
    SearchDocument.objects.filter(author=before).update(author=after)


def forget_author(author: "Member") -> None:
    """Keep no name of somebody who leaves for good. Queries: 1."""
    SearchDocument.objects.filter(author=author).update(author_name="")


def move_topic(*, before: int, after: int) -> None:
    """Say that what was found in one topic is in another; keys of topics. Queries: 1."""
    SearchDocument.objects.filter(topic_id=before).update(topic_id=after)


def move_documents(*, keys: Sequence[str], topic_id: int) -> None:
    """Say that documents are found in another topic now. Queries: 1 for each :data:`BATCH`."""
    for start in range(0, len(keys), BATCH):
        rows = SearchDocument.objects.filter(key__in=keys[start : start + BATCH])
        rows.update(topic_id=topic_id)


def reindex(*, now: datetime) -> int:
    """Index anew whatever the sources give, and drop what they no longer have.

    Sources stand in ``HUB_SEARCH_SOURCES``: ``source() -> Iterable[IndexEntry]``, for the
    contributions of the hub through :func:`hub.search.outlet.document_of`. A kind that no source
    gives stays as it is.

    Returns: how many documents there are.
    """
    total = 0
    kinds: set[str] = set()
    for source in registered("HUB_SEARCH_SOURCES"):
        for batch in _batches(source()):
            with transaction.atomic():
                _write(batch, now)
            kinds |= {document.kind for document in batch}
            total += len(batch)
    SearchDocument.objects.filter(kind__in=kinds, indexed_at__lt=now).delete()
    return total


def _batches(documents: Iterable[IndexEntry]) -> Iterator[list[IndexEntry]]:
    rest = iter(documents)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _write(documents: list[IndexEntry], now: datetime) -> None:
    rows = [_row(document, now) for document in documents]
    _separate(rows)
    SearchDocument.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=_FIELDS
    )


def _row(document: IndexEntry, now: datetime) -> SearchDocument:
    title, body = all_without_controls([document.title, document.body[:MAX_BODY]])
    title = title[:255]
    return SearchDocument(
        key=document.key,
        kind=document.kind,
        scope=document.scope,
        topic_id=document.topic_id,
        language=document.language,
        title=title,
        body=body,
        folded=_folded(title, body),
        folding=VERSION,
        url=document.url,
        date=document.date,
        author=document.author,
        author_name=document.author_name,
        indexed_at=now,
        position=_position(document),
    )


def _position(document: IndexEntry) -> int:
    """Return the position that a document wants: its milliseconds, then bits of its own."""
    number = _number.search(document.key)
    low = int(number[1]) if number else crc32(document.key.encode())
    milliseconds = int(document.date.timestamp() * 1000)
    return (milliseconds << _LOW_BITS) | (low & ((1 << _LOW_BITS) - 1))


def _folded(title: str, body: str) -> str:
    # Every reply carries the words of its topic's subject: they would hide the topic under its
    # replies.
    if _reply.match(title):
        return document_text(body)
    return document_text(f"{title}\n{body}")


def fold_again(*, limit: int) -> int:
    """Fold documents that another version of the folding has made.

    A document that is written meanwhile is left alone.

    Returns: how many, at most ``limit``. Queries: 1, and 1 for each.
    """
    stale = SearchDocument.objects.exclude(folding=VERSION).order_by("pk")
    rows = list(stale.values_list("pk", "title", "body", "indexed_at")[:limit])
    for pk, title, body, indexed_at in rows:
        unchanged = SearchDocument.objects.filter(pk=pk, indexed_at=indexed_at)
        unchanged.update(folded=_folded(title, body), folding=VERSION)
    return len(rows)


def _separate(rows: list[SearchDocument]) -> None:
    """Move documents whose position another one has to the next free one.

    They are of the same millisecond, and have the same low bits. Queries: 1 each round.
    """
    occupied: set[int] = set()
    keys = {row.key for row in rows}
    wanted = [row.position for row in rows]
    while wanted:
        clashing = SearchDocument.objects.filter(position__in=wanted).exclude(key__in=keys)
        occupied |= set(clashing.values_list("position", flat=True))
        used = set(occupied)
        wanted = []
        for row in rows:
            before = row.position
            while row.position in used:
                row.position += 1
            used.add(row.position)
            if row.position != before:
                wanted.append(row.position)
