"""``250`` is said only for what survives a kill."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The bar is 200 (``HUB_KILLS=200``); the suite takes a sample.
KILLS = int(os.environ.get("HUB_KILLS", "20"))


def test_each_answered_mail_is_one_contribution_though_the_process_is_killed_after_each():
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.kill_after_250", str(KILLS)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60 + 4 * KILLS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    assert f"{KILLS} mails answered, {KILLS} contributions" in done.stdout
