"""A message is parsed once and trimmed once on its way from the session to the record."""

import pytest

from forums.models import Contribution
from hub.lib.clock import now as clock
from hub.lib.redact import SoughtPerson
from listserv.forgetting import scrub_mail
from listserv.gateway import reading, stored_drafts, worker
from listserv.gateway.compose import compose
from listserv.mail.parse import message
from listserv.mail.trim import trimming
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import accept, drain, only_row, plain_message

pytestmark = pytest.mark.django_db
QUOTED = "Fifty metres is enough.\r\n\r\nOn 4 Nov 2026 at 15:59, Boris <b@x.example> wrote:\r\n> What distance?"


@pytest.fixture
def risk(cast):
    """Return the closed discussion's list."""
    return cast.policy.forum.mailing_list


@pytest.fixture
def readings(monkeypatch):
    """Return the names of the readings that were made, in their order."""
    names: list[str] = []

    def counted(name, function):
        def call(*args, **kwargs):
            names.append(name)
            return function(*args, **kwargs)

        return call

    parse, trim = counted("parse", message.parse), counted("trim", trimming.trim)
    for module in (reading, stored_drafts):
        monkeypatch.setattr(module, "parse", parse)
    monkeypatch.setattr(reading, "trim", trim)
    monkeypatch.setattr("listserv.gateway.compose.trim", trim)
    return names


def test_an_accepted_message_is_parsed_and_trimmed_once(cast, risk, readings):
    assert accept(plain_message(QUOTED, who=cast.amina), risk.address, member=cast.amina)[:3] == "250"
    drain()
    contribution = Contribution.objects.get()
    assert readings == ["parse", "trim"]
    assert str(contribution.post.content) == "Fifty metres is enough."
    assert only_row().draft is None and only_row().state == InboundMail.State.PUBLISHED


def test_a_held_message_is_parsed_once_until_its_member_is_asked(cast, risk, readings):
    assert accept(plain_message(QUOTED, who=cast.amina), risk.address)[:3] == "250"
    assert readings == ["parse", "trim"]
    assert stored_drafts.load(bytes(only_row().draft)).text == "Fifty metres is enough."


def test_a_message_of_an_earlier_release_is_read_by_the_worker(cast, risk):
    assert accept(plain_message(QUOTED, who=cast.amina), risk.address, member=cast.amina)[:3] == "250"
    InboundMail.objects.update(draft=None)
    assert worker.publish_accepted(clock()) == 1
    assert str(Contribution.objects.get().post.content) == "Fifty metres is enough."


def test_a_draft_of_another_release_is_read_again(cast, risk):
    assert accept(plain_message(QUOTED, who=cast.amina), risk.address, member=cast.amina)[:3] == "250"
    InboundMail.objects.update(draft=b'{"text": "Fifty.", "colour": "red"}\n')
    assert worker.publish_accepted(clock()) == 1
    assert str(Contribution.objects.get().post.content) == "Fifty metres is enough."


def test_who_leaves_for_good_is_in_no_draft_that_waits(cast, risk, now):
    text = "Ask chen@people.example about the distance."
    assert accept(plain_message(text, who=cast.amina), risk.address, member=cast.amina)[:3] == "250"
    person = SoughtPerson((), ("chen@people.example",))
    scrub_mail(cast.chen, person)
    assert only_row().draft is None and b"chen@" not in bytes(only_row().raw)
    drain()
    assert "chen@" not in str(Contribution.objects.get().post.content)


def test_a_draft_is_stored_and_loaded_with_its_files(cast, risk):
    raw = (
        b"From: amina@people.example\r\nSubject: =?utf-8?q?R=C3=A9sultats?=\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nThe table.\r\n'
        b'--b\r\nContent-Type: text/csv; name="a.csv"\r\n\r\n1,2\n3,4\n'
        b'\r\n--b\r\nContent-Type: text/plain; name="b.txt"\r\n'
        b'Content-Disposition: attachment; filename="b.txt"\r\n\r\n'
        b"more\r\n--b--\r\n"
    )
    mail = message.parse(raw)
    draft = compose(message=mail, mailing_list=risk, parent=None, address="amina@people.example")
    assert [file.name for file in draft.files] == ["a.csv", "b.txt"]
    assert stored_drafts.load(stored_drafts.dump(draft)) == draft
