"""A page of a list knows its neighbours, and keeps what was asked for."""

import pytest

from hub.lib.paging import neighbours


@pytest.mark.parametrize(
    ("number", "pages", "earlier", "later"),
    [(1, 1, "", ""), (1, 3, "", "?page=2"), (2, 3, "?page=1", "?page=3"), (3, 3, "?page=2", ""), (9, 3, "?page=8", "")],
)
def test_neighbours_are_named_where_there_are_any(number, pages, earlier, later):
    assert neighbours(number, pages) == {"earlier_url": earlier, "later_url": later}


def test_what_the_address_asks_besides_goes_on():
    assert neighbours(1, 2, q="water & soil")["later_url"] == "?q=water+%26+soil&page=2"
