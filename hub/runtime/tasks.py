"""Run the tasks that Wagtail and others have queued (django-tasks), as one of the worker's pumps."""

from datetime import datetime, timedelta

from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from hub.lib.clock import now as clock

# A task that runs longer was left behind by a killed worker.
ABANDONED = timedelta(minutes=10)


def run_tasks(now: datetime) -> int:
    """Run what is ready and return 1 when anything was; give back what a killed worker left running."""
    left = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=clock() - ABANDONED)
    left.update(status="READY", started_at=None)
    if not DBTaskResult.objects.ready().exists():
        return 0
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=20,
        worker_id="hub",
        excluded_queue_names=[],
    )
    worker.run()
    return 1
