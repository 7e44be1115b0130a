"""Time RCPT while others try passwords: ``python tests/bench/passwords.py [seconds] [clients]``, 10 and 60 by default.

A gateway in a process of its own; the clients try passwords of 200 accounts, once with the limits lifted, so that
each is hashed, and once within them. Meanwhile one client asks for recipients, again and again. Prints the 99th
percentile of its waits against the bar. With ``DATABASE_URL`` it runs on PostgreSQL.
"""

import asyncio
import base64
import contextlib
import os
import signal
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
os.environ["HUB_DATA"] = tempfile.mkdtemp(prefix="hub-bench-")
os.environ.setdefault("HUB_LOG_LEVEL", "ERROR")
django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 - after the settings
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from forums import services as forums  # noqa: E402
from hub.lib.clock import now  # noqa: E402
from hub.lib.endpoints import Endpoint  # noqa: E402
from hub.members import limits  # noqa: E402
from hub.members.models import Member  # noqa: E402
from listserv.gateway import server  # noqa: E402
from tests import databases  # noqa: E402

BAR_MS = 300.0
ACCOUNTS = 200


def address(number: int) -> str:
    """Return the address of an account."""
    return f"p{number}@people.example"


def fill() -> str:
    """Make the accounts and a list; returns the list's address."""
    policy = forums.create_forum(name="Bench", slug="bench", preset="closed", now=now())
    for number in range(ACCOUNTS):
        member = Member.objects.create(email=address(number), name=f"Member {number}", is_active=True)
        if number == 0:
            member.set_password("the right password")
            hashed = member.password
        member.password = hashed
        member.save()
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    return f"{policy.forum.mailing_list.name}@{settings.HUB_MAIL_DOMAIN}"


def serve(port: int, *, limited: bool) -> int:
    """Start the gateway in a process of its own; returns its id."""
    connections.close_all()
    child = os.fork()
    if child:
        for _ in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        return child
    if not limited:
        for name in ("MAIL", "ACCOUNT", "CLIENT"):
            setattr(limits, name, replace(getattr(limits, name), amount=1_000_000))
    settings.HUB_SMTP = Endpoint("127.0.0.1", port)
    settings.HUB_SMTP_PROXY = (ip_network("127.0.0.0/8"),)
    stop = asyncio.Event()

    async def main() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await server.serve(stop)

    asyncio.run(main())
    os._exit(0)


class Client:
    """One SMTP client behind a proxy."""

    def __init__(self, port: int, host: str) -> None:
        self.port, self.host = port, host
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def begin(self) -> None:
        """Connect and greet; ``PROXY UNKNOWN`` keeps loopback, which may sign in without TLS."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        header = f"PROXY TCP4 {self.host} 192.0.2.1 4000 25" if self.host else "PROXY UNKNOWN"
        self.writer.write(f"{header}\r\n".encode())
        await self.reply()
        await self.say("EHLO client.example")

    async def reply(self) -> str:
        """Return the last line of a reply."""
        line = b"1-  "
        while line[3:4] == b"-" or line == b"1-  ":
            line = await self.reader.readline()
            if not line:
                raise ConnectionError
        return line.decode()

    async def say(self, command: str) -> str:
        """Send a command and return its reply."""
        self.writer.write(f"{command}\r\n".encode())
        return await self.reply()

    def end(self) -> None:
        """Close."""
        self.writer.close()


async def guess(port: int, client: int, until: float, replies: dict[str, int]) -> None:
    """Try passwords until a moment."""
    tried = client
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            talk = Client(port, "")
            await talk.begin()
            for _ in range(3):
                tried += 61
                token = base64.b64encode(f"\0{address(tried % ACCOUNTS)}\0wrong {tried}".encode()).decode()
                code = (await talk.say(f"AUTH PLAIN {token}"))[:3]
                replies[code] = replies.get(code, 0) + 1
            talk.end()


async def ask(port: int, recipient: str, until: float) -> list[float]:
    """Return the milliseconds that each RCPT took, to a list and to a name that does not exist."""
    waits = []
    while time.monotonic() < until:
        talk = Client(port, "198.51.100.7")
        await talk.begin()
        for number in range(10):
            await talk.say("MAIL FROM:<somebody@elsewhere.example>")
            wanted = recipient if number % 2 else f"nobody-{number}@{settings.HUB_MAIL_DOMAIN}"
            began = time.monotonic()
            await talk.say(f"RCPT TO:<{wanted}>")
            waits.append((time.monotonic() - began) * 1_000)
            await talk.say("RSET")
            await asyncio.sleep(0.02)
        talk.end()
    return waits


async def measure(port: int, recipient: str, seconds: float, clients: int, limited: bool) -> bool:
    """Run one round and print it; returns whether the bar is met."""
    replies: dict[str, int] = {}
    until = time.monotonic() + seconds
    guessing = [asyncio.create_task(guess(port, number, until, replies)) for number in range(clients)]
    await asyncio.sleep(0.5)
    waits = sorted(await ask(port, recipient, until))
    await asyncio.gather(*guessing)
    p99 = waits[int(len(waits) * 0.99) - 1] if waits else float("inf")
    name, verdict = "within" if limited else "without", "met" if p99 <= BAR_MS else "MISSED"
    print(f"{clients} clients {name} limits: {len(waits)} RCPT, median {statistics.median(waits):.1f} ms, ", end="")
    print(f"p99 {p99:.1f} ms, bar {BAR_MS:.0f} ms: {verdict}; AUTH replies {dict(sorted(replies.items()))}")
    return p99 <= BAR_MS


def main() -> None:
    """Fill, serve, measure both rounds."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with databases.held_copy():
        recipient = fill()
        met = []
        for limited in (False, True):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            child = serve(port, limited=limited)
            try:
                met.append(asyncio.run(measure(port, recipient, seconds, clients, limited)))
            finally:
                os.kill(child, signal.SIGTERM)
                os.waitpid(child, 0)
        connections.close_all()
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
