"""``250`` is said after the commit and never before; a database that is down loses nothing."""

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError

from hub.lib.clock import now as clock
from listserv.gateway import spool
from listserv.gateway.evaluation import Evaluation
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.reading import MessageReading, read
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import drain, plain_message
from tests.listserv.gateway.test_reading import multipart, nested


def reading(digest: str = "") -> MessageReading:
    """A mail that was read, of which nothing matters but its name."""
    raw = b"Subject: x\r\n\r\nx\r\n"
    incoming = IncomingMessage("192.0.2.1", "client.example", None, "a@b.example", (), raw, len(raw), clock())
    return replace(read(incoming), digest=digest)


def test_reply_waits_for_the_commit(smtp_server, people, risk, monkeypatch):
    gate, write = threading.Event(), spool.write

    def slow(evaluations):
        assert gate.wait(30)
        write(evaluations)

    monkeypatch.setattr(spool, "write", slow)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(smtp_server.send, plain_message(who=people.amina), risk, member=people.amina)
        with pytest.raises(TimeoutError):
            sending.result(0.3)
        assert not InboundMail.objects.exists()
        gate.set()
        assert sending.result(10)[0] == 250
    assert InboundMail.objects.count() == 1


def test_database_that_fails_is_a_temporary_refusal_and_the_next_mail_is_taken(smtp_server, people, risk, monkeypatch):
    write = spool.write

    def broken(evaluations):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(spool, "write", broken)
    code, text = smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)
    assert (code, text) == (451, "4.3.0 The hub could not do this now. Try again later.")
    monkeypatch.setattr(spool, "write", write)
    assert smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)[0] == 250
    assert InboundMail.objects.count() == 1


def test_verdict_that_fails_is_a_temporary_refusal(smtp_server, people, risk, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(spool, "evaluate_all", lambda readings: 1 / 0)
        assert smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)[0] == 451
    assert smtp_server.send(plain_message(who=people.amina), risk, member=people.amina)[0] == 250


def test_waiting_mails_are_committed_together(transactional_db, monkeypatch):
    groups = []
    monkeypatch.setattr(spool, "write", lambda evaluations: groups.append(len(evaluations)))
    monkeypatch.setattr(spool, "evaluate_all", lambda mails: [Evaluation([], "250 2.0.0 OK") for _mail in mails])
    held, first = threading.Event(), spool.write

    def slow(evaluations):
        assert held.wait(30)
        first(evaluations)

    monkeypatch.setattr(spool, "write", slow)
    writer = spool.Spool()

    async def many() -> None:
        waiting = [asyncio.create_task(writer.take(reading())) for _ in range(50)]
        await asyncio.sleep(0.05)
        held.set()
        await asyncio.gather(*waiting)

    writer.start()
    asyncio.run(many())
    writer.stop()
    assert sum(groups) == 50
    assert len(groups) <= 3


def test_one_bad_mail_does_not_take_its_group_with_it(transactional_db, monkeypatch):
    def picky(evaluations):
        if any(outcome.reply == "bad" for outcome in evaluations):
            raise OperationalError("bad row")

    monkeypatch.setattr(spool, "write", picky)
    monkeypatch.setattr(spool, "evaluate_all", lambda mails: [Evaluation([], mail.digest) for mail in mails])
    writer = spool.Spool()

    async def many() -> list[object]:
        replies = ["good", "bad", "good"]
        return await asyncio.gather(*(writer.take(reading(reply)) for reply in replies), return_exceptions=True)

    writer.start()
    outcomes = asyncio.run(many())
    writer.stop()
    assert [type(outcome).__name__ for outcome in outcomes] == ["Evaluation", "OperationalError", "Evaluation"]


def test_many_sessions_at_once_are_each_recorded_and_published_once(smtp_server, people, risk):
    def post(number: int) -> int:
        member = (people.amina, people.boris)[number % 2]
        return smtp_server.send(plain_message(f"Word {number}", who=member), risk, member=member)[0]

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(post, range(24)))
    assert codes == [250] * 24
    drain()
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"published"}
    assert InboundMail.objects.values("contribution").distinct().count() == 24


def test_hostile_mails_are_answered_and_recorded(smtp_server, people, risk):
    head = f"From: {people.amina.email}\r\nSubject: hostile\r\n".encode()
    hostile = [
        multipart(100_000),
        nested(3_000),
        head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--\r\n" * 1_000_000,
        b"X: y\r\n" * 100_000,
        head + b"Subject: " + b"=?a?q?\r\n " * 5_000 + b"\r\n\r\nx",
        head + b"\r\n" + b"\r\n" * 2_000_000,
        head + b"\r\n" + b"> q\r\n" * 500_000,
        head + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 500_000,
        head + b"Content-Type: text/html\r\n\r\n" + b"<blockquote>x" * 100_000,
        head + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+2D/cAA-" * 100_000,
    ]
    for raw in hostile:
        code, _text = smtp_server.send(raw, risk, member=people.amina)
        assert code in {550, 552, 554}
    assert InboundMail.objects.filter(state="rejected").count() == len(hostile)


