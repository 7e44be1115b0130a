"""Promises of docstrings, each with the call that shows whether it is kept (tests/test_queries.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.promises.network import Network

# What forums.policy.access_of() asks about a member: the policies with their tree and its places, at once.
ACCESS = 1


def _whole(hub: Network) -> Network:
    return hub


@dataclass(frozen=True)
class Promise:
    """One call of a function, and the number in its docstring that holds for it.

    Args:
        name: of the function, with its module.
        stated: what the docstring says, in queries.
        call: makes the call; gets the hub, or what ``given`` returns.
        given: makes ready what is no part of the call.
        besides: queries of other functions, which the docstring names without their number.
    """

    name: str
    stated: int
    call: Callable[[Any], Any]
    given: Callable[[Network], Any] = _whole
    besides: int = 0
