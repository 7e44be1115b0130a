"""What the hub writes is readable by its own account alone, whatever umask it was started with."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from hub import private
from hub.runtime import archive
from hub.runtime.prepare import prepare

ROOT = Path(__file__).resolve().parents[2]


def modes(folder: Path) -> dict[str, int]:
    """Return the permissions of a folder and of all that is in it."""
    paths = [folder, *folder.rglob("*")]
    return {str(path.relative_to(folder)): stat.S_IMODE(path.lstat().st_mode) for path in paths}


def test_a_command_started_with_an_open_umask_leaves_nothing_open(tmp_path):
    data = tmp_path / "data"
    code = "from pathlib import Path; from django.conf import settings; from django.db import connection; "
    code += "connection.cursor().execute('CREATE TABLE t (a)'); (settings.HUB_DATA / 'new').mkdir()"
    env = {"PATH": os.environ["PATH"], "HUB_DATA": str(data)}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    run = subprocess.run(command, cwd=ROOT, env=env, umask=0, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    found_modes = modes(data)
    assert {"hub.sqlite3", "secret_key", "new"} <= found_modes.keys()
    assert {path: mode for path, mode in found_modes.items() if mode & private.OTHERS} == {}


def test_a_data_folder_that_was_open_is_closed_and_links_are_not_followed(tmp_path):
    data, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    for path in (data / "outbox", data / "static", elsewhere):
        path.mkdir(parents=True)
    for path in (data, data / "outbox", data / "static"):
        path.chmod(0o755)
    for path in (data / "hub.sqlite3", data / "hub.sqlite3-wal", data / "outbox" / "a.eml", data / "static" / "a.css"):
        path.write_text("x")
        path.chmod(0o644)
    outside = elsewhere / "file"
    outside.write_text("x")
    outside.chmod(0o644)
    (data / "link").symlink_to(outside)
    assert private.secure(data, deep=True, leave=data / "static") == 5
    found_modes = modes(data)
    assert found_modes["."] == found_modes["outbox"] == 0o700
    assert found_modes["hub.sqlite3"] == found_modes["hub.sqlite3-wal"] == found_modes["outbox/a.eml"] == 0o600
    assert found_modes["static/a.css"] == 0o644 and stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert private.secure(data, deep=True, leave=data / "static") == 0


@pytest.mark.django_db
def test_preparing_says_what_it_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("hub.runtime.prepare.collect", lambda: False)
    settings.HUB_DATA.chmod(0o755)
    lines: list[str] = []
    prepare(lines.append)
    assert any("from the other accounts" in line for line in lines), lines
    assert stat.S_IMODE(settings.HUB_DATA.stat().st_mode) == 0o700


@pytest.mark.django_db(transaction=True)
def test_a_backup_does_not_go_into_a_file_that_somebody_made_beforehand(tmp_path, now):
    folder = tmp_path / "shared"
    folder.mkdir()
    trap = folder / "trap"
    trap.write_text("mine")
    target = folder / "hub.tar.gz"
    for name in (f"{target.name}.partial", f".{target.name}.partial", target.name):
        (folder / name).symlink_to(trap)
    archive.write_archive(target, now=now)
    assert trap.read_text() == "mine"
    assert not target.is_symlink() and stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.django_db
def test_an_export_does_not_go_into_a_file_that_somebody_made_beforehand(cast, tmp_path):
    trap = tmp_path / "trap"
    trap.write_text("mine")
    target = tmp_path / "list.mbox"
    for name in (f"{target.name}.part", target.name):
        (tmp_path / name).symlink_to(trap)
    call_command("export_mbox", "risk", "--output", str(target))
    assert trap.read_text() == "mine"
    assert not target.is_symlink() and stat.S_IMODE(target.stat().st_mode) == 0o600
