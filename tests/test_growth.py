"""The measure of the tests itself: what grows with its input passes, what grows faster does not."""

import pytest

from tests.growth import assert_linear


def test_linear_work_passes():
    assert_linear(sum, range, 100_000)


def test_quadratic_work_fails():
    def pairs(numbers: range) -> int:
        return sum(1 for number in numbers for _other in numbers)

    with pytest.raises(AssertionError):
        assert_linear(pairs, range, 300)
