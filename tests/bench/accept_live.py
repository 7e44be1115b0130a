"""Time how long a mail waits for its answer while a fan-out runs: so many mails a second, whatever the answers take.

``python tests/bench/accept_live.py [two|one] [200] [10]``: 200 mails of 4 KiB a second for ten seconds, a new
connection each, to the reply addresses of 20 members of a closed discussion, while copies go out to 10,000 subscribers
of another one, into a sink. ``two`` (the default) runs ``smtpd`` and ``worker`` as processes of their own, ``one`` both
in one process, as ``manage.py up`` does. Prints the time from connecting to the answer, and from the end of the mail
to it: median, 99 of 100, worst; and what the worker did meanwhile. With ``DATABASE_URL`` it runs on PostgreSQL.
"""

import asyncio
import os
import signal
import socket
import sys
import time

os.environ["HUB_RATE_PER_HOUR"] = "100000"

# First: it sets Django up.
from tests.bench import accept, fanout
from tests.bench.sink import sink

# isort: split
from django.conf import settings
from django.db import connections

from hub.lib.endpoints import Endpoint
from hub.runtime.serve import run
from listserv.models import InboundMail, Mailing
from tests import databases

SUBSCRIBERS = 10_000


class Client:
    """Sends each mail at its time and notes what it took."""

    def __init__(self, port: int, people: list[accept.Sender]) -> None:
        self.port, self.people = port, people
        self.whole: list[float] = []
        self.answers: list[float] = []
        self.refused: list[bytes] = []

    async def one(self, number: int, at: float) -> None:
        """Send one mail when its time has come; the wait counts from then, not from when there was time for it."""
        await asyncio.sleep(at - time.perf_counter())
        sender = self.people[number % len(self.people)]
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        said = ["EHLO bench.example", f"MAIL FROM:<{sender[0]}>", f"RCPT TO:<{sender[1]}>", "DATA"]
        written = at
        for line in (b"", *(f"{text}\r\n".encode() for text in said), accept.mail(sender, number) + b".\r\n"):
            writer.write(line)
            written = time.perf_counter()
            reply = await reader.readline()
            while reply[3:4] == b"-":
                reply = await reader.readline()
            if reply[:1] not in b"23":
                self.refused.append(reply)
                break
        else:
            self.whole.append(time.perf_counter() - at)
            self.answers.append(time.perf_counter() - written)
        writer.close()

    async def run(self, rate: int, seconds: int, first: int) -> None:
        """Send them all."""
        begin = time.perf_counter() + 0.1
        await asyncio.gather(*(self.one(first + number, begin + number / rate) for number in range(rate * seconds)))


def serve(*parts: str) -> int:
    """Run parts of the hub in a process of its own; return its number."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            run(*parts)
        finally:
            os._exit(0)
    return pid


def percentiles(values: list[float]) -> str:
    """Say median, 99 of 100 and the worst, in milliseconds."""
    ordered = sorted(values)
    picked = (ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100], ordered[-1])
    return " / ".join(f"{value * 1000:.0f}" for value in picked)


def measure(parts: list[tuple[str, ...]], people: list[accept.Sender], rate: int, seconds: int) -> None:
    """Serve, wait until copies go out, send, print."""
    pids = [serve(*names) for names in parts]
    try:
        while True:
            try:
                socket.create_connection((settings.HUB_SMTP.host, settings.HUB_SMTP.port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        asyncio.run(Client(settings.HUB_SMTP.port, people).run(20, 1, 10**6))
        while not Mailing.objects.filter(cursor__gt=0).exists():
            time.sleep(0.05)
        client, before = Client(settings.HUB_SMTP.port, people), sum(Mailing.objects.values_list("sent", flat=True))
        asyncio.run(client.run(rate, seconds, 0))
        copies = sum(Mailing.objects.values_list("sent", flat=True)) - before
        published = InboundMail.objects.filter(state="published").count()
        running = Mailing.objects.filter(state="sending").exclude(list__name="bench-2").exists()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGTERM)
        for pid in pids:
            os.waitpid(pid, 0)
    print(f"{' + '.join(' and '.join(names) for names in parts)}, {connections['default'].vendor}, {rate} mails/s:")
    print(f"  from connecting to the answer {percentiles(client.whole)} ms (median / 99 % / worst)")
    print(f"  from the end of the mail      {percentiles(client.answers)} ms")
    print(
        f"  refused {len(client.refused)} {set(client.refused) or ''}; meanwhile {copies} copies, {published} published"
    )
    if not running:
        print("  The fan-out was over before the mails were: say fewer seconds.")


def main() -> None:
    """Set the scene and measure."""
    how = sys.argv[1] if len(sys.argv) > 1 else "two"
    rate, seconds = (int(word) for word in (sys.argv[2:] + ["200", "10"][len(sys.argv[2:]) :])[:2])
    with databases.held_copy(), sink("PIPELINING", "CHUNKING") as far:
        settings.HUB_RELAY = Endpoint("127.0.0.1", far.port)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            settings.HUB_SMTP = Endpoint("127.0.0.1", probe.getsockname()[1])
        author, forum_id = fanout.roster(SUBSCRIBERS)
        people = accept.senders("bench-2")
        for _mailing in range(seconds):
            fanout.say(author, forum_id)
        measure([("smtpd",), ("worker",)] if how == "two" else [("smtpd", "worker")], people, rate, seconds)


if __name__ == "__main__":
    main()
