"""A relay at the far end of a fan-out, in a process of its own: it takes everything and counts it."""

import os
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Talk:
    """One connection to the sink: answers commands, skips what a message says."""

    def __init__(self, server: "Far", connection: socket.socket) -> None:
        self.server, self.connection = server, connection
        self.rest, self.skip, self.in_data = b"", 0, False
        connection.sendall(b"220 sink\r\n")

    def read(self) -> bool:
        """Take what has come and answer it; False when the client is gone."""
        try:
            data = self.connection.recv(262_144)
        except OSError:
            data = b""
        if not data:
            return False
        data, self.rest = self.rest + data, b""
        replies: list[bytes] = []
        at = 0
        while at < len(data):
            after = self._step(data, at, replies)
            if after < 0:
                self.rest = data[at:]
                break
            at = after
        if replies:
            self.connection.sendall(b"".join(replies))
        return True

    def _step(self, data: bytes, at: int, replies: list[bytes]) -> int:
        """Take what begins at ``at``; return where it ends, -1 when its end has not come."""
        if self.skip:
            after = min(len(data), at + self.skip)
            self.skip -= after - at
            return after if self.skip else self._taken(after, replies)
        if self.in_data:
            end = data.find(b"\r\n.\r\n", at)
            if end < 0:
                return max(at, len(data) - 4) if len(data) - at > 4 else -1
            self.in_data = False
            return self._taken(end + 5, replies)
        end = data.find(b"\r\n", at)
        if end < 0:
            return -1
        verb = data[at : at + 4].upper()
        if verb == b"BDAT":
            self.skip = int(data[at + 5 : end].split(b" ", 1)[0])
        elif verb == b"DATA":
            self.in_data = True
            replies.append(b"354 go\r\n")
        elif verb == b"EHLO":
            replies.append(self.server.hello)
        else:
            if verb == b"RCPT":
                self.server.recipient(data[at:end])
            replies.append(b"250 ok\r\n")
        return end + 2

    def _taken(self, after: int, replies: list[bytes]) -> int:
        self.server.count += 1
        replies.append(b"250 taken\r\n")
        return after


class Far:
    """The sink; ``tell`` gets a line for the first RCPT, and one for the count asked for."""

    def __init__(self, extensions: tuple[str, ...]) -> None:
        words = [*(f"250-{word}" for word in ("sink", *extensions)), "250 HELP"]
        self.hello = "".join(f"{word}\r\n" for word in words).encode()
        self.count, self.first, self.seen = 0, 0.0, set[bytes]()

    def recipient(self, line: bytes) -> None:
        """Note who gets a copy, and when the first one came."""
        if not self.first:
            self.first = time.monotonic()
        self.seen.add(line)

    def serve(self, listening: socket.socket, control: socket.socket) -> None:
        """Serve until the control connection closes; answer each byte there with what was seen, and begin anew."""
        choose = selectors.DefaultSelector()
        choose.register(listening, selectors.EVENT_READ)
        choose.register(control, selectors.EVENT_READ)
        while True:
            for key, _mask in choose.select():
                if key.fileobj is listening:
                    connection, _peer = listening.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    choose.register(connection, selectors.EVENT_READ, Talk(self, connection))
                elif key.fileobj is control:
                    if not control.recv(1):
                        return
                    control.sendall(f"{self.count} {len(self.seen)} {self.first!r}\n".encode())
                    self.count, self.first, self.seen = 0, 0.0, set()
                elif not key.data.read():
                    choose.unregister(key.fileobj)
                    key.data.connection.close()


class Sink:
    """The far end in a process of its own."""

    def __init__(self, *extensions: str) -> None:
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = listening.getsockname()[1]
        self.control, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            self.control.close()
            try:
                Far(extensions).serve(listening, theirs)
            finally:
                os._exit(0)
        theirs.close()
        listening.close()

    def seen(self) -> tuple[int, int, float]:
        """Return copies taken, different recipients and when the first RCPT came, since the last question."""
        self.control.sendall(b"?")
        count, different, first = self.control.recv(200).split()
        return int(count), int(different), float(first)

    def close(self) -> None:
        """End the process."""
        self.control.close()
        os.waitpid(self.pid, 0)


@contextmanager
def sink(*extensions: str) -> Iterator[Sink]:
    """Keep a sink for a while."""
    made = Sink(*extensions)
    try:
        yield made
    finally:
        made.close()
