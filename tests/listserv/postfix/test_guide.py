"""The guide's configurations are whole: each has a test that runs it, and names settings that exist."""

import re

from tests.listserv.postfix import guide
from tests.services import ROOT

# What the tests beside this one run.
RUN = {
    ("before-queue", "main.cf"), ("before-queue", "master.cf"), ("before-queue", "hub"), ("transport", "main.cf"),
    ("transport", "master.cf"), ("transport", "hub"), ("transport", "opendkim.conf"), ("transport", "opendmarc.conf"),
    ("web", "hub"), ("web", "nginx"), ("submission", "hub"), ("submission", "nginx"),
}  # fmt: skip


def test_every_configuration_of_the_guide_is_run_by_a_test():
    assert guide.blocks().keys() == RUN
    assert guide.GUIDE.read_text().count("```") == 2 * len(RUN)


def test_settings_in_the_guide_are_those_of_the_hub():
    settings = (ROOT / "hub" / "settings.py").read_text()
    lines = [line for (_way, name), text in guide.blocks().items() if name == "hub" for line in text.splitlines()]
    assert len(lines) > 8
    assert not [line for line in lines if f'"{line.partition("=")[0]}"' not in settings]
    named = set(re.findall(r"\bHUB_[A-Z_]+", guide.GUIDE.read_text()))
    assert not {name for name in named if name not in settings}
