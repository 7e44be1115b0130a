"""What this machine lacks is said, and never skipped without a word."""

import subprocess
import sys
from collections import Counter

from tests import services


def _run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:randomly",
        "tests/listserv/mail/parse/test_subjects.py",
        *arguments,
    ]
    path = {"PATH": "/usr/bin:/bin", "HUB_CORPORA": "/nowhere", **env}
    return subprocess.run(command, cwd=services.ROOT, env=path, capture_output=True, text=True, check=False)


def test_every_service_has_its_packages_and_each_package_line_its_service():
    assert services.PACKAGES.keys() == services.PROBES.keys()
    assert [name for name, packages in services.PACKAGES.items() if not packages] == ["corpora"]


def test_last_lines_name_each_missing_service_its_tests_and_one_command():
    counts = Counter({"browser": 36, "postgres": 2})
    lines = services.summary(counts, 37, {"browser": "not installed: chromium", "postgres": "no PostgreSQL"})
    assert lines[0].startswith("NOT EXERCISED: 37 tests")
    assert [line.split()[:2] for line in lines[1:3]] == [["browser", "36"], ["postgres", "2"]]
    assert lines[3:] == ["Add it:  sudo .ci/services && make test"]


def test_a_run_that_left_nothing_out_says_nothing():
    assert services.summary(Counter(), 0, {}) == []


def test_tests_of_a_missing_service_are_left_out_and_counted_in_the_last_lines():
    run = _run("-n", "1")
    assert run.returncode == 0, run.stdout
    assert "skipped" not in run.stdout
    *_rest, title, row, hint = run.stdout.strip().splitlines()
    assert title.startswith("NOT EXERCISED: 2 tests")
    assert row.split()[:2] == ["corpora", "2"] and "/nowhere" in row
    assert "HUB_CORPORA=" in hint


def test_a_run_that_requires_every_service_does_not_start_without_one():
    run = _run(HUB_REQUIRE_SERVICES="1", HUB_TEST_REDIS="redis://127.0.0.1:1/9")
    assert run.returncode not in {0, 1}
    assert "redis: no Redis at redis://127.0.0.1:1/9" in run.stderr
    assert services.INSTALL in run.stderr
