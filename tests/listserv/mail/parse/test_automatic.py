"""Mails of programs are known, and nothing that a person wrote is taken for one."""

import pytest

from listserv.mail.parse import automatic
from listserv.mail.parse.automatic_words import SUBJECTS, WEAK
from listserv.mail.parse.message import ParsedMessage, parse
from tests.growth import assert_linear
from tests.listserv.bounces.innocents import INNOCENTS
from tests.listserv.bounces.shapes import SHAPES

# Mails to a bounce address that a person wrote, or that says nothing of a program.
BY_PEOPLE = {
    "an answer of a person", "words of a person", "empty", "nothing at all",
    "a virus scanner's warning",
}  # fmt: skip


def mail(
    subject: str = "Minutes", text: str = "My own words.", sender: str = "amina@people.example", **fields: str
) -> ParsedMessage:
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return parse(f"From: {sender}\r\nSubject: {subject}\r\n{extra}\r\n{text}\r\n".encode())


def is_automatic(parsed: ParsedMessage, envelope_from: str = "amina@people.example", **more: bool) -> bool:
    return automatic.is_automatic(parsed, envelope_from, **more)


@pytest.mark.parametrize("locale", list(SUBJECTS))
def test_automatic_reply_is_known_by_its_subject_in_each_locale(locale):
    for phrase in SUBJECTS[locale]:
        for subject in (
            f"{phrase}: [risk] Minutes",
            f"{phrase.upper()} : Minutes",
            phrase,
            f"[{phrase}] Minutes",
            f"{phrase} Re: Minutes",
        ):
            assert is_automatic(mail(subject)), subject
        for subject in (
            f"Re: {phrase}: Minutes",
            f"Fwd: {phrase}",
            f"Minutes ({phrase} of last year)",
            f"{phrase}x and more",
        ):
            assert not is_automatic(mail(subject)), subject


def test_there_are_58_locales():
    assert len(SUBJECTS) == 58


@pytest.mark.parametrize("word", WEAK)
def test_word_that_people_use_too_needs_an_answer_besides(word):
    assert is_automatic(mail(f"{word}: Re: Minutes"))
    assert is_automatic(mail(f"{word}: [risk] Minutes"))
    assert is_automatic(mail(f"{word}: Minutes", In_Reply_To="<1@lists.hub.example>"))
    assert not is_automatic(mail(f"{word}: dates of the secretariat"))
    assert not is_automatic(mail(f"{word} dates of the secretariat", In_Reply_To="<1@lists.hub.example>"))


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"}, {"Auto_Submitted": "auto-generated; owner-token=x"}, {"Precedence": "bulk"},
        {"Precedence": "auto_reply"}, {"X_Precedence": "junk"}, {"X_Autoreply": "yes"}, {"X_Autorespond": "Minutes"},
        {"X_FC_MachineGenerated": "true"}, {"X_AutoReply_From": "a@b.example"}, {"X_Mail_Autoreply": "1"},
        {"X_POST_MessageClass": "9; Autoresponder"}, {"Delivered_To": "Autoresponder"},
        {"X_Failed_Recipients": "a@b.example"},
        {"X_MS_Exchange_Inbox_Rules_Loop": "a@b.example"}, {"X_Amazon_Auto_Reply": "true"}, {"X_Vacation": "yes"},
        {"Content_Type": "multipart/report; report-type=disposition-notification; boundary=b"},
        {"Content_Type": "message/delivery-status"}, {"Return_Path": "<>"},
    ],
)  # fmt: skip
def test_header_of_a_program_is_known(fields):
    assert is_automatic(mail(**fields)), fields


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "no"}, {"X_Autoreply": "no"}, {"Precedence": "first-class"}, {"Precedence": "list"},
        {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}, {"Return_Path": "<amina@people.example>"},
        {"In_Reply_To": "<1@lists.hub.example>"},
    ],
)  # fmt: skip
def test_header_of_a_person_is_not_one(fields):
    assert not is_automatic(mail(**fields)), fields


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Out of office replies on this list", "Who is out of the office in August?",
        "Out of office hours: when?",
        "Vacation dates", "Automatic replies are a nuisance", "RE: Undeliverable: Minutes",
        "Auto industry and biosafety",
        "Absence du bureau de la présidente", "自动回复功能的讨论", "Read: the new guidance",
        "Please confirm your participation",
    ],
)  # fmt: skip
def test_subject_of_a_person_is_not_one(subject):
    assert not is_automatic(mail(subject, In_Reply_To="<1@lists.hub.example>")), subject


