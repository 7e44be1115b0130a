"""Mail without proof is held, its member is asked once, nobody else is written to."""

from datetime import timedelta

import pytest
import time_machine

from forums.models import Contribution
from hub.lib.clock import now as clock
from hub.lib.errors import Conflict, NotFound
from listserv import tokens
from listserv.gateway import rules, worker
from listserv.gateway.confirmation import confirm_held, disown_held, held_mail
from listserv.mail.parse.message import parse
from listserv.models import HELD_FOR, InboundMail, Notice
from tests.listserv.gateway.conftest import accept, drain, only_row, plain_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    """The closed discussion's list."""
    return cast.policy.forum.mailing_list


@pytest.fixture
def held(cast, risk):
    """A held mail that names Amina as its author."""
    accept(plain_message("Is it mine?", who=cast.amina, message_id="held@client"), risk.address)
    return only_row()


def token(row):
    """The confirm token of a row."""
    return tokens.confirm_token(inbound_id=row.pk, member_id=row.member_id)


def test_unproven_mail_is_held_and_its_member_asked_once_at_the_registered_address(cast, risk):
    cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    reply = accept("From: amina@home.example\r\nSubject: Mine\r\nMessage-ID: <a@b>\r\n\r\nText.\r\n", risk.address)
    assert reply == "250 2.0.0 Your message is held: confirm with the link in our e-mail that it is yours."
    assert (only_row().state, only_row().proof, only_row().member) == ("held", "none", cast.amina)
    notice = Notice.objects.get()
    assert notice.recipients == [cast.amina.email]
    accept("From: amina@home.example\r\nSubject: Mine\r\nMessage-ID: <a@b>\r\n\r\nText.\r\n", risk.address)
    assert Notice.objects.count() == 1
    drain()
    assert not Contribution.objects.exists()


def test_notification_has_the_link_and_the_address_and_no_reply_to(cast, held):
    sent = parse(bytes(Notice.objects.get().raw))
    assert f"/mail/confirm/risk/{token(held)}/" in sent.text
    assert tokens.confirm_address("risk", inbound_id=held.pk, member_id=cast.amina.pk) in sent.text
    assert "Is it mine?" in sent.text
    # An automatic answer to the letter must confirm nothing.
    assert "reply-to" not in sent.headers
    assert sent.auto_submitted == "auto-generated"


def test_confirmed_mail_is_published_as_the_members(cast, held):
    confirm_held(list_name="risk", token=token(held), now=clock())
    confirm_held(list_name="risk", token=token(held), now=clock())
    drain()
    confirm_held(list_name="risk", token=token(held), now=clock())
    contribution = Contribution.objects.get()
    assert (contribution.author, contribution.text) == (cast.amina, "Is it mine?")
    assert (only_row().state, only_row().proof) == ("published", "confirmed")


def test_held_mail_is_confirmed_by_any_mail_to_its_address(cast, held):
    address = tokens.confirm_address("risk", inbound_id=held.pk, member_id=cast.amina.pk)
    accept(plain_message("ok", who=cast.amina, Auto_Submitted="auto-replied"), address)
    drain()
    assert not Contribution.objects.exists()
    accept("From: elsewhere@phone.example\r\n\r\n\r\n", address)
    drain()
    drain()
    assert Contribution.objects.count() == 1


def test_disowned_mail_is_gone_for_good(held):
    disown_held(list_name="risk", token=token(held), now=clock())
    disown_held(list_name="risk", token=token(held), now=clock())
    with pytest.raises(Conflict):
        confirm_held(list_name="risk", token=token(held), now=clock())
    drain()
    assert not Contribution.objects.exists()
    assert (only_row().state, only_row().code) == ("discarded", "disowned")


def test_published_mail_cannot_be_disowned(held):
    confirm_held(list_name="risk", token=token(held), now=clock())
    drain()
    with pytest.raises(Conflict):
        disown_held(list_name="risk", token=token(held), now=clock())


def test_token_of_another_member_list_or_purpose_opens_nothing(cast, held):
    wrong = [
        ("risk", tokens.confirm_token(inbound_id=held.pk, member_id=cast.boris.pk)),
        ("other", token(held)),
        ("risk", tokens.leave_token(held.pk)),
        ("risk", "aaaa"),
    ]
    for name, forged in wrong:
        with pytest.raises(NotFound):
            held_mail(list_name=name, token=forged)


def test_forger_cannot_fill_a_mailbox_with_our_notifications(cast, risk):
    replies = [
        accept(plain_message(f"Forged {n}", who=cast.amina), risk.address)[:3] for n in range(rules.MAX_HELD + 2)
    ]
    assert replies == ["250"] * rules.MAX_HELD + ["451"] * 2
    assert Notice.objects.count() == rules.MAX_HELD


def test_nobody_unknown_is_ever_written_to(risk):
    accept("From: victim@elsewhere.example\r\n\r\nText.\r\n", risk.address)
    accept("From: a@x.example, b@y.example\r\n\r\nText.\r\n", risk.address)
    accept("Subject: no author\r\n\r\nText.\r\n", risk.address)
    assert not Notice.objects.exists()
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"rejected"}


def test_what_a_rule_refuses_is_not_held(cast, risk):
    assert accept(plain_message("> only\r\n> quoted", who=cast.amina), risk.address)[:9] == "550 5.6.0"
    assert not Notice.objects.exists()


def test_mail_held_too_long_is_discarded(held, monkeypatch):
    monkeypatch.setattr(worker, "_looked_at", 0.0)
    monkeypatch.setattr(worker, "LOOK_SECONDS", 0.0)
    with time_machine.travel(clock() + HELD_FOR + timedelta(minutes=1), tick=True):
        drain()
    assert (only_row().state, only_row().code) == ("discarded", "unconfirmed")
