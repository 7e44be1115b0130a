"""An SMTP server for tests that speaks PIPELINING and CHUNKING, and misbehaves as told; real sockets, a thread each."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Taken:
    """One message as it arrived."""

    sender: str
    recipient: str
    content: bytes
    verb: str


@dataclass
class Sink:
    """A server on a free port of the loopback.

    Args:
        extensions: what EHLO announces.
        replies: recipient -> reply to its RCPT; ``final`` -> reply to its message.
        hello, sender, everybody, message: what it says to every EHLO, MAIL, RCPT and message, where that is not 250.
        drop_after, hang_after: messages taken (all connections) after which it closes or says nothing any more.
        sulk: connections that are closed at once.
    """

    extensions: tuple[str, ...] = ("PIPELINING", "CHUNKING")
    replies: dict[str, str] = field(default_factory=dict)
    final: dict[str, str] = field(default_factory=dict)
    hello: str = ""
    sender: str = ""
    everybody: str = ""
    message: str = ""
    drop_after: int | None = None
    hang_after: int | None = None
    sulk: int = 0
    greeting: str = "220 sink"
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    most_together: int = 0  # replies that were due at once: the depth of pipelining seen

    def __post_init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.open: list[socket.socket] = []
        self.released = threading.Event()
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def drop_all(self) -> None:
        """Close every connection, as a relay that restarts does."""
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.open.clear()

    def close(self) -> None:
        """Stop listening and end every thread."""
        self.released.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.drop_all()
        for thread in self.threads:
            thread.join(30)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            if self.sulk > 0:
                self.sulk -= 1
                connection.close()
                continue
            self.open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, EOFError):
            _Dialogue(self, connection).run()


class _Dialogue:
    """One connection."""

    def __init__(self, sink: Sink, connection: socket.socket) -> None:
        self.sink, self.connection = sink, connection
        self.buffer = b""
        self.due: list[str] = []
        self.sender: str | None = None
        self.recipient: str | None = None

    def run(self) -> None:
        self.due.append(self.sink.greeting)
        while True:
            line = self._line()
            verb, _, rest = line.partition(" ")
            if self._broken():
                return
            handler = getattr(self, f"do_{verb.lower()}", None)
            self.due.append(handler(rest) if handler else "502 5.5.2 what?")

    def do_ehlo(self, rest: str) -> str:
        if self.sink.hello:
            return self.sink.hello
        return "\r\n".join([*(f"250-{word}" for word in ("sink", *self.sink.extensions)), "250 HELP"])

    def do_noop(self, rest: str) -> str:
        return "250 2.0.0 ok"

    def do_rset(self, rest: str) -> str:
        self.sender = self.recipient = None
        return "250 2.0.0 ok"

    def do_mail(self, rest: str) -> str:
        if self.sender is not None:
            return "503 5.5.1 nested MAIL"
        if self.sink.sender:
            return self.sink.sender
        self.sender = rest.partition("<")[2].partition(">")[0]
        return "250 2.1.0 ok"

    def do_rcpt(self, rest: str) -> str:
        recipient = rest.partition("<")[2].partition(">")[0]
        reply = self.sink.replies.get(recipient, self.sink.everybody or "250 2.1.5 ok")
        if self.sender is None:
            return "503 5.5.1 MAIL first"
        if reply[0] == "2":
            self.recipient = recipient
        return reply

    def do_bdat(self, rest: str) -> str:
        size = int(rest.split(maxsplit=1)[0])
        while len(self.buffer) < size:
            self._more()
        content, self.buffer = self.buffer[:size], self.buffer[size:]
        return self._take(content, "BDAT")

    def do_data(self, rest: str) -> str:
        if self.recipient is None:
            return "554 5.5.1 no valid recipients"
        self.due.append("354 go")
        lines = []
        while (line := self._line()) != ".":
            lines.append(line.removeprefix("."))
        return self._take("".join(f"{line}\r\n" for line in lines).encode("latin-1"), "DATA")

    def _take(self, content: bytes, verb: str) -> str:
        # A refused recipient leaves the transaction open, as some servers do: only RSET ends it.
        if self.recipient is None or self.sender is None:
            return "503 5.5.1 no valid recipients"
        sender, recipient, self.sender, self.recipient = self.sender, self.recipient, None, None
        reply = self.sink.final.get(recipient, self.sink.message or "250 2.0.0 taken")
        if reply[0] == "2":
            self.sink.taken.append(Taken(sender, recipient, content, verb))
        return reply

    def _broken(self) -> bool:
        count = len(self.sink.taken)
        if self.sink.drop_after is not None and count >= self.sink.drop_after:
            self.sink.drop_after = None
            return True
        if self.sink.hang_after is not None and count >= self.sink.hang_after:
            self._flush()
            self.sink.released.wait(60)
            return True
        return False

    def _line(self) -> str:
        while b"\r\n" not in self.buffer:
            self._more()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line.decode("latin-1")

    def _more(self) -> None:
        self._flush()
        data = self.connection.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def _flush(self) -> None:
        self.sink.most_together = max(self.sink.most_together, len(self.due))
        if self.due:
            self.connection.sendall("".join(f"{reply}\r\n" for reply in self.due).encode())
            self.due.clear()
