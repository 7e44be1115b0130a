"""Three processes on PostgreSQL and Redis: the tour, and a ``/healthz`` that is true to each part."""

import signal
import uuid

import pytest

from tests.flow import running
from tests.flow.tour import Tour, walk

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@pytest.mark.parametrize("part", ["worker", "smtpd"])
def test_a_stopped_part_is_named(production_hub, part):
    named = {"worker": "worker", "smtpd": "smtp"}[part]
    assert production_hub.health()[1]["parts"][named]["ok"]
    production_hub.stop(part, how=signal.SIGKILL)
    try:
        found = running.wait_for(
            lambda: (answer := production_hub.health())[0] == 503 and answer[1], seconds=60, what=f"503 without {part}"
        )
        assert [name for name, state in found["parts"].items() if not state["ok"]] == [named]
    finally:
        production_hub.start(part)
    production_hub.wait_until_healthy()


def test_a_lost_database_is_named_and_the_hub_comes_back(production_hub):
    name = production_hub.env["DATABASE_URL"].rpartition("/")[2]
    with running.psycopg.connect(running.POSTGRES, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            status, body = running.wait_for(
                lambda: (a := production_hub.health())[0] == 503 and a, seconds=60, what="503 without the database"
            )
            assert status == 503 and not body["parts"]["database"]["ok"]
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    production_hub.wait_until_healthy()


@pytest.mark.browser
def test_the_tour_from_first_word_to_published_proceedings(production_hub, open_as):
    walk(Tour(production_hub, open_as, uuid.uuid4().hex[:10]))
