"""Log outgoing mail: a line for each group of copies, and one for each copy that was not taken.

Who got a copy is read from the keys of the subscriptions at both ends of a group: all between them
did, but for those that have a line of their own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.lib import metrics
from hub.lib.logs import event, person, without_people
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.models import Mailing, Notice, Subscription
from listserv.outbound.roster import Receiver


@dataclass
class DeliveryLog:
    """The log of one mailing's copies, written in groups: a line at each :meth:`flush`."""

    mailing: Mailing
    again: bool = False  # whether they are retries
    results: Counter[str] = field(default_factory=Counter)
    first: int = 0
    last: int = 0

    @property
    def _names(self) -> dict[str, object]:
        contribution = self.mailing.contribution
        return {
            "mailing": self.mailing.pk,
            "number": contribution.number,
            "message_id": contribution.message_id,
            "list": self.mailing.list.name,
        }

    def note(self, receivers: Sequence[Receiver], results: Sequence[DeliveryResult]) -> None:
        """Note the results of some copies, in order."""
        if not results:
            return
        if not self.first:
            self.first = receivers[0].pk
        self.last = receivers[-1].pk
        others = [
            (receiver, result)
            for receiver, result in zip(receivers, results, strict=True)
            if result.outcome is not Outcome.SENT
        ]
        self._count(Outcome.SENT, len(results) - len(others))
        for receiver, result in others:
            self._count(result.outcome, 1)
            event(
                "copy",
                **self._names,
                subscription=receiver.pk,
                recipient=person(receiver.address),
                result=result.outcome.value,
                reply=without_people(result.reply),
            )

    def _count(self, outcome: Outcome, copies: int) -> None:
        if copies:
            self.results[outcome.value] += copies
            metrics.copies.labels(outcome.value).inc(copies)

    def flush(self, pause: DeliveryResult | None = None) -> None:
        """Write the line of what was noted since the last one. Args: pause, why the rest waits."""
        waits = None
        if pause is not None:
            waits = without_people(pause.reply)
        if self.results or waits is not None:
            event(
                "delivery",
                **self._names,
                again=self.again or None,
                first=self.first,
                last=self.last,
                **dict(self.results),
                waits=waits,
            )
        self.results, self.first, self.last = Counter(), 0, 0


def note_notification(notice: Notice, results: dict[str, DeliveryResult]) -> None:
    """Log what became of a notification."""
    for recipient, result in results.items():
        metrics.notifications.labels(result.outcome.value).inc()
        event(
            "notification",
            notification=notice.pk,
            recipient=person(recipient),
            result=result.outcome.value,
            reply=_logged_reply(result),
        )


def note_digest(row: Subscription, number: int, result: DeliveryResult) -> None:
    """Log what became of a digest. Args: number, that of the last contribution in it."""
    metrics.digests.labels(result.outcome.value).inc()
    event(
        "digest",
        list=row.list.name,
        subscription=row.pk,
        recipient=person(row.recipient),
        until=number,
        result=result.outcome.value,
        reply=_logged_reply(result),
    )


def _logged_reply(result: DeliveryResult) -> str | None:
    """Return what the log keeps of a reply: nothing of one that took the message."""
    if result.outcome is Outcome.SENT:
        return None
    return without_people(result.reply)
