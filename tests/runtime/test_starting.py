"""Real processes that cannot start say why in one line and end; those that run end when they are told to."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import databases
from tests.flow import running
from tests.flow.running import ROOT, free_port

# The processes stand on a copy of the tests' SQLite file; what they say does not depend on the database.
pytestmark = pytest.mark.sqlite
# Seconds in which a process has said why it does not start, or has ended, on a machine with much else to do.
PATIENCE = 60


@pytest.fixture
def used_port() -> Iterator[int]:
    """A port of the loopback that somebody listens at."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def prepared(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database is up to date: a copy of the one that tests begin with."""
    data = tmp_path_factory.mktemp("prepared")
    shutil.copy(databases.FOLDER / f"hub_test_{databases.schema()}_pristine.sqlite3", data / "hub.sqlite3")
    return data


def environment(data: Path | str, **settings: str) -> dict[str, str]:
    """Return the environment of a hub that listens where nobody else does."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "DATABASE", "REDIS"))}
    return {
        **others, "DJANGO_SETTINGS_MODULE": "hub.settings", "HUB_DATA": str(data), "HUB_SECRET_KEY": "k" * 40,
        "HUB_WEB": f"127.0.0.1:{free_port()}", "HUB_SMTP": f"127.0.0.1:{free_port()}", **settings,
    }  # fmt: skip


def start(part: str, data: Path | str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a part to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", part], cwd=ROOT, env=environment(data, **settings), capture_output=True,
        text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


def why(part: str, data: Path | str, **settings: str) -> str:
    """Return the one line with which a part does not start."""
    done = start(part, data, **settings)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if "cannot start" in line or "Nothing is prepared" in line]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize(("part", "setting"), [("web", "HUB_WEB"), ("smtpd", "HUB_SMTP"), ("up", "HUB_SMTP")])
def test_taken_address_is_said_with_its_setting(prepared, used_port, part, setting):
    line = why(part, prepared, **{setting: f"127.0.0.1:{used_port}"})
    assert line.endswith(
        f"cannot start. It cannot listen at 127.0.0.1:{used_port} ({setting}): "
        "the address is in use by another process."
    )


@pytest.mark.redis
@pytest.mark.parametrize(("part", "setting"), [("web", "HUB_WEB"), ("smtpd", "HUB_SMTP")])
def test_taken_address_is_said_though_redis_is_subscribed_to_at_that_moment(prepared, used_port, part, setting):
    line = why(part, prepared, REDIS_URL=running.REDIS, **{setting: f"127.0.0.1:{used_port}"})
    assert f"127.0.0.1:{used_port} ({setting})" in line


@pytest.mark.parametrize("part", ["smtpd", "prepare"])
def test_data_folder_that_cannot_be_written_to_is_said(tmp_path, part):
    (tmp_path / "file").touch()
    line = why(part, tmp_path / "file" / "data")
    assert "HUB_DATA" in line and str(tmp_path / "file" / "data") in line


@pytest.mark.parametrize("part", ["web", "prepare"])
def test_static_folder_that_cannot_be_written_to_is_said(prepared, tmp_path, part):
    (tmp_path / "file").touch()
    for folder in (str(tmp_path / "file" / "static"), "/proc/none"):
        line = why(part, prepared, HUB_STATIC=folder)
        assert "HUB_STATIC" in line and folder in line


@pytest.mark.parametrize(
    ("setting", "value"),
    [("HUB_LOG_LEVEL", "loud"), ("HUB_URL", "https://[::1"), ("HUB_MAIL_DOMAIN", "a b"), ("HUB_MEDIA_URL", "s3://[")],
)
def test_wrong_setting_is_said_by_name(prepared, setting, value):
    assert f"{setting} is " in why("worker", prepared, **{setting: value})


def test_data_folder_is_said_where_the_secret_key_would_be_made(tmp_path):
    (tmp_path / "file").touch()
    line = why("web", tmp_path / "file" / "data", HUB_SECRET_KEY="")
    assert "HUB_DATA" in line and "a folder that the hub may write to" in line


@pytest.mark.parametrize("part", ["web", "up"])
def test_database_that_does_not_answer_is_said(tmp_path, part):
    line = why(part, tmp_path, DATABASE_URL=f"postgresql://hub:secret-word@127.0.0.1:{free_port()}/hub")
    assert "The database does not answer (DATABASE_URL)" in line
    assert "secret-word" not in line


def test_database_that_takes_the_connection_and_says_nothing_is_said(tmp_path, used_port):
    line = why("worker", tmp_path, DATABASE_URL=f"postgresql://hub@127.0.0.1:{used_port}/hub")
    assert "The database does not answer (DATABASE_URL)" in line


@pytest.mark.parametrize("part", ["worker"])
def test_missing_migrations_are_said_with_the_command_that_applies_them(tmp_path, part):
    line = why(part, tmp_path)
    assert "The database lacks migrations" in line and line.endswith("Run manage.py prepare first.")


@pytest.mark.parametrize("part", ["smtpd"])
def test_redis_that_does_not_answer_is_said_and_the_part_starts(prepared, part):
    process = run_until_told(prepared, part, REDIS_URL=f"redis://:secret-word@127.0.0.1:{free_port()}/0")
    process.terminate()
    printed = process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 0, printed
    assert "Redis does not answer (REDIS_URL)" in printed and "The hub starts without it" in printed
    assert "secret-word" not in printed


@pytest.mark.parametrize("part", ["smtpd"])
def test_certificate_that_is_none_is_said(prepared, tmp_path, part):
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("no certificate")
    line = why(part, prepared, HUB_SMTP_CERT=str(tmp_path / "cert.pem"), HUB_SMTP_KEY=str(tmp_path / "key.pem"))
    assert "HUB_SMTP_CERT" in line and str(tmp_path / "cert.pem") in line


@pytest.mark.parametrize("part", ["web"])
def test_certificate_that_is_not_there_is_said(prepared, tmp_path, part):
    line = why(part, prepared, HUB_SMTP_CERT=str(tmp_path / "none.pem"), HUB_SMTP_KEY=str(tmp_path / "none.key"))
    assert "HUB_SMTP_CERT" in line


def run_until_told(data: Path, part: str, **settings: str) -> subprocess.Popen[str]:
    """Start a part and return it once its event loop runs."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", part], cwd=ROOT, env=environment(data, **settings), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip

    def handles() -> bool:
        assert process.poll() is None, process.communicate()[0]
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
        return bool(caught >> (signal.SIGTERM - 1) & 1)

    running.wait_for(handles, seconds=PATIENCE, what=f"{part} with its handlers")
    return process


def ended(process: subprocess.Popen[str]) -> int:
    """Tell a process to end, and return its exit code."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(PATIENCE)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("part", ["up"])
def test_sigterm_ends_a_part(prepared, part):
    assert ended(run_until_told(prepared, part)) == 0


@pytest.mark.redis
@pytest.mark.parametrize("part", ["web", "smtpd", "worker"])
def test_sigterm_at_the_first_moment_ends_a_part_beside_redis(prepared, part):
    assert ended(run_until_told(prepared, part, REDIS_URL=running.REDIS)) == 0


def test_second_sigterm_ends_at_once(prepared):
    process = run_until_told(prepared, "smtpd")
    process.send_signal(signal.SIGSTOP)
    # Both are there when it goes on.
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)
    assert process.wait(PATIENCE) in {0, 1}
    process.communicate()


@pytest.mark.postgres
def test_database_that_is_not_there_is_said_by_name(tmp_path):
    name = f"hub_none_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(running.POSTGRES):
        pass
    line = why("worker", tmp_path, DATABASE_URL=running.POSTGRES.rpartition("/")[0] + f"/{name}")
    assert name in line and "does not exist" in line
