"""A restore or a backup that is ended, killed, or pointed at a database of others harms nothing and leaves nothing."""

import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.databases import ROOT
from tests.flow.running import free_port, wait_for
from tests.runtime.moving import environment, manage, migrate, postgres_database, run

SEED = """
from hub.members.models import Member
Member.objects.create_user(email="a@b.example", name="A B", is_active=True, is_staff=True)
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("hub")
    migrate(data)
    run(data, "shell", "-v0", "-c", SEED)
    file = tmp_path_factory.mktemp("archive") / "hub.tar.gz"
    run(data, "backup", str(file))
    return file


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def schemas(url: str) -> list[tuple[object, ...]]:
    return rows(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'hub%'")


@pytest.mark.postgres
def test_a_restore_leaves_tables_of_others_and_clears_away_what_a_killed_one_left(archive, tmp_path):
    left = tmp_path / "data" / ".hub-restore-killed"
    left.mkdir(parents=True)
    (left / "rows").touch()
    with postgres_database() as url:
        execute(
            url, "CREATE TABLE ledger (entry int); INSERT INTO ledger VALUES (7); CREATE SCHEMA hub_restore_0a0a0a0a"
        )
        run(tmp_path / "data", "restore", str(archive), DATABASE_URL=url)
        assert rows(url, "SELECT entry FROM ledger") == [(7,)]
        assert rows(url, "SELECT count(*) FROM members_member") == [(1,)]
        assert schemas(url) == []
    assert not left.exists()


@pytest.mark.postgres
def test_a_database_of_another_program_is_refused_and_left_alone(archive, tmp_path):
    with postgres_database() as url:
        execute(
            url,
            "CREATE TABLE django_migrations (id serial, app text, name text, applied timestamptz);"
            "INSERT INTO django_migrations (app, name) VALUES ('blog', '0001'), ('auth', '0001')",
        )
        done = manage(tmp_path, "restore", str(archive), DATABASE_URL=url)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert "Another program has its tables in this database" in done.stderr
        assert len(rows(url, "SELECT app FROM django_migrations")) == 2


@pytest.mark.postgres
def test_a_restore_does_not_go_through_a_pooler(archive, tmp_path):
    with postgres_database() as url:
        done = manage(tmp_path, "restore", str(archive), DATABASE_URL=url, HUB_DB_BOUNCER="1")
    assert done.returncode == 1 and "HUB_DB_BOUNCER" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.postgres
def test_a_restore_that_is_told_to_end_clears_away_what_it_began(archive, tmp_path):
    with postgres_database() as url:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "restore", str(archive)], cwd=ROOT, stderr=subprocess.PIPE, text=True,
            env=environment(tmp_path, DATABASE_URL=url),
        )  # fmt: skip
        wait_for(lambda: bool(schemas(url)), seconds=60, what="a restore that is under way")
        process.send_signal(signal.SIGTERM)
        output = process.communicate(timeout=60)[1]
        assert process.returncode == 1 and "Stopped before its end" in output and "Traceback" not in output
        assert schemas(url) == []
    assert not list(tmp_path.glob(".hub-restore-*"))


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_database_that_does_not_answer_is_said(archive, tmp_path, command):
    file = str(archive if command == "restore" else tmp_path / "a.tar.gz")
    done = manage(tmp_path, command, file, DATABASE_URL=f"postgresql://hub@127.0.0.1:{free_port()}/hub")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "The database does not answer (DATABASE_URL)" in done.stderr


def test_a_backup_says_what_it_cannot_write_and_what_it_cannot_read(archive, tmp_path):
    for target in (tmp_path / "none" / "a.tar.gz", tmp_path):
        done = manage(tmp_path, "backup", str(target))
        assert done.returncode == 1 and f"{target} cannot be written" in done.stderr
    done = manage(tmp_path, "backup", str(tmp_path / "a.tar.gz"))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert not (tmp_path / "a.tar.gz").exists()


def test_an_archive_with_a_fault_in_the_middle_is_said(archive, tmp_path):
    content = bytearray(archive.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 40] = b"\xff" * 40
    (tmp_path / "wrong.tar.gz").write_bytes(content)
    done = manage(tmp_path, "restore", str(tmp_path / "wrong.tar.gz"))
    assert done.returncode == 1 and "Traceback" not in done.stderr
