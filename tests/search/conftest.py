"""What the tests of the search share."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hub.search.services import IndexEntry, index_document


@pytest.fixture(autouse=True)
def _static(settings: Any, tmp_path: Path) -> None:
    """Give WhiteNoise a folder: it warns of a missing one."""
    settings.STATIC_ROOT = tmp_path


@pytest.fixture
def add(db: None, now: datetime) -> Any:
    """Return a function that indexes a public document."""
    count = 0

    def make(body: str, **fields: Any) -> IndexEntry:
        nonlocal count
        count += 1
        values = {
            "key": f"page:{count}",
            "kind": "page",
            "scope": "public",
            "title": f"Page {count}",
            "url": f"/p/{count}/",
        }
        document = IndexEntry(**{**values, "date": now, **fields}, body=body)
        index_document(document=document, now=now)
        return document

    return make
