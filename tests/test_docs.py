"""Papers that cannot rot: what the code reads from the environment stands in the README, and what it names is there."""

import re

from listserv.commands.registry import TABLE
from listserv.tokens import SUBADDRESSES
from tests.error_codes import ErrorCode, all_codes
from tests.test_structure import ROOT

# Where bounces go: no person writes there.
_INTERNAL = {"bounces"}
README = (ROOT / "README.md").read_text()
ERRORS = (ROOT / "hub" / "docs" / "errors.md").read_text()


def test_every_setting_stands_in_the_readme():
    files = (ROOT / "hub" / f"{name}.py" for name in ("settings", "env", "env_stores"))
    source = "".join(path.read_text() for path in files)
    names = set(re.findall(r'(?:env\.\w+|number)\("([A-Z][A-Z_]+)"', source))
    assert len(names) > 15
    assert not {name for name in names if name not in README}


def test_every_file_the_readme_names_is_there():
    named = re.findall(r"\]\(([^)#:]+)\)", README)
    assert "hub/docs/screenshot.png" in named
    assert not [path for path in named if not (ROOT / path).exists()]


def test_every_decision_is_listed():
    folder = ROOT / "hub" / "docs" / "decisions"
    index = (folder / "README.md").read_text()
    assert not [path.name for path in folder.glob("0*.md") if path.name not in index]


def test_every_command_by_mail_and_every_subaddress_is_explained():
    reference = (ROOT / "hub" / "docs" / "mail.md").read_text()
    assert "(hub/docs/mail.md)" in README
    missing = [command.name for command in TABLE if f"`{command.usage.split()[0]}" not in reference]
    missing += [word for word in SUBADDRESSES if f"-{word}" not in reference and word not in _INTERNAL]
    assert not missing


def test_every_code_of_a_refusal_is_explained_with_its_answers():
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+|–) \| (\d+ [\d.]+|–) \| \S", ERRORS, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert {ErrorCode(*row) for row in rows} == all_codes()
