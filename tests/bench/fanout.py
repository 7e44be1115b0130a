"""Time the fan-out of one contribution into a real SMTP sink, against a bare client in the same run.

``python -m tests.bench.fanout [10000]`` sends a post of 4 KiB to so many subscribers, each copy with its own envelope
sender (VERP), reply address and unsubscribe headers, and prints deliveries a second of ours, of a bare client that
sends the same bytes with MAIL, RCPT and DATA pipelined over one connection, and their ratio: for a sink that offers
CHUNKING and for one with PIPELINING only, unsigned and signed (DKIM). The sink is a process of its own.

``python -m tests.bench.fanout rsa [10000]`` prints the RSA-2048 figure alone, beside what ``openssl
speed`` signs on one core before and after it.
``python -m tests.bench.fanout memory`` prints the memory of the sending process for 1,000, 10,000 and 50,000.
``python -m tests.bench.fanout latency`` starts a hub (``manage.py up``) and prints the milliseconds from the ``250`` of
a mail to the first RCPT at the sink.
"""

import io
import os
import re
import resource
import shutil
import signal
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
os.environ.setdefault("HUB_LOG_LEVEL", "WARNING")
os.environ["HUB_MAIL_DOMAIN"] = "lists.hub.example"
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after the settings
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from forums import services as forums  # noqa: E402
from forums.models import Membership  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from hub.lib.endpoints import DkimKey, Endpoint  # noqa: E402
from hub.members.models import Member  # noqa: E402
from listserv import tokens  # noqa: E402
from listserv.mail.smtp.transport import DeliveryResult, Outcome  # noqa: E402
from listserv.models import Mailing, MailingList, Subscription  # noqa: E402
from listserv.outbound import delivery_worker  # noqa: E402
from listserv.outbound.signing import signing  # noqa: E402
from tests import databases  # noqa: E402
from tests.bench.sink import Sink, sink  # noqa: E402

ROUNDS = 3
WORDS = ("Field trials need a baseline, counted twice a year.\n" * 100)[:4_096]
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh-hans")


# --- What is sent --------------------------------------------------------------------------------------------------


def roster(count: int) -> tuple[Member, int]:
    """Make a closed discussion with so many subscribers; return an author and the forum's key."""
    policy = forums.create_forum(name="Bench", slug="bench", preset="closed", now=now())
    found = MailingList.objects.get(forum_id=policy.forum_id)
    for start in range(0, count, 2_000):
        numbers = range(start, min(start + 2_000, count))
        people = Member.objects.bulk_create(
            Member(
                email=f"m{number}@people.example",
                name=f"Member {number}",
                password="!",
                language=LANGUAGES[number % len(LANGUAGES)],
                is_active=True,
            )
            for number in numbers
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=one, email=one.email, verified=True, primary=True) for one in people
        )
        Membership.objects.bulk_create(Membership(forum=policy.forum, member=one, joined_at=now()) for one in people)
        Subscription.objects.bulk_create(Subscription(list=found, member=one, created_at=now()) for one in people)
    return Member.objects.order_by("pk")[0], policy.forum_id


def say(author: Member, forum_id: int) -> Mailing:
    """Publish the post; its mailing waits."""
    draft = forums.Draft(forum_id=forum_id, subject="Baselines", text=WORDS)
    return forums.publish(draft=draft, author=author, origin="web", now=now()).contribution.mailings.get()


def key(kind: str) -> DkimKey:
    """Return a new key that signs mail."""
    path = Path(settings.HUB_DATA) / f"{kind}.pem"
    call_command("dkim_key", kind, ed25519=kind == "ed25519", file=str(path), stdout=io.StringIO())
    return DkimKey(kind, path)


def ours(far: Sink, author: Member, forum_id: int, count: int) -> tuple[float, float]:
    """Publish and send; return deliveries a second, and processor milliseconds a thousand copies."""
    settings.HUB_RELAY = Endpoint("127.0.0.1", far.port)
    say(author, forum_id)
    began, spent = time.perf_counter(), time.process_time()
    while delivery_worker.deliver_mailings(now()):
        pass
    seconds, processor = time.perf_counter() - began, time.process_time() - spent
    delivery_worker.close_transport()
    assert far.seen()[:2] == (count, count), "The sink has not seen each recipient once"
    return count / seconds, processor / count * 1_000_000


