"""Hash passwords a few at a time.

Each takes 100 MB and as many cores as there are, and anybody may ask for one. Whoever comes when
too many wait already is asked to come again: pages of others and the SMTP gateway go on meanwhile.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext_lazy as _

from hub.lib.errors import Unavailable

# Passwords hashed at the same time by one process, others that may wait, and for how many seconds.
AT_ONCE = 2
MAX_WAITING = 24
WAIT_SECONDS = 10.0


class HashingBusy(Unavailable):
    """Too many passwords are being checked."""

    code = "busy"
    message = _("Too many people are signing in at this moment. Try again in a minute.")
    smtp_reply = "454 4.7.0"
    retry_after = 60


class Gate:
    """Lets a few in at a time, a bounded number wait, and turns others away."""

    def __init__(self, at_once: int, max_waiting: int, wait_seconds: float) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._room = threading.BoundedSemaphore(at_once + max_waiting)
        self._wait_seconds = wait_seconds

    @contextlib.contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold a place.

        Raises: HashingBusy.
        """
        if not self._room.acquire(blocking=False):
            raise HashingBusy
        try:
            if not self._places.acquire(timeout=self._wait_seconds):
                raise HashingBusy
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._room.release()


gate = Gate(AT_ONCE, MAX_WAITING, WAIT_SECONDS)


class GatedArgon2(Argon2PasswordHasher):
    """Argon2 as Django sets it, behind the gate; hashes made before stay good."""

    def encode(self, password: str, salt: str) -> str:
        """Hash a new password."""
        with gate():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash."""
        with gate():
            return super().verify(password, encoded)

    def harden_runtime(self, password: str, encoded: str) -> Any:
        """Do nothing: parameters that change are caught by a new hash at the next sign-in."""
