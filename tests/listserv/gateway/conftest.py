"""A real SMTP server in a thread, its worker, and people who send to it."""

import asyncio
import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connections

from hub.lib.clock import now as clock
from hub.lib.endpoints import Endpoint
from listserv.gateway import authentication, server
from listserv.gateway.evaluation import evaluate
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.spool import write
from listserv.gateway.worker import publish_accepted
from listserv.models import InboundMail

PASSWORD = "a long password"


def free_port() -> int:
    """Return a port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class SmtpServer:
    """The running server, as a client sees it."""

    port: int
    stop: Callable[[], None] = field(repr=False, default=lambda: None)

    def client(self, member: Any = None, *, password: str = PASSWORD) -> smtplib.SMTP:
        """Connect, say EHLO, sign in as ``member`` when there is one."""
        client = smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example", timeout=60)
        client.ehlo()
        if member is not None:
            client.login(member.email, password)
        return client

    def send(
        self, raw: bytes | str, to: str | list[str], *, member: Any = None, mail_from: str = "", utf8: bool = False
    ) -> tuple[int, str]:
        """Send one message and return the reply to the first command that was refused, or to the message."""
        raw = raw.encode() if isinstance(raw, str) else raw
        options = ["SMTPUTF8", "BODY=8BITMIME"] if utf8 else []
        with self.client(member) as client:
            code, text = client.mail(mail_from or (member.email if member else "somebody@elsewhere.example"), options)
            if code == 250:
                for address in [to] if isinstance(to, str) else to:
                    code, text = client.rcpt(address)
                    if code != 250:
                        break
                else:
                    code, text = client.data(raw)
            return code, text.decode()


def start(settings: Any) -> SmtpServer:
    """Run the server in a thread until ``SmtpServer.stop``."""
    port = free_port()
    settings.HUB_SMTP = Endpoint("127.0.0.1", port)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    errors: list[BaseException] = []

    def run() -> None:
        try:
            loop.run_until_complete(server.serve(stop))
        except BaseException as error:
            errors.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def end() -> None:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
        thread.join(60)
        assert not thread.is_alive()
        assert not errors

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and thread.is_alive():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except OSError:
            time.sleep(0.01)
        else:
            return SmtpServer(port, end)
    raise AssertionError(f"The SMTP server did not start: {errors}")


@pytest.fixture
def smtp_server(transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """A server at a port of its own."""
    monkeypatch.setattr(authentication, "WRONG_PASSWORD_SECONDS", 0.0)
    settings.HUB_RATE_PER_HOUR = 1_000
    running = start(settings)
    yield running
    running.stop()
    connections.close_all()


@pytest.fixture
def people(transactional_db: None, cast: Any) -> Any:
    """The cast, in a database that other threads see."""
    return cast


@pytest.fixture
def risk(people: Any) -> str:
    """The address of the closed discussion's list."""
    return str(people.policy.forum.mailing_list.address)


def accept(
    raw: bytes | str, to: str | list[str], *, member: Any = None, mail_from: str = "", peer: str = "192.0.2.1"
) -> str:
    """Do what the server does between the end of data and its reply; return the reply."""
    raw = raw.encode() if isinstance(raw, str) else raw
    addresses = [to] if isinstance(to, str) else to
    incoming = IncomingMessage(
        peer=peer, helo="x", auth_id=member.pk if member else None, mail_from=mail_from or "a@b.example",
        recipients=tuple(resolve(address) for address in addresses), raw=raw, size=len(raw), received_at=clock(),
    )  # fmt: skip
    evaluation = evaluate(incoming)
    write([evaluation])
    return evaluation.reply


def drain() -> int:
    """Publish all that is accepted, as the worker does; return how many rows were claimed."""
    total = 0
    while done := publish_accepted(clock()):
        total += done
    return total


def only_row() -> InboundMail:
    """Return the one row there is."""
    return InboundMail.objects.get()


def plain_message(
    text: str = "My own words.", *, who: Any = None, subject: str = "A thought", message_id: str = "", **headers: str
) -> str:
    """Return a plain message."""
    lines = [f"From: {who.name} <{who.email}>"] if who is not None else []
    lines += [f"Subject: {subject}"] if subject else []
    lines += [f"Message-ID: <{message_id}>"] if message_id else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Content-Type: text/plain; charset=utf-8", "", text, ""])
