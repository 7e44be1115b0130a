"""Many requests at once, some of them given up by their client, and the connections they cost, counted meanwhile."""

import contextlib
import http.client
import itertools
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import psycopg

from tests.flow import running


def hammer(bases: Sequence[str], *, path: str, total: int, at_once: int, cookie: str = "") -> Counter[int]:
    """Ask for a page so often, spread over processes; return how often each status came, 0 for no answer."""
    statuses: Counter[int] = Counter()
    numbers, lock = itertools.count(), threading.Lock()

    def ask() -> None:
        while (number := next(numbers)) < total:
            status = _status(bases[number % len(bases)], path, cookie)
            with lock:
                statuses[status] += 1

    threads = [threading.Thread(target=ask) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def _status(base: str, path: str, cookie: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        answer.read()
    except OSError:
        return 0
    else:
        return answer.status
    finally:
        connection.close()


def give_up(base: str, *, path: str, times: int) -> None:
    """Ask and hang up before the answer."""
    place = urlsplit(base)
    for _number in range(times):
        with contextlib.suppress(OSError), socket.create_connection((place.hostname, place.port), timeout=60) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\n\r\n".encode())


class Connections:
    """The connections of each process to a database: how many there are, and the most there were."""

    def __init__(self, database: str, application: str) -> None:
        self.database, self.application = database, application
        self.most: Counter[str] = Counter()

    def now(self, line: psycopg.Connection[tuple[int, int]]) -> int:
        """Count them; return those of all processes of the kind."""
        rows = line.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = %s",
            [self.database, self.application],
        ).fetchone()
        assert rows is not None
        self.most["all"] = max(self.most["all"], rows[0])
        return rows[0]


@contextlib.contextmanager
def counted(database: str, application: str = "hub web") -> Iterator[Connections]:
    """Count the connections of a kind of process as long as the block runs."""
    counts, ended = Connections(database, application), threading.Event()

    def watch() -> None:
        with psycopg.connect(running.POSTGRES, autocommit=True) as line:
            while not ended.is_set():
                counts.now(line)
                time.sleep(0.02)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield counts
    finally:
        ended.set()
        thread.join()
