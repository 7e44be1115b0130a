"""Publish what the SMTP session accepted: a queue worker, woken by each commit.

Contribution and outcome are one transaction, and the contribution carries the row's key as its
``once_key``: a worker killed anywhere leaves either nothing or all of it. What the session has read
is published as it stands (:mod:`listserv.gateway.stored_drafts`); the message is read again only
when it answers one that was not published yet.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from forums import services as forum_services
from forums.drafts import Draft, Published
from forums.known import RecordExcerpt
from hub.lib import clock
from hub.lib.errors import HubError
from hub.lib.markup import TEXT_FORMATS, rendered_ahead
from hub.lib.verdicts import Action
from listserv.address_kinds import POSTING, AddressKind
from listserv.gateway import address_handlers, notifications, rules, states, stored_drafts
from listserv.gateway.compose import compose, find_parent
from listserv.gateway.states import State
from listserv.gateway.stored_drafts import parsed_message
from listserv.models import InboundMail

log = logging.getLogger(__name__)
BATCH = 20  # messages
# A message whose author is over the rate was accepted: it waits for its turn.
RATE_PAUSE = timedelta(minutes=5)
# A reply waits this long for the message it answers, when that one is accepted and not yet
# published.
PARENT_PAUSE = timedelta(seconds=1)
PARENT_WAIT = timedelta(minutes=1)
LOOK_SECONDS = 600.0  # between looks at what was held too long
# Whose senders are told when a rule refuses what the session had accepted.
_NOTIFIED_KINDS = POSTING | {AddressKind.ALIAS}
_looked_at = 0.0


def publish_accepted(now: datetime) -> int:
    """Carry out the queued messages that are due, oldest first; return how many were claimed.

    Queries: 1 when there are none.
    """
    claimed = 0
    for pk in states.due(now, BATCH):
        # The lease begins when the row is claimed: those before it may have taken seconds.
        moment = max(now, clock.now())
        row = states.claim(pk, moment)
        if row is not None:
            claimed += 1
            _process(row, moment)
    if not claimed:
        _discard_unconfirmed(now)
    return claimed


def _process(row: InboundMail, now: datetime) -> None:
    try:
        if row.kind in POSTING:
            _publish(row, now)
        else:
            _carry_out(row, now)
    except states.ClaimLostError:
        log.warning("The mail %s was taken over by another worker", row.pk)
    except HubError as error:
        _refuse(row, error, now)
    except Exception as error:
        log.exception("The mail %s could not be published", row.pk)
        states.retry_later(row, error)


def _carry_out(row: InboundMail, now: datetime) -> None:
    texts = address_handlers.written_texts(row)
    with rendered_ahead(*texts, text_formats=TEXT_FORMATS), transaction.atomic():
        address_handlers.carry_out(row)
        states.settle(row, State.DONE, now, error="")


# --- Contributions --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plan:
    """What is to be done with a message for a list; nothing when the list is gone."""

    draft: Draft | None = None
    waits: bool = False
    earlier: InboundMail | None = None  # the same message, published before
    unproven: tuple[int, ...] = ()  # keys of held messages that say the same


def _publish(row: InboundMail, now: datetime) -> None:
    plan = _plan(row, now)
    with transaction.atomic():
        _carry_out_plan(row, plan, now)


def _plan(row: InboundMail, now: datetime) -> _Plan:
    """Decide and render before the transaction: a large message takes a second."""
    if row.list is None or row.member is None:
        return _Plan()
    draft = stored_drafts.load(bytes(row.draft or b"")) or _read_again(row)
    names = _named_by(draft) if draft.parent is None else []
    if _has_come(row, names, now):
        draft = _read_again(row)
    elif _is_coming(row, names, now):
        return _Plan(waits=True)
    earlier = _published_before(row)
    if earlier is not None:
        return _Plan(earlier=earlier)
    draft = replace(draft, once_key=f"mail:{row.pk}")
    return _Plan(forum_services.prepare(draft), unproven=_held_copies(row))


def _read_again(row: InboundMail) -> Draft:
    """Read a message once more: what it answers is here now, or its row is of an old release."""
    assert row.list is not None
    message = parsed_message(row)
    return compose(
        message=message,
        mailing_list=row.list,
        parent=find_parent(message=message, mailing_list=row.list, answers=row.answers),
        address=next(iter(message.from_addresses), ""),
    )


def _named_by(draft: Draft) -> list[str]:
    """Return the Message-IDs of the messages that a message says it answers."""
    return [name for name in (draft.in_reply_to, *draft.references.split()) if name]


def _has_come(row: InboundMail, names: Sequence[str], now: datetime) -> bool:
    """Whether one of some messages has been published since the session. Queries: 1 at most."""
    if not names or row.list is None:
        return False
    record = RecordExcerpt(now=now, message_ids=names, named_in={row.list.forum_id})
    return record.newest_named(row.list.forum_id, names) is not None


def _is_coming(row: InboundMail, names: Sequence[str], now: datetime) -> bool:
    """Whether one of some messages is accepted and not published yet. Queries: 1 at most."""
    if not names or now - row.received_at > PARENT_WAIT:
        return False
    ahead = InboundMail.objects.filter(list=row.list, state=State.QUEUED, message_id__in=names)
    return ahead.exclude(pk=row.pk).exists()


def _published_before(row: InboundMail) -> InboundMail | None:
    """Return the same message where it has been published before. Queries: 1 at most."""
    if not row.message_id:
        return None
    rows = InboundMail.objects.filter(
        list=row.list, member=row.member, message_id=row.message_id, state=State.PUBLISHED
    )
    copies = rows.order_by("pk")[: rules.MOST_COPIES]
    return next(
        (copy for copy in copies if rules.is_same(bytes(copy.raw), parsed_message(row))), None
    )


def _held_copies(row: InboundMail) -> tuple[int, ...]:
    """Return the held messages of the same Message-ID that say the same. Queries: 1 at most."""
    if not row.message_id:
        return ()
    rows = InboundMail.objects.filter(
        list=row.list, member=row.member, message_id=row.message_id, state=State.HELD
    )
    copies = rows.order_by("pk").values_list("pk", "raw")[: rules.MOST_COPIES]
    return tuple(pk for pk, raw in copies if rules.is_same(bytes(raw), parsed_message(row)))


def _carry_out_plan(row: InboundMail, plan: _Plan, now: datetime) -> None:
    if plan.waits:
        states.put_off(row, PARENT_PAUSE)
    elif plan.earlier is not None:
        _discard(row, plan.earlier.contribution, now)
    elif plan.draft is None or row.member is None:
        reason = "The list or the member is gone."
        states.settle(row, State.REJECTED, now, code="gone", action=Action.REJECT, reason=reason)
    else:
        _make_contribution(row, plan.draft, plan.unproven, now)


def _make_contribution(
    row: InboundMail, draft: Draft, unproven: tuple[int, ...], now: datetime
) -> None:
    """Make the contribution, at the moment of receipt: who wrote in time was in time."""
    assert row.member is not None
    moment = row.received_at
    if row.proof == InboundMail.Proof.CONFIRMED:
        moment = now
    published: Published = forum_services.publish(
        draft=draft, author=row.member, origin="mail", now=moment
    )
    contribution = published.contribution
    if not published.created:
        _discard(row, contribution, now)
        return
    code = published.verdict.code
    states.settle(row, State.PUBLISHED, now, contribution=contribution, code=code, error="")
    if unproven:
        # As when one copy went to the list and one to the reply address.
        states.discard_copies(row, unproven, contribution, now)


def _discard(row: InboundMail, contribution: object, now: datetime) -> None:
    states.settle(
        row,
        State.DISCARDED,
        now,
        code="duplicate",
        action=Action.DISCARD,
        contribution=contribution,
    )


# --- Refusals and clean-up ------------------------------------------------------------------------


def _refuse(row: InboundMail, error: HubError, now: datetime) -> None:
    """Record that a rule refused what the session had accepted; tell its sender, who is proven."""
    if error.code == "rate":
        states.put_off(row, RATE_PAUSE)
        return
    row.reason = str(error)
    try:
        with transaction.atomic():
            states.settle(
                row, State.REJECTED, now, action=Action.REJECT, code=error.code, reason=row.reason
            )
            if row.kind in _NOTIFIED_KINDS:
                notifications.notify_refused(row)
    except states.ClaimLostError:
        log.warning("The mail %s was taken over by another worker", row.pk)


def _discard_unconfirmed(now: datetime) -> None:
    """Discard what was held too long; looked for now and then, when there is nothing else to do."""
    global _looked_at  # noqa: PLW0603 - when this process last looked
    if time.monotonic() - _looked_at < LOOK_SECONDS:
        return
    _looked_at = time.monotonic()
    states.discard_unconfirmed(now)
