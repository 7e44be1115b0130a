"""Publish what the SMTP session accepted; the worker calls it (``HUB_PUMPS``), a prompt wakes it after each commit.

A row is claimed by a conditional UPDATE with a lease. Contribution and outcome are one transaction, and the
contribution carries the row's key as its ``once_key``: a worker killed anywhere leaves either nothing or all of it.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from forums import services as forums
from forums.drafts import Draft
from hub.lib.bus import wake
from hub.lib.clock import now as clock
from hub.lib.errors import HubError
from hub.lib.markup import rendered_ahead
from hub.lib.verdicts import Action
from listserv import rules
from listserv.inbound import aliases, errands, letters, traces
from listserv.inbound.compose import compose, find_parent
from listserv.inbound.mime import Mail, mail_of
from listserv.inbound.recipients import POSTING
from listserv.models import HELD_FOR, InboundMail

log = logging.getLogger(__name__)
State = InboundMail.State
BATCH = 20  # mails
# Publishing takes milliseconds; a mail whose worker was killed waits so long for another one.
LEASE = timedelta(seconds=10)
# A mail that failed is tried again after so long; after the last it is given up, and shown.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))
# A mail whose author is over the rate was accepted: it waits for its turn.
RATE_PAUSE = timedelta(minutes=5)
# A reply waits this long for the mail it answers, when that one is accepted and not yet published.
PARENT_PAUSE = timedelta(seconds=1)
PARENT_WAIT = timedelta(minutes=1)
_TIDY = 600.0  # seconds between looks at what was held too long
_tidied = 0.0


class _ClaimLostError(Exception):
    """Another worker has the row: undo what this one did."""


def publish_accepted(now: datetime) -> int:
    """Carry out the queued mails that are due, oldest first; return how many were claimed.

    Queries: 1 when there are none.
    """
    claimed = 0
    for pk in _due(now)[:BATCH]:
        row = _claim(pk, now)
        if row is not None:
            claimed += 1
            _process(row)
    if not claimed:
        _tidy(now)
    return claimed


def _due(now: datetime) -> list[int]:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    rows = InboundMail.objects.filter(free, state=State.QUEUED, next_at__lte=now).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _claim(pk: int, now: datetime) -> InboundMail | None:
    lease = clock() + LEASE
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    taken = InboundMail.objects.filter(free, pk=pk, state=State.QUEUED, next_at__lte=now)
    if not taken.update(claimed_until=lease, attempts=F("attempts") + 1):
        return None
    return InboundMail.objects.select_related("list__forum", "member").get(pk=pk)


def _process(row: InboundMail) -> None:
    try:
        if row.kind in POSTING:
            plan = _plan(row)
            with transaction.atomic():
                _publish(row, plan)
        else:
            with rendered_ahead(*errands.new_words(row)), transaction.atomic():
                errands.carry_out(row)
                _settle(row, State.DONE, error="")
    except _ClaimLostError:
        log.warning("The mail %s was taken over by another worker", row.pk)
    except HubError as error:
        _refuse(row, error)
    except Exception as error:
        log.exception("The mail %s could not be published", row.pk)
        _retry_later(row, error)


def _settle(row: InboundMail, state: str, **values: object) -> None:
    """Write the outcome, if the claim still holds."""
    changed = InboundMail.objects.filter(pk=row.pk, state=State.QUEUED, claimed_until=row.claimed_until).update(
        state=state, claimed_until=None, processed_at=clock(), **values
    )
    if not changed:
        raise _ClaimLostError
    transaction.on_commit(lambda: traces.note_settled(row, state, values))


@dataclass(frozen=True)
class _Plan:
    """What is to be done with a mail for a list; one of them, or nothing when the list or the member is gone."""

    draft: Draft | None = None
    waits: bool = False
    earlier: InboundMail | None = None
    unproven: tuple[int, ...] = ()  # keys of held mails that say the same


def _plan(row: InboundMail) -> _Plan:
    """Parse, trim and render a mail before the transaction: a large one takes a second."""
    if row.list is None or row.member is None:
        return _Plan()
    mail = mail_of(row)
    parent = find_parent(mail=mail, mailing_list=row.list, answers=row.answers)
    if parent is None and _parent_is_coming(row, mail):
        return _Plan(waits=True)
    copies = InboundMail.objects.filter(
        list=row.list, member=row.member, message_id=row.message_id, state=State.PUBLISHED
    ).exclude(message_id="")
    for earlier in copies.order_by("pk")[: rules.MOST_COPIES]:
        if rules.is_same(bytes(earlier.raw), mail):
            return _Plan(earlier=earlier)
    draft = compose(
        mail=mail, mailing_list=row.list, parent=parent, address=mail.from_addresses[0] if mail.from_addresses else "",
        once_key=f"mail:{row.pk}",
    )  # fmt: skip
    return _Plan(forums.prepare(draft), unproven=_unproven(row, mail))


def _unproven(row: InboundMail, mail: Mail) -> tuple[int, ...]:
    """Return which held mails of the same Message-ID are copies of one that is proven. Queries: 1 at most."""
    if not row.message_id:
        return ()
    same_id = InboundMail.objects.filter(list=row.list, member=row.member, message_id=row.message_id, state=State.HELD)
    rows = same_id.order_by("pk").values_list("pk", "raw")[: rules.MOST_COPIES]
    return tuple(pk for pk, raw in rows if rules.is_same(bytes(raw), mail))


def _publish(row: InboundMail, plan: _Plan) -> None:
    """Make the contribution. The moment that counts is that of receipt: who wrote in time was in time."""
    if plan.waits:
        _put_off(row, PARENT_PAUSE)
        return
    if plan.earlier is not None:
        _settle(row, State.DISCARDED, code="duplicate", action=Action.DISCARD, contribution=plan.earlier.contribution)
        return
    if plan.draft is None or row.member is None:
        _settle(row, State.REJECTED, code="gone", action=Action.REJECT, reason="The list or the member is gone.")
        return
    said_at = clock() if row.proof == InboundMail.Proof.CONFIRMED else row.received_at
    published = forums.publish(draft=plan.draft, author=row.member, origin="mail", now=said_at)
    if not published.created:
        _settle(row, State.DISCARDED, code="duplicate", action=Action.DISCARD, contribution=published.contribution)
        return
    _settle(row, State.PUBLISHED, contribution=published.contribution, code=published.verdict.code, error="")
    # The unproven copy of the same mail, as when one went to the list and one to the reply address.
    rows = InboundMail.objects.filter(list=row.list, member=row.member, message_id=row.message_id, state=State.HELD)
    copies = rows.filter(kind__in=POSTING, pk__in=plan.unproven).exclude(message_id="")
    copies.update(
        state=State.DISCARDED, code="duplicate", action=Action.DISCARD, contribution=published.contribution,
        processed_at=clock(),
    )  # fmt: skip


def _parent_is_coming(row: InboundMail, mail: Mail) -> bool:
    named = [*mail.in_reply_to, *mail.references[-20:]]
    if not named or clock() - row.received_at > PARENT_WAIT:
        return False
    ahead = InboundMail.objects.filter(list=row.list, state=State.QUEUED, message_id__in=named)
    return ahead.exclude(pk=row.pk).exists()


def _put_off(row: InboundMail, pause: timedelta) -> None:
    """Let it wait without counting an attempt."""
    InboundMail.objects.filter(pk=row.pk, claimed_until=row.claimed_until).update(
        claimed_until=None, next_at=clock() + pause, attempts=F("attempts") - 1
    )


def _refuse(row: InboundMail, error: HubError) -> None:
    """Record that a rule refused what the session had accepted, and tell the member, who is proven to have sent it."""
    if error.code == "rate":
        _put_off(row, RATE_PAUSE)
        return
    try:
        with transaction.atomic():
            _settle(row, State.REJECTED, action=Action.REJECT, code=error.code, reason=str(error))
            row.reason = str(error)
            if row.kind in POSTING or row.kind == aliases.KIND:
                letters.tell_refused(row)
    except _ClaimLostError:
        log.warning("The mail %s was taken over by another worker", row.pk)


def _retry_later(row: InboundMail, error: Exception) -> None:
    """Let a mail that failed on our side wait; after the last time it is failed, visible with its error."""
    text = f"{type(error).__name__}: {error}"[:2_000].replace("\0", "\ufffd")
    mine = InboundMail.objects.filter(pk=row.pk, state=State.QUEUED, claimed_until=row.claimed_until)
    if row.attempts > len(BACKOFF):
        mine.update(state=State.FAILED, claimed_until=None, processed_at=clock(), error=text)
        return
    mine.update(claimed_until=None, next_at=clock() + BACKOFF[row.attempts - 1], error=text)


def _tidy(now: datetime) -> None:
    """Discard what was held too long; looked for now and then, when there is nothing else to do."""
    global _tidied  # noqa: PLW0603 - when this process last looked
    if time.monotonic() - _tidied < _TIDY:
        return
    _tidied = time.monotonic()
    old = InboundMail.objects.filter(state=State.HELD, received_at__lt=now - HELD_FOR)
    old.update(state=State.DISCARDED, code="unconfirmed", action=Action.DISCARD, processed_at=now)


def retry_failed(*, pk: int) -> bool:
    """Queue a failed mail again, for an operator who has mended what was wrong; False when it is not failed."""
    with transaction.atomic():
        changed = InboundMail.objects.filter(pk=pk, state=State.FAILED).update(
            state=State.QUEUED, attempts=0, next_at=clock(), error=""
        )
        if changed:
            wake("inbound")
    return bool(changed)
