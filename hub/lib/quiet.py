"""Log now and then what would otherwise fill the log, such as a service that is away."""

import logging
import threading
import time

# Seconds between two complaints of one kind.
PAUSE_SECONDS = 60.0


class NowAndThen(logging.Filter):
    """Lets one record through in :data:`PAUSE_SECONDS`.

    It is also asked directly, before a line is written.
    """

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        super().__init__()
        self._pause_seconds = pause_seconds
        self._next_at = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether it is time to complain again; then the pause begins."""
        moment = time.monotonic()
        with self._lock:
            if moment < self._next_at:
                return False
            self._next_at = moment + self._pause_seconds
            return True

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what comes in the pause."""
        return self.allows()
