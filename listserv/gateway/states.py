"""Change the state of an incoming message: every change of it, in one place.

::

    held ──confirm──▶ queued ──claim──▶ (a worker) ──settle──▶ published, done, rejected, discarded
      │                 ▲                   ├──put_off, retry_later──▶ queued
      └─disown,         └────retry_failed── └──retry_later──▶ failed
        discard_unconfirmed ──▶ discarded

A row is claimed by a conditional UPDATE with a lease: who finds another lease there has lost the
work. What leaves the queue keeps its bytes, and no draft.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from hub.lib import clock
from hub.lib.bus import wake
from hub.lib.verdicts import Action
from listserv.address_kinds import POSTING
from listserv.gateway import message_log
from listserv.models import HELD_FOR, InboundMail

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from forums.models import Contribution

State = InboundMail.State
# Publishing takes milliseconds; a message whose worker was killed waits so long for another one.
LEASE = timedelta(seconds=10)
# One that failed is tried again after so long; after the last it is given up, and shown.
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))
# Characters of an error that are kept.
ERROR_LENGTH = 2_000


class ClaimLostError(Exception):
    """Another worker has the row: undo what this one did."""


# --- Taking up work -------------------------------------------------------------------------------


def due(now: datetime, count: int) -> list[int]:
    """Return the keys of the oldest queued messages that nobody works on. Queries: 1."""
    rows = InboundMail.objects.filter(_free(now), state=State.QUEUED, next_at__lte=now).order_by(
        "pk"
    )
    return list(rows.values_list("pk", flat=True)[:count])


def _free(now: datetime) -> Q:
    return Q(claimed_until=None) | Q(claimed_until__lt=now)


def claim(pk: int, now: datetime) -> InboundMail | None:
    """Take a queued message up; None when another worker was faster. Queries: 2."""
    rows = InboundMail.objects.filter(_free(now), pk=pk, state=State.QUEUED, next_at__lte=now)
    if not rows.update(claimed_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return InboundMail.objects.select_related("list__forum", "member").get(pk=pk)


# --- Ending it ------------------------------------------------------------------------------------


def settle(row: InboundMail, state: str, now: datetime, **values: object) -> None:
    """Write the outcome, inside the caller's transaction. Raises: ClaimLostError."""
    rows = InboundMail.objects.filter(
        pk=row.pk, state=State.QUEUED, claimed_until=row.claimed_until
    )
    changed = rows.update(state=state, claimed_until=None, processed_at=now, draft=None, **values)
    if not changed:
        raise ClaimLostError
    transaction.on_commit(lambda: message_log.note_settled(row, state, values))


def discard_copies(
    row: InboundMail, keys: Collection[int], contribution: "Contribution", now: datetime
) -> None:
    """Discard the held messages that say what has been published. Queries: 1."""
    rows = InboundMail.objects.filter(
        pk__in=keys,
        list=row.list,
        member=row.member,
        message_id=row.message_id,
        state=State.HELD,
        kind__in=POSTING,
    )
    _discard(rows, "duplicate", now, contribution=contribution)


def _discard(rows: "QuerySet[InboundMail]", code: str, now: datetime, **values: object) -> int:
    return rows.update(
        state=State.DISCARDED,
        code=code,
        action=Action.DISCARD,
        processed_at=now,
        draft=None,
        **values,
    )


# --- Trying again ---------------------------------------------------------------------------------


def put_off(row: InboundMail, pause: timedelta) -> None:
    """Let a message wait without counting an attempt."""
    InboundMail.objects.filter(pk=row.pk, claimed_until=row.claimed_until).update(
        claimed_until=None, next_at=clock.now() + pause, attempts=F("attempts") - 1
    )


def retry_later(row: InboundMail, error: Exception) -> None:
    """Let a message that failed on our side wait; after the last attempt it has failed for good."""
    text = f"{type(error).__name__}: {error}"[:ERROR_LENGTH].replace("\0", "\ufffd")
    rows = InboundMail.objects.filter(
        pk=row.pk, state=State.QUEUED, claimed_until=row.claimed_until
    )
    if row.attempts > len(BACKOFF):
        rows.update(state=State.FAILED, claimed_until=None, processed_at=clock.now(), error=text)
        return
    next_at = clock.now() + BACKOFF[row.attempts - 1]
    rows.update(claimed_until=None, next_at=next_at, error=text)


@transaction.atomic
def retry_failed(*, pk: int) -> bool:
    """Queue a failed message again, once an operator has mended the cause.

    Returns: False when it is not failed.
    """
    changed = InboundMail.objects.filter(pk=pk, state=State.FAILED).update(
        state=State.QUEUED, attempts=0, next_at=clock.now(), error=""
    )
    if changed:
        wake("inbound")
    return bool(changed)


# --- Held messages --------------------------------------------------------------------------------


def confirm(row: InboundMail, now: datetime) -> None:
    """Let a held message go on, if it still waits; wakes the worker after the commit."""
    # It is discarded soon after that day, and confirmed by nobody meanwhile.
    held = InboundMail.objects.filter(pk=row.pk, state=State.HELD, received_at__gt=now - HELD_FOR)
    changed = held.update(
        state=State.QUEUED,
        proof=InboundMail.Proof.CONFIRMED,
        next_at=now,
        code="confirmed",
        action=Action.ACCEPT,
    )
    if changed:
        wake("inbound")


def disown(row: InboundMail, now: datetime) -> None:
    """Discard a held message that its member did not write, if it still waits."""
    _discard(InboundMail.objects.filter(pk=row.pk, state=State.HELD), "disowned", now)


def discard_unconfirmed(now: datetime) -> int:
    """Discard what was held too long; return how many. Queries: 1."""
    rows = InboundMail.objects.filter(state=State.HELD, received_at__lt=now - HELD_FOR)
    return _discard(rows, "unconfirmed", now)


# --- What is known of a message afterwards --------------------------------------------------------


def note_code(row: InboundMail, code: str) -> None:
    """Write down how a message was answered, in its own transaction or the caller's."""
    InboundMail.objects.filter(pk=row.pk).update(code=code)


def forget(rows: "QuerySet[InboundMail]", now: datetime) -> None:
    """Take who has left for good out of their messages; discard what still waits. Queries: 2."""
    waiting = rows.filter(state__in=(State.HELD, State.QUEUED, State.FAILED))
    _discard(waiting, "forgotten", now, claimed_until=None)
    rows.update(raw=b"", envelope_from="", helo="", peer="", subject="", checks="", error="")


def drop_words(row: InboundMail) -> None:
    """Keep that a private message was passed on, and nothing of what it says."""
    InboundMail.objects.filter(pk=row.pk).update(raw=b"", subject="")
