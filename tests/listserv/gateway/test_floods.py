"""Mails that prove nobody reach those who lead, and members who are asked, in bounded numbers."""

from ipaddress import ip_network

import pytest

from hub.lib.clock import now as clock
from listserv.gateway import floods
from listserv.gateway.evaluation import evaluate
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import resolve
from listserv.gateway.spool import write
from listserv.models import InboundMail

pytestmark = pytest.mark.django_db
OWNER, POSTMASTER = "risk-owner@lists.hub.example", "postmaster@lists.hub.example"


def send(to, *, mail_from="who@elsewhere.example", peer="192.0.2.1", author="", member=None, text="Please."):
    raw = f"From: {author or mail_from}\r\nSubject: May I?\r\n\r\n{text}\r\n".encode()
    incoming = IncomingMessage(
        peer=peer, helo="x", auth_id=member.pk if member else None, mail_from=mail_from, recipients=(resolve(to),),
        raw=raw, size=len(raw), received_at=clock(),
    )  # fmt: skip
    outcome = evaluate(incoming)
    write([outcome])
    return outcome.reply


@pytest.mark.parametrize("to", [OWNER, POSTMASTER])
def test_one_stranger_is_put_off_after_a_few_mails_and_others_are_not(cast, to):
    replies = [send(to) for _ in range(floods.FROM_ONE_SENDER + 2)]
    assert {reply[:3] for reply in replies[: floods.FROM_ONE_SENDER]} == {"250"}
    assert {reply[:9] for reply in replies[floods.FROM_ONE_SENDER :]} == {"451 4.7.1"}
    assert send(to, mail_from="other@elsewhere.example", peer="192.0.2.2").startswith("250")


def test_one_client_under_many_names_is_put_off_too(cast):
    replies = [send(OWNER, mail_from=f"p{number}@x.example") for number in range(floods.FROM_ONE_CLIENT + 1)]
    assert replies[-2].startswith("250")
    assert replies[-1].startswith("451 4.7.1")


def test_a_relays_own_address_stands_for_nobody_and_the_list_has_a_limit_of_its_own(cast, settings):
    settings.HUB_TRUSTED_RELAYS = (ip_network("192.0.2.0/24"),)
    replies = [send(OWNER, mail_from=f"p{number}@x.example") for number in range(floods.TO_ONE_LIST + 1)]
    assert replies[floods.FROM_ONE_CLIENT].startswith("250")
    assert replies[-2].startswith("250")
    assert replies[-1].startswith("451 4.7.1")


def test_a_member_who_is_proven_is_not_counted_with_strangers(cast):
    replies = [send(OWNER, mail_from=cast.amina.email, member=cast.amina) for _ in range(floods.FROM_ONE_SENDER + 2)]
    assert {reply[:3] for reply in replies} == {"250"}


def test_one_client_cannot_make_the_hub_ask_every_member(cast, monkeypatch):
    monkeypatch.setattr(floods, "HELD_FROM_ONE_CLIENT", 2)
    people = [cast.amina, cast.boris, cast.chen]
    replies = [send("risk@lists.hub.example", mail_from=person.email, text=f"By {person}.") for person in people]
    assert [reply[:3] for reply in replies] == ["250", "250", "451"]
    assert InboundMail.objects.filter(state="held").count() == 2
    other = send("risk@lists.hub.example", mail_from=cast.chen.email, peer="192.0.2.2", text="By her.")
    assert other.startswith("250")
