"""Say that work grows with what it is given and no faster, on any machine: no unit test has a limit in seconds."""

import time
from collections.abc import Callable
from typing import Any

# The larger input is so many times the smaller one. Linear work takes as many times as long, and up to five times that
# where the larger one no longer fits into memory that is at hand; quadratic work takes the square of it.
TIMES = 16
MOST = TIMES**2 / 2
# Below it the clock of the processor says little, in seconds.
FLOOR = 0.002


def seconds(work: Callable[[], Any]) -> float:
    """Return the processor time of some work: the best of three, for what else the machine does only adds to it."""
    spent = []
    for _round in range(3):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)


def assert_linear(work: Callable[[Any], Any], make: Callable[[int], Any], size: int) -> None:
    """Fail when work takes :data:`MOST` times as long for an input that is :data:`TIMES` as large.

    Args: make, makes the input of a size; size, of the smaller one.
    """
    small, large = make(size), make(TIMES * size)
    few, many = seconds(lambda: work(small)), seconds(lambda: work(large))
    assert many < MOST * max(few, FLOOR), f"{few:.4f} s for {size}, {many:.4f} s for {TIMES * size}"
