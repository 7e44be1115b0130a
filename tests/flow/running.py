"""Start the real hub for a test: one process on SQLite, or three on PostgreSQL and Redis."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
POSTGRES = os.environ.get("HUB_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("HUB_TEST_REDIS", "redis://127.0.0.1:6379/9")
# Seconds a hub may take from an empty folder to its first page, with demo content, on a busy machine.
START = 150.0


def free_port() -> int:
    """Return a TCP port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def wait_for(check: Any, *, seconds: float, what: str) -> Any:
    """Return the first true answer of ``check``, or fail saying what did not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come within {seconds} s")


@dataclass
class RunningHub:
    """A hub in processes of its own, with everything it printed."""

    data: Path
    env: dict[str, str]
    web: str
    smtp_port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start ``manage.py <name>`` with its output in the data folder."""
        command = [sys.executable, "manage.py", name]
        with (self.data / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)

    def run(self, *command: str) -> None:
        """Run a management command to its end."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return status and body of ``/healthz``; 0 while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.web}/healthz", timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}

    def wait_until_healthy(self) -> None:
        """Wait for ``/healthz`` to be all true; say what the processes printed when one has ended."""

        def healthy() -> bool:
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name)}"
            return self.health()[0] == 200 and ("smtpd" not in self.processes or is_open(self.smtp_port))

        wait_for(healthy, seconds=START, what="A healthy hub")

    def log(self, name: str) -> str:
        """Return the end of what a process printed."""
        return (self.data / f"{name}.log").read_text(errors="replace")[-5000:]

    def stop(self, name: str, *, how: int = signal.SIGTERM) -> int:
        """End one process and return its exit code."""
        process = self.processes.pop(name)
        process.send_signal(how)
        return process.wait(timeout=60)

    def stop_all(self) -> None:
        """End what still runs."""
        for name in list(self.processes):
            self.stop(name)

    @property
    def demo(self) -> dict[str, Any]:
        """The demo accounts and lists."""
        return json.loads((self.data / "demo.json").read_text())

    def who(self, role: str) -> dict[str, str]:
        """Return the first demo account of a role."""
        return next(member for member in self.demo["members"] if member["role"] == role)

    def outbox(self) -> list[Path]:
        """Return the mails in the outbox, oldest first."""
        return sorted((self.data / "outbox").glob("*.eml"))


def _base_env(data: Path, web: int, smtp: int) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE_URL", "REDIS_URL"))
    }
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "hub.settings",
        "HUB_DATA": str(data),
        "HUB_WEB": f"127.0.0.1:{web}",
        "HUB_SMTP": f"127.0.0.1:{smtp}",
        "HUB_DEMO": "1",
        "HUB_SECRET_KEY": uuid.uuid4().hex * 2,
        "PYTHONWARNINGS": "default",
    }


@contextmanager
def embedded(data: Path) -> Iterator[RunningHub]:
    """Run ``manage.py up`` on SQLite, as ``make run`` does."""
    web, smtp = free_port(), free_port()
    data.mkdir(parents=True, exist_ok=True)
    hub = RunningHub(data, _base_env(data, web, smtp), f"http://127.0.0.1:{web}", smtp)
    try:
        hub.start("up")
        hub.wait_until_healthy()
        yield hub
    finally:
        hub.stop_all()


@contextmanager
def production(data: Path) -> Iterator[RunningHub]:
    """Run ``web``, ``smtpd`` and ``worker`` as processes on a new PostgreSQL database and Redis."""
    web, smtp = free_port(), free_port()
    data.mkdir(parents=True, exist_ok=True)
    name = f"hub_flow_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    redis.Redis.from_url(REDIS).ping()
    env = _base_env(data, web, smtp)
    env["DATABASE_URL"] = POSTGRES.rpartition("/")[0] + f"/{name}"
    env["REDIS_URL"] = REDIS
    hub = RunningHub(data, env, f"http://127.0.0.1:{web}", smtp)
    try:
        hub.run("prepare")
        for part in ("web", "smtpd", "worker"):
            hub.start(part)
        hub.wait_until_healthy()
        yield hub
    finally:
        hub.stop_all()
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        shutil.rmtree(data, ignore_errors=True)
