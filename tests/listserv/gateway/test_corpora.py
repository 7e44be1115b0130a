"""Every mail of the public corpora, sent as a member over one real SMTP session: one recorded outcome each.

The client waits two seconds for each reply and no longer: a mail that hangs the hub fails the test.
"""

import json
import mailbox
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import yaml

from forums.models import Contribution
from listserv.mail.parse import message
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import drain, plain_message

HANG = 2  # seconds
# Parts that the corpora are sent in, so that test processes share them; each has its share of every kind of mail.
PARTS = 4
_OUTCOMES = {"published", "rejected", "discarded"}


def mails(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the name and the bytes of every file, of every mail in a mailbox, of every message in a test suite."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(folder))
        yield name, path.read_bytes()
        if path.suffix == ".mbox":
            box = mailbox.mbox(path, create=False)
            yield from ((f"{name}:{key}", box.get_bytes(key)) for key in box.keys())  # noqa: SIM118
            box.close()
        if path.suffix == ".yml":
            for scenario in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                for key, test in (scenario or {}).get("tests", {}).items():
                    yield f"{name}:{key}", str(test["message"]).encode()


def crlf(raw: bytes) -> bytes:
    """End lines as every SMTP client must; NULs stay, and are the guard's to refuse."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", raw)


def from_member(raw: bytes, address: str) -> bytes:
    """Return the mail with the member in From instead of whoever it names."""
    head, _empty, body = raw.partition(b"\r\n\r\n")
    head = re.sub(rb"(?im)^from:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r?\n?", b"", head).strip(b"\r\n")
    return b"From: " + address.encode() + b"\r\n" + head + b"\r\n\r\n" + body


def send_all(smtp_server, people, risk, messages) -> Counter[str]:
    """Send mails in one session, each as it is and as Amina's own, and return what became of them: one outcome each."""
    address = people.amina.email
    sent = []
    client = smtp_server.client(people.amina)
    client.sock.settimeout(HANG)
    for name, raw in messages:
        # As it is, and as the member's own: the first asks who it is from, the second what it says.
        for variant in (crlf(raw), from_member(crlf(raw), address)):
            assert client.mail(address, ["SMTPUTF8"])[0] == 250
            assert client.rcpt(risk)[0] == 250
            code, text = client.data(variant)
            assert code in {250, 550, 552, 554}, (name, code, text)
            sent.append((name, code))
            if len(sent) % 400 == 0:
                client.quit()
                client = smtp_server.client(people.amina)
                client.sock.settimeout(HANG)
    client.quit()
    rows = InboundMail.objects.order_by("pk")
    assert [code == 250 for _name, code in sent] == [row.state != "rejected" for row in rows]
    drain()
    outcomes = Counter(rows.values_list("state", flat=True))
    assert sum(outcomes.values()) == len(sent)
    assert set(outcomes) == _OUTCOMES, outcomes
    assert outcomes["published"] == Contribution.objects.count()
    assert not rows.exclude(error="").exists()
    assert smtp_server.send(plain_message("Still here.", who=people.amina), risk, member=people.amina)[0] == 250
    drain()
    assert Contribution.objects.order_by("-number").first().text == "Still here."
    return outcomes


@pytest.mark.parametrize("part", range(PARTS))
def test_every_mail_has_exactly_one_outcome_and_the_hub_still_serves(smtp_server, people, risk, corpus, settings, part):
    settings.HUB_RATE_PER_HOUR = 100_000
    outcomes = send_all(smtp_server, people, risk, islice(mails(corpus), part, None, PARTS))
    assert outcomes.total() > 1_200 // PARTS
    assert outcomes["published"] > 400 // PARTS


def test_reading_a_mail_never_raises_and_gives_what_a_database_can_hold(corpus):
    check_readings(corpus)


def check_readings(folder: Path) -> None:
    """Read each mail of a folder in whole, in pieces and spoilt."""
    for name, raw in mails(folder):
        for variant in (raw, crlf(raw), raw[: len(raw) // 2], raw[::-1], raw.replace(b"=", b"\xff")):
            mail = message.parse(variant)
            for text in (mail.subject, mail.text, mail.message_id, *mail.references, *(f.name for f in mail.files)):
                assert "\0" not in text, name
                text.encode("utf-8")


# What the corpus expects and we do otherwise, with the reason.
OTHERWISE = {
    # The name is declared in a charset it is not in.
    ("attachment_emails/attachment_with_encoded_name.eml", "filenames"): ["01 Quien Te DijŠat. Pitbull.mp3"],
}


def test_what_is_read_is_what_was_written(corpus):
    cases = json.loads((corpus / "ruby_mail" / "expected.json").read_text())["cases"]
    compared = 0
    for name, expected in cases.items():
        mail = message.parse((corpus / "ruby_mail" / name).read_bytes())
        read = {
            "attachments": len(mail.files),
            "filenames": [file.name for file in mail.files],
            "sizes": [len(file.content) for file in mail.files],
            "references": list(mail.references),
            "in_reply_to": mail.in_reply_to[0] if mail.in_reply_to else None,
            "subject": mail.subject,
            "from_": list(mail.from_addresses),
            "message_id": mail.message_id,
        }
        for field in read.keys() & expected.keys():
            compared += 1
            assert read[field] == OTHERWISE.get((name, field), expected[field]), (name, field)
        assert expected.get("text", "") in f"{mail.text} {mail.subject}", name
    assert compared > 25
