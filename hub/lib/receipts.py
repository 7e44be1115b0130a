"""Receipts: what the hub says of the last act, beside the thing that was acted on.

An act that can be undone has its undo there. Whoever sends a form comes back to the place of the
thing (``#c12``), where a word at the top is out of sight. A receipt waits in the login session for
the next page, whose template shows it with ``{% receipt place %}``
(:mod:`hub.templatetags.hub_ui`). What no place of the page takes stands above it, like the messages
of ``django.contrib.messages``, which stay for acts that lead to the top of a page.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

# Where receipts wait in the session.
KEY = "receipts"


@dataclass(frozen=True)
class Undo:
    """A form that takes the act back: where it is sent, its button, its hidden fields."""

    url: str
    label: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """One receipt.

    Args: place, the anchor of the thing; level, as the notices have it (``success``, ``warning``,
    ``error``); is_sent, whether a text arrived, so that its draft in the browser can go.
    """

    text: str
    place: str
    level: str = "success"
    is_sent: bool = False
    undo: Undo | None = None


def give(request: HttpRequest, receipt: Receipt) -> None:
    """Keep a receipt for the next page of this login session."""
    waiting: list[dict[str, Any]] = request.session.get(KEY, [])
    request.session[KEY] = [*waiting, asdict(receipt)]


def leave_waiting(request: HttpRequest) -> None:
    """Let receipts wait for a whole page: this answer is a part of one that stands already."""
    request._receipts = {}  # type: ignore[attr-defined]


def waiting(request: HttpRequest) -> dict[str, list[Receipt]]:
    """Return the receipts of this page; whoever shows some takes them out.

    Returns: ``dict[str, list[Receipt]]  # place -> receipts``.

    They are shown once, whatever becomes of the page. Queries: none but those of the session.
    """
    rows: dict[str, list[Receipt]] | None = getattr(request, "_receipts", None)
    if rows is None:
        rows = {}
        for row in request.session.pop(KEY, []):
            undo = Undo(**row["undo"]) if row["undo"] else None
            rows.setdefault(row["place"], []).append(Receipt(**{**row, "undo": undo}))
        request._receipts = rows  # type: ignore[attr-defined]
    return rows
