"""Time how fast mails are taken over, durably, against aiosmtpd with an empty handler in the same run.

``python tests/bench/accept.py 400``: mails of 4 KiB, a new connection each, from 4 and 20 sessions at once, each to the
reply address of one of 20 members of a closed discussion (a proof without a password, whose hashing is slow on
purpose). Server and clients are processes of their own. Nothing is published meanwhile. Of both servers the processor
time for a mail is printed too, which other work on the machine changes less than it does the mails a second; with
``DATABASE_URL`` it runs on PostgreSQL.
"""

import asyncio
import os
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
os.environ.setdefault("HUB_LOG_LEVEL", "WARNING")
os.environ["HUB_RATE_PER_HOUR"] = "100000"
django.setup()

from aiosmtpd.smtp import SMTP  # noqa: E402 - after the settings
from allauth.account.models import EmailAddress  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from forums import services as forums  # noqa: E402
from hub.lib.bus import bus  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from hub.lib.endpoints import Endpoint  # noqa: E402
from hub.members.models import Member  # noqa: E402
from listserv import tokens  # noqa: E402
from listserv.gateway import server  # noqa: E402
from listserv.gateway.evaluation import evaluate  # noqa: E402
from listserv.gateway.incoming import IncomingMessage  # noqa: E402
from listserv.gateway.lookups import look_up  # noqa: E402
from listserv.gateway.recipients import RecentLists  # noqa: E402
from listserv.models import InboundMail  # noqa: E402
from tests import databases  # noqa: E402

MEMBERS, ROUNDS = 20, 3
WORDS = ("Field trials need a baseline, counted twice a year.\r\n" * 100)[:4_096]
Sender = tuple[str, str]  # address, reply address
Figure = tuple[float, float]  # mails a second, milliseconds of processor time for each


class Empty:
    """aiosmtpd's handler that takes everything and keeps nothing."""

    async def handle_DATA(self, *_: object) -> str:
        """Take it."""
        return "250 OK"


def senders(name: str = "bench") -> list[Sender]:
    """Make the discussion, its members, and what each answers to."""
    policy = forums.create_forum(name="Bench", slug=name, preset="closed", now=now())
    people = []
    for number in range(MEMBERS):
        member = Member.objects.create_user(f"{name}-{number}@people.example", name=f"Member {number}", is_active=True)
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        forums.admit_member(forum_id=policy.forum_id, member=member, now=now())
        people.append(member)
    draft = forums.Draft(forum_id=policy.forum_id, subject="Baselines", text="What do we need?")
    contribution = forums.publish(draft=draft, author=people[0], origin="web", now=now()).contribution
    found = policy.forum.mailing_list
    return [
        (one.email, tokens.reply_address(found.name, member_id=one.pk, number=contribution.number, list_id=found.pk))
        for one in people
    ]


def mail(sender: Sender, number: int) -> bytes:
    """Return one mail of 4 KiB."""
    head = f"From: <{sender[0]}>\r\nSubject: Re: Baselines\r\nMessage-ID: <{number}.{os.getpid()}@bench>\r\n\r\n"
    return (head + WORDS + "\r\n").encode()


async def empty(port: int) -> None:
    """Serve aiosmtpd with the empty handler."""
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: SMTP(Empty(), enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port, backlog=256)
    await asyncio.Event().wait()


async def ours(port: int) -> None:
    """Serve the gateway, and send the worker's prompts, as ``manage.py smtpd`` does."""
    settings.HUB_SMTP = Endpoint("127.0.0.1", port)
    prompts = asyncio.create_task(bus.run())
    await server.serve(asyncio.Event())
    await prompts


async def send(port: int, people: list[Sender], count: int, sessions: int) -> float:
    """Send ``count`` mails from so many sessions; return mails a second."""
    numbers = iter(range(count))

    async def session() -> None:
        for number in numbers:
            sender = people[number % len(people)]
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            said = ["EHLO bench.example", f"MAIL FROM:<{sender[0]}>", f"RCPT TO:<{sender[1]}>", "DATA"]
            for line in (b"", *(f"{text}\r\n".encode() for text in said), mail(sender, number) + b".\r\n"):
                writer.write(line)
                reply = await reader.readline()
                while reply[3:4] == b"-":
                    reply = await reader.readline()
                assert reply[:1] in b"23", reply
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(session() for _ in range(sessions)))
    return count / (time.perf_counter() - began)


def spent(pid: int) -> float:
    """Return the processor seconds of a process, its own and the system's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(serve: Callable[[int], object], people: list[Sender], count: int, sessions: int) -> Figure:
    """Serve in a process of its own, send from this one; return mails a second and milliseconds of processor each."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(serve(port))  # type: ignore[arg-type]
        finally:
            os._exit(1)
    try:
        for _attempt in range(1_000):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.01)
        asyncio.run(send(port, people, sessions * 2, sessions))
        before = spent(pid)
        rate = asyncio.run(send(port, people, count, sessions))
        return rate, (spent(pid) - before) / count * 1000
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def verdict(people: list[Sender]) -> str:
    """Return what one verdict costs, alone in this process: questions to the database, and processor time."""

    lists = RecentLists()

    def once(number: int) -> None:
        sender = people[number % len(people)]
        recipient = look_up(sender[1], None, False, lists)
        raw = mail(sender, number)
        evaluate(IncomingMessage("192.0.2.1", "bench", None, sender[0], (recipient,), raw, len(raw), now()))  # type: ignore[arg-type]

    once(0)
    with CaptureQueriesContext(connection) as queries:
        once(1)
    began = time.process_time()
    for number in range(200):
        once(number)
    spent = (time.process_time() - began) / 200 * 1000
    return f"one verdict: {len(queries)} queries, {spent:.2f} ms of processor time"


def main() -> None:
    """Print mails a second of both, and the ratio; medians of three rounds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    with databases.held_copy():
        people = senders()
        print(verdict(people))
        for sessions in (4, 20):
            figures: dict[str, list[Figure]] = {"empty": [], "ours": []}
            for _round in range(ROUNDS):
                figures["empty"].append(measured(empty, people, count, sessions))
                figures["ours"].append(measured(ours, people, count, sessions))
                InboundMail.objects.all().delete()
            (limit, idle), (taken, busy) = (
                [statistics.median(values) for values in zip(*figures[name], strict=True)] for name in ("empty", "ours")
            )
            print(
                f"{sessions:3d} sessions: {taken:6.0f} mails/s durably ({busy:.2f} ms of processor time each), "
                f"aiosmtpd alone {limit:6.0f} ({idle:.2f} ms): {taken / limit:.0%}, by processor time {idle / busy:.0%}"
            )


if __name__ == "__main__":
    main()
