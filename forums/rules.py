"""The rules every contribution passes, whichever channel it came through.

Each rule looks at the case and returns a verdict, or None for "no objection"; the first verdict
counts. A channel may ask :func:`decide` before it has the whole text (the mail gateway does, at the
end of DATA); ``publish`` always asks again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from machina.apps.forum_conversation.models import Topic

from forums.drafts import Draft
from forums.known import HOUR, AuthorStanding
from forums.models import Contribution, ForumPolicy, Revision
from forums.policy import APPROVE, EDIT_ALL, EDIT_OWN, READ, REPLY, START, UNHELD, Access, access_of
from forums.quoting import is_only_quotation
from hub.lib.counts import with_count
from hub.lib.dates import say_utc
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
class DraftCase:
    """A draft with all else that a rule may look at."""

    draft: Draft
    author: "Member"
    topic: Topic | None
    policy: ForumPolicy | None
    access: Access
    now: datetime
    # Contributions of the author in the last hour; None where nobody has counted yet.
    sent: int | None = None

    def may(self, right: str) -> bool:
        """Whether the author has the right in the forum that is written to."""
        return self.access.may(right, self.draft.forum_id)


def hidden(case: DraftCase) -> Verdict | None:
    """Answer alike for a forum that is closed to the author and one that does not exist."""
    if case.policy is None or not case.may(READ):
        return reject("hidden", _("There is nothing here, or it is not open to you."))
    return None


def not_entitled(case: DraftCase) -> Verdict | None:
    """Refuse who may read but not write."""
    if case.may(START if case.topic is None else REPLY):
        return None
    return reject(
        "not-entitled",
        _("You can read this discussion, but not write in it. Ask its moderators to join."),
    )


def locked(case: DraftCase) -> Verdict | None:
    """Refuse a reply to a locked topic, except from those who lead."""
    if case.topic is not None and case.topic.is_locked and not case.may(APPROVE):
        return reject("locked", _("This topic is closed for replies. You can start a new topic."))
    return None


def outside_period(case: DraftCase) -> Verdict | None:
    """Keep to the time box of the discussion; those who lead may prepare and wrap up."""
    if case.policy is None or case.may(APPROVE) or case.draft.created_at is not None:
        return None
    opens, closes = case.policy.opens_at, case.policy.closes_at
    if opens and case.now < opens:
        return reject("not-open-yet", _("This discussion opens on %s UTC.") % say_utc(opens))
    if closes and case.now >= closes:
        return reject("closed", _("This discussion closed on %s UTC.") % say_utc(closes))
    return None


def silence(case: DraftCase) -> str:
    """Return why somebody cannot write at a place now,
    whatever they would write; empty when they can. Queries: 0.
    """
    for rule in (not_entitled, locked, outside_period):
        verdict = rule(case)
        if verdict is not None:
            return str(verdict.reason)
    return ""


def too_large(case: DraftCase) -> Verdict | None:
    """Bound text and files, in bytes."""
    size = len(case.draft.text.encode("utf-8", "replace"))
    if size > settings.HUB_TEXT_MAX_SIZE:
        sizes = {"size": size // 1000 + 1, "limit": settings.HUB_TEXT_MAX_SIZE // 1000}
        sentence = _(
            "Your text has %(size)d kB; the limit is %(limit)d kB. Shorten it, or attach it as a "
            "file."
        )
        return reject("too-large", sentence % sizes)
    for upload in case.draft.files:
        if len(upload.content) > settings.HUB_FILE_MAX_SIZE:
            named = {"name": isolate(upload.name), "limit": settings.HUB_FILE_MAX_SIZE // 1_000_000}
            return reject("too-large", _("The file %(name)s is over %(limit)d MB.") % named)
    return None


def file_type(case: DraftCase) -> Verdict | None:
    """Refuse files that a reader's computer might run."""
    if len(case.draft.files) > MAX_FILES:
        sentence = ngettext(
            "A contribution can have %d file at most.",
            "A contribution can have %d files at most.",
            MAX_FILES,
        )
        return reject("too-many-files", with_count(sentence, MAX_FILES))
    for upload in case.draft.files:
        if upload.name.rpartition(".")[2].lower() not in FILE_TYPES:
            sentence = _(
                "Files like %s are not taken. Send a PDF, an office document, text or an image."
            )
            return reject("file-type", sentence % isolate(upload.name))
    return None


def empty(case: DraftCase) -> Verdict | None:
    """Refuse a contribution that says nothing of its own;
    of a mail, its gateway has folded the quotations away.
    """
    draft = case.draft
    is_quotation = draft.format != PLAIN and is_only_quotation(draft.text, draft.format)
    if draft.files or (draft.text.strip() and not is_quotation):
        return None
    if is_quotation or draft.folded.strip():
        return reject("empty", only_quoted())
    return reject("empty", _("Your message is empty. Write something first."))


def only_quoted() -> str:
    """Return what is said to who repeats others and adds nothing."""
    return _("Your message has only quoted text. Write your own words above or below the quote.")


