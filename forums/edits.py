"""Show edits: the mark beside edited words, wherever they stand, and the history behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from forums.models import Contribution, ForumPolicy, Revision, SummaryVersion
from forums.policy import APPROVE
from forums.rules import is_closed, sealed_among
from forums.selectors import Discussion, contribution_for, discussion_for
from hub.lib.dates import format_day
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
            "day": format_day(timezone.localtime(self.at), short=True),
            "reason": isolate(self.reason),
        }
        return self._words() % values

    def _words(self) -> str:
        if self.is_after_close:
            if self.by_author:
                return _("Changed after the session by the author on %(day)s: %(reason)s")
            return _("Changed after the session by %(name)s on %(day)s: %(reason)s")
        if self.by_author:
            if self.reason:
                return _("Edited by the author on %(day)s: %(reason)s")
            return _("Edited by the author on %(day)s")
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
    """Return the mark of a contribution's last edit on one line, empty for one never edited."""
    edit = edit_of(contribution)
    if edit is None:
        return ""
    return " ".join(edit.line.split())


def edits_of(
    contributions: Iterable[Contribution], *, sealed: Mapping[int, datetime] | None = None
) -> dict[int, Edit]:
    """Return the last edits of contributions: ``dict[int, Edit]  # number -> edit``.

    Args: sealed, what :func:`forums.rules.sealed_among` says of them, where it was asked before.

    Queries: none when nothing is edited, 1 otherwise, with ``post__updated_by`` joined.
    """
    rows = [row for row in contributions if row.revision]
    if sealed is None:
        sealed = sealed_among(rows)
    edits = {row.number: edit_of(row, sealed_at=sealed.get(row.number)) for row in rows}
    return {number: edit for number, edit in edits.items() if edit is not None}


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
    pages, page, numbers = _numbers(contribution.revision, page)
    # The one before the oldest says who replaced it.
    revisions = contribution.revisions.filter(number__gte=numbers[-1] - 1, number__lte=numbers[0])
    rows = {row.number: row for row in revisions.select_related("edited_by")}
    wordings = _Wordings(contribution, rows, _sees_all(member, contribution, discussion))
    versions = [wordings.version(version_number) for version_number in numbers]
    return contribution, discussion, History(versions, page, pages)


def _numbers(newest: int, page: int) -> tuple[int, int, list[int]]:
    """Return how many pages there are, the nearest one, and its numbers, the newest first."""
    pages = newest // PAGE + 1
    page = min(max(page, 1), pages)
    first = newest - (page - 1) * PAGE
    return pages, page, list(range(first, max(first - PAGE, -1), -1))


def _sees_all(member: "Member | None", contribution: Contribution, discussion: Discussion) -> bool:
    """Whether a reader sees the words too that were changed before they were shown to all."""
    if discussion.may(APPROVE):
        return True
    return member is not None and contribution.author_id == member.pk


@dataclass(frozen=True)
class _Wordings:
    """The wordings of a contribution for one reader.

    Args: revisions, ``dict[int, Revision]  # number -> what the edit replaced``, those on the page
    and the one before them.
    """

    contribution: Contribution
    revisions: dict[int, Revision]
    sees_all: bool

    def text_at(self, number: int) -> str | None:
        """Return the words at a revision, None where the reader may not see them."""
        if number == self.contribution.revision:
            return self.contribution.text
        row = self.revisions.get(number)
        if row is None:
            return None
        if self.sees_all or row.was_public:
            return row.text
        return None

    def version(self, number: int) -> Version:
        """Return one wording, with what changed in it."""
        writer, at, reason = self.contribution.speaker.name, self.contribution.created_at, ""
        edit = self.revisions.get(number - 1)
        if edit is not None:
            writer, at, reason = edit.edited_by.get_full_name(), edit.edited_at, edit.reason
        text, before = self.text_at(number), self.text_at(number - 1)
        if text is None:
            return Version(number, writer, at, reason, text="", pieces=[], is_hidden=True)
        pieces: list[Piece] = []
        if before is not None:
            pieces = changes(before, text)
        return Version(number, writer, at, reason, text, pieces)


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
        row = rows.get(number, SummaryVersion(number=number))
        text = row.text
        if number == policy.summary_revision:
            text = policy.summary
        if number not in rows and not text:
            # Nothing stood there before the first one was written.
            continue
        writer = ""
        if row.written_by is not None:
            writer = row.written_by.get_full_name()
        pieces: list[Piece] = []
        if number - 1 in rows:
            pieces = changes(rows[number - 1].text, text)
        versions.append(Version(number, writer, row.written_at, "", text, pieces))
    return discussion, History(versions, page, pages)


def summary_revision_of(member: "Member", forum_id: int) -> int:
    """Return the newest summary of a discussion that its writer may replace unseen, -1 for none.

    That is one the member wrote, or an empty one. Queries: 2 at most.
    """
    policy = ForumPolicy.objects.get(forum_id=forum_id)
    if not policy.summary:
        return policy.summary_revision
    own = SummaryVersion.objects.filter(forum_id=forum_id, written_by=member)
    numbers = own.order_by("-number").values_list("number", flat=True)
    return next(iter(numbers[:1]), -1)
