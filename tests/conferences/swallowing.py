"""A line that can be made to fail: a TCP proxy that stops forwarding without a word, or cuts."""

import contextlib
import selectors
import socket
import threading


class Line:
    """Forward connections to a port of this host; ``swallow`` and ``cut`` fail in the two ways lines do."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._peers: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._swallows = self._cuts = False
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def swallow(self) -> None:
        """Let nothing pass any more, in either direction; connections stay, and new ones are taken and not served."""
        self._swallows = True

    def cut(self) -> None:
        """End all connections, and every new one at once."""
        self._cuts = True
        with self._lock:
            self._close_all()

    def mend(self) -> None:
        """Work again; what was swallowed is lost, so the connections of that time are ended."""
        with self._lock:
            if self._swallows:
                self._close_all()
        self._swallows = self._cuts = False

    def close(self) -> None:
        """End the proxy and wait for its thread."""
        self._ended.set()
        self._thread.join(30)
        with self._lock:
            self._close_all()
        self._listener.close()

    def _close_all(self) -> None:
        for each in list(self._peers):
            self._drop(each)

    def _drop(self, connection: socket.socket) -> None:
        for each in (connection, self._peers.pop(connection, None)):
            if each is not None:
                self._peers.pop(each, None)
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(each)
                each.close()

    def _accept(self) -> None:
        near, _address = self._listener.accept()
        if self._cuts:
            near.close()
            return
        far = socket.create_connection(("127.0.0.1", self._target))
        self._peers |= {near: far, far: near}
        for each in (near, far):
            self._selector.register(each, selectors.EVENT_READ)

    def _forward(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(65_536)
            if data and not self._swallows:
                self._peers[connection].sendall(data)
        except (OSError, KeyError):
            data = b""
        if not data:
            # A dead line does not even tell that the other end has gone.
            self._selector.unregister(connection) if self._swallows else self._drop(connection)

    def _run(self) -> None:
        while not self._ended.is_set():
            for key, _events in self._selector.select(0.05):
                with self._lock:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj in self._peers:
                        self._forward(key.fileobj)
