"""The bytes of a session: lines in pieces, lines too long, TLS, and clients that say all or read nothing."""

import asyncio
import base64
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest

from listserv.gateway.connection import MAX_LINE, MAX_WAITING, Connection, LineTooLongError
from tests.listserv.gateway.conftest import PASSWORD, start
from tests.listserv.gateway.test_protocol import Wire, certificate  # noqa: F401 - a fixture


class Transport(asyncio.Transport):
    """A transport that notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def pause_reading(self) -> None:
        self.asked.append("pause")

    def resume_reading(self) -> None:
        self.asked.append("resume")


@pytest.fixture
async def connection() -> Connection:
    """A connection over a transport of the test's own."""
    made = Connection(asyncio.get_running_loop())
    made.connection_made(Transport())
    return made


async def test_line_may_come_in_pieces_and_several_at_once(connection):
    waiting = asyncio.create_task(connection.line())
    for piece in (b"EH", b"LO a\r", b"\nNOOP\r\nQU"):
        connection.data_received(piece)
        await asyncio.sleep(0)
    assert await waiting == b"EHLO a\r\n"
    assert await connection.line() == b"NOOP\r\n"
    connection.connection_lost(None)
    with pytest.raises(ConnectionResetError):
        await connection.line()


async def test_line_too_long_is_dropped_whole_and_little_of_it_kept(connection):
    waiting = asyncio.create_task(connection.line())
    for _number in range(5):
        connection.data_received(b"x" * MAX_LINE)
        await asyncio.sleep(0)
        assert len(connection._received) <= MAX_LINE
    connection.data_received(b"\r\nNOOP\r\n")
    with pytest.raises(LineTooLongError):
        await waiting
    assert await connection.line() == b"NOOP\r\n"


async def test_client_that_sends_more_than_is_read_is_slowed_down(connection):
    connection.data_received(b"NOOP\r\n" * (MAX_WAITING // 6 + 1))
    assert connection.transport.asked == ["pause"]
    while len(connection._received) >= MAX_LINE:
        await connection.line()
    assert connection.transport.asked == ["pause", "resume"]


async def test_what_was_read_too_far_is_read_again_first(connection):
    connection.data_received(b"NOOP\r\nQUIT\r\n")
    connection.put_back((await connection.chunk())[6:])
    connection.data_received(b"MORE\r\n")
    assert await connection.exactly(6) == b"QUIT\r\n"
    assert await connection.line() == b"MORE\r\n"


async def test_time_that_is_asked_for_again_is_counted_from_then(connection):
    times = []
    connection.timed_out = lambda: times.append(1)
    connection.wait_at_most(0.01)
    connection.wait_at_most(60)
    await asyncio.sleep(0.03)
    assert not times
    connection.wait_at_most(0.01)
    await asyncio.sleep(0.05)
    assert times == [1]


@pytest.fixture
def secured(certificate: tuple[Path, Path], transactional_db: None, settings: Any) -> Any:  # noqa: F811
    """A server that offers TLS."""
    settings.HUB_SMTP_CERT, settings.HUB_SMTP_KEY = certificate
    smtp_server = start(settings)
    yield smtp_server
    smtp_server.stop()


def encrypted(wire: Wire, certificate: tuple[Path, Path]) -> Any:  # noqa: F811
    """Go on in TLS; return the socket."""
    context = ssl.create_default_context(cafile=str(certificate[0]))
    return context.wrap_socket(wire.socket, server_hostname="localhost", suppress_ragged_eofs=True)


def answers(connection: Any, command: bytes) -> str:
    """Say something, and return the last line of the reply."""
    connection.sendall(command + b"\r\n")
    text = b""
    while not text.endswith(b"\r\n") or text.splitlines()[-1][3:4] == b"-":
        text += connection.recv(4096)
    return text.splitlines()[-1].decode()


def test_what_came_before_tls_is_not_obeyed_in_it(secured, certificate, people):  # noqa: F811
    with Wire(secured.port) as wire:
        wire.say("EHLO wire.example")
        assert wire.say("STARTTLS\r\nNOOP\r\nRSET").startswith("220")
        with encrypted(wire, certificate) as safe:
            # Nothing is answered that was said in clear, and the greeting is forgotten.
            assert answers(safe, b"MAIL FROM:<a@b.example>") == "503 5.5.1 Say EHLO first."
            assert answers(safe, b"EHLO wire.example") == "250 HELP"
            assert answers(safe, b"STARTTLS") == "503 5.5.1 TLS is on already."


def test_sign_in_in_clear_ends_with_starttls(secured, certificate, people, monkeypatch):  # noqa: F811
    monkeypatch.setattr("listserv.gateway.limits.is_on_this_host", lambda host: True)
    with Wire(secured.port) as wire:
        wire.say("EHLO wire.example")
        assert wire.sign_in(people.amina).startswith("235")
        wire.say("STARTTLS")
        with encrypted(wire, certificate) as safe:
            answers(safe, b"EHLO wire.example")
            token = base64.b64encode(f"\0{people.amina.email}\0{PASSWORD}".encode())
            assert answers(safe, b"AUTH PLAIN " + token).startswith("235")


def test_failed_handshake_ends_the_session(secured):
    with Wire(secured.port) as wire:
        wire.say("EHLO wire.example")
        wire.say("STARTTLS")
        wire.socket.sendall(b"MAIL FROM:<a@b.example>\r\n" * 10)
        received = b""
        while chunk := wire.socket.recv(4096):
            received += chunk
        assert b"250" not in received


def test_starttls_is_refused_where_there_is_no_certificate(smtp_server):
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        assert wire.say("STARTTLS").startswith("454 4.7.0")
        assert wire.say("STARTTLS now").startswith("501 5.5.4")


def test_client_that_has_said_all_still_hears_its_answers(smtp_server):
    with Wire(smtp_server.port) as wire:
        wire.socket.sendall(b"EHLO wire.example\r\nNOOP\r\n")
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.reply() == "250 HELP"
        assert wire.reply() == "250 OK"
        assert wire.file.read() == b""


def test_exchange_of_a_sign_in_can_be_cancelled_or_be_nonsense(smtp_server, people):
    with Wire(smtp_server.port) as wire:
        assert wire.say("AUTH PLAIN").startswith("503")
        wire.say("EHLO wire.example")
        assert wire.say("AUTH LOGIN").startswith("334 ")
        assert wire.say("*").startswith("501 5.7.0")
        assert wire.say("AUTH PLAIN").startswith("334")
        assert wire.say("not base64!").startswith("501 5.5.2")
        assert wire.say("AUTH LOGIN").startswith("334 ")
        assert wire.say(b"x" * (MAX_LINE + 10)).startswith("500 5.5.2")
        assert wire.say("NOOP") == "250 OK"
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO wire.example")
        assert wire.say("AUTH LOGIN").startswith("334 ")
        assert wire.say(base64.b64encode(people.amina.email.encode())).startswith("334 ")
        assert wire.say(base64.b64encode(PASSWORD.encode())).startswith("235 2.7.0")
        assert wire.sign_in(people.amina).startswith("503 5.5.1")
        assert wire.say("QUIT now").startswith("501 5.5.4")


@pytest.mark.parametrize("line", [b"GET / HTTP/1.1", b"", b"\xff", b"NOOP\0", b"x" * (MAX_LINE + 10)])
def test_what_is_no_command_ends_the_session_after_a_few_times(smtp_server, line):
    with Wire(smtp_server.port) as wire:
        replies = [wire.say(line)[:3] for _number in range(5)]
        assert replies == ["500"] * 4 + ["421"]
        assert wire.file.read() == b""
