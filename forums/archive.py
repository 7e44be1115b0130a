"""Read a whole discussion with its files, for archives, exports and files by mail.

Who may read is asked once, before the walk; the walk itself costs the same memory however long the
discussion.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.storage import storages

from forums.models import ANSWERABLE, Attachment, Contribution
from forums.policy import READ, access_of
from forums.services.files import path_of
from hub.lib.errors import NotFound

if TYPE_CHECKING:
    from hub.members.models import Member

CHUNK = 200  # contributions fetched at a time


def contributions_in(forum_id: int, *, after: int = 0) -> Iterator[Contribution]:
    """Give the accepted contributions of a forum by number.

    The caller has checked the reader. Numbers are read in steps, so that no query stays open while
    a slow reader takes what it is sent.

    Args: after, a contribution's number. Queries: 2 for each :data:`CHUNK`.
    """
    rows = Contribution.objects.filter(forum_id=forum_id, state=Contribution.State.ACCEPTED)
    # What a moved topic holds is not of this forum any more (finding S11).
    rows = (
        rows.filter(topic__forum_id=forum_id)
        .select_related("post__topic", "post__updated_by", "author", "parent")
        .prefetch_related("attachments")
        .order_by("number")
    )
    while batch := list(rows.filter(number__gt=after)[:CHUNK]):
        yield from batch
        after = batch[-1].number


def words_of(number: int) -> tuple[str, str]:
    """Return the text of a contribution and what was folded away of it, to compare with.

    One that was withdrawn is still quoted by who answers it.

    Queries: 1.
    """
    rows = Contribution.objects.filter(number=number, state__in=ANSWERABLE)
    row = rows.select_related("post").only("number", "folded", "post__content").first()
    if row is None:
        return "", ""
    return row.text, row.folded


def check_reader(member: "Member | None", forum_id: int) -> None:
    """Let pass who may read a forum now. Raises: NotFound. Queries: 1."""
    if not access_of(member).may(READ, forum_id):
        raise NotFound


def content_of(attachment: Attachment) -> bytes:
    """Return the bytes of a file.

    Raises: NotFound when they are lost.
    """
    storage = storages["private"]
    path = path_of(attachment.sha256)
    if not storage.exists(path):
        raise NotFound
    with storage.open(path) as file:
        return bytes(file.read())


@dataclass(frozen=True)
class ExistingContribution:
    """A contribution that is here already: its number, and its date if it was imported."""

    number: int
    created_at: datetime | None


def known_message_ids(forum_id: int) -> dict[str, ExistingContribution]:
    """Return what a forum has under every Message-ID: ``Message-ID -> contribution``.

    An imported one whose Message-ID was taken stands under its own too. Queries: 1.
    """
    # A withdrawn one does not come back with an import.
    rows = Contribution.objects.filter(forum_id=forum_id, state__in=ANSWERABLE)
    by_message_id = {}
    for number, message_id, imported, created_at in rows.values_list(
        "number", "message_id", "imported", "created_at"
    ).iterator():
        if imported is None:
            by_message_id[message_id] = ExistingContribution(number, None)
            continue
        by_message_id[message_id] = ExistingContribution(number, created_at)
        if "message_id" in imported:
            by_message_id[imported["message_id"]] = by_message_id[message_id]
    return by_message_id
