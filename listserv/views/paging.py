"""Pages of a list that is counted: which one is asked for, and where its neighbours are."""

from dataclasses import dataclass

from hub.lib.numbers import whole_number
from hub.lib.paging import neighbours

SIZE = 50  # rows


@dataclass(frozen=True)
class Paging:
    """One page; ``query`` is what its address asks besides the page."""

    number: int
    pages: int
    total: int
    size: int
    query: dict[str, str]

    @property
    def rows(self) -> slice:
        """The rows of the page within the whole list."""
        return slice((self.number - 1) * self.size, self.number * self.size)

    @property
    def context(self) -> dict[str, object]:
        """What components/pages.html wants to know."""
        return {
            "total": self.total,
            "page_number": self.number,
            "page_count": self.pages,
            **neighbours(self.number, self.pages, **self.query),
        }


def paging(asked: str, total: int, *, size: int, **query: str) -> Paging:
    """Return the page that ``?page=`` asks for: nonsense is the first, too large the last.

    Args: query, what the address asks besides; what is empty is left out.
    """
    pages = max(1, -(-total // size))
    number = whole_number(asked, 1)
    options = {name: value for name, value in query.items() if value}
    return Paging(min(max(number, 1), pages), pages, total, size, options)