class Keeper:
    """A far end that keeps the copies, for the bare client to send."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, bytes, tuple[bytes, ...]]] = []

    def send(self, batch: list[object]) -> list[object]:
        """Keep a batch."""
        taken = DeliveryResult(Outcome.SENT)
        self.kept += [(one.sender.encode(), one.recipient.encode(), one.parts) for one in batch]  # type: ignore[attr-defined]
        return [taken] * len(batch)

    def close(self) -> None:
        """Nothing is open."""


def copies(author: Member, forum_id: int) -> list[tuple[bytes, bytes, tuple[bytes, ...]]]:
    """Return the copies of one mailing, as they would go out."""
    keeper, before = Keeper(), delivery_worker.transport
    chain = signing(keeper)  # type: ignore[arg-type]
    delivery_worker.transport = lambda: chain
    try:
        say(author, forum_id)
        while delivery_worker.deliver_mailings(now()):
            pass
    finally:
        delivery_worker.transport = before
    return keeper.kept


def bare(far: Sink, mails: list[tuple[bytes, bytes, tuple[bytes, ...]]]) -> float:
    """Send the same copies with smtplib's means less its waiting: MAIL, RCPT, DATA in one write; return copies/s."""
    with socket.create_connection(("127.0.0.1", far.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = connection.makefile("rb")
        replies.readline()
        connection.sendall(b"EHLO bench.example\r\n")
        while replies.readline()[3:4] == b"-":
            pass
        began = time.perf_counter()
        for sender, recipient, parts in mails:
            connection.sendall(b"MAIL FROM:<%b>\r\nRCPT TO:<%b>\r\nDATA\r\n" % (sender, recipient))
            for expected in (b"250", b"250", b"354"):
                assert replies.readline()[:3] == expected
            connection.sendall(b"".join((*parts, b".\r\n")))
            assert replies.readline()[:3] == b"250"
        seconds = time.perf_counter() - began
    assert far.seen()[:2] == (len(mails), len(mails))
    return len(mails) / seconds


# --- Figures -------------------------------------------------------------------------------------------------------


def compare(name: str, extensions: tuple[str, ...], author: Member, forum_id: int, count: int) -> None:
    """Print one line of the table; medians of three rounds, taken in turn."""
    mails = copies(author, forum_id)
    figures: dict[str, list[float]] = {"ours": [], "bare": [], "cpu": []}
    with sink(*extensions) as far:
        for _round in range(ROUNDS):
            figures["bare"].append(bare(far, mails))
            rate, processor = ours(far, author, forum_id, count)
            figures["ours"].append(rate)
            figures["cpu"].append(processor)
    got, limit, processor = (statistics.median(figures[one]) for one in ("ours", "bare", "cpu"))
    size = sum(map(len, mails[0][2]))
    print(
        f"{name:28s} ours {got:6.0f}/s, bare client {limit:6.0f}/s: {got / limit:4.0%}"
        f"   ({processor:.0f} µs of processor a copy of {size} bytes)",
        flush=True,
    )


def throughput(count: int) -> None:
    """Print the table."""
    with databases.held_copy():
        author, forum_id = roster(count)
        print(f"{count} subscribers, personalised and VERP, sink on the loopback in its own process", flush=True)
        for name, keys in (("", ()), (", RSA-2048", ("rsa",)), (", Ed25519", ("ed25519",))):
            settings.HUB_DKIM = tuple(map(key, keys))
            compare(f"CHUNKING{name}", ("PIPELINING", "CHUNKING"), author, forum_id, count)
            compare(f"PIPELINING{name}", ("PIPELINING",), author, forum_id, count)


def openssl_signatures() -> float:
    """Return how many RSA-2048 signatures a second ``openssl speed`` makes on one core."""
    command = ["openssl", "speed", "-seconds", "3", "rsa2048"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(out.splitlines()[-1].split()[-2])


def signed(count: int) -> None:
    """Print signed deliveries a second beside the signatures of one core; the bar is 85 %."""
    with databases.held_copy():
        author, forum_id = roster(count)
        settings.HUB_DKIM = (key("rsa"),)
        limits = [openssl_signatures()]
        with sink("PIPELINING", "CHUNKING") as far:
            rates = [ours(far, author, forum_id, count)[0] for _round in range(ROUNDS)]
        limits.append(openssl_signatures())
    rate, limit = statistics.median(rates), statistics.mean(limits)
    print(f"{count} subscribers, RSA-2048: {rate:.0f}/s, one core signs {limit:.0f}/s: {rate / limit:.0%}")


def _resident(field: str) -> int:
    text = Path("/proc/self/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", text)[1])  # type: ignore[index]


def memory(counts: tuple[int, ...]) -> None:
    """Print resident memory before a fan-out and its peak, a process for each size."""
    for count in counts:
        pid = os.fork()
        if pid == 0:
            try:
                with databases.held_copy():
                    author, forum_id = roster(count)
                    with sink("PIPELINING", "CHUNKING") as far:
                        Path("/proc/self/clear_refs").write_text("5")
                        before = _resident("VmRSS")
                        ours(far, author, forum_id, count)
                        print(
                            f"{count:6d} subscribers: {before / 1024:.0f} MiB before, "
                            f"{_resident('VmHWM') / 1024:.0f} MiB at most, "
                            f"{(_resident('VmHWM') - before) / 1024:+.1f}",
                            flush=True,
                        )
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


# --- A running hub -------------------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _running(folder: Path, far: Sink) -> tuple[subprocess.Popen[bytes], int]:
    web, smtp = _free_port(), _free_port()
    env = {
        **os.environ,
        "HUB_DATA": str(folder),
        "HUB_WEB": f"127.0.0.1:{web}",
        "HUB_SMTP": f"127.0.0.1:{smtp}",
        "HUB_RELAY": f"smtp://127.0.0.1:{far.port}",
        "HUB_SECRET_KEY": settings.SECRET_KEY,
        "HUB_DEMO": "0",
        "HUB_RATE_PER_HOUR": "10000",
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    log = (folder / "up.log").open("wb")
    hub = subprocess.Popen([sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=log, stderr=log)
    for _attempt in range(1_200):
        try:
            socket.create_connection(("127.0.0.1", smtp), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    return hub, smtp


def latency(count: int, times: int) -> None:
    """Print the time from accept to the first copy in a running hub, embedded."""
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-live-"))
    with databases.held_copy() as name, sink("PIPELINING", "CHUNKING") as far:
        author, forum_id = roster(count)
        contribution = say(author, forum_id).contribution
        Mailing.objects.all().delete()
        found = MailingList.objects.get(forum_id=forum_id)
        reply = tokens.reply_address(found.name, member_id=author.pk, number=contribution.number, list_id=found.pk)
        connections.close_all()
        shutil.copy(name, folder / "hub.sqlite3")
        hub, port = _running(folder, far)
        waits, lasts = [], []
        try:
            for number in range(times):
                time.sleep(3.0)
                wait, last = _once(port, author.email, reply, number, far, count)
                waits.append(wait)
                lasts.append(last)
        finally:
            hub.send_signal(signal.SIGTERM)
            hub.wait(30)
            shutil.rmtree(folder)
    print(
        f"{count} subscribers, embedded hub: first copy {statistics.median(waits) * 1000:.0f} ms after the 250 "
        f"(worst of {times}: {max(waits) * 1000:.0f} ms), last after {statistics.median(lasts):.1f} s"
    )


def _once(port: int, address: str, reply: str, number: int, far: Sink, count: int) -> tuple[float, float]:
    far.seen()
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail(
            address,
            [reply],
            f"From: <{address}>\r\nSubject: Re: Baselines\r\nMessage-ID: <{number}@bench>\r\n\r\n{WORDS}\r\n",
        )
        accepted = time.monotonic()
    first, total = 0.0, 0
    while total < count:
        time.sleep(0.05)
        more, _different, at = far.seen()
        total += more
        first = first or at
        assert time.monotonic() - accepted < 120, "The copies do not come"
    return first - accepted, time.monotonic() - accepted


def main() -> None:
    """Choose what to measure."""
    what = sys.argv[1] if len(sys.argv) > 1 else "10000"
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    measures: dict[str, Callable[[], None]] = {
        "rsa": lambda: signed(count),
        "memory": lambda: memory((1_000, 10_000, 50_000)),
        "latency": lambda: latency(10_000, 5),
    }
    measures.get(what, lambda: throughput(int(what)))()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    main()
