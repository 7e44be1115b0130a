"""What the tests of reports share."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def flufl() -> dict[str, tuple[bytes, Any]]:
    """Return the mails of the public corpus of bounces by name, each with what is expected."""
    corpora = Path(os.environ.get("HUB_CORPORA", ROOT.parent / "shared" / "corpora"))
    folder = corpora / "mail" / "flufl.bounce"
    cases = json.loads((folder / "expected.json").read_text())["cases"]
    return {name: ((folder / "data" / name).read_bytes(), wanted) for name, wanted in cases.items()}
