"""Log a lasting fault when it begins, once a minute and when it ends, not at each try."""

import logging
import time

# Seconds between two lines about the same fault.
REMIND_SECONDS = 60.0
# Seconds between two tries: after the first failure, the second, and so on.
FIRST_WAIT, LONGEST_WAIT = 1.0, 15.0


class Repeats:
    """One operation that is retried, and what the log says of it; used by one thread.

    Args: log, where the lines go; what, the name of the operation in them.
    """

    def __init__(self, log: logging.Logger, what: str) -> None:
        self.log, self.what = log, what
        self.failures = 0
        self._since = self._logged_at = 0.0

    @property
    def wait(self) -> float:
        """Seconds to wait before the next try.

        It is twice as long after each failure, none when all is well.
        """
        if not self.failures:
            return 0.0
        return min(FIRST_WAIT * 2 ** min(self.failures - 1, 10), LONGEST_WAIT)

    def failed(self, error: BaseException, *, expected: bool) -> None:
        """Count a failure, and log it when it is time to. Args: expected, it needs no traceback."""
        moment = time.monotonic()
        self.failures += 1
        if self.failures == 1:
            self._since = self._logged_at = moment
            trace = None if expected else error
            self.log.error(
                "%s failed and will be tried again: %s", self.what, _short(error), exc_info=trace
            )
        elif moment - self._logged_at >= REMIND_SECONDS:
            self._logged_at = moment
            seconds = round(moment - self._since)
            self.log.error(
                "%s has failed for %d s (%d times): %s",
                self.what,
                seconds,
                self.failures,
                _short(error),
            )

    def worked(self) -> None:
        """Log that it works again, if it had failed."""
        if self.failures:
            seconds = round(time.monotonic() - self._since)
            self.log.warning(
                "%s works again after %d s (%d failures)", self.what, seconds, self.failures
            )
            self.failures = 0


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]
