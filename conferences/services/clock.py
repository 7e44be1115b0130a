"""Keep the time of conference_sessions, in a queue worker (``HUB_QUEUE_WORKERS``)."""

import logging
from datetime import datetime

from django.db import transaction

from conferences import rules
from conferences.models import ConferenceSession, Event, FloorRequest
from conferences.services.conduct import open_session, shut
from conferences.services.floor import finish, holder_of
from conferences.services.log import lock
from hub.lib.errors import HubError

log = logging.getLogger(__name__)
_S = ConferenceSession.State


def keep_time(now: datetime) -> int:
    """Close what is over, end floors whose time is up, open what is due.

    Each in a transaction of its own, under the row's lock and after a second look, so that several
    workers and the chair may act at once.

    Returns: how many of these were done. Queries when nothing is due: 3.
    """
    over = ConferenceSession.objects.exclude(state=_S.CLOSED).filter(closes_at__lte=now)
    done = sum(_close(pk, now) for pk in over.values_list("pk", flat=True))
    speaking = FloorRequest.objects.filter(
        state=FloorRequest.State.GIVEN, conference_session__state=_S.OPEN
    )
    done += sum(
        _end_floor(row.conference_session_id, now)
        for row in speaking
        if not rules.has_floor(row, now)
    )
    due = ConferenceSession.objects.filter(state=_S.SCHEDULED, opens_at__lte=now, closes_at__gt=now)
    # One conference_session of a conference at a time, and none without an agenda: those wait for
    # their chair.
    due = (
        due.exclude(conference__conference_sessions__state=_S.OPEN)
        .filter(items__isnull=False)
        .distinct()
    )
    done += sum(_open(pk, now) for pk in due.values_list("pk", flat=True))
    return done


def _open(conference_session_id: int, now: datetime) -> int:
    try:
        open_session(conference_session_id=conference_session_id, actor=None, now=now)
    except HubError as error:
        log.info(
            "The clock did not open conference_session %s: %s", conference_session_id, error.code
        )
        return 0
    return 1


@transaction.atomic
def _close(conference_session_id: int, now: datetime) -> int:
    conference_session = lock(conference_session_id)
    if conference_session.is_closed or conference_session.closes_at > now:
        return 0
    shut(conference_session, kind=Event.Kind.CLOSED_BY_CLOCK, actor=None, now=now)
    return 1


@transaction.atomic
def _end_floor(conference_session_id: int, now: datetime) -> int:
    conference_session = lock(conference_session_id)
    holder = holder_of(conference_session)
    if holder is None or rules.has_floor(holder, now):
        return 0
    finish(
        holder,
        FloorRequest.State.DONE,
        Event.Kind.FLOOR_ENDED,
        conference_session=conference_session,
        now=now,
        actor=None,
        by="clock",
    )
    return 1
