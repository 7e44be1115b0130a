"""An import does its work once: how often a message is read and its text taken apart."""

from collections import Counter

import pytest

from forums.models import Contribution
from listserv.archive import archive_drafts, importing
from tests.listserv.archive.conftest import message, write_mbox
from tests.listserv.archive.facts import export

QUOTED = "Fifty metres.\n\nOn Mon, 2 Mar 2026, Boris <b@x.example> wrote:\n> How many?\n"
# Old words without marks may be the author's own: they are compared with what is answered.
UNMARKED = "Fifty metres.\n\n-----Original Message-----\nFrom: Boris\nSubject: Matter 1\n\n" + "".join(
    f"Line {number} of what was said.\n" for number in range(6)
)


@pytest.fixture
def calls(monkeypatch):
    """Count the texts that are trimmed, and the messages that are read."""
    counted = Counter()
    trim, read_message = archive_drafts.trim, importing.read_message

    def counting_trim(text, **options):
        counted[text.strip()] += 1
        return trim(text, **options)

    def counting_read(raw, mailing_list):
        counted["read"] += 1
        return read_message(raw, mailing_list)

    monkeypatch.setattr(archive_drafts, "trim", counting_trim)
    monkeypatch.setattr(importing, "read_message", counting_read)
    return counted


def mails():
    return [message(1), message(2, answers=1, text=QUOTED), message(3, answers=1, text=UNMARKED)]


def test_a_reply_is_trimmed_once_and_again_only_against_what_it_answers(bring, calls, tmp_path):
    assert bring(write_mbox(tmp_path / "in.mbox", mails())).created == 3
    assert calls[QUOTED.strip()] == 1
    assert calls[UNMARKED.strip()] == 2
    assert calls["read"] == 3


def test_an_export_of_a_hub_is_not_trimmed(bring, calls, risk, tmp_path):
    bring(write_mbox(tmp_path / "in.mbox", mails()))
    out = export(risk, tmp_path / "out.mbox")
    Contribution.objects.all().delete()
    calls.clear()
    assert bring(out).created == 3
    assert calls == {"read": 3}


def test_what_a_batch_had_no_time_for_is_not_read_again(bring, calls, monkeypatch, tmp_path):
    monkeypatch.setattr(importing, "BATCH_SECONDS", 0)
    assert bring(write_mbox(tmp_path / "in.mbox", [message(number) for number in range(12)])).created == 12
    assert calls["read"] == 12
