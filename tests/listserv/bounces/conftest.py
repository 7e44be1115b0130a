"""What the tests of reports share."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _mail() -> Path:
    return Path(os.environ.get("HUB_CORPORA", ROOT.parent / "shared" / "corpora")) / "mail"


@pytest.fixture(scope="session")
def people_write() -> dict[str, bytes]:
    """Return the mails of the public corpora of replies by name: people wrote them, on all that people write on."""
    folders = [_mail() / name for name in ("crisp_email_reply_parser", "mail_parser_reply", "zulip", "ponymail")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in {".txt", ".eml", ".mbox"}]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def flufl() -> dict[str, tuple[bytes, Any]]:
    """Return the mails of the public corpus of bounces by name, each with what is expected."""
    folder = _mail() / "flufl.bounce"
    cases = json.loads((folder / "expected.json").read_text())["cases"]
    return {name: ((folder / "data" / name).read_bytes(), wanted) for name, wanted in cases.items()}
