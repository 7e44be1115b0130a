"""Fail when a test was skipped: in CI every real service is there, so a skip is a hole."""

import sys
from pathlib import Path
from xml.etree import ElementTree

cases = ElementTree.fromstring(Path(sys.argv[1]).read_text()).iter("testcase")
skipped = [
    f"{case.get('classname')}::{case.get('name')}"
    for case in cases
    if case.find("skipped") is not None
]
if skipped:
    print("Skipped in CI:", *skipped, sep="\n  ")
    sys.exit(1)
