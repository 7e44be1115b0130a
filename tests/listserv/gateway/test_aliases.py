"""A message to an author's alias reaches the author alone; neither of the two learns the other's address."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from forums import services as forums
from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv import selectors, tokens
from listserv.gateway import aliases
from listserv.gateway.confirmation import confirm_held
from listserv.models import InboundMail, Notice
from tests.listserv.gateway.conftest import accept, drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def risk(cast):
    """The closed discussion's list."""
    return cast.policy.forum.mailing_list


@pytest.fixture
def alias(risk):
    """Return a function: the alias of a member."""
    return lambda member: tokens.alias_address(risk.name, member_id=member.pk, list_id=risk.pk)


def mail(who: Any, text: str = "Between us.", *, message_id: str = "m1@client", extra: str = "") -> str:
    return f"From: {who.name} <{who.email}>\r\nSubject: A word\r\nMessage-ID: <{message_id}>\r\n{extra}\r\n{text}\r\n"


def passed(recipient: Any) -> Any:
    """The newest mail that was passed on to somebody."""
    row = Notice.objects.filter(recipients=[recipient.email]).latest("pk")
    return message_from_bytes(bytes(row.raw), policy=policy.default), row


def test_an_author_gets_a_private_mail_from_the_writers_own_alias(cast, risk, alias):
    reply = accept(mail(cast.boris), alias(cast.amina).upper(), member=cast.boris)
    assert reply.startswith("250")
    drain()
    message, row = passed(cast.amina)
    assert str(message["From"]) == f'"Boris Horvat (HR) via risk" <{alias(cast.boris)}>'
    assert (message["Subject"], message["To"], message["Auto-Submitted"]) == ("A word", cast.amina.email, "no")
    text = message.get_body(("plain",)).get_content()
    assert text.startswith("Between us.") and "only, through the hub" in text
    assert cast.boris.email not in bytes(row.raw).decode() and "m1@client" not in bytes(row.raw).decode()
    assert row.envelope_from == "hub@lists.hub.example"
    done = InboundMail.objects.get()
    assert (done.state, bytes(done.raw), done.subject) == ("done", b"", "")


def test_an_answer_comes_back_the_same_way_and_threads_at_both_ends(cast, alias):
    accept(mail(cast.boris), alias(cast.amina), member=cast.boris)
    drain()
    first, _ = passed(cast.amina)
    extra = f"In-Reply-To: {first['Message-ID']}\r\nReferences: {first['Message-ID']}\r\n"
    accept(mail(cast.amina, "Yes.", message_id="a1@home", extra=extra), alias(cast.boris), member=cast.amina)
    drain()
    second, _ = passed(cast.boris)
    assert second["In-Reply-To"] == "<m1@client>" == second["References"]
    extra = f"In-Reply-To: {second['Message-ID']}\r\nReferences: <m1@client> {second['Message-ID']}\r\n"
    accept(mail(cast.boris, "Good.", message_id="m2@client", extra=extra), alias(cast.amina), member=cast.boris)
    drain()
    third, _ = passed(cast.amina)
    assert third["In-Reply-To"] == "<a1@home>" and third["References"] == f"{first['Message-ID']} <a1@home>"


def test_strangers_programs_and_who_may_not_read_are_refused_in_the_session(cast, alias):
    there = alias(cast.amina)
    assert accept(mail(cast.stella), there, member=cast.stella).startswith("550 5.7.1")
    assert accept("From: x@elsewhere.example\r\n\r\nBuy.\r\n", there).startswith("550 5.7.1")
    vacation = mail(cast.boris, extra="Auto-Submitted: auto-replied\r\n")
    assert accept(vacation, there, member=cast.boris).startswith("250")
    assert accept(mail(cast.boris, ""), there, member=cast.boris)[0] == "5"
    drain()
    assert not Notice.objects.exists()


def test_an_unproven_mail_waits_until_its_member_says_that_it_is_theirs(cast, risk, alias):
    assert "held" in accept(mail(cast.boris), alias(cast.amina))
    drain()
    message, _ = passed(cast.boris)
    assert "A private message to Amina Diallo" in message.get_body(("plain",)).get_content()
    assert not Notice.objects.filter(recipients=[cast.amina.email]).exists()
    row = InboundMail.objects.get()
    confirm_held(list_name="risk", token=tokens.confirm_token(inbound_id=row.pk, member_id=cast.boris.pk), now=clock())
    drain()
    assert passed(cast.amina)[0].get_body(("plain",)).get_content().startswith("Between us.")


