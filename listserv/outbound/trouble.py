"""Decide when to retry, and remember what is wrong with the relay, for all processes and pages."""

import logging
import re
from datetime import datetime, timedelta

from django.db import transaction

from hub.lib import metrics
from hub.lib.logs import without_people
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, Notice, RelayTrouble, Retry

log = logging.getLogger(__name__)
# How long a claim holds unless it is renewed: longer than three renewals. A dead worker's work is
# free after it.
LEASE = timedelta(seconds=20)
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 240))
GIVE_UP = timedelta(days=5)
# How long a relay that was not there is left alone.
PAUSE = timedelta(seconds=15)
_NOT_LET_IN = re.compile(r"(?:^|: )5[0-9][0-9](?:[ -]|$)")
# How long one is left alone that refuses us: after the first time, the second, and so on.
REFUSAL_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300, 600, 900))


def refuses_us(result: DeliveryResult) -> bool:
    """Whether the relay is there and refuses our mail, or does not let us in; else it is away."""
    if result.outcome is Outcome.UNREACHED:
        return bool(_NOT_LET_IN.search(result.reply))
    return True


def pause_after(result: DeliveryResult, attempts: int) -> timedelta:
    """Return how long to wait after a result that says nothing of the recipient.

    Args: attempts, refusals before it.
    """
    if not refuses_us(result):
        return PAUSE
    return REFUSAL_PAUSES[min(attempts, len(REFUSAL_PAUSES) - 1)]


def next_try(
    result: DeliveryResult, attempts: int, since: datetime, now: datetime
) -> datetime | None:
    """Return when to try again after ``attempts`` attempts before this one, None for never."""
    if result.outcome is Outcome.UNREACHED:
        return now + PAUSE
    if result.outcome is Outcome.FAILED or now - since > GIVE_UP:
        return None
    return now + BACKOFF[min(attempts, len(BACKOFF) - 1)]


def is_refusing() -> bool:
    """Whether the relay is known to refuse us just now. Queries: 1."""
    return RelayTrouble.objects.filter(kind=RelayTrouble.Kind.REFUSES).exists()


@transaction.atomic
def note_trouble(result: DeliveryResult, now: datetime) -> None:
    """Keep what is wrong; each change of it is a line in the log."""
    kind = RelayTrouble.Kind.AWAY
    if refuses_us(result):
        kind = RelayTrouble.Kind.REFUSES
    reply = result.reply[:500]
    metrics.relay_errors.labels(kind.value).inc()
    row, created = RelayTrouble.objects.select_for_update().get_or_create(
        pk=1, defaults={"kind": kind, "reply": reply, "since": now, "last_at": now}
    )
    if created or (row.kind, row.reply) != (kind, reply):
        _log_trouble(kind, reply)
    row.kind, row.reply, row.last_at, row.attempts = kind, reply, now, row.attempts + 1
    row.save()


def _log_trouble(kind: RelayTrouble.Kind, reply: str) -> None:
    if kind is RelayTrouble.Kind.AWAY:
        log.warning("The relay does not answer; all mail waits: %s", without_people(reply))
    else:
        log.error("The relay refuses our mail; all mail waits: %s", without_people(reply))


@transaction.atomic
def _forget() -> str | None:
    row = RelayTrouble.objects.select_for_update().filter(pk=1).first()
    if row is None:
        return None
    row.delete()
    return row.reply


def clear_trouble(now: datetime) -> None:
    """Forget it, for the relay takes our mail again: what waited for that goes on now.

    Queries: 1 when nothing was wrong.
    """
    if not RelayTrouble.objects.exists():
        return
    reply = _forget()
    if reply is None:
        return
    log.warning("The relay takes mail again")
    paused = Mailing.objects.filter(state=Mailing.State.SENDING, claimed_by="").exclude(
        last_reply=""
    )
    paused.update(claimed_until=None)
    Notice.objects.filter(state=Notice.State.WAITING, last_reply=reply, next_at__gt=now).update(
        next_at=now
    )
    Retry.objects.filter(next_at__gt=now, last_reply=reply).update(next_at=now)
