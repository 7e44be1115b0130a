"""The rules every contribution passes, whichever door it came through.

Each rule looks at the case and returns a verdict, or None for "no objection"; the first verdict counts. A door may ask
:func:`decide` before it has the whole text (the mail door does, at the end of DATA); ``publish`` always asks again.
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
from forums.known import HOUR, Known
from forums.models import Contribution, ForumPolicy, Revision
from forums.policy import APPROVE, EDIT_ALL, EDIT_OWN, READ, REPLY, START, UNHELD, Access, access_of
from hub.lib.dates import say_utc
from hub.lib.errors import TooMany
from hub.lib.hooks import registered
from hub.lib.verdicts import ACCEPT, Verdict, hold, reject

if TYPE_CHECKING:
    from hub.members.models import Member

# Files a contribution may bring; what a browser would run is not among them (finding S12).
FILE_TYPES = frozenset(
    "pdf doc docx odt rtf txt csv tsv xls xlsx ods ppt pptx odp jpg jpeg png gif webp tif tiff bmp heic zip epub ics "
    "eml dat asc sig p7s".split()
)
MAX_FILES = 10


@dataclass(frozen=True)
class Case:
    """All a rule may look at."""

    draft: Draft
    author: "Member"
    topic: Topic | None
    policy: ForumPolicy | None
    access: Access
    now: datetime
    # Contributions of the author in the last hour; None where nobody has counted yet.
    said: int | None = None

    def may(self, right: str) -> bool:
        """Whether the author has the right in the forum that is written to."""
        return self.access.may(right, self.draft.forum_id)


def hidden(case: Case) -> Verdict | None:
    """Answer alike for a forum that is closed to the author and one that does not exist."""
    if case.policy is None or not case.may(READ):
        return reject("hidden", _("There is nothing here, or it is not open to you."))
    return None


def not_entitled(case: Case) -> Verdict | None:
    """Refuse who may read but not write."""
    if case.may(START if case.topic is None else REPLY):
        return None
    return reject("not-entitled", _("You can read this discussion, but not write in it. Ask its moderators to join."))


def locked(case: Case) -> Verdict | None:
    """Refuse a reply to a locked topic, except from those who lead."""
    if case.topic is not None and case.topic.is_locked and not case.may(APPROVE):
        return reject("locked", _("This topic is closed for replies. You can start a new topic."))
    return None


def outside_period(case: Case) -> Verdict | None:
    """Keep to the time box of the discussion; those who lead may prepare and wrap up."""
    if case.policy is None or case.may(APPROVE) or case.draft.created_at is not None:
        return None
    opens, closes = case.policy.opens_at, case.policy.closes_at
    if opens and case.now < opens:
        return reject("not-open-yet", _("This discussion opens on %s UTC.") % say_utc(opens))
    if closes and case.now >= closes:
        return reject("closed", _("This discussion closed on %s UTC.") % say_utc(closes))
    return None


def too_large(case: Case) -> Verdict | None:
    """Bound text and files, in bytes."""
    size = len(case.draft.text.encode("utf-8", "replace"))
    if size > settings.HUB_TEXT_MAX_SIZE:
        sizes = {"size": size // 1000 + 1, "limit": settings.HUB_TEXT_MAX_SIZE // 1000}
        sentence = _("Your text has %(size)d kB; the limit is %(limit)d kB. Shorten it, or attach it as a file.")
        return reject("too-large", sentence % sizes)
    for upload in case.draft.files:
        if len(upload.content) > settings.HUB_FILE_MAX_SIZE:
            named = {"name": upload.name, "limit": settings.HUB_FILE_MAX_SIZE // 1_000_000}
            return reject("too-large", _("The file %(name)s is over %(limit)d MB.") % named)
    return None


def file_type(case: Case) -> Verdict | None:
    """Refuse files that a reader's computer might run."""
    if len(case.draft.files) > MAX_FILES:
        sentence = ngettext(
            "A contribution can have %d file at most.", "A contribution can have %d files at most.", MAX_FILES
        )
        return reject("too-many-files", sentence % MAX_FILES)
    for upload in case.draft.files:
        if upload.name.rpartition(".")[2].lower() not in FILE_TYPES:
            sentence = _("Files like %s are not taken. Send a PDF, an office document, text or an image.")
            return reject("file-type", sentence % upload.name)
    return None


def empty(case: Case) -> Verdict | None:
    """Refuse a contribution that says nothing."""
    if case.draft.text.strip() or case.draft.files:
        return None
    if case.draft.folded.strip():
        return reject("empty", _("Your message has only quoted text. Write your own words above or below the quote."))
    return reject("empty", _("Your message is empty. Write something first."))


