"""The rules every contribution passes, whichever channel it came through.

Each rule looks at the question and returns a verdict, or None for "no objection"; the first verdict
counts. A channel may ask :func:`decide` before it has the whole text (the mail gateway does, at the
end of DATA); ``publish`` always asks again.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from machina.apps.forum_conversation.models import Topic

from forums.drafts import Draft
from forums.known import HOUR
from forums.models import Contribution, ForumPolicy, Revision
from forums.pace import slow
from forums.policy import (
    APPROVE,
    EDIT_ALL,
    EDIT_OWN,
    READ,
    REPLY,
    START,
    UNHELD,
    Access,
    AuthorStanding,
    standing_of,
)
from forums.quoting import is_only_quotation
from hub.lib.counts import with_count
from hub.lib.dates import format_utc
from hub.lib.errors import TooMany
from hub.lib.hooks import registered
from hub.lib.markup import PLAIN
from hub.lib.scripts import isolate
from hub.lib.verdicts import ACCEPT, Verdict, hold, reject

if TYPE_CHECKING:
    from hub.members.models import Member

# Files a contribution may bring; what a browser would run is not among them (finding S12).
FILE_TYPES = frozenset(
    "pdf doc docx odt rtf txt csv tsv xls xlsx ods ppt pptx odp jpg jpeg png gif webp tif tiff bmp "
    "heic zip epub ics "
    "eml dat asc sig p7s".split()
)
MAX_FILES = 10


@dataclass(frozen=True)
class DraftQuestion:
    """What the rules are asked: a draft, with all else that a rule may look at."""

    draft: Draft
    author: "Member"
    topic: Topic | None
    policy: ForumPolicy | None
    access: Access
    now: datetime
    # Contributions of the author in the last hour; None where nobody has counted yet.
    sent: int | None = None

    @cached_property
    def rights(self) -> frozenset[str]:
        """What the author may do in the forum that is written to; nothing where it is hidden."""
        return self.access.rights.get(self.draft.forum_id, frozenset())

    def may(self, right: str) -> bool:
        """Whether the author has the right in the forum that is written to."""
        return right in self.rights

    @property
    def is_bound_by_time(self) -> bool:
        """Whether period and rate apply: not to those who lead, nor to what an archive brings."""
        return not self.may(APPROVE) and self.draft.created_at is None


def hidden(question: DraftQuestion) -> Verdict | None:
    """Answer alike for a forum that is closed to the author and one that does not exist."""
    if question.policy is None or not question.may(READ):
        return reject("hidden", _("There is nothing here, or it is not open to you."))
    return None


def not_entitled(question: DraftQuestion) -> Verdict | None:
    """Refuse who may read but not write."""
    right = REPLY
    if question.topic is None:
        right = START
    if question.may(right):
        return None
    return reject(
        "not-entitled",
        _("You can read this discussion but not write in it. Its page says how to take part."),
    )


def locked(question: DraftQuestion) -> Verdict | None:
    """Refuse a reply to a locked topic, except from those who lead."""
    if question.topic is None or not question.topic.is_locked:
        return None
    if question.may(APPROVE):
        return None
    return reject("locked", _("This topic is closed for replies. You can start a new topic."))


def outside_period(question: DraftQuestion) -> Verdict | None:
    """Keep to the time box of the discussion; those who lead may prepare and wrap up."""
    policy = question.policy
    if policy is None or not question.is_bound_by_time:
        return None
    if policy.opens_at is not None and question.now < policy.opens_at:
        opens = format_utc(policy.opens_at)
        return reject("not-open-yet", _("This discussion opens on %s UTC.") % opens)
    return _period_over(policy, question.now)


def _period_over(policy: ForumPolicy, now: datetime) -> Verdict | None:
    if policy.closes_at is None or now < policy.closes_at:
        return None
    return reject("closed", _("This discussion closed on %s UTC.") % format_utc(policy.closes_at))


def silence(question: DraftQuestion) -> str:
    """Return why nothing can be written at a place now, empty when something can. Queries: 0."""
    for rule in (not_entitled, locked, outside_period):
        verdict = rule(question)
        if verdict is not None:
            return str(verdict.reason)
    return ""


def too_large(question: DraftQuestion) -> Verdict | None:
    """Bound text and files, in bytes."""
    size = len(question.draft.text.encode("utf-8", "replace"))
    if size > settings.HUB_TEXT_MAX_SIZE:
        sizes = {"size": size // 1000 + 1, "limit": settings.HUB_TEXT_MAX_SIZE // 1000}
        sentence = _(
            "Your text has %(size)d kB; the limit is %(limit)d kB. Shorten it, or attach it as a "
            "file."
        )
        return reject("too-large", sentence % sizes)
    for upload in question.draft.files:
        if len(upload.content) > settings.HUB_FILE_MAX_SIZE:
            named = {"name": isolate(upload.name), "limit": settings.HUB_FILE_MAX_SIZE // 1_000_000}
            return reject("too-large", _("The file %(name)s is over %(limit)d MB.") % named)
    return None


def file_type(question: DraftQuestion) -> Verdict | None:
    """Refuse files that a reader's computer might run."""
    if len(question.draft.files) > MAX_FILES:
        sentence = ngettext(
            "A contribution can have %d file at most.",
            "A contribution can have %d files at most.",
            MAX_FILES,
        )
        return reject("too-many-files", with_count(sentence, MAX_FILES))
    for upload in question.draft.files:
        if upload.name.rpartition(".")[2].lower() not in FILE_TYPES:
            sentence = _(
                "Files like %s are not accepted. Send a PDF, an office document, text or an image."
            )
            return reject("file-type", sentence % isolate(upload.name))
    return None


