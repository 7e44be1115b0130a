"""What the faults share: a database of their own, people on a list, processes that are forked, killed and counted.

Each fault is a program of its own, run by a test: it forks, kills and limits processes; a test runner bears that badly.
"""

import contextlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

PASSWORD = "a long password"


def free_port() -> int:
    """Return a port of the loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fork(work: Callable[[], Any]) -> int:
    """Do the work in a child; return its process id."""
    from django.db import connections

    connections.close_all()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(1)
    return pid


def kill(pid: int) -> None:
    """End a child as the kernel would."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def listens(port: int) -> None:
    """Wait until somebody listens."""
    for _attempt in range(4_000):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
            return
        time.sleep(0.005)
    raise AssertionError(f"Nobody listens at {port}")


def until(wanted: Callable[[], bool], what: str, *, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


@contextlib.contextmanager
def stage() -> Iterator[None]:
    """Set Django up with a data folder and a database of this run's own."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ["HUB_DATA"] = str(Path(tempfile.mkdtemp(prefix="hub-faults-")))
    os.environ.setdefault("HUB_LOG_LEVEL", "CRITICAL")
    django.setup()
    from django.conf import settings

    # Loaded once, before any child: a child that is killed while it imports shows nothing.
    from listserv.gateway import server  # noqa: F401
    from listserv.outbound import delivery_worker  # noqa: F401
    from tests import databases

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.HUB_RATE_PER_HOUR = 1_000_000
    settings.HUB_SMTP_MAILS_PER_MINUTE = settings.HUB_SMTP_CONNECTIONS_PER_MINUTE = 0
    with databases.held_copy():
        yield


def people(count: int) -> tuple[Any, int, str]:
    """Make members on one list; return the first of them, the key of the forum and the address of the list."""
    from allauth.account.models import EmailAddress

    from forums import services
    from hub.lib.clock import now
    from hub.members.models import Member

    first = Member.objects.create_user("killer@people.example", PASSWORD, name="Kim Ller", is_active=True)
    Member.objects.bulk_create(
        Member(email=f"m{number}@people.example", name=f"Member {number}", password="!", is_active=True)
        for number in range(1, count)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in Member.objects.all()
    )
    policy = services.create_forum(name="Faults", slug="faults", preset="closed", now=now())
    keys = list(Member.objects.values_list("pk", flat=True))
    services.admit_members(forum_id=policy.forum_id, member_ids=keys, now=now())
    return first, policy.forum_id, policy.forum.mailing_list.address


def gateway(port: int) -> None:
    """Run the gateway and the worker that publishes, until killed."""
    import asyncio
    import threading

    from django.conf import settings

    from hub.lib.endpoints import Endpoint
    from listserv.gateway.server import serve

    settings.HUB_SMTP = Endpoint("127.0.0.1", port)
    threading.Thread(target=publisher, daemon=True).start()
    asyncio.run(serve(asyncio.Event()))


def publisher() -> None:
    """Publish what was accepted, for ever; an error of the database is waited out, as the worker does."""
    from django.db import Error, connections

    from hub.lib.clock import now
    from listserv.gateway.worker import publish_accepted

    while True:
        try:
            if not publish_accepted(now()):
                time.sleep(0.002)
        except Error:
            connections.close_all()
            time.sleep(0.02)
