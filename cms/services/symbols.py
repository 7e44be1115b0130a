"""Symbols under which things are issued."""

from cms.models import SymbolSeries


def next_symbol(*, year: int) -> str:
    """Take the next symbol of a year, such as ``BSN/EC/2026/3``.

    It is given once, and freed only by a rollback.
    """
    return SymbolSeries.take(year)