def empty(question: DraftQuestion) -> Verdict | None:
    """Refuse a contribution that says nothing of its own.

    The gateway of a mail has folded its quotations away.
    """
    draft = question.draft
    if draft.files:
        return None
    if draft.format != PLAIN and is_only_quotation(draft.text, draft.format):
        return reject("empty", only_quoted())
    if draft.text.strip():
        return None
    if draft.folded.strip():
        return reject("empty", only_quoted())
    return reject("empty", _("Your message is empty. Write something first."))


def only_quoted() -> str:
    """Return the answer to somebody who repeats others and adds nothing."""
    return _("Your message has only quoted text. Write your own words above or below the quote.")


def rate(question: DraftQuestion) -> Verdict | None:
    """Slow down an author who floods, and say when there is room again."""
    if not question.is_bound_by_time:
        return None
    sent = question.sent
    if sent is None:
        sent = _recent(question).count()
    if sent < settings.HUB_RATE_PER_HOUR:
        return None
    # The first moment at which one fewer than the limit lies within the hour before it.
    moments = _recent(question).order_by("created_at").values_list("created_at", flat=True)
    free = moments[sent - settings.HUB_RATE_PER_HOUR : sent].first() or question.now
    # A minute later, since the sentence names no seconds.
    room_at = free + HOUR + timedelta(minutes=1)
    values = {"number": sent, "moment": format_utc(room_at)}
    sentence = ngettext(
        "You have sent %(number)d contribution in an hour. Try again after %(moment)s UTC.",
        "You have sent %(number)d contributions in an hour. Try again after %(moment)s UTC.",
        sent,
    )
    seconds = math.ceil((room_at - question.now).total_seconds())
    return reject("rate", sentence % values, retry_after=seconds)


def _recent(question: DraftQuestion) -> QuerySet[Contribution]:
    return Contribution.objects.filter(author=question.author, created_at__gt=question.now - HOUR)


def moderated(question: DraftQuestion) -> Verdict | None:
    """Hold what must be seen by a moderator first."""
    if question.may(UNHELD):
        return None
    return hold(
        "moderated",
        _("The moderators of this discussion read each contribution before it appears."),
    )


def slow_mode(question: DraftQuestion) -> Verdict | None:
    """Let a member wait between two contributions to a discussion in slow mode."""
    if question.policy is None or not question.policy.slow_minutes:
        return None
    return slow(question, pause=timedelta(minutes=question.policy.slow_minutes))


RULES: tuple[Callable[[DraftQuestion], Verdict | None], ...] = (
    hidden,
    not_entitled,
    locked,
    outside_period,
    too_large,
    file_type,
    empty,
    rate,
    slow_mode,
    moderated,
)


