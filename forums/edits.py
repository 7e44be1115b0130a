"""How an edit is shown: the mark beside edited words,
wherever they stand, and the history behind it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from forums.models import Contribution, ForumPolicy, Revision, SummaryVersion
from forums.policy import APPROVE
from forums.rules import is_closed, sealed_among
from forums.selectors import Discussion, contribution_for, discussion_for
from hub.lib.dates import say_day
from hub.lib.differences import Piece, changes
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from hub.members.models import Member

# Versions on one page of a history.
PAGE = 10


@dataclass(frozen=True)
class Edit:
    """The last edit of a contribution.

    Args:
        by: the name of who made it; ``by_author`` whether that is the author.
        reason: why, in the editor's own words; empty for none.
        is_after_close: whether the session, in whose transcript the words stand, was closed then.
    """

    by: str
    at: datetime
    reason: str
    by_author: bool
    is_after_close: bool = False

    @property
    def line(self) -> str:
        """The mark in a sentence, in the present language, with the day in the present zone."""
        values = {
            "name": isolate(self.by),
            "day": say_day(timezone.localtime(self.at), short=True),
            "reason": isolate(self.reason),
        }
        return self._words() % values

    def _words(self) -> str:
        if self.is_after_close:
            if self.by_author:
                return _("Changed after the session by the author on %(day)s: %(reason)s")
            return _("Changed after the session by %(name)s on %(day)s: %(reason)s")
        if self.by_author:
            return (
                _("Edited by the author on %(day)s: %(reason)s")
                if self.reason
                else _("Edited by the author on %(day)s")
            )
        if self.reason:
            return _("Edited by the moderator %(name)s on %(day)s: %(reason)s")
        return _("Edited by the moderator %(name)s on %(day)s")


def edit_of(contribution: Contribution, *, sealed_at: datetime | None = None) -> Edit | None:
    """Return the last edit of a contribution, None when it stands as first written.

    Args: sealed_at, when the session was closed in which it was made
    (:func:`forums.rules.sealed_among`).

    Queries: none when ``post__updated_by`` is joined; 1 for an edited one otherwise.
    """
    post = contribution.post
    if not contribution.revision or post.updated_by_id is None:
        return None
    return Edit(
        by=post.updated_by.get_full_name(),
        at=post.updated,
        reason=post.update_reason or "",
        by_author=post.updated_by_id == contribution.author_id,
        is_after_close=sealed_at is not None and post.updated >= sealed_at,
    )


def mark_of(contribution: Contribution) -> str:
    """Return the mark of a contribution's last edit on
    one line, empty when it stands as first written.
    """
    edit = edit_of(contribution)
    return " ".join(edit.line.split()) if edit is not None else ""


def edits_of(contributions: Iterable[Contribution]) -> dict[int, Edit]:
    """Return the last edits of contributions: ``dict[int, Edit]  # number -> edit``.

    Queries: none when nothing is edited, 1 otherwise, with ``post__updated_by`` joined.
    """
    rows = [row for row in contributions if row.revision]
    sealed = sealed_among(rows)
    return {
        row.number: edit
        for row in rows
        if (edit := edit_of(row, sealed_at=sealed.get(row.number))) is not None
    }


def is_closed_record(contribution: Contribution, now: datetime) -> bool:
    """Whether a contribution stands in a closed session, topic or period. Queries: 2."""
    policy = ForumPolicy.objects.get(forum_id=contribution.forum_id)
    return is_closed(contribution, policy, now, is_sealed=bool(sealed_among([contribution])))


@dataclass(frozen=True)
class Version:
    """One wording in a history, with what the edit that made it changed.

    Args:
        number: 0 as first written.
        writer: who wrote it, empty when that is not known; ``reason`` why it replaced the one
            before.
        text: empty where :attr:`is_hidden`, since these words were never shown to all.
    """

    number: int
    writer: str
    at: datetime | None
    reason: str
    text: str
    pieces: list[Piece]
    is_hidden: bool = False


@dataclass(frozen=True)
class History:
    """A page of the wordings of something, the newest first."""

    versions: list[Version]
    number: int
    pages: int


def history_for(
    member: "Member | None", number: int, *, page: int = 1
) -> tuple[Contribution, Discussion, History]:
    """Return a contribution, its discussion and a page of its wordings.

    Words that were changed before all could read them are for the author and those who moderate.

    Raises: NotFound for hidden and missing alike. Queries: those of the two selectors and 1.
    """
    contribution = contribution_for(member, number)
    discussion = discussion_for(member, contribution.forum_id)
    is_author = member is not None and contribution.author_id == member.pk
    sees_all = is_author or discussion.may(APPROVE)
    pages, page, numbers = _numbers(contribution.revision, page)
    # The one before the oldest says who replaced it.
    revisions = contribution.revisions.filter(number__gte=numbers[-1] - 1, number__lte=numbers[0])
    rows = {row.number: row for row in revisions.select_related("edited_by")}
    versions = [
        _version(contribution, rows, version_number, sees_all=sees_all)
        for version_number in numbers
    ]
    return contribution, discussion, History(versions, page, pages)


def _numbers(newest: int, page: int) -> tuple[int, int, list[int]]:
    """Return how many pages there are, the nearest page
    there is, and the numbers on it, the newest first.
    """
    pages = newest // PAGE + 1
    page = min(max(page, 1), pages)
    first = newest - (page - 1) * PAGE
    return pages, page, list(range(first, max(first - PAGE, -1), -1))


def _version(
    contribution: Contribution, rows: dict[int, Revision], number: int, *, sees_all: bool
) -> Version:
    def text_of(revision: int) -> str | None:
        if revision == contribution.revision:
            return contribution.text
        row = rows.get(revision)
        return row.text if row is not None and (sees_all or row.was_public) else None

    text, edit = text_of(number), rows.get(number - 1)
    before = text_of(number - 1) if number else None
    return Version(
        number=number,
        writer=edit.edited_by.get_full_name() if edit else contribution.speaker.name,
        at=edit.edited_at if edit else contribution.created_at,
        reason=edit.reason if edit else "",
        text=text or "",
        pieces=changes(before, text) if before is not None and text is not None else [],
        is_hidden=text is None,
    )


def summary_history_for(
    member: "Member | None", forum_id: int, *, page: int = 1
) -> tuple[Discussion, History]:
    """Return a discussion and a page of the wordings of its summary.

    Raises: NotFound for hidden and missing alike. Queries: those of the selector and 1.
    """
    discussion = discussion_for(member, forum_id)
    policy = discussion.policy
    pages, page, numbers = _numbers(policy.summary_revision, page)
    summaries = SummaryVersion.objects.filter(
        forum_id=forum_id, number__in=[*numbers, numbers[-1] - 1]
    )
    rows = {row.number: row for row in summaries.select_related("written_by")}
    versions = []
    for number in numbers:
        row, before = rows.get(number), rows.get(number - 1)
        is_present = number == policy.summary_revision
        earlier_text = row.text if row else ""
        text = policy.summary if is_present else earlier_text
        if row is None and not text:
            # Nothing stood there before the first one was written.
            continue
        versions.append(
            Version(
                number=number,
                writer=row.written_by.get_full_name() if row and row.written_by else "",
                at=row.written_at if row else None,
                reason="",
                text=text,
                pieces=changes(before.text, text) if before else [],
            )
        )
    return discussion, History(versions, page, pages)


def summary_revision_of(member: "Member", forum_id: int) -> int:
    """Return the newest summary of a discussion that a member wrote or that holds nothing to
    replace, -1 for none.

    Queries: 2.
    """
    policy = ForumPolicy.objects.get(forum_id=forum_id)
    if not policy.summary:
        return policy.summary_revision
    newest = (
        SummaryVersion.objects.filter(forum_id=forum_id, written_by=member)
        .order_by("number")
        .last()
    )
    return newest.number if newest is not None else -1
