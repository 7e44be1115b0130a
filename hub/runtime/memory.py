"""How much memory a process keeps that it does not use."""

import contextlib
import ctypes

# Of glibc's malloc.h: how many arenas there may be.
_M_ARENA_MAX = -8
ARENAS = 2


def keep_small() -> None:
    """Let threads share two arenas of memory; called before there are many threads.

    glibc gives each thread one of its own, up to eight for each core, and what was freed in them
    stays with the process: about 20 MB after a day's work. Threads of Python wait for each other
    anyway. Other systems ignore this.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def trim() -> None:
    """Give memory that was freed back to the system: glibc keeps it for the next peak.

    After the demo content, an import or a long page that is 10 MB and more; the call takes a few
    milliseconds.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
