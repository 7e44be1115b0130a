"""Copies for many recipients: settled in order while they
go out, and left where they are when the relay refuses us.
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
        settle: write down results that follow those settled before; False when the work is no
            longer ours.
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
        if settled and not self._settle(self._progress.saved if self._progress else 0, settled):
            return None
        self._note_taken(settled)
        return len(settled)

    def _note_taken(self, results: Sequence[DeliveryResult]) -> None:
        if any(result.outcome is Outcome.SENT for result in results):
            self.taken = self.ever_taken = True

    def rest(self, results: Sequence[DeliveryResult]) -> Rest:
        """Return what is left to settle of the last batch. Args: results, of all its copies."""
        start = self._progress.saved if self._progress else 0
        left = list(results[start:])
        reached = len(left)
        while reached and left[reached - 1].outcome is Outcome.UNREACHED:
            reached -= 1
        answered = left[:reached]
        refused = any(result.outcome in (Outcome.FAILED, Outcome.REFUSED) for result in answered)
        ruling = rule(
            answered,
            has_taken=self.taken,
            ever_taken=self.ever_taken,
            complete=True,
            troubled=refused and not self.taken and is_refusing(),
        )
        pause = ruling.refusal
        if pause is None and reached < len(left):
            pause = self._refusal or left[reached]
        self._note_taken(answered[: ruling.count])
        return Rest(start, answered[: ruling.count], pause)
