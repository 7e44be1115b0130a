"""What a contribution says of the parts of its mail, and which mails are refused for theirs."""

import pytest
from django.utils import translation

from forums import rules as forum_rules
from hub.lib.verdicts import Action
from listserv.commands.slices import slices
from listserv.gateway import replies, rules
from listserv.gateway.compose import compose
from listserv.gateway.question import Question
from listserv.gateway.recipients import Recipient
from listserv.gateway.sender import Sender
from listserv.mail.parse.message import parse
from tests.listserv.mail.parse.mails import INVITATION, PNG, mail, multi, part

TEXT = part("text/plain; charset=utf-8", "My words.\r\n\r\n-- \r\nAmina [cid:logo@x]")


@pytest.fixture
def draft(cast):
    """Return a function that makes a draft of a mail."""

    def make(raw):
        return compose(
            message=parse(raw), mailing_list=cast.policy.forum.mailing_list, parent=None, address="a@b.example"
        )

    return make


def test_notes_stand_below_the_text_in_the_language_of_the_discussion(draft, cast):
    calendar = part("text/calendar; method=CANCEL", INVITATION.format(method="CANCEL"))
    cast.policy.language = "fr"
    cast.policy.save()
    with translation.override("ru"):
        written = draft(mail(multi("mixed", part("text/plain", "My words.\r\n\r\n> quote"), calendar)))
    text, _empty, note = written.text.partition("\n\n")
    assert (text, written.folded) == ("My words.", "> quote")
    assert "Field trial call" in note and "1 décembre 2026" in note
    assert [file.name for file in written.files] == ["invitation.ics"]


def test_a_calendar_alone_says_something(draft):
    assert draft(mail(part("text/calendar", INVITATION.format(method="REQUEST")))).text.startswith("Invitation: ")


def test_a_signature_alone_says_nothing(draft):
    assert draft(mail(multi("signed", part("text/plain", " ")))).text == ""


def test_pictures_of_the_signature_are_left_away_and_others_are_kept(draft):
    logo = part('image/png; name="logo.png"', PNG, "Content-ID: <logo@x>")
    html = part("text/html", '<p>My words. <img src="cid:plot@x"></p><div>-- <br>Amina <img src="cid:logo@x"></div>')
    plot = part('image/png; name="plot.png"', PNG + b"1", "Content-ID: <plot@x>")
    written = draft(mail(multi("alternative", TEXT, multi("related", html, plot, logo, boundary="b2"))))
    assert [file.name for file in written.files] == ["plot.png"]
    assert written.text == "My words.\n\n[image: plot.png]"
    assert written.folded.endswith("Amina [image: logo.png]")


def test_an_encrypted_mail_of_a_member_is_refused_with_what_to_do(cast, now):
    body = part("text/plain", "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----")
    question = Question(
        message=parse(mail(body)),
        recipient=Recipient("risk@hub.example", "post", cast.policy.forum.mailing_list),
        sender=Sender(cast.amina, "auth", cast.amina.email),
        incoming=None,
        facts=None,
        digest="",
    )
    verdict = rules.encrypted(question)
    assert verdict.action is Action.REJECT and "without encryption" in str(verdict.reason)
    assert replies.reply_code(verdict) == "550 5.6.1"
    order = rules.LIST_RULES
    assert order.index(rules.unknown) < order.index(rules.encrypted)


def test_signatures_and_unopened_envelopes_are_taken_and_programs_are_not():
    assert {"asc", "p7s", "dat", "ics", "eml"} < forum_rules.FILE_TYPES
    assert not {"exe", "html", "htm", "svg", "js", "p7m"} & forum_rules.FILE_TYPES


def test_slices_put_together_are_the_content():
    content = bytes(range(256)) * 41
    for size in (1, 7, 1_000, 10_496, 99_999):
        pieces = slices(content, size)
        assert b"".join(pieces) == content and all(len(piece) == size for piece in pieces[:-1])
    assert slices(b"", 10) == [b""]
    with pytest.raises(ValueError):
        slices(content, 0)