def test_who_has_left_is_not_reached_and_the_writer_is_told(cast, alias, now):
    accept(mail(cast.boris), alias(cast.amina), member=cast.boris)
    forums.remove_member(forum_id=cast.forum_id, member=cast.amina, now=now)
    drain()
    assert not Notice.objects.filter(recipients=[cast.amina.email]).exists()
    assert "can no longer be reached" in passed(cast.boris)[0].get_body(("plain",)).get_content()
    assert accept(mail(cast.boris, message_id="m2@client"), alias(cast.amina), member=cast.boris).startswith("550")


def test_two_aliases_in_one_mail_are_two_people_and_one_twice_is_once(cast, alias):
    people = [alias(cast.amina), alias(cast.chen)]
    accept(mail(cast.boris), people, member=cast.boris)
    accept(mail(cast.boris), people, member=cast.boris)
    drain()
    assert Notice.objects.count() == 2


def test_no_more_than_some_an_hour(cast, alias, monkeypatch):
    monkeypatch.setattr(aliases, "MOST_AN_HOUR", 1)
    assert accept(mail(cast.boris), alias(cast.amina), member=cast.boris).startswith("250")
    assert accept(mail(cast.boris, message_id="m2@client"), alias(cast.amina), member=cast.boris)[0] in "45"


def test_an_alias_is_of_one_member_and_one_list(cast, risk, alias, now):
    other = forums.create_forum(name="Other", slug="other", preset="members", now=now).forum.mailing_list
    recipient = selectors.list_by_address(alias(cast.amina).partition("@")[0])
    assert recipient.kind == "alias" and tokens.read_alias(recipient.token, list_id=risk.pk) == cast.amina.pk
    assert tokens.read_alias(recipient.token, list_id=other.pk) is None
    for forged in ("risk+a.", "risk+a.aaaa", f"risk+a.{recipient.token[1:]}", f"other+a.{recipient.token}"):
        with pytest.raises(Exception, match="not complete"):
            accept(mail(cast.boris), f"{forged}@lists.hub.example", member=cast.boris)


def test_answer_to_a_copy_that_goes_to_the_author_alone_is_told_to_its_writer(cast, risk, alias):
    """As s-nail does it, which leaves Reply-To out."""
    contribution = cast.say(cast.amina, now=clock())
    Notice.objects.all().delete()
    answering = f"In-Reply-To: <{contribution.message_id}>\r\n"
    accept(mail(cast.boris, "Thirty.", extra=answering), alias(cast.amina), member=cast.boris)
    drain()
    assert passed(cast.amina)[0].get_body(("plain",)).get_content().startswith("Thirty.")
    notification, _row = passed(cast.boris)
    text = notification.get_body(("plain",)).get_content()
    assert "went to Amina Diallo only" in text
    assert f"{risk.address} with #{contribution.number}" in " ".join(text.split())
    assert "Thirty" not in text and "+r." not in text
    accept(mail(cast.boris, "Thirty.", message_id="m3@client"), notification["Reply-To"])
    drain()
    published = Contribution.objects.latest("pk")
    assert (published.text, published.parent) == ("Thirty.", contribution)


@pytest.mark.parametrize("way", ["not an answer", "to all as well", "an answer to a private mail"])
def test_writer_who_is_not_mistaken_is_told_nothing(cast, risk, alias, way):
    contribution = cast.say(cast.amina, now=clock())
    Notice.objects.all().delete()
    answered = {"to all as well": contribution.message_id, "not an answer": ""}.get(way, "p@x")
    extra = f"In-Reply-To: <{answered}>\r\n" if answered else ""
    to = [alias(cast.amina), *([risk.address] if way == "to all as well" else [])]
    accept(mail(cast.boris, extra=extra), to, member=cast.boris)
    drain()
    assert not Notice.objects.filter(recipients=[cast.boris.email]).exists()
