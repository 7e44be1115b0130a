"""One command writes an archive, one restores it, in a data folder of its own."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases import ROOT

SEED = """
from forums import services
from hub.members.models import Member
from datetime import UTC, datetime
now = datetime(2026, 11, 24, tzinfo=UTC)
who = Member.objects.create_user(email="a@b.example", name="A B", is_active=True, is_staff=True)
forum = services.create_forum(name="F", slug="f", preset="closed", now=now).forum_id
upload = services.Upload("a.pdf", b"%PDF", "application/pdf")
services.publish(draft=services.Draft(forum_id=forum, text="Kept", files=(upload,)), author=who, origin="web", now=now)
"""


def _manage(data: Path, *command: str, **given: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "HUB_DATA": str(data), **given}
    env.pop("DATABASE_URL", None)
    env.pop("REDIS_URL", None)
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    data = tmp_path_factory.mktemp("hub")
    for command in (("migrate", "-v0"), ("shell", "-v0", "-c", SEED)):
        done = _manage(data, *command)
        assert done.returncode == 0, done.stderr
    return data


def test_a_hub_comes_back_whole_into_an_empty_folder(hub, tmp_path):
    file = tmp_path / "hub.tar.gz"
    assert _manage(hub, "backup", str(file)).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    done = _manage(tmp_path / "new", "restore", str(file))
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "new" / "hub.sqlite3") as restored:
        assert restored.execute("SELECT content FROM forum_conversation_post").fetchall() == [("Kept",)]
    for name in ("secret_key", "attachments"):
        assert (tmp_path / "new" / name).exists()
    again = _manage(tmp_path / "new", "restore", str(file))
    assert again.returncode == 1 and "--replace" in again.stderr
    assert _manage(tmp_path / "new", "restore", str(file), "--replace").returncode == 0


def test_a_file_that_is_no_archive_changes_nothing(hub, tmp_path):
    before = (hub / "hub.sqlite3").read_bytes()
    wrong = tmp_path / "wrong.tar.gz"
    wrong.write_bytes(b"not an archive")
    done = _manage(hub, "restore", str(wrong), "--replace")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert (hub / "hub.sqlite3").read_bytes() == before