def decide(
    *,
    draft: Draft,
    author: "Member",
    topic: Topic | None,
    now: datetime,
    known: AuthorStanding | None = None,
) -> Verdict:
    """Return the verdict on a draft; writes nothing.

    Args: known, where it has been asked before, as for many at once.

    Queries: 2 at most (standing 1, rate 1); none with all that is ``known``; 2 more in slow
    mode.
    """
    if known is None:
        known = standing_of(author, draft.forum_id)
    question = DraftQuestion(draft, author, topic, known.policy, known.access, now, known.sent)
    for rule in RULES:
        verdict = rule(question)
        if verdict is not None:
            return verdict
    return ACCEPT


def check_edits(actor: "Member", rights: frozenset[str], now: datetime) -> None:
    """Raise TooMany for an author who changes words again and again: each change is kept.

    Queries: 0 or 1.
    """
    if EDIT_ALL in rights:
        return
    if (
        Revision.objects.filter(edited_by=actor, edited_at__gt=now - HOUR).count()
        >= settings.HUB_RATE_PER_HOUR
    ):
        sentence = ngettext(
            "You have changed contributions %d time in an hour. Try again later.",
            "You have changed contributions %d times in an hour. Try again later.",
            settings.HUB_RATE_PER_HOUR,
        )
        raise TooMany(
            with_count(sentence, settings.HUB_RATE_PER_HOUR), seconds=int(HOUR.total_seconds())
        )


def sealed_among(contributions: Sequence[Contribution]) -> dict[int, datetime]:
    """Return when the record was closed in which contributions stand, for those that stand in one.

    Returns: ``dict[int, datetime]  # contribution number -> moment``.

    Queries: those registered, 1 for all.
    """
    sealed: dict[int, datetime] = {}
    if contributions:
        for find in registered("HUB_SEALS"):
            sealed |= find(contributions)
    return sealed


def decide_edit(
    *,
    contribution: Contribution,
    actor: "Member",
    policy: ForumPolicy,
    rights: frozenset[str],
    now: datetime,
    is_sealed: bool = False,
) -> Verdict:
    """Return the verdict on a change to a contribution in a forum that the actor may read.

    What the moderators have approved is not changed behind them, nor the record once the session,
    the topic or the period is closed. Those who lead may correct it, with a reason
    (:func:`needs_reason`).

    Args: is_sealed, whether it is among those of :func:`sealed_among`. Queries: 0.
    """
    if contribution.state == Contribution.State.WITHDRAWN:
        sentence = _("This contribution was withdrawn, so it cannot be changed.")
        return reject("withdrawn", sentence)
    if EDIT_ALL in rights:
        return ACCEPT
    if contribution.author_id != actor.pk or EDIT_OWN not in rights:
        sentence = _("Only its author and the moderators can change a contribution.")
        return reject("not-author", sentence)
    if is_sealed:
        return _sealed_record()
    if contribution.post.topic.is_locked:
        return _locked_record()
    over = _period_over(policy, now)
    if over is not None:
        return over
    if contribution.state == Contribution.State.ACCEPTED and UNHELD not in rights:
        sentence = _(
            "The moderators have approved this text. Ask them to change it, or write a "
            "new contribution."
        )
        return reject("approved", sentence)
    return ACCEPT


def _sealed_record() -> Verdict:
    """Refuse to change what was said in a conference session that is closed."""
    sentence = _(
        "The session in which this was said is closed, so its record cannot be changed. "
        "Ask the chair for a correction."
    )
    return reject("session-closed", sentence)


def _locked_record() -> Verdict:
    """Refuse to change what was said in a topic that is closed."""
    sentence = _(
        "This topic is closed, so what was said in it cannot be changed. Ask its moderators "
        "for a correction."
    )
    return reject("locked", sentence)


def is_closed(
    contribution: Contribution, policy: ForumPolicy, now: datetime, *, is_sealed: bool
) -> bool:
    """Whether a contribution stands in a record that is closed: a session, a topic or a period."""
    if is_sealed or contribution.post.topic.is_locked:
        return True
    return _period_over(policy, now) is not None


def needs_reason(
    *,
    contribution: Contribution,
    actor: "Member",
    policy: ForumPolicy,
    now: datetime,
    is_sealed: bool,
) -> bool:
    """Whether a change must say why: to somebody else's words, or to a record that is closed."""
    if contribution.author_id != actor.pk:
        return True
    return is_closed(contribution, policy, now, is_sealed=is_sealed)
