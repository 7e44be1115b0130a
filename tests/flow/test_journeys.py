"""Everything by mail: each journey in each of the six languages, against the running hub.

Without ``HUB_JOURNEYS=all`` each journey is walked in one language, in turn, so that the daily run stays short; CI
walks them all.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.flow.journeys import joining, leading, writing
from tests.flow.journeys.mailbox import Outbox
from tests.flow.journeys.stage import JOURNEYS, Stage
from tests.flow.running import ROOT, RunningHub

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh-hans")
assert joining, leading and writing
ALL = os.environ.get("HUB_JOURNEYS") == "all"
WALKS = [
    (name, language)
    for number, name in enumerate(JOURNEYS)
    for language in (LANGUAGES if ALL else (LANGUAGES[number % len(LANGUAGES)],))
]


@pytest.fixture(scope="module")
def worlds(embedded_hub: RunningHub) -> dict[str, Any]:
    """The people and discussions of all languages."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.flow.journeys.world"],
        cwd=ROOT, env=embedded_hub.env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def outbox(embedded_hub: RunningHub) -> Outbox:
    """The outbox, read once for all journeys."""
    return Outbox(embedded_hub)


@pytest.mark.parametrize(("name", "language"), WALKS)
def test_a_journey_by_mail_alone(name, language, embedded_hub, worlds, outbox):
    JOURNEYS[name](Stage(embedded_hub, outbox, worlds[language]))


def test_there_are_thirty_journeys_at_least():
    assert len(JOURNEYS) >= 30
