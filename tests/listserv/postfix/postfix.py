"""A Postfix of a test's own: in a folder of its own, at ports of the loopback, ended with the test."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hub.private import readable_by_all
from tests.services import program

STOCK = Path("/etc/postfix/master.cf.proto")
# Seconds for which a Postfix may start, on a machine with much else to do.
START = 60.0


def until(wanted: Callable[[], bool], what: str, *, seconds: float = START) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def answers(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens."""
    with suppress(OSError):
        socket.create_connection((host, port), timeout=10).close()
        return True
    return False


class Postfix:
    """One instance.

    Args:
        main: lines of main.cf; master: services that stand in place of the stock ``smtp inet``, or beside the others.
        ports: where it listens, to know when it runs.
    """

    @readable_by_all()
    def __init__(self, main: str, master: str, ports: list[int]) -> None:
        # Sockets of Unix have short paths, and the user postfix must get through.
        self.folder = Path(tempfile.mkdtemp(prefix="hub-pf-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.config, self.queue, self.data = (self.folder / name for name in ("etc", "queue", "data"))
        for made in (self.config, self.queue, self.data):
            made.mkdir()
        shutil.chown(self.data, "postfix")
        self.log = self.folder / "log"
        own = (
            f"queue_directory = {self.queue}\ndata_directory = {self.data}\nmaillog_file = {self.log}\n"
            "maillog_file_prefixes = /tmp\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nbiff = no\n"
            "alias_maps =\nalias_database =\nminimal_backoff_time = 2s\nqueue_run_delay = 2s\n"
        )
        (self.config / "main.cf").write_text(f"{main}\n{own}")
        (self.config / "master.cf").write_text(_master(master))
        for name in ("dynamicmaps.cf", "dynamicmaps.cf.d"):
            (self.config / name).symlink_to(Path("/etc/postfix") / name)
        self.run("start")
        try:
            for port in ports:
                until(lambda port=port: answers(port), f"Postfix at {port}")  # type: ignore[misc]
        except AssertionError as error:
            self.close()
            raise AssertionError(f"{error}\n{self.said()}") from error

    @readable_by_all()
    def run(self, *command: str) -> str:
        """Run ``postfix`` with this configuration, and return what it says."""
        done = subprocess.run(
            [program("postfix") or "postfix", "-c", str(self.config), *command], capture_output=True, text=True,
            check=False, timeout=START,
        )  # fmt: skip
        assert done.returncode == 0, f"postfix {command}: {done.stdout}{done.stderr}{self.said()}"
        return done.stdout

    def said(self) -> str:
        """Return the end of the log."""
        return self.log.read_text(errors="replace")[-6_000:] if self.log.exists() else ""

    def queued(self) -> list[str]:
        """Return the names of the messages in the queue."""
        return [
            path.name for name in ("maildrop", "incoming", "active", "deferred", "hold")
            for path in (self.queue / name).rglob("*") if path.is_file()
        ]  # fmt: skip

    def drained(self) -> None:
        """Wait until its queue is empty."""
        with suppress(AssertionError):
            until(lambda: not self.queued(), "", seconds=START)
        assert not self.queued(), self.said()

    def close(self) -> None:
        """Stop it, and take its folder away."""
        pid_file = self.queue / "pid" / "master.pid"
        pid = int(pid_file.read_text().split()[0]) if pid_file.exists() else 0
        subprocess.run(
            [program("postfix") or "postfix", "-c", str(self.config), "stop"], capture_output=True, check=False,
            timeout=START,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while pid and _lives(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        if pid and _lives(pid):
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        return "postfix" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


def _master(services: str) -> str:
    """Return the stock master.cf without chroot and pipes, with services of ours."""
    stock = []
    pipe = False
    for line in STOCK.read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line[0].isspace():
            fields = line.split()
            pipe = fields[7] == "pipe" or fields[:2] == ["smtp", "inet"] or fields[0] == "postlog"
            line = re.sub(r"^(\S+\s+\S+\s+\S+\s+\S+\s+)y", r"\1n", line)
        if not pipe:
            stock.append(line)
    postlog = "postlog   unix-dgram n  -       n       -       1       postlogd"
    return "\n".join([*stock, postlog, services, ""])
