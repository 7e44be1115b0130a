"""Send the digests that are due: claim them, write each kind once, send, and move them on.

A claim is a lease on the row and the proof of it: a worker that finds another value there has lost
the work. No transaction is open while mail is sent. A worker that is killed leaves leases that end
soon; what it had sent and not yet recorded is sent again with the same Message-IDs, as few as of a
mailing. Who may read is asked now, and texts are read now: an edit counts, a rejected contribution
is gone.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from forums import selectors as forum_selectors
from listserv.bounces import services as bounce_services
from listserv.digest_times import DIGESTS, next_at
from listserv.digests.render import Digest
from listserv.digests.select import Gathered, gather
from listserv.mail.smtp.progress import RENEW_SECONDS
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Listed, Outcome
from listserv.models import MailingList, Subscription
from listserv.outbound.bulk import Bulk
from listserv.outbound.delivery_log import note_digest
from listserv.outbound.delivery_worker import transport
from listserv.outbound.hold import unless_on_hold
from listserv.outbound.notification_queue import keep_refused
from listserv.outbound.trouble import (
    BACKOFF,
    GIVE_UP,
    LEASE,
    clear_trouble,
    note_trouble,
    pause_after,
)

log = logging.getLogger(__name__)
BATCH = 100  # digests
# A relay that refuses us is asked again after longer pauses: one step more for each of these that
# the digest has waited.
_REFUSAL_STEP = timedelta(minutes=2)
_NOTHING = DeliveryResult(Outcome.SENT)
_BROKEN = DeliveryResult(Outcome.LATER, "451 the digest could not be written")


@dataclass(frozen=True)
class _Settled:
    """What became of one digest.

    Args:
        last, more: those of :class:`Gathered`.
        number: of its last contribution.
    """

    subscription: Subscription
    last: int
    more: bool
    result: DeliveryResult = _NOTHING
    number: int = 0


@unless_on_hold
def send_digests(now: datetime) -> int:
    """Send a batch of the digests that are due; return how many were moved on.

    Queries: 6 a batch, 3 for each list and 1 for each level above its forum, 4 for each place in
    the list where digests stand.
    """
    claims = _Claims(_claim(now), now)
    by_list: dict[int, list[Subscription]] = defaultdict(list)
    for row in claims.rows:
        by_list[row.list_id].append(row)
    moved = 0
    for rows in by_list.values():
        claims.renew_if_due()
        moved += _Sending(rows[0].list, now, claims).send(rows)
    return moved


class _Claims:
    """The subscriptions of a batch that are still ours."""

    def __init__(self, rows: list[Subscription], now: datetime) -> None:
        self.rows = list(rows)
        self.now = now
        self.began = self.renewed_at = time.monotonic()

    def settle(self, rows: Iterable[Subscription]) -> None:
        """Let go of some rows."""
        keys = {row.pk for row in rows}
        self.rows = [row for row in self.rows if row.pk not in keys]

    def renew_if_due(self) -> None:
        """Keep the claims while others are written."""
        if time.monotonic() - self.renewed_at > RENEW_SECONDS:
            self.renew()

    def renew(self) -> bool:
        """Keep the claims; False when one is lost."""
        self.renewed_at = time.monotonic()
        until = self.now + timedelta(seconds=self.renewed_at - self.began) + LEASE
        renewed = 0
        for lease in {row.digest_claimed_until for row in self.rows}:
            mine = [row for row in self.rows if row.digest_claimed_until == lease]
            rows = Subscription.objects.filter(
                pk__in=[row.pk for row in mine], digest_claimed_until=lease
            )
            renewed += rows.update(digest_claimed_until=until)
            for row in mine:
                row.digest_claimed_until = until
        return renewed == len(self.rows)


def _claim(now: datetime) -> list[Subscription]:
    free = Q(digest_claimed_until=None) | Q(digest_claimed_until__lt=now)
    awake = Q(paused_until=None) | Q(paused_until__lte=now)
    due = Subscription.objects.filter(
        free, awake, digest_at__lte=now, delivery__in=DIGESTS, ended_at=None, suspended_at=None
    ).order_by("digest_at", "list_id", "pk")
    # Asked before the transaction: an idle worker takes no write lock each second.
    if not due.exists():
        return []
    with transaction.atomic():
        keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Subscription.objects.filter(pk__in=keys).update(digest_claimed_until=now + LEASE)
        rows = Subscription.objects.filter(pk__in=keys).select_related(
            "list__forum", "member", "address"
        )
        return list(rows.order_by("list_id", "pk"))


@dataclass
class _Sending:
    """The digests of one list in one batch; what several share is read and written once."""

    mailing_list: MailingList
    now: datetime
    claims: _Claims
    _gathered: dict[tuple[int, datetime | None], Gathered] = field(default_factory=dict)
    _digests: dict[tuple[object, ...], Digest] = field(default_factory=dict)
    _apart: dict[int, frozenset[int]] = field(default_factory=dict)
    _deliveries: list[tuple[Subscription, Gathered, Envelope]] = field(default_factory=list)
    _moved: int = 0

    def send(self, rows: Sequence[Subscription]) -> int:
        """Send the digests of some subscriptions and move them on; return how many moved on."""
        readers = forum_selectors.readers_among(
            self.mailing_list.forum_id, {row.member_id for row in rows}
        )
        unsent: list[_Settled] = []
        gathered_of = {row.pk: self._gather(row) for row in rows}
        topics = {topic for gathered in gathered_of.values() for topic in gathered.topics}
        self._apart = forum_selectors.topics_apart(topics, readers)
        for row in rows:
            gathered = gathered_of[row.pk]
            result: Envelope | DeliveryResult = _NOTHING
            if row.member_id in readers:
                result = self._write(row, gathered)
            if isinstance(result, Envelope):
                self._deliveries.append((row, gathered, result))
            else:
                unsent.append(_Settled(row, gathered.last, gathered.more, result))
        if unsent:
            self._moved += _store(unsent, self.now)
            self.claims.settle(settled.subscription for settled in unsent)
        if self._deliveries:
            self._send_deliveries()
        return self._moved

    def _send_deliveries(self) -> None:
        bulk = Bulk(settle=self._settle, renew=self.claims.renew, ever_taken=False)
        envelopes = [envelope for _row, _gathered, envelope in self._deliveries]
        results = transport().send(Listed(envelopes, bulk.progress()))
        rest = bulk.rest(results)
        self._settle(rest.start, rest.results)
        if rest.pause is not None:
            behind = rest.start + len(rest.results)
            self._settle(behind, [_put_off(rest.pause)] * (len(self._deliveries) - behind))
            note_trouble(rest.pause, self.now)
        if bulk.taken:
            clear_trouble(self.now)

    def _settle(self, start: int, results: Sequence[DeliveryResult]) -> bool:
        """Record what became of some digests, in order."""
        deliveries = self._deliveries[start : start + len(results)]
        done = [
            _Settled(
                row,
                gathered.last,
                gathered.more,
                result,
                number=gathered.contributions[-1].number,
            )
            for (row, gathered, _envelope), result in zip(deliveries, results, strict=True)
        ]
        refused = [
            (settled.subscription.pk, settled.number, settled.result.reply)
            for settled in done
            if settled.result.outcome is Outcome.FAILED
        ]
        with transaction.atomic():
            self._moved += _store(done, self.now)
            for (_row, _gathered, envelope), result in zip(deliveries, results, strict=True):
                if result.outcome is Outcome.FAILED:
                    keep_refused(envelope, result, self.now)
            if refused:
                bounce_services.count_refusals(refusals=refused, now=self.now)
        for settled in done:
            note_digest(settled.subscription, settled.number, settled.result)
        self.claims.settle(row for row, _gathered, _envelope in deliveries)
        return True

    def _gather(self, row: Subscription) -> Gathered:
        key = row.digest_since, row.paused_until
        if key not in self._gathered:
            self._gathered[key] = gather(
                self.mailing_list, row.digest_since, after=row.paused_until
            )
        return self._gathered[key]

    def _write(self, row: Subscription, gathered: Gathered) -> Envelope | DeliveryResult:
        """Return the digest of one subscription, or the result where there is nothing to send.

        One that cannot be written keeps no other waiting.
        """
        apart = self._apart.get(row.member_id, frozenset())
        without, content = 0, gathered.without_topics(apart)
        if not row.own_copy and content.wrote(row.member_id):
            without, content = row.member_id, content.without(row.member_id)
        if not content.contributions:
            return _NOTHING
        language, zone = row.language or row.member.language, row.member.time_zone
        key = row.digest_since, row.paused_until, apart, without, language, zone
        try:
            if key not in self._digests:
                self._digests[key] = Digest(
                    self.mailing_list, content, language=language, zone=zone, now=self.now
                )
            return self._digests[key].envelope(row)
        except Exception:
            log.exception("The digest of subscription %s could not be written", row.pk)
            return _BROKEN


@transaction.atomic
def _store(done: Sequence[_Settled], now: datetime) -> int:
    """Move on what was sent, or will never be accepted; leave the rest for a later attempt."""
    moves: dict[tuple[datetime, int, datetime], list[int]] = defaultdict(list)
    waits: dict[tuple[datetime, datetime], list[int]] = defaultdict(list)
    for settled in done:
        row = settled.subscription
        lease, due = row.digest_claimed_until or now, row.digest_at or now
        next_digest = next_at(row.delivery, row.member.time_zone, now)
        if settled.result.outcome in (Outcome.SENT, Outcome.FAILED):
            at = now if settled.more else next_digest
            moves[lease, settled.last, at].append(row.pk)
        elif now - due > GIVE_UP:
            # What was gathered stays gathered: it comes with the next one.
            moves[lease, row.digest_since, next_digest].append(row.pk)
        else:
            waits[lease, now + _wait(settled.result, now - due)].append(row.pk)
    moved = 0
    for (lease, last, at), keys in moves.items():
        held = Subscription.objects.filter(pk__in=keys, digest_claimed_until=lease)
        moved += held.update(digest_since=last, digest_at=at, digest_claimed_until=None)
    for (lease, until), keys in waits.items():
        Subscription.objects.filter(pk__in=keys, digest_claimed_until=lease).update(
            digest_claimed_until=until
        )
    return moved


def _put_off(pause: DeliveryResult) -> DeliveryResult:
    """Return the result of digests that wait for the relay, whatever it said about the first."""
    if pause.outcome is Outcome.UNREACHED:
        return pause
    return DeliveryResult(Outcome.REFUSED, pause.reply)


def _wait(result: DeliveryResult, waited: timedelta) -> timedelta:
    """Return how long to leave a digest alone that was refused: the longer it waits, the longer."""
    if result.outcome in (Outcome.UNREACHED, Outcome.REFUSED):
        return pause_after(result, int(waited / _REFUSAL_STEP))
    return next((step for step in BACKOFF if step >= waited), BACKOFF[-1])
