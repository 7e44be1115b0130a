"""Time the pages that people open most, in process, through the ASGI application with all of its middleware.

``.venv/bin/python -m tests.bench.pages`` (a minute; ``--runs 300`` for steadier figures, ``--profile topic`` for where
the time goes). Prints processor and wall time in ms (medians), queries, template nodes and variables of a page for a
member who is signed in: on SQLite, and on PostgreSQL where ``DATABASE_URL`` names one or one answers on this host.

The topic has 20 contributions, as of a mailing list: answers, folded quotations, some files, one edited. The moderator
leads 20 discussions in which something is new, held or asked.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"
# Processor ms of one page; None for no bar.
BARS: dict[str, float | None] = {
    "topic of 20": 12.0,
    "topic of 20, by reply": 12.0,
    "discussion": 9.0,
    "home": 14.0,
    "home of a moderator of 20": 30.0,
    "discussions": None,
}


@dataclass(frozen=True)
class Visit:
    """A page and the cookie of who opens it."""

    label: str
    path: str
    cookie: str


def postgres() -> str:
    """Return the address of a PostgreSQL, empty where none answers."""
    address = os.environ.get("DATABASE_URL") or POSTGRES
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.Error:
        return ""
    return address


def fill() -> list[Visit]:
    """Load the demo network, a topic of 20 and a moderator of 20 discussions; return the pages to open."""
    from tests.bench import page_data

    return [Visit(*row) for row in page_data.fill()]


async def get(application: Any, visit: Visit) -> bytes:
    """Ask the application for a page as a server would, and return the body as it goes out."""
    split = urlsplit(visit.path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": split.path,
        "raw_path": split.path.encode(),
        "query_string": split.query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8000"),
            (b"cookie", visit.cookie.encode()),
            (b"accept-encoding", b"gzip, br"),
            (b"accept-language", b"en"),
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
    }
    status, body, sent = 0, [], False
    waiting = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await waiting.wait()
        sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            body.append(message.get("body", b""))

    await application(scope, receive, send)
    if status != 200:
        raise SystemExit(f"{visit.path} answers {status}")
    return b"".join(body)


async def measure(application: Any, visits: list[Visit], runs: int) -> dict[str, tuple[float, float, int]]:
    """Return ``dict[str, tuple[float, float, int]]  # label -> CPU ms, wall ms, bytes that go out``; medians."""
    spent: dict[str, list[tuple[float, float]]] = {visit.label: [] for visit in visits}
    sizes: dict[str, int] = {}
    for run in range(runs + 5):
        for visit in visits:
            cpu, wall = time.process_time(), time.perf_counter()
            sizes[visit.label] = len(await get(application, visit))
            cost = (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000
            if run >= 5:
                spent[visit.label].append(cost)
    return {
        label: (statistics.median(c for c, _w in rows), statistics.median(w for _c, w in rows), sizes[label])
        for label, rows in spent.items()
    }


def count(visit: Visit) -> tuple[int, int, int]:
    """Return how many queries a page makes, how many nodes it draws, how many variables it looks up."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests.template_work import counted

    client = Client(headers={"cookie": visit.cookie, "host": "127.0.0.1:8000"})
    client.get(visit.path)
    with CaptureQueriesContext(connection) as seen, counted() as work:
        client.get(visit.path)
    if os.environ.get("SHOW_QUERIES") and os.environ["SHOW_QUERIES"] in visit.label:
        for query in seen:
            print("   ", query["sql"][:200])
    return len(seen), work.nodes, work.variables


def profile(visit: Visit, runs: int) -> None:
    """Print where the time of a page goes: the functions with most of their own, and the most beneath them."""
    from django.test import Client

    client = Client(headers={"cookie": visit.cookie, "host": "127.0.0.1:8000"})
    client.get(visit.path)
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(runs):
        client.get(visit.path)
    profiler.disable()
    for order in ("tottime", "cumulative"):
        pstats.Stats(profiler).sort_stats(order).print_stats(60)


def child(arguments: argparse.Namespace) -> None:
    """Measure on the database of this process."""
    import django

    django.setup()
    from django.db import connection, connections

    from hub.runtime import connections as held
    from tests import databases

    with databases.held_copy():
        visits = fill()
        if arguments.profile:
            for visit in visits:
                if visit.label == arguments.profile:
                    profile(visit, arguments.runs)
            return
        counts = {visit.label: count(visit) for visit in visits}
        vendor = connection.vendor
        connections.close_all()
        held.settle(["web"])
        from hub.asgi import application

        costs = asyncio.run(measure(application, visits, arguments.runs))
        print(f"{vendor:<28}{'CPU ms':>8}{'bar':>6}{'wall ms':>9}{'queries':>9}{'nodes':>7}{'variables':>11}{'kB':>7}")
        for label, (cpu, wall, size) in costs.items():
            bar = BARS[label]
            queries, nodes, variables = counts[label]
            verdict = "" if bar is None else ("met" if cpu <= bar else "MISSED")
            print(
                f"{label:<28}{cpu:8.2f}{bar or '':>6}{wall:9.2f}{queries:9}{nodes:7}{variables:11}"
                f"{size / 1000:7.1f} {verdict}"
            )
        held.close()


def main() -> None:
    """Run a process for each database, since a process has one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60, help="visits of each page")
    parser.add_argument("--profile", default="", help="the label of a page: print where its time goes")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one of the databases")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments)
        return
    addresses = {"sqlite": "", "postgresql": postgres()}
    for vendor, address in addresses.items():
        if arguments.only not in (None, vendor) or (vendor == "postgresql" and not address):
            continue
        with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
            environment = {
                **os.environ,
                "DATABASE_URL": address,
                "DJANGO_SETTINGS_MODULE": "hub.settings",
                "HUB_DATA": folder,
                "HUB_DEMO": "1",
                "HUB_SECOND_FACTOR": "staff",
                "HUB_LOG_LEVEL": "warning",
                "HUB_RATE_PER_HOUR": "10000",
            }
            command = [sys.executable, "-m", "tests.bench.pages", "--child", *sys.argv[1:]]
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
