"""Import an archive into a list: whole, in order, once, and on from where it was interrupted.

Messages are published in the order of their dates, each behind what it answers, through the one use
case (:func:`forums.services.publish`, quietly). A batch of them and the count of bytes done are one
transaction: after a ``kill -9`` at any point the same command goes on behind the last batch. What
is there already is not made again.
"""

import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from forums import services as forum_services
from forums.archive import ExistingContribution, known_message_ids
from hub.lib.errors import Conflict
from hub.members.authors import find_or_record_author
from listserv.archive.archive_drafts import ArchiveDraft, draft_of, read_message, with_earlier
from listserv.archive.scanning import (
    ArchivedAuthor,
    ArchivedMessage,
    in_order,
    index,
    is_reply,
    list_tag,
    made_up_id,
    topic_of,
)
from listserv.archive.sources import Archive, open_archive
from listserv.models import ArchiveImport, MailingList

if TYPE_CHECKING:
    from hub.members.models import Member

log = logging.getLogger(__name__)
# A batch ends after so many messages or so many seconds: nobody else waits longer for the database.
BATCH = 50
BATCH_SECONDS = 0.3
# Of messages that are read before they are published, beside the one that goes beyond it.
MAX_READ_BYTES = 20_000_000
# Characters of an error that are repeated.
_ERROR = 300


@dataclass
class Tally:
    """How far an import is; ``problems`` are sentences about what was left out."""

    total: int = 0  # messages
    done: int = 0
    created: int = 0
    known: int = 0
    failed: int = 0
    joined: int = 0  # put below what they answer afterwards
    problems: list[str] = field(default_factory=list)


