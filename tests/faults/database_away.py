"""Take the database away under the mail door and the worker, again and again: nothing is lost, nothing twice.

``python -m tests.faults.database_away MAILS`` (PostgreSQL) ends every connection of the hub many times while it accepts
and publishes; with ``--restart`` the server itself is restarted in between. The client sends again what was put off, as
every SMTP client does.
"""

import contextlib
import random
import smtplib
import subprocess
import sys
import threading
import time
from typing import Any

from tests.faults.stage import PASSWORD, fork, free_port, gateway, kill, listens, people, stage, until

EVERY = 0.04  # seconds


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


def restart() -> None:
    """Restart the server as an upgrade does."""
    version = subprocess.run(["ls", "/etc/postgresql"], capture_output=True, text=True, check=True).stdout.split()[-1]
    command = ["pg_ctlcluster", "--skip-systemctl-redirect", "-m", "fast", version, "main", "restart"]
    subprocess.run(command, check=True, capture_output=True)


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


def run(count: int, *, restarts: int) -> str:
    """Do it, and return one line of figures."""
    from django.db import connection, connections

    from forums.models import Contribution
    from hub.lib.clock import now
    from listserv.inbound.pump import publish_accepted
    from listserv.models import InboundMail, Mailing

    member, _forum, to = people(2)
    name, port = str(connection.settings_dict["NAME"]), free_port()
    pid = fork(lambda: gateway(port))
    listens(port)
    over, cuts, again = threading.Event(), list[float](), 0
    cutter = threading.Thread(target=cut, args=(name, over, cuts))
    cutter.start()
    for number in range(count):
        if restarts and number % max(count // restarts, 1) == 0:
            restart()
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
    arguments = [word for word in sys.argv[1:] if word != "--restart"]
    with stage():
        print(run(int(arguments[0]) if arguments else 20, restarts=3 if "--restart" in sys.argv else 0))
