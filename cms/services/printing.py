"""Make the PDFs that are wanted, one at a time, in a queue worker (decision 0030)."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q, QuerySet

from cms import document, printing
from cms.models import IssuedText, Print, ProceedingsPage
from cms.models.issued import issue_of
from cms.pdf import print_document
from forums.services.files import keep_content, path_of
from hub.lib import clock, heartbeats
from hub.lib.folders import WholeFiles

log = logging.getLogger(__name__)
# Longer than the typesetter has for its two tries: who is at it for longer is not at it any more.
LEASE = timedelta(minutes=4)
# Between tries that failed; the last one is repeated.
DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6))
# A print whose worker died at it so often counts as failed: it may be what kills them.
MAX_ATTEMPTS = 3
# Prints that one look for work takes into account.
CANDIDATES = 20
# Where all prints lie but those as issued, which are named by their digest.
FOLDER = "prints"
# Characters of a key in the name of a file.
KEY_LENGTH = 24
# Seconds between two looks for files that nothing points to.
TIDY_EVERY_SECONDS = 3_600.0
# How old such a file must be: the worker stores a print before its row says so.
UNUSED_AFTER = timedelta(hours=1)
# A print of a draft is made again for whoever asks after that.
DRAFT_AFTER = timedelta(days=7)
_tidied = -TIDY_EVERY_SECONDS


def make_prints(now: datetime) -> int:
    """Make the oldest print that is due and return 1, or 0 when nothing is to be made.

    Queries: 1 when nothing waits, and 2 more now and then (:func:`discard_unused`).
    """
    row = _claim(now)
    if row is None:
        _tidy(now)
        return 0
    mine = Print.objects.filter(pk=row.pk, claimed_at=row.claimed_at, claimed_by=row.claimed_by)
    try:
        path = _make(row)
    except Exception:
        wait = DELAYS[min(row.attempts, len(DELAYS)) - 1]
        log.exception("The PDF %s cannot be made; it is tried again after %s", row, wait)
        mine.update(claimed_at=None, claimed_by="", next_at=clock.now() + wait)
        return 1
    if mine.update(
        claimed_at=None, claimed_by="", next_at=None, finished_at=clock.now(), path=path
    ):
        _discard_older(row)
    return 1


def _claim(now: datetime) -> Print | None:
    """Take the oldest print that is due and that no living worker is at."""
    due = Q(next_at=None) | Q(next_at__lte=now)
    for row in Print.objects.filter(due, finished_at=None).order_by("pk")[:CANDIDATES]:
        if row.claimed_at is not None:
            if not _is_left(row, now):
                continue
            if row.attempts >= MAX_ATTEMPTS:
                _put_off(row, now)
                continue
        if _take(row, now):
            return row
    return None


def _is_left(row: Print, now: datetime) -> bool:
    """Whether a print was claimed by a worker that is not at it any more. Queries: 0 or 1."""
    assert row.claimed_at is not None
    if row.claimed_at < now - LEASE:
        return True
    if row.claimed_at >= now - heartbeats.GONE:
        return False
    return row.claimed_by not in heartbeats.living("worker", now)


def _as_seen(row: Print) -> QuerySet[Print]:
    """Return the row, unless another worker has changed it since."""
    return Print.objects.filter(pk=row.pk, claimed_at=row.claimed_at, finished_at=None)


def _put_off(row: Print, now: datetime) -> None:
    """Let a print wait that may be what kills its workers."""
    log.error(
        "The PDF %s was left by its worker %d times; it is tried again later", row, row.attempts
    )
    _as_seen(row).update(claimed_at=None, claimed_by="", next_at=now + DELAYS[-1], attempts=0)


def _take(row: Print, now: datetime) -> bool:
    """Claim a print; return False when another worker was faster."""
    values = {
        "claimed_at": now,
        "claimed_by": heartbeats.own_name("worker"),
        "attempts": row.attempts + 1,
    }
    if not _as_seen(row).update(**values):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    return True


def _make(row: Print) -> str:
    """Make a PDF and return its path in the private storage."""
    page = ProceedingsPage.objects.get(pk=row.page_id)
    return _MAKERS[row.kind](row, page)


def _make_draft(row: Print, page: ProceedingsPage) -> str:
    draft = page.get_latest_revision_as_object()
    at = draft.latest_revision_created_at or row.wanted_at
    content = print_document(document.build(draft), at=at, draft=True).content
    return _store(row, row.key, content)


def _make_noted(row: Print, page: ProceedingsPage) -> str:
    """Make a print with the notes that hold now.

    When they are others than those that were wanted, another row is waiting too.
    """
    at = max((note.made_at for note in printing.wanted_of(page).notes), default=row.wanted_at)
    content = print_document(document.build(page), at=at).content
    return _store(row, row.key, content)


def _make_original(row: Print, page: ProceedingsPage) -> str:
    """Make the print as issued, stored for good under its digest.

    No later template or font changes it.
    """
    text = issue_of(page).text
    assert text is not None
    content = print_document(document.build(page, with_notes=False), at=text.issued_at).content
    digest = sha256(content).hexdigest()
    is_first = IssuedText.objects.filter(pk=text.pk, pdf_digest="").update(pdf_digest=digest)
    if is_first or text.pdf_digest == digest:
        return path_of(keep_content(content))
    log.error("The PDF of %s as issued was missing; it was made again.", text.symbol)
    return _store(row, digest, content)


def _store(row: Print, key: str, content: bytes) -> str:
    path = f"{FOLDER}/{row.page_id}-{row.kind}-{key[:KEY_LENGTH]}.pdf"
    return str(storages["private"].save(path, ContentFile(content)))


_MAKERS: dict[str, Callable[[Print, ProceedingsPage], str]] = {
    Print.Kind.DRAFT: _make_draft,
    Print.Kind.NOTED: _make_noted,
    Print.Kind.ISSUED: _make_original,
}


# --- What is not needed any more ------------------------------------------------------------------


def _discard_older(row: Print) -> None:
    """Discard prints that this one replaces; what was issued stays, and no draft of it."""
    rows = Print.objects.filter(page_id=row.page_id)
    if row.kind == Print.Kind.ISSUED:
        _discard(rows.filter(kind=Print.Kind.DRAFT))
    else:
        _discard(rows.filter(kind=row.kind, pk__lt=row.pk))


def discard_drafts() -> None:
    """Discard every print of a draft: one is made again when somebody asks for it."""
    _discard(Print.objects.filter(kind=Print.Kind.DRAFT))


def discard_noted(page_id: int, *, but: str) -> None:
    """Discard prints with notes that do not hold any more; ``but`` is the key of what holds now."""
    rows = Print.objects.filter(page_id=page_id, kind=Print.Kind.NOTED)
    _discard(rows.exclude(key=but))


def _discard(rows: QuerySet[Print]) -> None:
    """Delete rows, and their files once that is certain."""
    paths = dict(rows.values_list("pk", "path"))
    Print.objects.filter(pk__in=paths).delete()
    transaction.on_commit(partial(_remove, [path for path in paths.values() if path]))


def _remove(paths: Iterable[str]) -> None:
    for path in paths:
        storages["private"].delete(path)


def _tidy(now: datetime) -> None:
    """Look for what is not needed, now and then."""
    global _tidied  # noqa: PLW0603 - when this process last looked
    if time.monotonic() - _tidied < TIDY_EVERY_SECONDS:
        return
    _tidied = time.monotonic()
    discard_unused(now)


def discard_unused(now: datetime) -> int:
    """Remove files of prints that no row points to, and old prints of drafts.

    A page that is deleted takes its rows along and leaves the files; a worker that is killed may
    leave one that is whole, or half. What can be made again is removed, and nothing else of the
    storage.

    Returns: how many files had no row. Queries: 2, and 1 for old prints of drafts.
    """
    _discard(Print.objects.filter(kind=Print.Kind.DRAFT, finished_at__lt=now - DRAFT_AFTER))
    storage = storages["private"]
    if isinstance(storage, WholeFiles):
        for partial_file in storage.unfinished(now - UNUSED_AFTER):
            partial_file.unlink(missing_ok=True)
    try:
        names = storage.listdir(FOLDER)[1]
    except FileNotFoundError:
        return 0
    # Asked after the files were listed: what was stored since is not among them.
    used = set(Print.objects.filter(path__startswith=f"{FOLDER}/").values_list("path", flat=True))
    count = 0
    for path in sorted({f"{FOLDER}/{name}" for name in names} - used):
        with contextlib.suppress(FileNotFoundError):
            if storage.get_modified_time(path) < now - UNUSED_AFTER:
                storage.delete(path)
                count += 1
    return count
