"""What the tests of archives share: a list to bring them into, and archives made up or read from the corpora."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from listserv.archive.importing import ImportOptions, Tally, import_archive
from listserv.mail.mbox import entry

BEGAN = datetime(2019, 3, 1, 8, 30, tzinfo=UTC)


@pytest.fixture
def ponymail(corpus: Path) -> Path:
    """The folder of real list mail."""
    return corpus / "ponymail"


@pytest.fixture
def risk(cast: Any) -> Any:
    """The list of the closed discussion."""
    return cast.policy.forum.mailing_list


@pytest.fixture
def bring(risk: Any, now: datetime) -> Callable[..., Tally]:
    """Return a function that imports a file or folder into the list."""

    def run(path: Path, *, into: Any = None, **options: Any) -> Tally:
        return import_archive(mailing_list=into or risk, path=path, now=now, options=ImportOptions(**options))

    return run


def message(number: int, *, answers: int | None = None, minutes: int | None = None, **fields: Any) -> EmailMessage:
    """Return one message of a made-up archive."""
    mail = EmailMessage()
    mail["From"] = fields.get("author", f"Writer {number % 7} <writer{number % 7}@old.example>")
    mail["Subject"] = fields.get("subject", f"[oldlist] {'Re: ' if answers is not None else ''}Matter {number}")
    mail["Date"] = format_datetime(BEGAN + timedelta(minutes=number if minutes is None else minutes))
    mail["Message-ID"] = fields.get("message_id", f"<{number}@old.example>")
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}@old.example>"
    mail.set_content(fields.get("text", f"What I say in number {number}.\n\nFrom here on it is said.\n"))
    for name, content in fields.get("files", {}).items():
        mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return mail


def write_mbox(path: Path, mails: list[EmailMessage]) -> Path:
    """Write made-up messages into an mbox file."""
    path.write_bytes(b"".join(entry(mail.as_bytes(), sender="a@old.example", sent=BEGAN) for mail in mails))
    return path
