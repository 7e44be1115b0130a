"""Weigh mails that mean harm: processor seconds and memory of each, from the end of DATA to what becomes of it.

``python tests/bench/hostile.py``: each goes through the door's reading, the verdict and the commit, and through the
worker's pump when it is taken, in a process of its own; all are refused or published. The bar is one second and
256 MB above what the process has anyway. Ends with 1 when one is over it. The last ones are of the largest sizes that
are let through.
"""

import os
import resource
import sys
import time
from collections.abc import Callable

# First: it sets Django up.
from tests.bench import accept

# isort: split
from django.db import connections

from forums import services as forums
from forums.models import ForumPolicy
from hub.lib.clock import now
from hub.members.models import Member
from listserv.gateway import reading, spool
from listserv.gateway.evaluation import evaluate_all
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.lookups import look_up
from listserv.gateway.worker import publish_accepted
from listserv.models import InboundMail
from tests import databases

SECONDS, MEGABYTES = 1.0, 256
HEAD = b"Subject: hostile\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
TEXT = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"


def parts(count: int) -> bytes:
    """Return a mail of so many parts."""
    return MIXED + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * count + b"--b--\r\n"


def levels(count: int) -> bytes:
    """Return a mail of so many levels, each within the other."""
    opened = (b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(count))
    return HEAD + b"".join(opened) + b"Content-Type: text/plain\r\n\r\nx\r\n"


def words(count: int) -> bytes:
    """Return a mail of so many encoded words in its subject."""
    return b"Subject: " + b"\r\n ".join([b"=?utf-8?q?=C3=A9?="] * count) + b"\r\n\r\nx\r\n"


def wrapped(data: bytes, width: int = 76) -> bytes:
    """Return data in lines."""
    return b"\r\n".join(data[at : at + width] for at in range(0, len(data), width)) + b"\r\n"


CASES: dict[str, Callable[[], bytes]] = {
    "20,000 encoded words": lambda: words(20_000),
    "100,000 parts": lambda: parts(100_000),
    "3,000 levels": lambda: levels(3_000),
    '1 MB of "On On On", one line': lambda: TEXT + b"On " * 333_333 + b"\r\n",
    '1 MB of "On On On", lines': lambda: TEXT + wrapped(b"On " * 333_333),
    '1 MB of "On" a line': lambda: TEXT + b"On\r\n" * 250_000,
    "400 kB of one-letter lines": lambda: TEXT + b"x\r\n" * 133_333,
    "400 kB of quoted one-letter lines": lambda: TEXT + b"> x\r\n" * 80_000,
    "1,000,000 lines like delimiters": lambda: MIXED + b"--\r\n" * 1_000_000,
    "100,000 header fields": lambda: b"X: y\r\n" * 100_000 + b"\r\nx\r\n",
    "100 kB of one header field": lambda: b"Subject: " + b"=?" * 50_000 + b"\r\n\r\nx\r\n",
    "2,000,000 empty lines": lambda: TEXT + b"\r\n" * 2_000_000,
    "500,000 quoted lines": lambda: TEXT + b"> q\r\n" * 500_000,
    "500,000 nested divs": lambda: HTML + b"<div>" * 500_000,
    "100,000 nested quotes": lambda: HTML + b"<blockquote>x" * 100_000,
    "500,000 half tags": lambda: HTML + b"<a " * 500_000,
    "1 MB of entities": lambda: HTML + b"&lt;" * 250_000,
    "utf-7": lambda: HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+2D/cAA-" * 100_000,
    "1,000 charsets": lambda: MIXED + b"".join(
        b"--b\r\nContent-Type: text/plain; charset=x%d\r\n\r\n\xe9\xff\x80" % n + b"\xc3\xa9\xfe" * 300 + b"\r\n"
        for n in range(900)
    ),
    "10 MB of base64": lambda: (
        MIXED + b"--b\r\n\r\nSee the plan.\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + wrapped(b"JVBERi0x" * 1_180_000) + b"--b--\r\n"
    ),
    "quoted-printable of 5 MB": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=41=\r\n" * 800_000
    ),
    # The largest that are let through.
    "95 kB of one-letter lines": lambda: TEXT + b"x\r\n" * 47_000,
    '95 kB of "On On On"': lambda: TEXT + wrapped(b"On " * 31_000),
    '95 kB of "On … wrote:"': lambda: TEXT + b"On a wrote:\r\n" * 7_500 + b"word\r\n",
    "95 kB of backticks": lambda: TEXT + wrapped(b"`" * 95_000),
    "95 kB of brackets": lambda: TEXT + wrapped(b"[" * 95_000),
    "95 kB of stars and lines": lambda: TEXT + wrapped(b"*_" * 47_000),
    "2,000 levels of quotes": lambda: TEXT + b"".join(b"> " * n + b"x\r\nword\r\n" for n in range(1, 300)),
    "word, then 1.9 MB of quotes": lambda: TEXT + b"word\r\n\r\nOn 3 May 2026, Boris wrote:\r\n" + b"> q\r\n" * 380_000,
    "900 parts": lambda: parts(900),
    "49 levels": lambda: levels(49),
    "4,000 encoded words": lambda: words(3_900),
}  # fmt: skip


def judged(raw: bytes, member: Member, address: str) -> str:
    """Take a mail over as the door and the worker do; return what became of it."""
    recipient = look_up(address, None, False, accept.RecentLists())
    incoming = IncomingMessage("192.0.2.1", "bench", member.pk, "", (recipient,), raw, len(raw), now())  # type: ignore[arg-type]
    outcome = evaluate_all([reading.read(incoming)])[0]
    spool.write([outcome])
    while publish_accepted(now()):
        pass
    row = InboundMail.objects.latest("pk")
    return f"{row.state}: {outcome.reply[:60]}"


def weigh(raw: bytes, member: Member, address: str) -> tuple[float, float, str]:
    """Judge a mail in a process of its own; return processor seconds, megabytes and what became of it."""
    connections.close_all()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.process_time()
        try:
            outcome = judged(raw, member, address)
        except BaseException as error:
            outcome = f"RAISED {error!r}"
        spent = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os.write(writer, f"{spent}\n{peak / 1024}\n{outcome}".encode()[:4_000])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        seconds, megabytes, reply = answer.read().split("\n", 2)
    os.waitpid(pid, 0)
    return float(seconds), float(megabytes), reply


def main() -> int:
    """Print a line for each; return 1 when one is over the bar."""
    over = 0
    with databases.held_copy():
        accept.senders()
        policy = ForumPolicy.objects.get()
        member = Member.objects.order_by("pk")[0]
        said = forums.Draft(forum_id=policy.forum_id, subject="First", text="So that all is loaded.")
        forums.publish(draft=said, author=member, origin="web", now=now())
        judged(TEXT + b"So that all is loaded.\r\n", member, policy.forum.mailing_list.address)
        for name, build in CASES.items():
            raw = build()
            spent, peak, outcome = weigh(raw, member, policy.forum.mailing_list.address)
            bad = spent > SECONDS or peak > MEGABYTES or outcome.startswith("RAISED") or outcome.startswith("queued")
            over += bad
            size = f"{len(raw) / 1000:.0f} kB"
            print(
                f"{name:36s} {size:>9s} {spent * 1000:6.0f} ms {peak:5.0f} MB  {outcome}{'   OVER' * bad}", flush=True
            )
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
