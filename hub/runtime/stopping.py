"""Let a long command that is told to end clear away what it has begun."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError


@contextmanager
def ends_in_order() -> Iterator[None]:
    """Let SIGTERM end a block as Ctrl-C does, with what it does at its end.

    Raises: CommandError (it was ended).
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError("Stopped before its end.") from None
    finally:
        signal.signal(signal.SIGTERM, before)
