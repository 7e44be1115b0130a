"""Mails of our own, one of each kind that programs send: read as they were meant, one outcome each, no word lost."""

import json

import pytest

from listserv.mail.parse import message
from listserv.mail.reports.delivery_reports import read_report
from listserv.mail.trim.trimming import trim
from tests.listserv.gateway.test_corpora import check_readings, mails, send_all
from tests.services import ROOT

FOLDER = ROOT / "tests" / "listserv" / "messages"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def test_every_message_is_in_the_table():
    assert {path.name for path in FOLDER.iterdir()} - {"README.md", "expected.json"} == EXPECTED.keys()


def test_each_has_exactly_one_outcome_in_one_session(smtp_server, people, risk, messages, settings):
    settings.HUB_RATE_PER_HOUR = 100_000
    sent = [(name, raw) for name, raw in mails(messages) if name.endswith(".eml")]
    outcomes = send_all(smtp_server, people, risk, sent)
    assert outcomes.total() == 2 * len(sent)


def test_reading_them_never_raises_whole_or_spoilt(messages):
    check_readings(messages)


@pytest.mark.parametrize("name", sorted(name for name in EXPECTED if name.endswith(".eml")))
def test_what_is_read_is_what_was_written(messages, name):
    expected = EXPECTED[name]
    raw = (messages / name).read_bytes()
    mail = message.parse(raw)
    trimmed = trim(mail.text)
    assert trimmed.visible + trimmed.folded == mail.text
    assert mail.subject == expected.get("subject", mail.subject)
    assert trimmed.visible.strip() == expected.get("visible", trimmed.visible.strip())
    assert trimmed.visible.strip().startswith(expected.get("visible_begins", ""))
    assert expected.get("folded", "") in trimmed.folded
    assert [word for word in expected.get("visible_has", ()) if word not in trimmed.visible] == []
    assert [word for word in expected.get("visible_lacks", ()) if word in trimmed.visible] == []
    assert [file.name for file in mail.files] == expected.get("files", [file.name for file in mail.files])
    assert read_report(raw).permanent == set(expected.get("failed", ()))
