"""Find what a person may read, newest first."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from hub.lib.hooks import registered
from hub.lib.paging import nearest
from hub.search.engines import SearchStatement
from hub.search.excerpts import excerpt, highlight
from hub.search.models import SearchDocument
from hub.search.query import Query, parse
from hub.search.services import MEMBERS, PUBLIC

if TYPE_CHECKING:
    from hub.members.models import Member

PAGE = 20
# Nobody reads the two thousandth match; beyond it, a person narrows the question.
MOST = 1000
_forum_scope = re.compile(r"forum:([0-9]+)")


@dataclass(frozen=True)
class Hit:
    """A document with its matches marked, safe to print."""

    document: SearchDocument
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Results:
    """A page of what was found.

    ``more``: there are more than ``total``, which stops at :data:`MOST`; ``is_partial``: there may
    be, since of the documents with all words of a phrase only the newest were read.
    """

    query: Query
    hits: list[Hit]
    total: int = 0
    more: bool = False
    page: int = 1
    pages: int = 1
    is_partial: bool = False


def scopes_of(member: "Member | None") -> set[str]:
    """Return every scope a person may read at this moment.

    Queries: those of the registered rooms (1).
    """
    readable = {PUBLIC}
    if member is not None and member.is_active:
        readable.add(MEMBERS)
    for scopes in registered("HUB_SCOPES"):
        readable |= scopes(member)
    return readable


def search(member: "Member | None", text: str, *, kind: str = "", page: int = 1) -> Results:
    """Return what the person may read and the question matches; never fails for what was typed.

    Queries: 4, whatever there is; none for an empty question.
    """
    query = parse(text)
    if not query:
        return Results(query, [])
    scopes = scopes_of(member)
    forums = {int(match[1]) for match in map(_forum_scope.fullmatch, scopes) if match is not None}
    statement = SearchStatement(query, forums=forums, scopes=scopes, kind=kind)
    if statement.is_verified:
        matches = statement.verified(most=MOST + 1)
        count, is_partial = len(matches.positions), not matches.is_complete
    else:
        count, is_partial = statement.count(most=MOST + 1), False
    if not count:
        return Results(query, [], more=is_partial, is_partial=is_partial)
    total = min(count, MOST)
    page, pages = nearest(page, total, PAGE)
    start = (page - 1) * PAGE
    if statement.is_verified:
        positions = matches.positions[start : min(start + PAGE, total)]
    else:
        positions = statement.positions(offset=start, limit=PAGE, few=count <= MOST)
    hits = _hits(positions, query)
    more = is_partial or count > MOST
    return Results(query, hits, total, more, page, pages, is_partial=is_partial)


def _hits(positions: list[int], query: Query) -> list[Hit]:
    documents = SearchDocument.objects.filter(position__in=positions)
    rows = documents.select_related("author", "topic__forum").order_by("-position")
    return [_hit(document, query) for document in rows]


def _hit(document: SearchDocument, query: Query) -> Hit:
    return Hit(document, highlight(document.title, query), excerpt(document.body, query))
