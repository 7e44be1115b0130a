"""Tasks of a worker that was killed are taken up by another one, soon, and not for ever."""

from datetime import timedelta
from typing import Any

import pytest
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult
from modelsearch.tasks import insert_or_update_object_task

from hub.lib import heartbeats
from hub.lib.clock import now as clock
from hub.lib.models import Heartbeat
from hub.runtime.tasks import ATTEMPTS, run_tasks

pytestmark = pytest.mark.django_db
TAKEN_UP = timedelta(seconds=30)


@pytest.fixture
def ran(monkeypatch: Any) -> list[object]:
    """Collect the keys of the tasks that are run."""
    done: list[object] = []
    # The transaction of the test is open.
    for module in (heartbeats, db_worker):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)
    monkeypatch.setattr(
        db_worker.Worker,
        "run_task",
        lambda _self, task: (done.append(task.pk), DBTaskResult.objects.filter(pk=task.pk).update(status="SUCCESSFUL")),
    )
    return done


def left_by(worker: str, *, beat_ago: timedelta | None, attempts: int = 1) -> DBTaskResult:
    """Make a task that a worker runs, whose last sign of life is so old."""
    DBTaskResult.objects.all().delete()
    insert_or_update_object_task.enqueue("hub", "1")
    moment = clock() - TAKEN_UP
    DBTaskResult.objects.update(status="RUNNING", started_at=moment, worker_ids=[worker] * attempts)
    if beat_ago is not None:
        Heartbeat.objects.create(name=worker, kind="worker", at=clock() - beat_ago, started_at=moment)
    return DBTaskResult.objects.get()


@pytest.mark.parametrize("beat_ago", [None, TAKEN_UP])
def test_a_task_of_a_worker_that_is_gone_is_run_within_half_a_minute(ran, beat_ago):
    task = left_by("worker-dead-1", beat_ago=beat_ago)
    assert run_tasks(clock()) == 1 and ran == [task.pk]


def test_a_task_of_a_worker_that_lives_is_left_to_it(ran):
    left_by("worker-alive-1", beat_ago=timedelta(seconds=2))
    assert run_tasks(clock()) == 0 and ran == []
    assert DBTaskResult.objects.get().status == "RUNNING"


def test_a_task_that_kills_its_workers_is_given_up(ran):
    left_by("worker-dead-1", beat_ago=None, attempts=ATTEMPTS)
    assert run_tasks(clock()) == 0 and ran == []
    assert DBTaskResult.objects.get().status == "FAILED"


def test_a_task_of_an_earlier_release_gets_ten_minutes(ran):
    left_by("hub", beat_ago=None)
    assert run_tasks(clock()) == 0
    DBTaskResult.objects.update(started_at=clock() - timedelta(minutes=11))
    assert run_tasks(clock()) == 1


def test_this_worker_claims_tasks_under_the_name_of_its_heartbeat(ran):
    insert_or_update_object_task.enqueue("hub", "1")
    run_tasks(clock())
    heartbeats.beat("worker")
    assert DBTaskResult.objects.get().worker_ids == [Heartbeat.objects.get(kind="worker").name]
