"""Keep outgoing mail as files where no relay is set: ``HUB_DATA/outbox/*.eml``.

There is a file for each recipient. Its name sorts by time and ends with the recipient, so that
listing and searching read no file::

    20261124T090000.123456Z-000001-5f3a-amina@people.example.eml
"""

import contextlib
import itertools
import os
import re
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from hub.lib import clock
from hub.lib.redact import SoughtPerson
from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Outcome

_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-\d{6,}-[0-9a-f]{4}-(.*)\.eml")
_NO_PATH = frozenset("/\0")
_unsafe = re.compile(r"[^\w.@+=-]")
_count = itertools.count(1)


def folder() -> Path:
    """Return the outbox's folder, which may not exist yet."""
    return Path(settings.HUB_DATA) / "outbox"


class Outbox:
    """The transport into the folder.

    A file is written under another name and renamed, so that nobody reads half of one. It is not
    forced to disk: this is a capture for looking at, and a killed process loses nothing of what it
    has written.
    """

    def send(self, batch: Sequence[Envelope]) -> list[DeliveryResult]:
        """Write each copy; a full disk leaves the rest for later."""
        results: list[DeliveryResult] = []
        progress: Progress | None = getattr(batch, "progress", None)
        for envelope in batch:
            if progress is not None and progress.stopped:
                break
            results.append(_deliver(envelope))
            if progress is not None and results[-1].outcome is Outcome.SENT:
                _report(progress, results)
        ended = DeliveryResult(Outcome.UNREACHED, "the sending was ended")
        return results + [ended] * (len(batch) - len(results))

    def close(self) -> None:
        """Do nothing: no file stays open."""


def _report(progress: Progress, results: list[DeliveryResult]) -> None:
    if progress.is_due(len(results)):
        progress.save(results[progress.saved :])
    progress.renew()


def _deliver(envelope: Envelope) -> DeliveryResult:
    try:
        return DeliveryResult(Outcome.SENT, f"250 {_write(envelope)}")
    except OSError as error:
        reply = f"the outbox cannot be written: {error.strerror}"
        return DeliveryResult(Outcome.UNREACHED, reply)


def _write(envelope: Envelope) -> str:
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S.%fZ")
    name = (
        f"{stamp}-{next(_count):06d}-{secrets.token_hex(2)}-{_in_file_name(envelope.recipient)}.eml"
    )
    # What the last MTA on the way would add (RFC 5321 §4.4).
    delivery = (
        f"Return-Path: <{envelope.sender}>\r\nDelivered-To: {envelope.recipient}\r\n".encode()
    )
    draft = place / f".{name}.part"
    draft.write_bytes(b"".join((delivery, *envelope.parts)))
    draft.rename(place / name)
    return name


def _in_file_name(address: str) -> str:
    """Return an address as it stands in a file name, which holds 255 bytes, not characters."""
    return _unsafe.sub("_", address).encode()[:150].decode("utf-8", "ignore")


def sent_at(name: str) -> datetime | None:
    """Return when a file of the outbox was written, None for a name that is not one."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return datetime.strptime(match[1], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)


def recipient_of(name: str) -> str:
    """Return whom a file of the outbox is for, as its name says."""
    match = _NAME.fullmatch(name)
    if match is None:
        return ""
    return match[2]


def names(search: str = "") -> list[str]:
    """Return the names in the outbox, newest first.

    Args: search, what their recipients contain; all when empty.
    """
    try:
        files = [name for name in os.listdir(folder()) if _NAME.fullmatch(name)]
    except FileNotFoundError:
        return []
    fragment = search.strip().lower()
    if fragment:
        files = [name for name in files if fragment in recipient_of(name).lower()]
    return sorted(files, reverse=True)


def read(name: str) -> bytes | None:
    """Return one message, None when there is none of that name.

    The name is never used as a path before it is matched.
    """
    if not _NAME.fullmatch(name) or not _NO_PATH.isdisjoint(name):
        return None
    try:
        return (folder() / name).read_bytes()
    except FileNotFoundError:
        return None


def scrub(person: SoughtPerson) -> None:
    """Take a person out of the messages to others.

    One that names them behind an encoding, or in its file name, is removed.
    """
    for name in names():
        with contextlib.suppress(FileNotFoundError):
            _scrub_file(folder() / name, person)


def _scrub_file(place: Path, person: SoughtPerson) -> None:
    if person.is_in(place.name):
        place.unlink()
        return
    before = place.read_bytes()
    after = person.out_of_bytes(before)
    if not after:
        place.unlink()
    elif after != before:
        place.write_bytes(after)


def forget(address: str) -> int:
    """Delete the mails to an address; return how many."""
    whose = _in_file_name(address)
    own_files = [name for name in names(whose) if recipient_of(name).lower() == whose.lower()]
    for name in own_files:
        (folder() / name).unlink(missing_ok=True)
    return len(own_files)