def rate(case: Case) -> Verdict | None:
    """Slow down one author who floods, and say when there is room again; those who lead are not counted."""
    if case.may(APPROVE) or case.draft.created_at is not None:
        return None
    sent = case.said if case.said is not None else _recent(case).count()
    if sent < settings.HUB_RATE_PER_HOUR:
        return None
    # The first moment at which one fewer than the limit lies within the hour before it.
    said_at = _recent(case).order_by("created_at").values_list("created_at", flat=True)
    free = said_at[sent - settings.HUB_RATE_PER_HOUR : sent].first() or case.now
    values = {"number": sent, "time": f"{free + HOUR + timedelta(minutes=1):%H:%M}"}
    sentence = ngettext(
        "You have sent %(number)d contribution in an hour. Try again at %(time)s UTC.",
        "You have sent %(number)d contributions in an hour. Try again at %(time)s UTC.",
        sent,
    )
    return reject("rate", sentence % values)


def _recent(case: Case) -> QuerySet[Contribution]:
    return Contribution.objects.filter(author=case.author, created_at__gt=case.now - HOUR)


def moderated(case: Case) -> Verdict | None:
    """Hold what must be seen by a moderator first."""
    if case.may(UNHELD):
        return None
    return hold("moderated", _("The moderators of this discussion read each contribution before it appears."))


RULES: tuple[Callable[[Case], Verdict | None], ...] = (
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
    known: Known | None = None,
) -> Verdict:
    """Return the verdict on a draft; writes nothing.

    Args: known, what a door that decides on many at once has asked before.

    Queries: 4 at most (access 2, policy 1, rate 1); none with ``known``.
    """
    if known is not None:
        case = Case(draft, author, topic, known.policy, known.access, now, known.said)
    else:
        policy = ForumPolicy.objects.filter(forum_id=draft.forum_id).first()
        case = Case(draft, author, topic, policy, access or access_of(author), now)
    for rule in RULES:
        verdict = rule(case)
        if verdict is not None:
            return verdict
    return ACCEPT


def check_edits(actor: "Member", rights: frozenset[str], now: datetime) -> None:
    """Raise TooMany for an author who changes words again and again: each change is kept. Queries: 0 or 1."""
    if EDIT_ALL in rights:
        return
    if Revision.objects.filter(edited_by=actor, edited_at__gt=now - HOUR).count() >= settings.HUB_RATE_PER_HOUR:
        sentence = ngettext(
            "You have changed contributions %d time in an hour. Try again later.",
            "You have changed contributions %d times in an hour. Try again later.",
            settings.HUB_RATE_PER_HOUR,
        )
        raise TooMany(sentence % settings.HUB_RATE_PER_HOUR, seconds=int(HOUR.total_seconds()))


def sealed_among(contributions: Sequence[Contribution]) -> dict[int, datetime]:
    """Return which contributions stand in a record that was closed after they were made, and when it was closed.

    Returns: ``dict[int, datetime]  # contribution number -> moment``. Queries: those registered, 1 for all.
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
    """Return the verdict on a change to a contribution in a forum that the actor may read. Queries: 0.

    What the moderators have approved is not changed behind them, nor the record once the session, the topic or the
    period is closed. Those who lead may correct it, with a reason (:func:`needs_reason`).

    Args: is_sealed, whether it is among those of :func:`sealed_among`.
    """
    if EDIT_ALL in rights:
        return ACCEPT
    if contribution.author_id != actor.pk or EDIT_OWN not in rights:
        return reject("not-author", _("Only its author and the moderators can change a contribution."))
    if is_sealed:
        return reject(
            "session-closed",
            _(
                "The session in which this was said is closed, so its record cannot be changed. "
                "Ask the chair for a correction."
            ),
        )
    if contribution.post.topic.is_locked:
        sentence = _(
            "This topic is closed, so what was said in it cannot be changed. Ask its moderators for a correction."
        )
        return reject("locked", sentence)
    if policy.closes_at and now >= policy.closes_at:
        return reject("closed", _("This discussion closed on %s UTC.") % say_utc(policy.closes_at))
    if contribution.state == Contribution.State.ACCEPTED and UNHELD not in rights:
        return reject("approved", _("The moderators have approved these words. Ask them for a change, or write again."))
    return ACCEPT


def is_closed(contribution: Contribution, policy: ForumPolicy, now: datetime, *, is_sealed: bool) -> bool:
    """Whether a contribution stands in a record that is closed: a session, a topic or a period."""
    is_over = policy.closes_at is not None and now >= policy.closes_at
    return is_sealed or is_over or bool(contribution.post.topic.is_locked)


def needs_reason(
    *, contribution: Contribution, actor: "Member", policy: ForumPolicy, now: datetime, is_sealed: bool
) -> bool:
    """Whether a change must say why: it is to somebody else's words, or to a record that is closed."""
    return contribution.author_id != actor.pk or is_closed(contribution, policy, now, is_sealed=is_sealed)
