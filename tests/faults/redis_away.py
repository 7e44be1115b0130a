"""Run the hub while Redis is away: people sign in, apply and send; what they wrote is published.

``python -m tests.faults.redis_away never`` starts with a Redis address where nobody listens; ``killed`` starts with a
Redis that answers (``HUB_TEST_REDIS``) and takes it away under the running hub, then gives it back.
"""

import contextlib
import http.cookiejar
import json
import os
import re
import select
import smtplib
import socket
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from tests.faults.stage import PASSWORD, fork, free_port, kill, listens, people, stage, until

FORM = {"name": "Inês", "country": "PT", "statement": "I work on pollen.", "language": "en", "accepts": "on"}


class Forwarder:
    """A door to the real Redis that can be shut: whoever is inside is thrown out."""

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        self.port, self.target = port, target
        self.open = threading.Event()
        self.listening: socket.socket | None = None
        self.pairs: list[socket.socket] = []

    def start(self) -> None:
        """Listen and forward."""
        self.listening = socket.create_server(("127.0.0.1", self.port))
        self.open.set()
        threading.Thread(target=self._accept, args=(self.listening,), daemon=True).start()

    def stop(self) -> None:
        """Refuse newcomers and end all connections."""
        self.open.clear()
        assert self.listening is not None
        for one in [self.listening, *self.pairs]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.pairs.clear()

    def _accept(self, listening: socket.socket) -> None:
        while self.open.is_set():
            try:
                near, _ = listening.accept()
            except OSError:
                return
            far = socket.create_connection(self.target)
            self.pairs += [near, far]
            threading.Thread(target=self._forward, args=(near, far), daemon=True).start()

    @staticmethod
    def _forward(near: socket.socket, far: socket.socket) -> None:
        try:
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    data = ready.recv(65_536)
                    if not data:
                        return
                    (far if ready is near else near).sendall(data)
        except (OSError, ValueError):
            return
        finally:
            near.close()
            far.close()


class Visitor:
    """A browser without a screen."""

    def __init__(self, web: int) -> None:
        self.base = f"http://127.0.0.1:{web}"
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def get(self, path: str) -> str:
        """Return a page."""
        with self.opener.open(self.base + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        """Fill in the form of a page and return where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token is not None
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        with self.opener.open(self.base + path, data=body, timeout=60) as answer:
            return str(answer.url)

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return status and parts of /healthz."""
        try:
            with self.opener.open(f"{self.base}/healthz", timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def down(self) -> tuple[int, list[str]]:
        """Return the status of /healthz and the parts that do not work."""
        status, body = self.health()
        return status, [name for name, part in body["parts"].items() if not part["ok"]]


def use(web: int, smtp: int, to: str, number: int) -> None:
    """Do what people do, by web and by mail."""
    from forums.models import Contribution

    visitor = Visitor(web)
    assert not visitor.post("/accounts/login/", login="killer@people.example", password=PASSWORD).endswith("login/")
    assert "killer" in visitor.get("/accounts/email/")
    assert Visitor(web).post("/apply/", **FORM, email=f"ines{number}@x.example").endswith("/apply/sent/")
    before = Contribution.objects.count()
    with smtplib.SMTP("127.0.0.1", smtp, timeout=60) as client:
        client.login("killer@people.example", PASSWORD)
        text = f"From: killer@people.example\r\nMessage-ID: <{number}@redis>\r\nSubject: Mail {number}\r\n\r\nOne.\r\n"
        client.sendmail("killer@people.example", [to], text)
    until(lambda: Contribution.objects.count() == before + 1, "The mail is not published")


def hub(web: int, smtp: int) -> None:
    """Run every part until killed."""
    from django.conf import settings

    from hub.lib.endpoints import Endpoint
    from hub.runtime.serve import run

    settings.HUB_WEB, settings.HUB_SMTP = Endpoint("127.0.0.1", web), Endpoint("127.0.0.1", smtp)
    run("web", "smtpd", "worker")


def play(forwarder: Forwarder | None) -> str:
    """Do it, and return one line of figures."""
    _member, _forum, to = people(3)
    web, smtp = free_port(), free_port()
    pid = fork(lambda: hub(web, smtp))
    try:
        listens(web)
        listens(smtp)
        visitor, rounds = Visitor(web), 0
        if forwarder is not None:
            until(lambda: visitor.health()[0] == 200, "The hub is not healthy with Redis")
            use(web, smtp, to, rounds)
            forwarder.stop()
            rounds += 1
        until(lambda: visitor.down() == (503, ["channel layer"]), "Redis alone is down, and /healthz does not say so")
        use(web, smtp, to, rounds)
        rounds += 1
        if forwarder is not None:
            forwarder.start()
            until(lambda: visitor.health()[0] == 200, "The hub does not use Redis again")
            use(web, smtp, to, rounds)
            rounds += 1
        return f"{rounds} rounds, Redis {'killed and back' if forwarder else 'never there'}"
    finally:
        kill(pid)


def main() -> None:
    """Choose where Redis is, before the settings are read."""
    port, forwarder = free_port(), None
    if sys.argv[1] == "killed":
        redis = urlsplit(os.environ.get("HUB_TEST_REDIS", "redis://127.0.0.1:6379/9"))
        forwarder = Forwarder(port, (redis.hostname or "127.0.0.1", redis.port or 6379))
        forwarder.start()
    os.environ["REDIS_URL"] = f"redis://127.0.0.1:{port}/9"
    with stage():
        print(play(forwarder))


if __name__ == "__main__":
    main()
