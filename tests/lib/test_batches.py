"""Many rows are gone through in the order of their keys, with no more than a batch in memory."""

import pytest

from hub.lib.batches import by_key, in_batches
from hub.lib.models import RateWindow

pytestmark = pytest.mark.django_db


@pytest.fixture
def keys() -> list[str]:
    keys = [f"key {number}" for number in range(7)]
    RateWindow.objects.bulk_create(RateWindow(key=key, count=1, ends_at=0) for key in reversed(keys))
    return keys


@pytest.mark.parametrize(("size", "sizes"), [(3, [3, 3, 1]), (7, [7]), (100, [7])])
def test_every_row_comes_once_in_batches(keys, size, sizes):
    batches = list(in_batches(RateWindow.objects.all(), size))
    assert [len(batch) for batch in batches] == sizes
    assert [row.key for batch in batches for row in batch] == keys


def test_rows_that_are_gone_or_changed_on_the_way_confuse_nothing(keys):
    seen = []
    for row in by_key(RateWindow.objects.filter(count=1), 2):
        seen.append(row.key)
        RateWindow.objects.filter(key=row.key).update(count=2)
    assert seen == keys
    assert not list(by_key(RateWindow.objects.filter(count=1), 2))
