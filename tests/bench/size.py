"""Pages at size, on PostgreSQL and Redis: ``python -m tests.bench.size [SMALL LARGE]`` (20000 200000).

Fills two databases of the hub and one of stock machina with the same words (minutes at the first run; they stay, and
are taken again as long as the schema is the same), then prints

- what each page costs in one process, wall and CPU in milliseconds and queries, small beside large;
- the time of phrase searches;
- pages a second of two web processes each, hub and machina by turns in the same run.

``HUB_TEST_POSTGRES`` and ``HUB_TEST_REDIS`` name the servers; ``--drop`` removes the databases.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")

from tests.databases import schema
from tests.flow import load, running

REQUESTS, AT_ONCE, ROUNDS = 80, 4, 3
GROWTH, PAGES_RATIO, SEARCH_P95, QUERIES, DISCUSSION = 1.2, 1.5, 150, 15, 80
# Pages that the bar names.
NAMED = {"topic of 20", "discussion", "home", "?new", "feed", "held", "mark read", "members"}


def _shape() -> str:
    """Return a name for the data: another one when what makes it has changed."""
    folder = Path(__file__).parent / "sized"
    digest = sha256(schema().encode())
    for name in ("texts.py", "hub_data.py", "machina_data.py", "machina_settings.py"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:8]


def _environment(kind: str, database: str, data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_URL", "REDIS"))}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    url = running.POSTGRES.rpartition("/")[0] + f"/{database}"
    if kind == "machina":
        return {
            **kept,
            "MACHINA_DATABASE_URL": url,
            "MACHINA_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "tests.bench.sized.machina_settings",
        }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "DATABASE_URL": url,
        "REDIS_URL": running.REDIS,
        "HUB_DATA": str(data),
        "HUB_SECRET_KEY": "bench" * 13,
    }


def _python(module: str, *arguments: str, env: dict[str, str]) -> str:
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=running.ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def _database(kind: str, size: int, data: Path) -> dict[str, str]:
    """Fill a database unless it is there, and return the environment of its processes."""
    name = f"{kind}_size_{size}_{_shape()}"
    env = _environment(kind, name, data)
    with psycopg.connect(running.POSTGRES, autocommit=True) as connection:
        found = connection.execute("SELECT datistemplate FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None or not found[0]:
            began = time.monotonic()
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
            if kind == "hub":
                # Tables, and the pages that every hub has, without demo content.
                _python("tests.bench.sized.manage", "prepare", env={**env, "HUB_DEMO": "0"})
            _python(f"tests.bench.sized.{kind}_data", str(size), env=env)
            # Says that it is whole.
            connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
            print(f"{name}: filled in {time.monotonic() - began:.0f} s", flush=True)
    return env


def drop() -> None:
    """Remove every database of this bench."""
    with psycopg.connect(running.POSTGRES, autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^(hub|machina)_size_[0-9]+_'")
        for (name,) in rows.fetchall():
            connection.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE false')
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _served(kind: str, env: dict[str, str], data: Path) -> Iterator[list[str]]:
    """Run two web processes; yield their addresses."""
    processes, bases = [], []
    for number in range(2):
        port = running.free_port()
        command = [sys.executable, "manage.py", "web"]
        own = {**env, "HUB_WEB": f"127.0.0.1:{port}", "HUB_DEMO": "1"}
        if kind == "machina":
            command = [sys.executable, "-m", "uvicorn", "tests.bench.sized.machina_asgi:application",
                       "--port", str(port), "--log-level", "warning"]  # fmt: skip
            own = env
        with (data / f"{kind}{number}.log").open("ab") as log:
            processes.append(subprocess.Popen(command, cwd=running.ROOT, env=own, stdout=log, stderr=log))
        bases.append(f"http://127.0.0.1:{port}")
    try:
        for base in bases:
            running.wait_for(lambda: _answers(base), seconds=90, what=f"{kind} at {base}")  # noqa: B023 - called here
        yield bases
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def _answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _rate(bases: list[str], path: str, cookie: str) -> float:
    load.hammer(bases, path=path, total=8, at_once=AT_ONCE, cookie=cookie)
    began = time.monotonic()
    statuses = load.hammer(bases, path=path, total=REQUESTS, at_once=AT_ONCE, cookie=cookie)
    if statuses != {200: REQUESTS}:
        sys.exit(f"{path}: {dict(statuses)}")
    return REQUESTS / (time.monotonic() - began)


def _mark(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"


def _print_pages(small: dict[str, Any], large: dict[str, Any], sizes: list[int]) -> None:
    print(f"\n{'page':<28}{sizes[0]:>24,}{sizes[1]:>28,}   growth (bar {GROWTH} where named, queries equal)")
    for name, before in small["pages"].items():
        after = large["pages"][name]
        wall, cpu = after["wall"] / before["wall"], after["cpu"] / before["cpu"]
        is_met = wall <= GROWTH and cpu <= GROWTH and after["queries"] == before["queries"]
        figures = "".join(
            f"  {row['wall']:7.1f} ms {row['cpu']:6.1f} cpu {row['queries']:3} q" for row in (before, after)
        )
        print(f"{name:<24}{figures}   {wall:4.2f} {cpu:4.2f}  {_mark(is_met) if name in NAMED else ''}")
    page = large["pages"]["discussion"]
    is_met = page["wall"] <= DISCUSSION and page["queries"] <= QUERIES
    print(f"discussion of 6,000 topics and 2,000 people: bar {QUERIES} queries, {DISCUSSION} ms: {_mark(is_met)}")
    for name, row in large["search"].items():
        print(f"phrase search, {name}: p50 {row['p50']:.0f} ms, p95 {row['p95']:.0f} ms, most {row['max']:.0f} ms "
              f"(bar p95 {SEARCH_P95}): {_mark(row['p95'] <= SEARCH_P95)}")  # fmt: skip


def main() -> None:
    """Fill, measure, print."""
    if "--drop" in sys.argv:
        drop()
        return
    sizes = [int(size) for size in sys.argv[1:3]] or [20_000, 200_000]
    with tempfile.TemporaryDirectory(prefix="hub-bench-size-") as folder:
        data = Path(folder)
        hubs = [_database("hub", size, data) for size in sizes]
        machina = _database("machina", sizes[-1], data)
        measured = [json.loads(_python("tests.bench.sized.hub_pages", env={**env, "HUB_DEMO": "1"}).splitlines()[-1])
                    for env in hubs]  # fmt: skip
        _print_pages(measured[0], measured[-1], sizes)
        other = json.loads(_python("tests.bench.sized.machina_session", env=machina).splitlines()[-1])
        with _served("hub", hubs[-1], data) as hub_bases, _served("machina", machina, data) as machina_bases:
            print(f"\npages/s, two processes, {AT_ONCE} at once (bar {PAGES_RATIO} x machina)")
            for page, path in measured[-1]["addresses"].items():
                rates: dict[str, list[float]] = {"hub": [], "machina": []}
                for _round in range(ROUNDS):
                    rates["hub"].append(_rate(hub_bases, path, measured[-1]["cookies"]["reader"]))
                    rates["machina"].append(_rate(machina_bases, other["addresses"][page], other["cookie"]))
                ours, theirs = (statistics.median(rates[name]) for name in ("hub", "machina"))
                print(f"{page:<12} hub {ours:6.1f}   machina {theirs:6.1f}   ratio {ours / theirs:4.2f}  "
                      f"{_mark(ours / theirs >= PAGES_RATIO)}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
