"""Kill the worker at random points of the fan-out, many times, then count the copies of each contribution.

``python -m tests.faults.kill_fan_out KILLS`` keeps a relay in a process of its own that writes down each copy it has
taken. A child walks the rosters; it is killed (SIGKILL) after a random time, and the next one takes up where the cursor
is. At the end each subscriber has each contribution, under one Message-ID, and no kill has repeated more than 50.
"""

import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

from tests.faults.stage import fork, free_port, kill, listens, people, stage, until

SUBSCRIBERS = 600
# Copies that one kill may repeat.
AHEAD = 50


def relay(port: int, ledger: Path) -> None:
    """Take every copy, and write down for whom it was and which it was."""
    import socket

    from tests.listserv.sink import Sink, Taken

    class Ledger(list[Taken]):
        def __init__(self) -> None:
            super().__init__()
            self.file = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

        def append(self, taken: Taken) -> None:
            at = taken.content.find(b"Message-ID: ") + 12
            os.write(self.file, taken.recipient.encode() + b" " + taken.content[at:].partition(b"\r\n")[0] + b"\n")

    make = socket.create_server
    # The sink takes any free port; this one is to be known before it starts.
    socket.create_server = lambda address, **more: make((address[0], port), **more)
    Sink(taken=Ledger())
    while True:
        time.sleep(60)


def worker() -> None:
    """Walk the rosters until killed."""
    from hub.lib.clock import now
    from listserv.outbound.delivery_worker import deliver_mailings

    while True:
        if not deliver_mailings(now()):
            time.sleep(0.001)


def run(kills: int) -> str:
    """Do it, and return one line of figures.

    Raises: AssertionError when a copy is missing, under another Message-ID, or repeated more than kills explain.
    """
    from django.conf import settings

    from forums import services
    from hub.lib.clock import now
    from hub.lib.endpoints import RelayAddress
    from listserv.models import Mailing, Retry
    from listserv.outbound.delivery_worker import deliver_mailings

    author, forum_id, _to = people(SUBSCRIBERS)
    port, ledger = free_port(), Path(os.environ["HUB_DATA"]) / "ledger"
    sink = fork(lambda: relay(port, ledger))
    listens(port)
    settings.HUB_RELAY = RelayAddress("127.0.0.1", port)

    def say(number: int) -> None:
        draft = services.Draft(forum_id=forum_id, subject=f"Word {number}", text=f"Word {number}.")
        services.publish(draft=draft, author=author, origin="web", now=now())

    def release() -> None:
        # Leases of the killed end after seconds; they are not waited for here.
        Mailing.objects.update(claimed_until=None)
        Retry.objects.filter(next_at__isnull=False).update(next_at=now())

    # How long one takes that nobody kills: the kills fall into that time.
    say(1)
    started = time.monotonic()
    pid = fork(worker)
    until(lambda: not Mailing.objects.filter(state="sending").exists(), "the first is not sent")
    whole = time.monotonic() - started
    kill(pid)
    started, said, hit = time.monotonic(), 1, 0
    for _number in range(kills):
        if not Mailing.objects.filter(state="sending").exists():
            said += 1
            say(said)
        pid = fork(worker)
        time.sleep(random.uniform(0.1, 0.9) * whole)
        kill(pid)
        hit += Mailing.objects.filter(state="sending").exists()
        release()
    took = time.monotonic() - started
    while Mailing.objects.filter(state="sending").exists() or Retry.objects.exists():
        deliver_mailings(now())
        release()
    kill(sink)
    copies = Counter(ledger.read_text().splitlines())
    per_word = Counter(line.partition(" ")[2] for line in copies)
    assert len(per_word) == said, "a contribution went out under two Message-IDs, or not at all"
    assert set(per_word.values()) == {SUBSCRIBERS}, "a copy is missing"
    repeated = sum(copies.values()) - len(copies)
    assert repeated <= hit * AHEAD, f"{repeated} copies repeated by {hit} kills"
    return (
        f"{kills} kills, {hit} of them under way, {said} contributions, {len(copies)} copies, "
        f"{repeated} repeated ({repeated / max(hit, 1):.0f} a kill), {took:.1f} s"
    )


if __name__ == "__main__":
    with stage():
        print(run(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
