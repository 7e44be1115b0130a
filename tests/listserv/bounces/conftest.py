"""What the tests of reports share."""

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def people_write(corpus: Path) -> dict[str, bytes]:
    """Return the mails of the public corpora of replies by name: people wrote them, on all that people write on."""
    folders = [corpus / name for name in ("crisp_email_reply_parser", "mail_parser_reply", "zulip", "ponymail")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in {".txt", ".eml", ".mbox"}]
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in files}


@pytest.fixture(scope="session")
def flufl(corpus: Path) -> dict[str, tuple[bytes, Any]]:
    """Return the mails of the public corpus of bounces by name, each with what is expected."""
    folder = corpus / "flufl.bounce"
    cases = json.loads((folder / "expected.json").read_text())["cases"]
    return {name: ((folder / "data" / name).read_bytes(), wanted) for name, wanted in cases.items()}
