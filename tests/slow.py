"""Catch what is slow where nothing slow may be: inside a transaction, where every other writer waits for it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection

from hub.lib import markup
from listserv.mail.parse import structure

# Each takes up to a second for the largest it is given.
SLOW: tuple[tuple[Any, str], ...] = (
    (markup, "_render"),
    (structure, "scan"),
    (FileSystemStorage, "save"),
)


def forbid_in_transactions(patch: pytest.MonkeyPatch) -> list[str]:
    """Let slow work inside a transaction fail; return the names of what was done outside, as it is done."""
    done: list[str] = []

    def guarded(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            assert not connection.in_atomic_block, f"{name} was called inside a transaction"
            done.append(name)
            return work(*args, **options)

        return call

    for owner, name in SLOW:
        patch.setattr(owner, name, guarded(name, getattr(owner, name)))
    return done
