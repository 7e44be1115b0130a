"""Cut lists into pages, and give the addresses of those before and after.

``components/pages.html`` shows them. No page reads a whole table: what grows with the use of the
hub is cut here.
"""

from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import QuerySet

# Rows on a page of a list that says nothing else.
ROWS = 50
Row = TypeVar("Row")


class PagedList(list[Row]):
    """A page of a list: its rows, its number from 1, how many pages there are, and rows in all."""

    def __init__(
        self, rows: Iterable[Row] = (), number: int = 1, pages: int = 1, total: int = 0
    ) -> None:
        super().__init__(rows)
        self.number = number
        self.pages = pages
        self.total = total

    def links(self, **query: str) -> dict[str, str]:
        """Return the addresses of the neighbours; see :func:`neighbours`."""
        return neighbours(self.number, self.pages, **query)


def nearest(number: int, total: int, size: int) -> tuple[int, int]:
    """Return the number of the page to show for the one asked for, and how many there are.

    For a missing page it is the nearest.
    """
    pages = max(1, -(-total // size))
    return min(max(number, 1), pages), pages


def listed(rows: "QuerySet[Any] | list[Any]", *, page: int, size: int = ROWS) -> "PagedList[Any]":
    """Return a page of a query, or of a short list made in memory. Queries: 2 for a query."""
    total = len(rows) if isinstance(rows, list) else rows.count()
    number, pages = nearest(page, total, size)
    if not total:
        return PagedList()
    start = (number - 1) * size
    return PagedList(list(rows[start : start + size]), number, pages, total)


def neighbours(number: int, pages: int, **query: str) -> dict[str, str]:
    """Return ``earlier_url`` and ``later_url``, each empty where there is no such page.

    Args: number, of the page that is shown, from 1; pages, how many there are; query, what the
    address asks besides.
    """

    def url(page: int) -> str:
        return "?" + urlencode({**query, "page": page})

    urls = {"earlier_url": "", "later_url": ""}
    if number > 1:
        urls["earlier_url"] = url(number - 1)
    if number < pages:
        urls["later_url"] = url(number + 1)
    return urls
