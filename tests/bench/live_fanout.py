"""How long a frame takes to N sockets of one room, beside a bare ``websockets`` broadcast on the same machine.

    python tests/bench/live_fanout.py [N ...]         # 500 and 1000 by default; under a minute on two cores

Five frames a second of 300 bytes, as in performance.md. The hub's sockets pass origin, session and permission and hang
on the log of a conference_session; the bare server only broadcasts. The client is one process for both, so its own cost
is in both figures: compare the ratio, within one run. "prompt" is from the bus to the sockets, "commit" includes
writing the event to the database.
"""

import asyncio
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as serve_bare
from websockets.typing import Origin

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SIZES = (500, 1000)
ROUNDS, PAUSE = 15, 0.2
PADDING = "x" * 180


def stamped() -> dict[str, object]:
    """Return what a frame carries: the monotonic clock, in seconds, which all processes share, and some bulk."""
    return {"sent": time.monotonic(), "padding": PADDING}


async def bare() -> None:
    """Serve a broadcast and nothing else; each line on standard input is one frame."""
    connections: set[ServerConnection] = set()

    async def handle(connection: ServerConnection) -> None:
        connections.add(connection)
        with contextlib.suppress(Exception):
            await connection.wait_closed()
        connections.discard(connection)

    async with serve_bare(handle, "127.0.0.1", 0, compression=None) as server:
        say(server.sockets[0].getsockname()[1], "/")
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip() == "start":
                continue
            broadcast(connections, json.dumps({"data": stamped()}))


def say(port: int, path: str) -> None:
    """Tell the parent where to connect."""
    print(json.dumps({"port": port, "path": path}), flush=True)


def hub() -> None:
    """Serve the hub with one open conference_session; a line is one frame, ``commit`` writes it to the log."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.conf import settings
    from django.db import transaction

    from conferences import services
    from conferences.services.log import append, find, lock, topic_of
    from hub.lib import clock
    from hub.lib.bus import bus
    from hub.members.models import Member

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    now = clock.now()
    chair = Member.objects.create_user("chair@bench.example", name="Chair", is_active=True, is_staff=True)
    conference = services.convene_conference(
        name="Bench", actor=chair, now=now, preset="public", people={chair: "chair"}
    )
    row = services.schedule_session(
        conference_id=conference.pk,
        title="Sitting",
        opens_at=now,
        closes_at=now + timedelta(hours=2),
        actor=chair,
        items=["One"],
        now=now,
    )
    services.open_session(conference_session_id=row.pk, actor=chair, now=now)

    def commit() -> None:
        data = stamped()
        with transaction.atomic():
            append(lock(row.pk), "rescheduled", at=clock.now(), actor=chair, data={**data, "until": ""})

    def prompt(number: int) -> None:
        frame = json.dumps({"seq": number, "kind": "bench", "data": stamped()})
        bus.publish(topic_of(row.pk), {"seq": number, "frame": frame})

    def work() -> None:
        number = 0
        for line in sys.stdin:
            if line.strip() == "start":
                number = find(row.pk).next_seq
            elif line.strip() == "commit":
                commit()
            else:
                prompt(number)
                number += 1
        os._exit(0)

    serve_hub(f"/live/session/{row.pk}/", work)


def serve_hub(path: str, work: object) -> None:
    """Run uvicorn and the bus in this process, the publisher in a thread beside them."""
    import uvicorn

    from hub.asgi import application
    from hub.lib.bus import bus

    async def run() -> None:
        listening = asyncio.create_task(bus.run())
        config = uvicorn.Config(
            application, port=0, lifespan="off", ws="websockets-sansio", log_config=None, access_log=False, backlog=4096
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        say(server.servers[0].sockets[0].getsockname()[1], path)
        threading.Thread(target=work, daemon=True).start()  # type: ignore[arg-type]
        await serving
        listening.cancel()

    asyncio.run(run())


async def measure(server: subprocess.Popen[str], where: dict[str, object], size: int, order: str) -> list[float]:
    """Connect ``size`` sockets, let the server send, and return every delivery in milliseconds.

    A socket is accepted before it has its seat; what is sent meanwhile it reads from the log afterwards. So frames that
    are not counted go out until everybody has had one.
    """
    taken: list[float] = []
    seated: set[int] = set()
    origin = Origin(f"http://127.0.0.1:{where['port']}")
    url = f"ws://127.0.0.1:{where['port']}{where['path']}"
    ready = 0

    async def follow(number: int) -> None:
        nonlocal ready
        async with connect(url, origin=origin, compression=None, proxy=None, open_timeout=60) as connection:
            ready += 1
            async for frame in connection:
                arrived, text = time.monotonic(), str(frame)
                at = text.find('"sent":')
                if at > 0:
                    seated.add(number)
                    taken.append((arrived - float(text[at + 7 :].partition(",")[0])) * 1000)

    tasks = []
    for number in range(size):
        tasks.append(asyncio.create_task(follow(number)))
        if number % 50 == 49:
            while ready < number - 10:
                await asyncio.sleep(0.005)
    while ready < size:
        await asyncio.sleep(0.01)

    async def order_one(line: str) -> None:
        server.stdin.write(line + "\n")  # type: ignore[union-attr]
        server.stdin.flush()  # type: ignore[union-attr]
        await asyncio.sleep(PAUSE)

    await order_one("start")
    for _attempt in range(100):
        await order_one(order)
        if len(seated) == size:
            break
    await asyncio.sleep(1.5)
    taken.clear()
    for _round in range(ROUNDS):
        await order_one(order)
    deadline = time.monotonic() + 5
    while len(taken) < size * ROUNDS and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken


def figures(taken: list[float]) -> tuple[float, float]:
    """Return the 50th and 99th percentile."""
    cuts = statistics.quantiles(taken, n=100)
    return cuts[49], cuts[98]


def run(sizes: tuple[int, ...]) -> None:
    """Measure both servers at each size and print the table."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65_536, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    with tempfile.TemporaryDirectory(prefix="live-bench-") as folder:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "hub.settings", "HUB_DATA": folder, "HUB_LOG_LEVEL": "ERROR"}
        env.pop("DATABASE_URL", None)
        servers = {}
        for role in ("bare", "hub"):
            servers[role] = subprocess.Popen(
                [sys.executable, __file__, role], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
            )
        where = {role: json.loads(server.stdout.readline()) for role, server in servers.items()}  # type: ignore[union-attr]
        print(f"{'sockets':>8} {'':24} {'p50 ms':>8} {'p99 ms':>8} {'ratio p50':>10} {'ratio p99':>10} {'lost':>6}")
        try:
            for size in sizes:
                limit = (1.0, 1.0)
                for role, order, name in (
                    ("bare", "go", "bare broadcast"),
                    ("hub", "go", "hub, prompt"),
                    ("hub", "commit", "hub, commit"),
                ):
                    if order == "commit" and size != sizes[0]:
                        continue
                    taken = asyncio.run(measure(servers[role], where[role], size, order))
                    found = figures(taken)
                    limit = found if role == "bare" else limit
                    ratios = f"{found[0] / limit[0]:>10.1f} {found[1] / limit[1]:>10.1f}"
                    lost = size * ROUNDS - len(taken)
                    print(f"{size:>8} {name:24} {found[0]:>8.1f} {found[1]:>8.1f} {ratios} {lost:>6}", flush=True)
        finally:
            for server in servers.values():
                server.kill()
                server.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["bare"]:
        asyncio.run(bare())
    elif sys.argv[1:2] == ["hub"]:
        hub()
    else:
        run(tuple(int(size) for size in sys.argv[1:]) or SIZES)
