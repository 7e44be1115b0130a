"""Killed processes, a full disk, a database that goes away: nothing is lost, no contribution comes twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
# The bar is 200 (``HUB_KILLS=200``); the suite takes a sample.
KILLS = int(os.environ.get("HUB_KILLS", "0"))


def said_by(program: str, *arguments: object) -> str:
    """Run one of the programs to its end and return its line of figures."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{program}", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120 + 6 * KILLS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    return done.stdout


def test_each_answered_mail_is_one_contribution_though_the_process_is_killed_after_each():
    kills = KILLS or 10
    assert f"{kills} mails answered, {kills} contributions" in said_by("kill_after_250", kills)


def test_each_reader_gets_each_copy_though_the_worker_is_killed_in_the_middle():
    kills = KILLS or 3
    assert f"{kills} kills" in said_by("kill_fan_out", kills)


def test_what_was_put_off_by_a_full_disk_or_a_lost_database_is_taken_later_and_once():
    if connection.vendor == "sqlite":
        assert "30 contributions" in said_by("full_disk", 30)
    else:
        assert "30 contributions" in said_by("database_away", 30)


def test_people_sign_in_apply_and_send_while_redis_was_never_there():
    assert "1 rounds, Redis never there" in said_by("redis_away", "never")


@pytest.mark.redis
def test_people_sign_in_apply_and_send_after_redis_was_killed_and_it_is_used_again():
    assert "3 rounds, Redis killed and back" in said_by("redis_away", "killed")


def test_a_pdf_is_made_by_the_next_worker_and_never_served_half_though_the_first_is_killed():
    kills = KILLS or 6
    assert f"{kills} kills" in said_by("kill_print", kills)
