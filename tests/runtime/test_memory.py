"""A process keeps little memory that it does not use."""

import subprocess
import sys

# Eight threads hold memory at the same time; how many arenas they have it from is said by glibc itself.
SCRIPT = """
import ctypes, threading
{begin}
held, go_on = threading.Barrier(9), threading.Event()
def hold():
    kept = [bytes(2_000) for _ in range(500)]
    held.wait()
    go_on.wait()
for _ in range(8):
    threading.Thread(target=hold, daemon=True).start()
held.wait()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = libc.fdopen(1, b"w")
libc.malloc_info(0, ctypes.c_void_p(out))
libc.fflush(ctypes.c_void_p(out))
go_on.set()
"""


def arenas(begin: str) -> int:
    """Return how many arenas eight threads use after a beginning."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(begin=begin)], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.count("<heap nr")


def test_threads_share_two_arenas():
    begin = "from hub.runtime.memory import keep_small; keep_small()"
    assert arenas(begin) <= 2 < arenas("")


# Lists of many small pieces, every second one of which is kept: what lies between stays with the process.
FREED = """
import ctypes
{begin}
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
pieces = [libc.malloc(8_000) for _ in range(5_000)]
for piece in pieces:
    ctypes.memset(piece, 1, 8_000)
held = resident()
for piece in pieces[:-1]:
    libc.free(piece)
{end}
print(held - resident())
"""


def test_what_is_freed_is_given_back():
    def given_back(end):
        script = FREED.format(begin="from hub.runtime.memory import trim", end=end)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
        return int(done.stdout)

    assert given_back("") < 10_000_000
    assert given_back("trim()") > 30_000_000
