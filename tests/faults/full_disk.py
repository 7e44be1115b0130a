"""Let the disk fill up under the gateway: it answers 4xx, keeps answering, and nothing that was answered 250 is lost.

``python -m tests.faults.full_disk MAILS`` (SQLite) forks a gateway whose files may not grow beyond a few hundred
kilobytes more, as on a full disk, and sends until it is put off. A gateway with room again takes the rest.
"""

import resource
import signal
import smtplib
import sys
from pathlib import Path
from typing import Any

from tests.faults.stage import PASSWORD, fork, free_port, gateway, kill, listens, people, stage, until

ROOM = 400_000  # bytes
SIZE = 20_000  # bytes


def mail(member: Any, number: int) -> bytes:
    """Return mail ``number``."""
    head = f"From: {member.email}\r\nMessage-ID: <{number}@full>\r\nSubject: Mail {number}\r\n\r\nMail {number}.\r\n"
    return head.encode() + b"\r\n> quoted before" * (SIZE // 18) + b"\r\n"


def cramped(port: int) -> None:
    """Run a gateway on a disk that is nearly full."""
    from django.db import connection

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    database = Path(connection.settings_dict["NAME"])
    sizes = [path.stat().st_size for path in database.parent.glob(f"{database.name}*")]
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) + ROOM, max(sizes) + ROOM))
    gateway(port)


def send(client: smtplib.SMTP, member: Any, to: str, number: int) -> int:
    """Send one mail; return the code it was answered with."""
    code = client.mail(member.email)[0]
    if code == 250:
        code = client.rcpt(to)[0]
    if code == 250:
        code = client.data(mail(member, number))[0]
    client.rset()
    return code


def run(count: int) -> str:
    """Do it, and return one line of figures."""
    from django.db import connections

    from forums.models import Contribution
    from hub.lib.clock import now
    from listserv.gateway.worker import publish_accepted
    from listserv.models import InboundMail

    member, _forum, to = people(2)
    port = free_port()
    codes: dict[int, int] = {}
    pid = fork(lambda: cramped(port))
    listens(port)
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        client.login(member.email, PASSWORD)
        for number in range(count):
            codes[number] = send(client, member, to, number)
        assert client.noop()[0] == 250
    kill(pid)
    late = [number for number, code in codes.items() if code != 250]
    assert late, "the disk did not fill up: send more"
    assert {codes[number] for number in late} <= {451, 452}, codes
    pid = fork(lambda: gateway(port))
    listens(port)
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        client.login(member.email, PASSWORD)
        # The client has not heard of some: it sends these again, and a few that were taken, too.
        for number in [*late, *list(codes)[:3]]:
            assert send(client, member, to, number) == 250, f"mail {number} is refused with room again"
    kill(pid)
    connections.close_all()

    def published() -> bool:
        InboundMail.objects.filter(state="queued").update(claimed_until=None, next_at=now())
        return not publish_accepted(now()) and not InboundMail.objects.filter(state="queued").exists()

    until(published, "mails stay queued")
    subjects = sorted(Contribution.objects.values_list("post__subject", flat=True))
    assert subjects == sorted(f"Mail {number}" for number in range(count)), "a mail is missing or doubled"
    assert not InboundMail.objects.filter(state="failed").exists()
    return f"{count} mails, {len(late)} put off with {sorted({codes[n] for n in late})}, {len(subjects)} contributions"


if __name__ == "__main__":
    with stage():
        print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
