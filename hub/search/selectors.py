"""Find what a person may read, newest first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from hub.lib.hooks import registered
from hub.search.engines import Statement
from hub.search.excerpts import excerpt, highlight
from hub.search.models import SearchDocument
from hub.search.query import Query, parse
from hub.search.services import MEMBERS, PUBLIC

if TYPE_CHECKING:
    from hub.members.models import Member

PAGE = 20
# Nobody reads the two thousandth match; beyond it, a person narrows the question.
MOST = 1000


@dataclass(frozen=True)
class Hit:
    """A document with its matches marked, safe to print."""

    document: SearchDocument
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True)
class Results:
    """A page of what was found.

    ``more``: there are more than ``total``, which stops at :data:`MOST`.
    """

    query: Query
    hits: list[Hit]
    total: int = 0
    more: bool = False
    page: int = 1
    pages: int = 1


def scopes_of(member: "Member | None") -> set[str]:
    """Return every scope a person may read at this moment. Queries: those of the registered rooms (2)."""
    found = {PUBLIC}
    if member is not None and member.is_active:
        found.add(MEMBERS)
    for scopes in registered("HUB_SCOPES"):
        found |= scopes(member)
    return found


def search(member: "Member | None", text: str, *, kind: str = "", page: int = 1) -> Results:
    """Return what the person may read and the question matches; never fails for what was typed.

    Queries: 5 for a member, 4 for the public, whatever there is; none for an empty question.
    """
    query = parse(text)
    if not query:
        return Results(query, [])
    scopes = scopes_of(member)
    forums = {int(scope[6:]) for scope in scopes if scope.startswith("forum:") and scope[6:].isdigit()}
    found = Statement(query, forums=forums, scopes=scopes, kind=kind)
    count = found.count(most=MOST + 1)
    total = min(count, MOST)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    positions = found.positions(offset=(page - 1) * PAGE, limit=PAGE, few=count <= MOST) if total else []
    documents = SearchDocument.objects.filter(position__in=positions).select_related("author", "topic__forum")
    hits = [_hit(document, query) for document in documents.order_by("-position")] if positions else []
    return Results(query, hits, total, count > MOST, page, pages)


def _hit(document: SearchDocument, query: Query) -> Hit:
    return Hit(document, highlight(document.title, query), excerpt(document.body, query))
