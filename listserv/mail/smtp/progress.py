"""How far a batch has come: which results are there, which are saved, how far to send ahead.

A worker can be killed at any moment. What it had handed to the relay and not yet saved goes out
once more, so that is bounded: nothing is handed over while :attr:`Progress.ahead` deliveries before
it are not saved.
"""

import time
from collections.abc import Callable, Sequence

from listserv.mail.smtp.transport import DeliveryResult

# Seconds between two renewals of the lease of work that is under way; leases are several times as
# long.
RENEW_SECONDS = 5.0


class Progress:
    """The results of a batch that are saved while it is under way.

    Args:
        ahead: deliveries that may be on their way, or answered, and not saved.
        every: answered deliveries after which they are saved; at most ``ahead``.
        save: takes results that are not saved, in the order of the batch; returns how many of them
            it has saved, or None to end the batch: what was not handed over by then stays
            unreached.
        renew: keeps the claim to the work; False when it is lost, which ends the batch as well.

    A batch is sent by one thread, and ``save`` and ``renew`` are called by that thread.
    """

    def __init__(
        self,
        *,
        ahead: int,
        every: int,
        save: Callable[[Sequence[DeliveryResult]], int | None],
        renew: Callable[[], bool] = lambda: True,
    ) -> None:
        self.ahead, self.every = ahead, every
        self.saved = 0
        self.stopped = False
        self._save, self._renew = save, renew
        self._offered = 0  # results that ``save`` has been called with
        self._renewed_at = time.monotonic()

    @property
    def limit(self) -> int:
        """The index of the first delivery that may not be handed over yet."""
        return self.saved + self.ahead

    def is_due(self, answered: int) -> bool:
        """Whether there is something to save.

        Args: answered, deliveries from the first on that have a result.
        """
        return answered - self._offered >= self.every

    def save(self, results: Sequence[DeliveryResult]) -> None:
        """Save results that follow those already saved."""
        self._offered = self.saved + len(results)
        count = self._save(results)
        if count is None:
            self.stopped = True
        else:
            self.saved += count

    def renew(self) -> None:
        """Keep the claim, when that is due."""
        if time.monotonic() - self._renewed_at < RENEW_SECONDS:
            return
        self._renewed_at = time.monotonic()
        if not self._renew():
            self.stopped = True
