"""Kill the gateway right after each ``250``, many times, then count: each mail is one contribution.

``python -m tests.faults.kill_after_250 N`` imports Django once; each cycle forks a child that runs the SMTP server and
the inbound pump, sends it one mail as a member, and kills it (SIGKILL) when the ``250`` has been read, at once or some
milliseconds later so that publishing is hit as well. In every fourth cycle the child is killed before the reply can be
read, and the same mail is sent again, as every SMTP client does. At the end what is left is published, and counted.
"""

import random
import smtplib
import sys
import time
from typing import Any

from tests.faults.stage import PASSWORD, fork, free_port, gateway, kill, listens, people, stage


def start(port: int) -> int:
    """Fork a child that serves; return its process id once it listens."""
    pid = fork(lambda: gateway(port))
    listens(port)
    return pid


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
            client.close()
            return answered
        client.docmd("DATA")
        client.send(text.encode() + b".\r\n")
        time.sleep(random.choice((0.0, 0.002, 0.006, 0.015)))
        kill(pid)
        client.close()
    return False


def run(cycles: int) -> str:
    """Do it, and return one line of figures.

    Raises: AssertionError when a mail is missing, doubled, or without its mailing.
    """
    from forums.models import Contribution
    from hub.lib.clock import now
    from listserv.gateway.worker import publish_accepted
    from listserv.models import InboundMail, Mailing

    member, _forum, to = people(1)
    port = free_port()
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


if __name__ == "__main__":
    with stage():
        print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