Progress = Callable[[Tally], object]


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How to import.

    ``authors`` maps folded addresses of the archive to those of members; ``by_subject`` threads by
    subject the replies that name no message, as mail programs without threading wrote them.
    """

    authors: Mapping[str, str] = field(default_factory=dict)
    by_subject: bool = False


DEFAULT_OPTIONS = ImportOptions()


def _show_nothing(_tally: Tally) -> None:
    """Stand for a progress bar where nobody looks at one."""


def import_archive(
    *,
    mailing_list: MailingList,
    path: Path,
    now: datetime,
    options: ImportOptions = DEFAULT_OPTIONS,
    progress: Progress = _show_nothing,
) -> Tally:
    """Bring an archive into the forum of a list and return what came of it.

    The same again brings nothing new. Only an operator calls it: history does not ask the rules of
    the discussion.

    Raises: Invalid (no archive, or none that can be read), Conflict (the same archive is being
    imported elsewhere).
    """
    with open_archive(path) as archive:
        return _Import(mailing_list, archive, options, now).run(progress)


class _Import:
    """One run."""

    def __init__(
        self, mailing_list: MailingList, archive: Archive, options: ImportOptions, now: datetime
    ) -> None:
        self.list, self.archive, self.options, self.now = mailing_list, archive, options, now
        items = index(archive, now=now)
        self.tags = tuple(tag for tag in (list_tag(items), mailing_list.tag) if tag)
        self.items = in_order(items)
        self.known = known_message_ids(mailing_list.forum_id)
        # Folded bare subject -> number of the newest contribution under it.
        self.topics: dict[str, int] = {}
        self.members: dict[ArchivedAuthor, Member] = {}
        # What was read and not yet published, when a batch has ended for its time.
        self.ahead: list[tuple[ArchivedMessage, ArchiveDraft | None]] = []
        self.tally = Tally(total=len(items))

    def run(self, progress: Progress) -> Tally:
        """Do what is left to do."""
        row = self._begin()
        rest = self._after(row.offset)
        while rest:
            count = self._batch(row, rest)
            rest = rest[count:]
            progress(self.tally)
        known = {name: contribution.number for name, contribution in self.known.items()}
        self.tally.joined = forum_services.join_threads(forum_id=self.list.forum_id, known=known)
        ArchiveImport.objects.filter(pk=row.pk).update(finished_at=self.now)
        return self.tally

    @transaction.atomic
    def _begin(self) -> ArchiveImport:
        """Return the row of this archive, set to its start when an earlier run has finished it."""
        row, _made = ArchiveImport.objects.select_for_update().get_or_create(
            list=self.list,
            sha256=self.archive.digest,
            defaults={
                "name": self.archive.name[-255:],
                "size": self.archive.size,
                "started_at": self.now,
            },
        )
        if row.finished_at is not None:
            row.offset = row.created = row.known = row.failed = 0
            row.started_at, row.finished_at = self.now, None
            row.save()
        return row

    def _after(self, offset: int) -> list[ArchivedMessage]:
        """Return the messages behind so many bytes; note the topics of those before."""
        at = 0
        for position, item in enumerate(self.items):
            if at >= offset:
                self.tally.done = position
                return self.items[position:]
            at += item.place.span.size
            existing = self.known.get(item.message_id)
            if existing is not None:
                self.topics[self._topic(item).casefold()] = existing.number
        self.tally.done = len(self.items)
        return []

    def _batch(self, row: ArchiveImport, rest: list[ArchivedMessage]) -> int:
        """Import the next messages and write down how far that is, all or nothing; return how many.

        Raises: Conflict when another process has gone on with the same archive.
        """
        until = time.monotonic() + BATCH_SECONDS
        before = Tally(created=self.tally.created, known=self.tally.known, failed=self.tally.failed)
        size = count = 0
        messages = self.ahead or self._read(rest[:BATCH])
        with transaction.atomic():
            if (
                not ArchiveImport.objects.select_for_update()
                .filter(pk=row.pk, offset=row.offset)
                .exists()
            ):
                raise Conflict("Another process imports the same archive into the same list.")
            for item, message in messages:
                self._import(item, message)
                size += item.place.span.size
                count += 1
                if time.monotonic() > until:
                    break
            row.offset += size
            row.created += self.tally.created - before.created
            row.known += self.tally.known - before.known
            row.failed += self.tally.failed - before.failed
            row.save(update_fields=["offset", "created", "known", "failed"])
        self.ahead = messages[count:]
        self.tally.done += count
        return count

    def _read(
        self, items: list[ArchivedMessage]
    ) -> list[tuple[ArchivedMessage, ArchiveDraft | None]]:
        """Read the next messages, about :data:`MAX_READ_BYTES` of them.

        None stands for those that need not be read. What cannot be read is tried again at its turn,
        where the error is written down.
        """
        size = 0
        messages: list[tuple[ArchivedMessage, ArchiveDraft | None]] = []
        for item in items:
            message = None
            if item.message_id not in self.known:
                with contextlib.suppress(Exception):
                    message = read_message(self.archive.raw(item.place), self.list)
            messages.append((item, message))
            size += item.place.span.size
            if size > MAX_READ_BYTES:
                break
        return messages

    def _import(self, item: ArchivedMessage, message: ArchiveDraft | None) -> None:
        existing = self.known.get(item.message_id)
        if existing is not None and not _is_same(existing, item):
            item.message_id, item.is_made_up = made_up_id(self.archive.raw(item.place)), True
            existing = self.known.get(item.message_id)
        if existing is not None:
            self.tally.known += 1
            self.topics[self._topic(item).casefold()] = existing.number
            return
        try:
            with transaction.atomic():
                self._publish(item, message)
        except Exception as error:
            log.debug("A message of an archive was left out", exc_info=True)
            self.tally.failed += 1
            text = f"{type(error).__name__}: {error}"[:_ERROR]
            self.tally.problems.append(
                f"<{item.message_id}> of {item.date:%Y-%m-%d} was left out. {text}"
            )

    def _publish(self, item: ArchivedMessage, message: ArchiveDraft | None) -> None:
        topic = self._topic(item)
        parent = self._parent(item, topic)
        if message is None:
            message = read_message(self.archive.raw(item.place), self.list)
        message = with_earlier(message, self.list, parent)
        # Its header is new since its text was prepared.
        draft = forum_services.prepare(
            draft_of(message=message, item=item, parent=parent, subject=topic)
        )
        published = forum_services.publish(
            draft=draft, author=self._member(item.author), origin="mail", now=self.now
        )
        self.known[item.message_id] = ExistingContribution(published.contribution.number, item.date)
        self.topics[topic.casefold()] = published.contribution.number
        if published.created:
            self.tally.created += 1
        else:
            self.tally.known += 1

    def _parent(self, item: ArchivedMessage, topic: str) -> int | None:
        """Return the number of the contribution that a message answers, None for a new topic."""
        for message_id in item.answers:
            if message_id in self.known:
                return self.known[message_id].number
        if item.answers or not self.options.by_subject:
            return None
        return self.topics.get(topic.casefold()) if is_reply(item.subject, topic) else None

    def _member(self, author: ArchivedAuthor) -> "Member":
        member = self.members.get(author)
        if member is None:
            address = self.options.authors.get(author.address, author.address)
            member = self.members[author] = find_or_record_author(address=address, name=author.name)
        return member

    def _topic(self, item: ArchivedMessage) -> str:
        return topic_of(item.subject, tags=self.tags)


def _is_same(existing: ExistingContribution, item: ArchivedMessage) -> bool:
    """Whether a message is the contribution that bears its Message-ID.

    Some programs use one identifier for many messages.
    """
    if existing.created_at is None or item.is_made_up:
        return True
    return abs((existing.created_at - item.date).total_seconds()) <= 1
