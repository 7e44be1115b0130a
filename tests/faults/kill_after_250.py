"""Kill the mail door right after each ``250``, many times, then count: each mail is one contribution.

``python -m tests.faults.kill_after_250 N`` imports Django once; each cycle forks a child that runs the SMTP server and
the inbound pump, sends it one mail as a member, and kills it (SIGKILL) when the ``250`` has been read, at once or some
milliseconds later so that publishing is hit as well. In every fourth cycle the child is killed before the reply can be
read, and the same mail is sent again, as every SMTP client does. At the end what is left is published, and counted.
"""

import asyncio
import os
import random
import signal
import smtplib
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import django

PASSWORD = "a long password"
FOLDER = Path(tempfile.mkdtemp(prefix="hub-faults-"))


def child(port: int) -> None:
    """Run server and pump until killed."""
    from django.conf import settings

    from hub.env import Endpoint
    from hub.lib.clock import now
    from listserv.inbound.pump import publish_accepted
    from listserv.inbound.server import serve

    settings.HUB_SMTP = Endpoint("127.0.0.1", port)

    def pump() -> None:
        while True:
            if not publish_accepted(now()):
                time.sleep(0.001)

    threading.Thread(target=pump, daemon=True).start()
    asyncio.run(serve(asyncio.Event()))


def start(port: int) -> int:
    """Fork a child that serves; return its process id once it listens."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            child(port)
        finally:
            os._exit(1)
    for _attempt in range(2_000):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            return pid
    raise AssertionError("The child does not listen")


def kill(pid: int) -> None:
    """End a child as the kernel would."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def send(port: int, member: Any, to: str, number: int, *, wait: bool, pid: int) -> bool:
    """Send mail ``number``; with ``wait`` read the reply, else kill the child before it can be read."""
    text = f"From: {member.email}\r\nMessage-ID: <{number}@kill>\r\nSubject: Mail {number}\r\n\r\nMail {number}.\r\n"
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.ehlo()
        client.login(member.email, PASSWORD)
        client.mail(member.email)
        client.rcpt(to)
        if wait:
            answered = client.data(text.encode())[0] == 250
            # Some at once, some while it is being published.
            time.sleep(random.choice((0.0, 0.0, 0.005, 0.02, 0.05, 0.1)))
            kill(pid)
            client.sock.close()
            client.sock = None
            return answered
        client.docmd("DATA")
        client.send(text.encode() + b".\r\n")
        time.sleep(random.choice((0.0, 0.002, 0.006, 0.015)))
        kill(pid)
        client.sock.close()
        client.sock = None
    return False


def run(cycles: int) -> str:
    """Do it, and return one line of figures.

    Raises: AssertionError when a mail is missing, doubled, or without its mailing.
    """
    from allauth.account.models import EmailAddress
    from django.conf import settings

    from forums import services
    from forums.models import Contribution
    from hub.lib.clock import now
    from hub.members.models import Member
    from listserv.inbound.pump import publish_accepted
    from listserv.models import InboundMail, Mailing

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.HUB_RATE_PER_HOUR = 1_000_000
    member = Member.objects.create_user("killer@people.example", PASSWORD, name="Kim Ller", is_active=True)
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    policy = services.create_forum(name="Faults", slug="faults", preset="closed", now=now())
    services.admit_member(forum_id=policy.forum_id, member=member, now=now())
    to = policy.forum.mailing_list.address
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started, answered = time.monotonic(), 0
    for number in range(cycles):
        if number % 4 == 3:
            send(port, member, to, number, wait=False, pid=start(port))
        assert send(port, member, to, number, wait=True, pid=start(port)), f"mail {number} was refused"
        answered += 1
    took = time.monotonic() - started
    left = InboundMail.objects.filter(state="queued").count()
    deadline = time.monotonic() + 200
    while InboundMail.objects.filter(state="queued").exists():
        assert time.monotonic() < deadline, "mails stay queued"
        if not publish_accepted(now()):
            # Leases of the killed end; they are not waited for here.
            InboundMail.objects.filter(state="queued").update(claimed_until=None, next_at=now())
    subjects = sorted(Contribution.objects.values_list("post__subject", flat=True))
    assert subjects == sorted(f"Mail {number}" for number in range(cycles)), "a mail is missing or doubled"
    assert Mailing.objects.count() == cycles, "a contribution has no mailing, or two"
    states = dict.fromkeys(InboundMail.objects.values_list("state", flat=True))
    assert set(states) <= {"published", "discarded"}, states
    return f"{answered} mails answered, {len(subjects)} contributions, {left} of them after the last kill, {took:.1f} s"


def main() -> None:
    """Prepare a database of our own, then run."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    os.environ["HUB_DATA"] = str(FOLDER)
    os.environ.setdefault("HUB_LOG_LEVEL", "WARNING")
    django.setup()
    from tests import databases

    with databases.taken():
        print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 20))


if __name__ == "__main__":
    main()
