"""The cursor of a mailing costs no wait for the disk, and what is committed after a batch waits for it again."""

import pytest
from django.db import connection

from listserv.outbound import delivery_worker
from listserv.outbound.cursor import at_ease, save_cursor
from tests.listserv.test_relay import mails

IS_SQLITE = connection.vendor == "sqlite"
# PostgreSQL is told with each save, for its transaction alone.
ASKS, EASED = ("PRAGMA synchronous", 1) if IS_SQLITE else ("SHOW synchronous_commit", "on")
FULL = 2 if IS_SQLITE else "on"

pytestmark = pytest.mark.django_db(transaction=True)


def waits() -> int | str:
    """Return how this connection waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute(ASKS)
        return cursor.fetchone()[0]


def test_a_commit_waits_for_the_disk_again_after_a_batch(now):
    with at_ease():
        assert waits() == EASED
        assert not save_cursor(1, "nobody", cursor=2, sent=1, until=now)
    assert waits() == FULL


def test_a_commit_waits_for_the_disk_again_after_a_failure():
    with pytest.raises(ConnectionError), at_ease():
        raise ConnectionError
    assert waits() == FULL


def test_a_connection_that_was_closed_meanwhile_waits_for_the_disk():
    with at_ease():
        connection.close()
    assert waits() == FULL


def test_a_batch_is_sent_at_ease(monkeypatch):
    seen = []

    class Far:
        def send(self, batch):
            seen.append(waits())
            return []

    monkeypatch.setattr(delivery_worker, "transport", Far)
    monkeypatch.setattr(delivery_worker, "Copies", lambda *_all: mails(1))
    delivery_worker._send(object(), [object()], object())  # type: ignore[arg-type, list-item]
    assert seen == [EASED] and waits() == FULL
