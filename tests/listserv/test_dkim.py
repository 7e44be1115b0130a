"""Signatures of outgoing mail, judged by dkimpy, by our own verifier's rules, and by what a tamperer may try."""

import re
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command

from hub.lib.endpoints import DkimKey
from hub.lib.mail import send_notification
from listserv.mail.smtp.transport import DeliveryResult, Envelope, Outcome
from listserv.outbound import delivery_worker, dkim_signing, outbox, signing, signing_process

NAMES = {"rsa": "hub", "ed25519": "short"}


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[DkimKey, DkimKey]:
    """An RSA and an Ed25519 key."""
    folder = tmp_path_factory.mktemp("dkim")
    made = {"hub": rsa.generate_private_key(65537, 2048), "short": ed25519.Ed25519PrivateKey.generate()}
    for name, key in made.items():
        (folder / name).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return DkimKey("hub", folder / "hub"), DkimKey("short", folder / "short")


@pytest.fixture
def keys(pair, settings):
    """Both keys sign."""
    settings.HUB_DKIM = pair
    yield pair
    delivery_worker.close_transport()


def verified(raw: bytes, keys: Any) -> list[bool]:
    """What dkimpy says to each signature, the topmost first."""
    zone = {f"{record.name}.": record.value for record in map(dkim_signing.record_of, keys)}

    def answer(name: Any, **_: Any) -> bytes:
        return zone[name.decode() if isinstance(name, bytes) else name].encode()

    count = len(re.findall(rb"(?m)^DKIM-Signature:", raw.partition(b"\r\n\r\n")[0]))
    message = dkimpy.DKIM(raw)
    return [message.verify(index, dnsfunc=answer) for index in range(count)]


