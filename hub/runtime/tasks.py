"""Run the tasks that Wagtail and others have queued (django-tasks), as a queue worker."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver
from django_tasks import TaskResult
from django_tasks.signals import task_finished
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from hub.lib import clock, heartbeats, metrics
from hub.lib.logs import event

log = logging.getLogger(__name__)
# A running task whose worker writes no heartbeat counts as left behind after so long.
ABANDONED = timedelta(minutes=10)
# A task whose worker died at it so often is what kills them.
ATTEMPTS = 3
_EARLIER_RELEASE = "hub"


def run_tasks(now: datetime) -> int:
    """Run what is ready and return 1 when anything was; take up what a killed worker left running.

    Queries: 2 when there is nothing to do.
    """
    _take_up_left(clock.now())
    if not DBTaskResult.objects.ready().exists():
        return 0
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=20,
        worker_id=heartbeats.own_name("worker"),
        excluded_queue_names=[],
    )
    worker.run()
    return 1


@receiver(task_finished, dispatch_uid="hub.runtime.tasks")
def note_finished(task_result: TaskResult[Any], **_: object) -> None:
    """Count a task that was run, and say how it ended."""
    result = task_result.status.value.lower()
    metrics.tasks.labels(result).inc()
    name = task_result.task.name
    event(
        "task",
        task=str(task_result.id),
        name=name,
        result=result,
        attempts=len(task_result.worker_ids),
    )


def _take_up_left(moment: datetime) -> None:
    """Queue again what was running in a worker that is gone.

    This thread runs one task at a time and is not at one now, so what bears our own name was left
    as well.
    """
    running = list(
        DBTaskResult.objects.filter(status="RUNNING", started_at__lt=moment - heartbeats.GONE)
    )
    if not running:
        return
    alive = heartbeats.living("worker", moment) - {heartbeats.own_name("worker")}
    for task in running:
        if not _is_left(task, alive, moment):
            continue
        _take_up(
            task,
            DBTaskResult.objects.filter(pk=task.pk, status="RUNNING", started_at=task.started_at),
        )


def _is_left(task: DBTaskResult, alive: set[str], moment: datetime) -> bool:
    """Whether the worker that ran a task is gone; one of an earlier release has no heartbeat."""
    worker = task.worker_ids[-1] if task.worker_ids else _EARLIER_RELEASE
    if worker == _EARLIER_RELEASE:
        return (task.started_at or moment) <= moment - ABANDONED
    return worker not in alive


def _take_up(task: DBTaskResult, claim: "QuerySet[DBTaskResult]") -> None:
    name = task.task_path.rpartition(".")[2]
    if len(task.worker_ids) >= ATTEMPTS:
        log.error(
            "The task %s %s was abandoned: its worker died at it %d times",
            name,
            task.pk,
            len(task.worker_ids),
        )
        metrics.tasks.labels("abandoned").inc()
        claim.update(
            status="FAILED",
            finished_at=clock.now(),
            exception_class_path="builtins.RuntimeError",
            traceback="The worker died each time this was run.\n",
        )
        return
    if claim.update(status="READY", started_at=None):
        log.warning("The task %s %s was taken over from a worker that is gone", name, task.pk)
