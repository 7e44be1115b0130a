"""A symbol is given once, whoever asks at the same time."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from cms.models import ProceedingsPage, SymbolSeries
from cms.services import next_symbol


@pytest.mark.django_db
def test_symbols_count_up_within_a_year(settings):
    settings.HUB_SYMBOL = "BSN/EC"
    assert [next_symbol(year=2026), next_symbol(year=2026), next_symbol(year=2027)] == [
        "BSN/EC/2026/1",
        "BSN/EC/2026/2",
        "BSN/EC/2027/1",
    ]


@pytest.mark.django_db
def test_a_symbol_that_was_not_used_is_free_again():
    with transaction.atomic():
        next_symbol(year=2026)
        transaction.set_rollback(True)
    assert next_symbol(year=2026).endswith("/2026/1")


@pytest.mark.django_db
def test_two_pages_never_share_a_symbol(finished):
    first, second = finished.issued(), finished.compile(finished.ravi, finished.other)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProceedingsPage.objects.filter(pk=second.pk).update(symbol=first.symbol)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_each_their_own():
    got: list[str] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait(timeout=60)
        try:
            got.extend(next_symbol(year=2026) for _ in range(5))
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == len(set(got)) == 20 and SymbolSeries.objects.get(year=2026).last == 20