class Catch:
    """A far end that keeps what comes."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    def send(self, batch: Any) -> list[DeliveryResult]:
        self.mails += [b"".join(batch[index].parts) for index in range(len(batch))]
        return [DeliveryResult(Outcome.SENT)] * len(batch)

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.django_db
def test_each_copy_of_a_mailing_is_signed_with_each_key(cast, now, keys, deliver, sent):
    cast.oona.language = "ar"
    cast.oona.save()
    parent = cast.say(cast.boris, "First.", subject="Исходные данные", now=now)
    cast.say(cast.amina, "A  word.  \n\n.dot\n\n\n", parent=parent.number, now=now)
    deliver()
    mails = [(outbox.read(name) or b"").partition(b"\r\nDelivered-To: ")[2] for name in outbox.names()]
    raws = [mail.partition(b"\r\n")[2] for mail in mails]
    assert len(raws) == 8 and all(verified(raw, keys) == [True, True] for raw in raws)
    listed = re.sub(rb"\s", b"", re.search(rb"h=([^;]+);", raws[0])[1]).split(b":")
    # One click is trusted only where both fields are signed (RFC 8058 §4).
    for name in (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"content-type", b"list-unsubscribe"):
        assert listed.count(name) == 2
    assert {b"list-unsubscribe-post", b"list-id", b"references", b"mime-version"} <= set(listed)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"A word.", b"A sword."),
        (b"Reply-To: ", b"Reply-To: x@evil.example, "),
        (b"List-Unsubscribe-Post: ", b"X: "),
        (b"From: ", b"From: x@evil.example\r\nFrom: "),
        (b"Subject: ", b"Subject: Other\r\nSubject: "),
        (b"\r\nTo: ", b"\r\nCc: x@evil.example\r\nTo: "),
    ],
)
@pytest.mark.django_db
def test_what_was_changed_or_added_on_the_way_is_found_out(cast, now, keys, deliver, sent, before, after):
    cast.say(cast.amina, now=now)
    deliver()
    raw = (outbox.read(outbox.names(cast.boris.email)[0]) or b"").split(b"\r\n", 2)[2]
    assert verified(raw, keys) == [True, True]
    assert before in raw and verified(raw.replace(before, after, 1), keys) == [False, False]


@pytest.mark.django_db
def test_the_hubs_own_notifications_are_signed_too(cast, now, keys, deliver):
    send_notification(to=cast.amina, template="listserv/mail/passed_on", context={"excerpt": "Привет"})
    deliver(now.replace(year=2030))
    [name] = outbox.names()
    raw = (outbox.read(name) or b"").split(b"\r\n", 2)[2]
    assert verified(raw, keys) == [True, True]


def batch_of(count: int) -> list[Envelope]:
    """Copies that differ in one field."""
    prefix, body = b"From: hub@lists.hub.example\r\n", b"MIME-Version: 1.0\r\n\r\nHello\r\n"
    fields = (b"Reply-To: r%d@x.example\r\n" % number for number in range(count))
    return [Envelope("", f"r{number}@x.example", (prefix, field, body)) for number, field in enumerate(fields)]


@pytest.fixture
def far():
    return Catch()


@pytest.fixture
def transport(keys, far):
    """The signing transport before a far end, its processes ready."""
    chain = signing.signing(far)
    [helpers] = chain.helpers.values()
    helpers.begin()
    deadline = time.monotonic() + 60
    while not all(process.is_ready for process in helpers.processes) and time.monotonic() < deadline:
        time.sleep(0.01)
    yield chain
    chain.close()


def order(mails: list[bytes]) -> list[int]:
    return [int(re.search(rb"Reply-To: r(\d+)@", raw)[1]) for raw in mails]


def test_a_large_batch_is_signed_ahead_by_processes_and_in_order(transport, far, keys, monkeypatch):
    here = []
    monkeypatch.setattr(dkim_signing, "sign_digest", lambda key, digest: here.append(digest))
    assert len(transport.send(batch_of(150))) == 150
    assert not here, "A signature was made by the sending thread"
    assert order(far.mails) == list(range(150))
    assert all(verified(raw, keys) == [True, True] for raw in far.mails[::30])


def test_few_copies_start_no_process(keys, far):
    chain = signing.signing(far)
    chain.send(batch_of(signing.WORTH_A_PROCESS - 1))
    assert all(not helpers.processes for helpers in chain.helpers.values())
    assert verified(far.mails[-1], keys) == [True, True]


def test_what_a_process_that_dies_leaves_is_signed_here_and_another_one_begins(transport, far, keys):
    [helpers] = transport.helpers.values()
    first, second = helpers.processes

    class Kills(list[Envelope]):
        def __getitem__(self, index: Any) -> Any:
            if index == 100:
                first._process.kill()
                first._process.wait()
            return super().__getitem__(index)

    transport.send(Kills(batch_of(300)))
    assert order(far.mails) == list(range(300))
    assert all(verified(raw, keys) == [True, True] for raw in far.mails[::25])
    transport.send(batch_of(100))
    assert len(helpers.processes) == 2 and first not in helpers.processes and second in helpers.processes
    assert order(far.mails[300:]) == list(range(100))


def test_a_batch_that_was_left_in_the_middle_does_not_disturb_the_next(transport, far, keys):
    left = signing.SignedBatch(batch_of(100), transport.signer, transport.helpers)
    assert left.envelope(3).recipient == "r3@x.example"
    transport.send(batch_of(100))
    assert verified(far.mails[0], keys) == verified(far.mails[99], keys) == [True, True]


def test_a_copy_that_is_sent_again_is_signed_again(transport, keys):
    batch = signing.SignedBatch(batch_of(100), transport.signer, transport.helpers)
    for index in (0, 1, 2, 1, 40, 3):
        copy = batch.envelope(index)
        assert copy.recipient == f"r{index}@x.example"
        assert verified(b"".join(copy.parts), keys) == [True, True]


def test_a_signing_process_ends_with_its_hub(pair):
    program = (
        "import os, sys\n"
        "from listserv.outbound.dkim_signing import load\n"
        "from listserv.outbound.signing_process import SigningProcess\n"
        "from hub.lib.endpoints import DkimKey\n"
        "from pathlib import Path\n"
        "process = SigningProcess(load(DkimKey('hub', Path(sys.argv[1]))).private)\n"
        "print(process._process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(pair[0].path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as hub:
        pid = int(hub.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        hub.kill()
    deadline = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    """Whether a process is there, and no zombie that nobody has asked for."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_full_process_is_given_no_more(pair, monkeypatch):
    monkeypatch.setattr(signing_process, "MAX_WAITING", 2)
    helpers = signing.Helpers(dkim_signing.load(pair[0]).private)
    helpers.begin()
    deadline = time.monotonic() + 60
    while not all(process.is_ready for process in helpers.processes) and time.monotonic() < deadline:
        time.sleep(0.01)
    tickets = [helpers.submit(b"x" * 32) for _ in range(6)]
    assert [ticket is not None for ticket in tickets] == [True] * 4 + [False] * 2
    assert all(len(ticket.signature()) == 256 for ticket in tickets if ticket is not None)
    helpers.close()


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"a \t b  \r\n \r\nlast", b"x\r\n\r\n\r\n"])
def test_any_body_verifies(keys, content):
    raw = b"From: hub@lists.hub.example\r\nSubject: a\r\n  b\t c \r\n\r\n" + content
    field = dkim_signing.Signer([dkim_signing.load(key) for key in keys], "lists.hub.example").signatures((raw,))
    assert verified(field + raw, keys) == [True, True]


def test_without_a_key_nothing_stands_between_the_pump_and_the_far_end(settings):
    settings.HUB_DKIM = ()
    far = Catch()
    assert signing.signing(far) is far


def test_a_key_that_cannot_sign_stops_the_start(settings, tmp_path):
    weak = rsa.generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"no key", weak):
        (tmp_path / "bad.pem").write_bytes(content)
        settings.HUB_DKIM = (DkimKey("bad", tmp_path / "bad.pem"),)
        [error] = dkim_signing.check_keys()
        assert error.id == "listserv.E001" and "bad.pem" in error.msg


@pytest.mark.parametrize("options", [[], ["--ed25519"]])
def test_the_command_makes_a_key_that_works_and_prints_its_record(settings, options):
    out = StringIO()
    call_command("dkim_key", "hub2026", *options, stdout=out)
    path = settings.HUB_DATA / "dkim-hub2026.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    record = dkim_signing.record_of(DkimKey("hub2026", path))
    assert record.name == "hub2026._domainkey.lists.hub.example"
    printed = out.getvalue()
    assert record.value in printed.replace('" "', "") and f"HUB_DKIM_KEY={path}" in printed
    with pytest.raises(CommandError, match="is there already"):
        call_command("dkim_key", "hub2026", stdout=out)


def test_the_command_prints_the_records_of_the_keys_in_use(settings, pair):
    with pytest.raises(CommandError, match="No key is set"):
        call_command("dkim_key")
    settings.HUB_DKIM = pair
    out = StringIO()
    call_command("dkim_key", stdout=out)
    assert "hub._domainkey.lists.hub.example. TXT" in out.getvalue() and "k=ed25519" in out.getvalue()
