"""Take the database away under the gateway and the worker, again and again: nothing is lost, nothing twice.

``python -m tests.faults.database_away MAILS`` (PostgreSQL) ends every connection of the hub many times while it accepts
and publishes; with ``--restart COMMAND`` the server itself is restarted by that command in between. The client sends
again what was put off, as every SMTP client does.
"""

import contextlib
import random
import shlex
import smtplib
import subprocess
import sys
import threading
import time
from typing import Any

from tests.faults.stage import PASSWORD, fork, free_port, gateway, kill, listens, people, stage, until

EVERY = 0.04  # seconds
RESTARTS = 5


def cut(name: str, over: threading.Event, cuts: list[float]) -> None:
    """End all connections to a database now and then."""
    import psycopg
    from django.db import connection

    settings = connection.settings_dict
    while not over.is_set():
        time.sleep(random.uniform(0.2, 1.0) * 2 * EVERY)
        with contextlib.suppress(psycopg.Error):
            where = {"host": settings["HOST"], "port": settings["PORT"] or 5432, "user": settings["USER"]}
            with psycopg.connect(**where, password=settings["PASSWORD"], dbname="postgres", autocommit=True) as server:
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                cuts.append(time.monotonic())


def send(port: int, member: Any, to: str, number: int) -> bool:
    """Send one mail in a session of its own; False when it has to be sent again."""
    text = f"From: {member.email}\r\nMessage-ID: <{number}@away>\r\nSubject: Mail {number}\r\n\r\nMail {number}.\r\n"
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.ehlo()
            client.login(member.email, PASSWORD)
            client.mail(member.email)
            client.rcpt(to)
            code = client.data(text.encode())[0]
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", 400)
    assert code < 500 or code == 503, f"mail {number} is refused for good: {code}"
    return code == 250


def run(count: int, *, command: str) -> str:
    """Do it, and return one line of figures."""
    from django.db import connection, connections

    from forums.models import Contribution
    from hub.lib.clock import now
    from listserv.gateway.worker import publish_accepted
    from listserv.models import InboundMail, Mailing

    member, _forum, to = people(2)
    name, port = str(connection.settings_dict["NAME"]), free_port()
    pid = fork(lambda: gateway(port))
    listens(port)
    over, cuts, again, restarts = threading.Event(), list[float](), 0, 0
    cutter = threading.Thread(target=cut, args=(name, over, cuts))
    cutter.start()
    for number in range(count):
        if command and number % max(count // RESTARTS, 1) == 0:
            # As an upgrade does it.
            subprocess.run(shlex.split(command), check=True, stdout=subprocess.DEVNULL)
            restarts += 1
        for _try in range(200):
            if send(port, member, to, number):
                break
            again += 1
            time.sleep(0.05)
        else:
            raise AssertionError(f"mail {number} is never taken")
    over.set()
    cutter.join()
    connections.close_all()

    def published() -> bool:
        InboundMail.objects.filter(state="queued").update(claimed_until=None, next_at=now())
        return not publish_accepted(now()) and not InboundMail.objects.filter(state="queued").exists()

    until(published, "mails stay queued")
    kill(pid)
    subjects = sorted(Contribution.objects.values_list("post__subject", flat=True))
    assert subjects == sorted(f"Mail {number}" for number in range(count)), "a mail is missing or doubled"
    assert Mailing.objects.count() == count, "a contribution has no mailing, or two"
    assert not InboundMail.objects.filter(state="failed").exists()
    return f"{count} mails, {len(cuts)} cuts, {restarts} restarts, {again} sent again, {len(subjects)} contributions"


if __name__ == "__main__":
    count, *rest = [*sys.argv[1:], "20"] if len(sys.argv) < 2 else sys.argv[1:]
    with stage():
        print(run(int(count), command=rest[1] if rest[:1] == ["--restart"] else ""))
