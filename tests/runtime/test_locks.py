"""One prepares at a time, on one host and among hosts that share a database."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.runtime import locks
from tests.databases import ROOT
from tests.runtime.moving import postgres_database

PREPARE = [sys.executable, "manage.py", "prepare"]


def _environment(data: Path, **variables: str) -> dict[str, str]:
    names = ("DATABASE_URL", "REDIS_URL", "HUB_DEMO")
    env = {name: value for name, value in os.environ.items() if name not in names}
    return {**env, "HUB_DATA": str(data), "HUB_SECRET_KEY": "k" * 40, **variables}


def test_who_finds_the_lock_taken_says_so_and_waits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    tries = iter([False, False, True])
    monkeypatch.setattr(locks, "RETRY_SECONDS", 0)
    locks._wait(lambda: next(tries), lines.append)
    assert lines == [locks.WAITING]
    with locks.only_on_host(lines.append), (settings.HUB_DATA / "prepare.lock").open("w") as other:
        assert not locks._locks(other)
    with (settings.HUB_DATA / "prepare.lock").open("w") as other:
        assert locks._locks(other)


@pytest.mark.postgres
def test_two_hosts_that_prepare_one_database_and_the_demo_at_once_both_succeed(tmp_path: Path) -> None:
    with postgres_database() as url:
        hosts = [
            subprocess.Popen(
                PREPARE,
                cwd=ROOT,
                env=_environment(tmp_path / name, DATABASE_URL=url, HUB_DEMO="1"),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for name in ("one", "two")
        ]
        printed = [host.communicate()[0] for host in hosts]
    assert [host.returncode for host in hosts] == [0, 0], printed
    assert sum(locks.WAITING in text for text in printed) == 1
