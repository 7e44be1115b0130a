"""What must not change on the way in and out, read by the standard library, so that nothing of ours judges itself."""

import mailbox
import re
from datetime import UTC
from email import message_from_bytes, policy
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from listserv.archive.export import export_mbox


def _id(value: str | None) -> str:
    bracketed = re.search(r"<([^<>]*)>", value or "")
    return re.sub(r"\s", "", bracketed[1]) if bracketed else ""


def _files(raw: bytes) -> list[tuple[str, str]]:
    mail = message_from_bytes(raw)
    return sorted(
        (part.get_filename() or "", sha256(bytes(part.get_payload(decode=True) or b"")).hexdigest())
        for part in mail.walk()
        if part.get_filename() and not part.is_multipart()
    )


def facts(path: Path) -> dict[str, tuple[Any, ...]]:
    """Return what must not change: Message-ID -> (parent, author, date, subject, files)."""
    box = mailbox.mbox(path, create=False)
    out = {}
    for key in box.keys():  # noqa: SIM118 - a mailbox is no dict
        raw = box.get_bytes(key)
        mail = message_from_bytes(raw)
        date = parsedate_to_datetime(str(mail["Date"]))
        date = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        parsed = message_from_bytes(raw, policy=policy.default)
        subject = " ".join(str(parsed["Subject"]).split())
        out[_id(mail["Message-ID"])] = (
            _id(mail["In-Reply-To"]), parseaddr(str(parsed["From"])), date, subject, _files(raw)
        )  # fmt: skip
    box.close()
    return out


def export(mailing_list: Any, path: Path) -> Path:
    """Write the archive of a list into a file."""
    path.write_bytes(b"".join(export_mbox(mailing_list=mailing_list)))
    return path


def known_parents(messages: dict[str, tuple[Any, ...]]) -> dict[str, str]:
    """Return which message answers which, of those that are there."""
    return {key: value[0] for key, value in messages.items() if value[0] in messages}
