"""Settle the copies for many recipients in order, while they go out.

They are left where they are when the relay refuses us.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.refusals import rule
from listserv.mail.smtp.transport import DeliveryResult, Outcome
from listserv.outbound.trouble import is_refusing

# Copies that may be on their way, or answered, and not saved: so many go out twice after a kill.
AHEAD = 50
# Saved at once at the least: half of them, so that the relay has the other half to go on with
# meanwhile.
SAVE_EVERY = 25


@dataclass(frozen=True)
class Rest:
    """What is left to settle when a batch has been sent.

    Args:
        start: copies that are settled already.
        results: those of the copies that follow them, each of its recipient.
        pause: why all copies behind those wait, None when there are none: the relay went away, or
            refuses us.
    """

    start: int
    results: list[DeliveryResult]
    pause: DeliveryResult | None


class Bulk:
    """One batch, or several in one go.

    Args:
        settle: record results that follow those settled before; False when the work is no longer
            ours.
        renew: keep the claim; False when it is lost.
        ever_taken: the relay took a copy of this mailing before.
    """

    def __init__(
        self,
        *,
        settle: Callable[[int, Sequence[DeliveryResult]], bool],
        renew: Callable[[], bool],
        ever_taken: bool,
    ) -> None:
        self._settle, self._renew, self.ever_taken = settle, renew, ever_taken
        self.taken = False
        self._refusal: DeliveryResult | None = None
        self._progress: Progress | None = None

    def progress(self) -> Progress:
        """Return the progress of the next batch."""
        self._progress = Progress(ahead=AHEAD, every=SAVE_EVERY, save=self._save, renew=self._renew)
        return self._progress

    def _save(self, results: Sequence[DeliveryResult]) -> int | None:
        ruling = rule(results, has_taken=self.taken, ever_taken=self.ever_taken, complete=False)
        if ruling.refusal is not None:
            self._refusal = ruling.refusal
            return None
        settled = results[: ruling.count]
        if settled and not self._settle(self._settled, settled):
            return None
        self._note_taken(settled)
        return len(settled)

    @property
    def _settled(self) -> int:
        """How many copies of the last batch are settled."""
        if self._progress is None:
            return 0
        return self._progress.saved

    def _note_taken(self, results: Sequence[DeliveryResult]) -> None:
        if any(result.outcome is Outcome.SENT for result in results):
            self.taken = self.ever_taken = True

    def rest(self, results: Sequence[DeliveryResult]) -> Rest:
        """Return what is left to settle of the last batch. Args: results, of all its copies."""
        start = self._settled
        answered, unanswered = _divided(results[start:])
        ruling = rule(
            answered,
            has_taken=self.taken,
            ever_taken=self.ever_taken,
            complete=True,
            troubled=not self.taken and _is_refused_again(answered),
        )
        pause = ruling.refusal
        if pause is None and unanswered:
            pause = self._refusal or unanswered[0]
        self._note_taken(answered[: ruling.count])
        return Rest(start, answered[: ruling.count], pause)


def _divided(
    results: Sequence[DeliveryResult],
) -> tuple[list[DeliveryResult], list[DeliveryResult]]:
    """Return the results up to the last answer, and those behind it, which were not reached."""
    answered = list(results)
    while answered and answered[-1].outcome is Outcome.UNREACHED:
        answered.pop()
    return answered, list(results[len(answered) :])


def _is_refused_again(answered: Sequence[DeliveryResult]) -> bool:
    """Whether a relay that is known to refuse us has refused something. Queries: 1 at most."""
    outcomes = {result.outcome for result in answered}
    if outcomes.isdisjoint({Outcome.FAILED, Outcome.REFUSED}):
        return False
    return is_refusing()