def test_commit_is_on_disk_when_it_returns(transactional_db):
    asked = {
        "sqlite": {"PRAGMA synchronous": 2, "PRAGMA journal_mode": "wal"},
        "postgresql": {"SHOW synchronous_commit": "on", "SHOW fsync": "on"},
    }
    for question, answer in asked[connection.vendor].items():
        with connection.cursor() as cursor:
            cursor.execute(question)
            assert cursor.fetchone() == (answer,), question


@pytest.fixture
def other_writer(transactional_db: None) -> Any:
    """Another process that has SQLite's write lock."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.mark.sqlite
def test_lock_of_another_writer_is_waited_for(other_writer, monkeypatch):
    looks = []

    def let_go(seconds):
        looks.append(seconds)
        if len(looks) == 3:
            other_writer.execute("COMMIT")

    monkeypatch.setattr(spool, "sleep", let_go)
    spool.write([Evaluation([], "250 2.0.0 OK")])
    assert len(looks) == 3


@pytest.mark.sqlite
def test_lock_that_is_never_let_go_of_is_an_error(other_writer, monkeypatch):
    monkeypatch.setattr(spool, "LOCKED", 0.0)
    with pytest.raises(OperationalError, match="locked"):
        spool.write([Evaluation([], "250 2.0.0 OK")])
    assert connection.get_autocommit()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A group waits as long as a test may last."""
    monkeypatch.setattr(spool, "GATHER", 20.0)
    monkeypatch.setattr(spool, "SOON", 20.0)


def waiting(message: IncomingMessage | MessageReading) -> spool._Waiting:
    """A message whose session waits for nothing."""
    return spool._Waiting(message, None, None)  # type: ignore[arg-type]


def test_a_group_waits_for_a_mail_that_is_about_to_come_and_for_nothing_else(patient, monkeypatch):
    writer, first, second = spool.Spool(), waiting(reading()), waiting(reading())
    writer._queue.put(first)
    assert writer._gather() == ([first], False)

    def come():
        writer.forget("session")
        writer._queue.put(second)

    writer.expect("session")
    writer._queue.put(first)
    threading.Timer(0.01, come).start()
    assert writer._gather() == ([first, second], False)
    monkeypatch.setattr(spool, "SOON", 0.0)
    writer.expect("somebody slow")
    writer._queue.put(first)
    assert writer._gather() == ([first], False)


def test_mails_are_read_while_their_group_waits_for_another(patient, monkeypatch):
    writer, first, last = spool.Spool(), waiting(reading().incoming), waiting(reading().incoming)

    def come(message):
        writer.forget("session")
        writer._queue.put(last)
        return read(message)

    monkeypatch.setattr(spool, "read", come)
    writer.expect("session")
    writer._queue.put(first)
    assert writer._gather() == ([first, last], False)
    assert isinstance(first.message, MessageReading)
    assert last.is_unread


def test_mail_that_cannot_be_read_waits_with_its_group(patient, monkeypatch):
    writer, bad = spool.Spool(), waiting(reading().incoming)

    def fail(_message):
        writer.forget("session")
        raise ZeroDivisionError

    monkeypatch.setattr(spool, "read", fail)
    writer.expect("session")
    writer._queue.put(bad)
    assert writer._gather() == ([bad], False)
    assert isinstance(bad.message, IncomingMessage)


def test_sessions_that_send_at_once_share_each_commit(patient, smtp_server, people, risk, monkeypatch):
    groups, write = [], spool.write

    def count(evaluations):
        groups.append(len(evaluations))
        write(evaluations)

    monkeypatch.setattr(spool, "write", count)

    def post(client, number):
        client.mail(people.amina.email)
        client.rcpt(risk)
        return client.data(plain_message(f"Word {number}", who=people.amina).encode())[0]

    with ExitStack() as stack:
        clients = [stack.enter_context(smtp_server.client(people.amina)) for _ in range(4)]
        pool = stack.enter_context(ThreadPoolExecutor(4))
        codes = [code for first in (0, 4, 8) for code in pool.map(post, clients, range(first, first + 4))]
    assert codes == [250] * 12
    assert groups == [4, 4, 4]


def test_who_sends_alone_is_never_waited_for(patient, smtp_server, people, risk):
    # The client is less patient than a group would be.
    with smtp_server.client(people.amina) as client:
        for number in range(3):
            client.mail(people.amina.email)
            client.rcpt(risk)
            assert client.data(plain_message(f"Word {number}", who=people.amina).encode())[0] == 250
