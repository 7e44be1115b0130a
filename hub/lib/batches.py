"""Go through many rows in batches.

They are not held in memory all at once, and no transaction spans two batches.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db.models import QuerySet


def in_batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """Give rows in the order of their keys, a batch at a time.

    A row that is added meanwhile with a smaller key is left out.

    Args: size, rows of a batch. Queries: 1 a batch, and 1.
    """
    ordered = rows.order_by("pk")
    batch = list(ordered[:size])
    while batch:
        yield batch
        batch = list(ordered.filter(pk__gt=batch[-1].pk)[:size])


def by_key(rows: QuerySet[Any], size: int) -> Iterator[Any]:
    """Give the rows of :func:`in_batches` one by one."""
    return chain.from_iterable(in_batches(rows, size))