def rate(case: DraftCase) -> Verdict | None:
    """Slow down one author who floods, and say when
    there is room again; those who lead are not counted.
    """
    if case.may(APPROVE) or case.draft.created_at is not None:
        return None
    sent = case.sent if case.sent is not None else _recent(case).count()
    if sent < settings.HUB_RATE_PER_HOUR:
        return None
    # The first moment at which one fewer than the limit lies within the hour before it.
    said_at = _recent(case).order_by("created_at").values_list("created_at", flat=True)
    free = said_at[sent - settings.HUB_RATE_PER_HOUR : sent].first() or case.now
    values = {"number": sent, "moment": say_utc(free + HOUR + timedelta(minutes=1))}
    sentence = ngettext(
        "You have sent %(number)d contribution in an hour. Try again after %(moment)s UTC.",
        "You have sent %(number)d contributions in an hour. Try again after %(moment)s UTC.",
        sent,
    )
    return reject("rate", sentence % values)


def _recent(case: DraftCase) -> QuerySet[Contribution]:
    return Contribution.objects.filter(author=case.author, created_at__gt=case.now - HOUR)


def moderated(case: DraftCase) -> Verdict | None:
    """Hold what must be seen by a moderator first."""
    if case.may(UNHELD):
        return None
    return hold(
        "moderated",
        _("The moderators of this discussion read each contribution before it appears."),
    )


RULES: tuple[Callable[[DraftCase], Verdict | None], ...] = (
    hidden,
    not_entitled,
    locked,
    outside_period,
    too_large,
    file_type,
    empty,
    rate,
    moderated,
)


def decide(
    *,
    draft: Draft,
    author: "Member",
    topic: Topic | None,
    now: datetime,
    access: Access | None = None,
    known: AuthorStanding | None = None,
) -> Verdict:
    """Return the verdict on a draft; writes nothing.

    Args: known, what a channel that decides on many at once has asked before.

    Queries: 4 at most (access 2, policy 1, rate 1); none with ``known``.
    """
    if known is not None:
        case = DraftCase(draft, author, topic, known.policy, known.access, now, known.sent)
    else:
        policy = ForumPolicy.objects.filter(forum_id=draft.forum_id).first()
        case = DraftCase(draft, author, topic, policy, access or access_of(author), now)
    for rule in RULES:
        verdict = rule(case)
        if verdict is not None:
            return verdict
    return ACCEPT


def check_edits(actor: "Member", rights: frozenset[str], now: datetime) -> None:
    """Raise TooMany for an author who changes words again
    and again: each change is kept. Queries: 0 or 1.
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
    """Return which contributions stand in a record that was closed after they were made, and when
    it was closed.

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
    """Return the verdict on a change to a contribution in a forum that the actor may read. Queries:
    0.

    What the moderators have approved is not changed behind them, nor the record once the session,
    the topic or the period is closed. Those who lead may correct it, with a reason
    (:func:`needs_reason`).

    Args: is_sealed, whether it is among those of :func:`sealed_among`.
    """
    if EDIT_ALL in rights:
        return ACCEPT
    if contribution.author_id != actor.pk or EDIT_OWN not in rights:
        sentence = _("Only its author and the moderators can change a contribution.")
        return reject("not-author", sentence)
    if is_sealed or contribution.post.topic.is_locked:
        return _closed_record(is_sealed=is_sealed)
    if policy.closes_at and now >= policy.closes_at:
        return reject("closed", _("This discussion closed on %s UTC.") % say_utc(policy.closes_at))
    if contribution.state == Contribution.State.ACCEPTED and UNHELD not in rights:
        sentence = _(
            "The moderators have approved these words. Ask them for a change, or write again."
        )
        return reject("approved", sentence)
    return ACCEPT


def _closed_record(*, is_sealed: bool) -> Verdict:
    """Refuse to change what was said in a session or a topic that is closed."""
    if is_sealed:
        sentence = _(
            "The session in which this was said is closed, so its record cannot be changed. "
            "Ask the chair for a correction."
        )
        return reject("session-closed", sentence)
    sentence = _(
        "This topic is closed, so what was said in it cannot be changed. Ask its moderators "
        "for a correction."
    )
    return reject("locked", sentence)


def is_closed(
    contribution: Contribution, policy: ForumPolicy, now: datetime, *, is_sealed: bool
) -> bool:
    """Whether a contribution stands in a record that is closed: a session, a topic or a period."""
    is_over = policy.closes_at is not None and now >= policy.closes_at
    return is_sealed or is_over or bool(contribution.post.topic.is_locked)


def needs_reason(
    *,
    contribution: Contribution,
    actor: "Member",
    policy: ForumPolicy,
    now: datetime,
    is_sealed: bool,
) -> bool:
    """Whether a change must say why: it is to somebody
    else's words, or to a record that is closed.
    """
    return contribution.author_id != actor.pk or is_closed(
        contribution, policy, now, is_sealed=is_sealed
    )