@pytest.mark.parametrize("name", list(INNOCENTS))
def test_what_programs_send_to_a_bounce_address_is_automatic_anywhere(name):
    assert is_automatic(parse(INNOCENTS[name])) is (name not in BY_PEOPLE)


@pytest.mark.parametrize("name", list(SHAPES))
def test_report_of_a_failure_is_never_posted(name):
    report = parse(SHAPES[name][0])
    # It comes with the null reverse path (RFC 5321 §4.5.5); most are known without.
    assert is_automatic(report, "")
    assert not automatic.may_answer(report, "")


@pytest.mark.parametrize(
    "local",
    [
        "post_master", "post-master", "PostMaster", "postmast", "mailer_daemon", "MAILER-DAEMON",
        "mailerdaemon", "mail.daemon",
        "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e", "mail-delivery-system",
    ],
)  # fmt: skip
def test_server_is_known_however_its_name_is_spelled(local):
    assert is_automatic(mail("Re: Undeliverable: Minutes", sender=f"{local}@far.example"))


@pytest.mark.parametrize("local", ["post.mann", "masterpost", "daemon.smith", "maria.postma"])
def test_person_with_such_a_name_is_not_a_server(local):
    assert not is_automatic(mail(sender=f"{local}@far.example"))


def test_challenge_is_known_and_a_word_about_one_is_not():
    asks = "To verify that you are a person, simply reply to this message."
    assert is_automatic(mail("Please confirm your message", asks))
    assert is_automatic(mail("Minutes", "Hello.", sender="noreply@boxbe.com"))
    assert not is_automatic(mail("Please confirm your message", "Amina, which of the two versions do you mean?"))


def test_answer_of_a_calendar_is_known_unless_a_person_adds_words():
    def answer(text: str) -> ParsedMessage:
        return parse(
            "From: amina@people.example\r\nSubject: Accepted: Meeting\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n"
            "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n--b--\r\n".encode()
        )

    assert is_automatic(answer(""))
    assert is_automatic(answer("Amina has accepted this invitation."))
    assert not is_automatic(answer("I can come, but only if the text on risk assessment is sent a week before."))


def test_person_who_signed_in_may_use_a_null_reverse_path():
    assert is_automatic(mail(), "")
    assert not is_automatic(mail(Precedence="bulk"), "", signed_in=True)
    assert is_automatic(mail(Auto_Submitted="auto-replied"), "", signed_in=True)


def test_mail_through_a_list_is_read_but_not_answered():
    listed = mail(List_Id="<other.lists.example>", Precedence="list")
    assert not is_automatic(listed)
    assert not automatic.may_answer(listed, "amina@people.example")
    assert automatic.may_answer(mail(), "amina@people.example")


def test_mail_that_passed_too_many_hosts_has_gone_round():
    def through(hosts: int) -> ParsedMessage:
        return parse(b"Received: by a\r\n" * hosts + b"From: a@b.example\r\n\r\nHello\r\n")

    assert automatic.has_too_many_hops(through(automatic.MAX_HOPS + 1).headers)
    assert not automatic.has_too_many_hops(through(automatic.MAX_HOPS).headers)


def test_a_hostile_mail_costs_no_more_than_another():
    assert_linear(is_automatic, lambda size: mail("Automatic reply " * (size // 160), "Automatic " * size), 12_000)
