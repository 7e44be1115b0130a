"""Words are understood in every language, the answer comes in the member's, and nothing goes in circles."""

from datetime import timedelta

import pytest
import time_machine

from forums.models import Contribution
from hub.lib.clock import now as clock
from hub.lib.errors import NotFound
from listserv import tokens
from listserv.commands import vocabulary
from listserv.commands.dates import day_in
from listserv.commands.parsing import MOST, read
from listserv.commands.registry import COMMANDS, TABLE
from listserv.commands.words import command_at, command_phrases, phrases
from listserv.mail.parse.message import parse
from listserv.models import InboundMail, Notice
from tests.growth import assert_linear
from tests.listserv.gateway.conftest import accept, drain, plain_message

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh-hans")


def orders(text, subject=""):
    """The names of the commands of a mail."""
    return [
        order.name for order in read(parse(plain_message(text.replace("\n", "\r\n"), subject=subject).encode())).orders
    ]


def test_every_command_has_its_row_its_words_and_its_help():
    assert set(COMMANDS) == set(vocabulary.COMMANDS) and len(TABLE) == len(COMMANDS)
    for command in TABLE:
        assert set(vocabulary.COMMANDS[command.name]) == set(LANGUAGES) or command.name == "echo"
        assert command_at(command.usage)[0] == command.name and str(command.does)


def test_no_word_means_two_things():
    seen = {}
    for name, entry in {**vocabulary.COMMANDS, "set": vocabulary.SET, "end": vocabulary.END}.items():
        for word in vocabulary.alternatives(entry):
            [(key, _name)] = phrases({name: {"en": word}}).items()
            assert key and seen.setdefault(key, name) == name, word
    assert len(seen) == len(command_phrases())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_understood_in_each_language(language):
    for name, words in vocabulary.COMMANDS.items():
        word = vocabulary.own(words, language)
        for line in (word, f"{word.lower()} 12", f"«{word.capitalize()}» risk", f"- {word}: risk"):
            command = command_at(line)
            assert command is not None and command[0] == name, line


@pytest.mark.parametrize(
    ("line", "name", "args"),
    [
        ("SE DESABONNER", "leave", ""), ("S’ABONNER risk", "join", "risk"), ("Отписаться.", "leave", ""),
        ("الغاء الاشتراك", "leave", ""), ("إِلْغَاء الاِشْتِرَاك", "leave", ""), ("取消订阅", "leave", ""),
        ("搜索生物安全", "search", "生物安全"), ("获取第3142号", "get", "第3142号"), ("SIG risk", "leave", "risk"),
        ("sub risk Amina Diallo", "join", "risk Amina Diallo"),
        ("subscribe secretpassword address=a@b.example", "join", "secretpassword address=a@b.example"),
        ("q risk", "which", "risk"), ("REV risk", "review", "risk"), ("RÉSUMÉ", "digest", ""), ("RESUME", "resume", ""),
        ("> GET 12", None, ""), ("Dear colleagues,", None, ""), ("getting better", None, ""), ("3142", None, ""),
        ("", None, ""),
        ("¡AYUDA!", "help", ""), ("＂GET＂ 12", "get", "12"), ("Help", "help", ""),
    ],
)  # fmt: skip
def test_line_is_read_whatever_its_case_and_accents(line, name, args):
    assert command_at(line) == ((name, args) if name else None)


@pytest.mark.parametrize(
    ("text", "subject", "names"),
    [
        ("WHICH\nGET 12\nEND\nLEAVE", "", ["which", "get"]),
        ("WHICH\n-- \nLEAVE", "", ["which"]),
        ("WHICH\nQUIT\nLEAVE", "", ["which"]),
        ("", "unsubscribe", ["leave"]),
        ("Please take me off.\nThank you, Jo", "Re: UNSUBSCRIBE", ["leave"]),
        ("HELP", "unsubscribe", ["help"]),
        ("> LEAVE\n\nWHICH", "", ["which"]),
        ("WHICH\n\nOn Tue, 24 Nov 2026 at 09:00, Hub <h@x.example> wrote:\n> LEAVE\n> GET 1", "", ["which"]),
        ("Dear all,\nWHICH\nThank you", "", ["which"]),
        ("a\n" * 30 + "LEAVE", "", []),
        ("\n".join(f"GET {n}" for n in range(30)), "", ["get"] * MOST),
        ("EDIT 12\nLEAVE\nGET 3", "", ["edit"]),
        ("REJECT 12\nnot here\n\nAPPROVE 13", "", ["reject", "approve"]),
        ("xyzzy", "", []),
    ],
)
def test_orders_are_those_of_the_text_else_of_the_subject(text, subject, names):
    assert orders(text, subject) == names


@pytest.mark.parametrize("piece", ["GET ", "a ", "订阅", "ÀÈ", "LEAVE\n", "«", "SET " * 60 + "\n"])
def test_hostile_text_is_read_in_linear_time(piece):
    assert_linear(read, lambda octets: parse(plain_message(piece * (octets // len(piece))).encode()), 50_000)


def test_day_that_is_none_is_none(now):
    for text in (
        "",
        "soon",
        "31.02.2027",
        "13/13/2027",
        "12",
        "0 days",
        "1 2 3 4 5",
        "9" * 200,
        "UNTIL the 3rd of never",
    ):
        assert day_in(text, now=now, zone="UTC") is None, text


@pytest.mark.django_db
def test_answer_is_threaded_marked_and_has_no_way_back(cast, post):
    post.ask(cast.amina, "WHICH", message_id="q@client.example", References="<p@client.example>", subject="A question")
    mail, row = post.mails(cast.amina)[-1], Notice.objects.latest("pk")
    assert mail.in_reply_to == ("q@client.example",) and mail.references == ("p@client.example", "q@client.example")
    assert (mail.auto_submitted, mail.subject, row.envelope_from) == ("auto-replied", "Re: A question", "")
    assert mail.headers.raw("reply-to").startswith("risk-request+")


@pytest.mark.django_db
def test_answer_to_an_answer_needs_no_other_proof_and_serves_nobody_else(cast, post, risk):
    post.ask(cast.amina, "HELP")
    to = post.mails(cast.amina)[-1].headers.raw("reply-to")
    assert "You receive no e-mail" in post.ask(cast.amina, "NOMAIL", to=to, proven=False, message_id="1@x")
    assert InboundMail.objects.latest("pk").proof == "token"
    post.send(cast.boris, "NOMAIL", to=to, proven=False)
    assert InboundMail.objects.latest("pk").state == "held"
    assert risk.subscriptions.get(member=cast.boris).delivery == "each"
    with time_machine.travel(clock() + timedelta(days=2_000)):
        post.send(cast.amina, "MAIL", to=to, proven=False)
    assert InboundMail.objects.latest("pk").state == "held"
    with pytest.raises(NotFound):
        post.send(cast.amina, "MAIL", to="risk-request+aaaa", proven=False)


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_is_in_the_members_language(cast, post, language):
    cast.amina.language = language
    cast.amina.save()
    word = vocabulary.own(vocabulary.COMMANDS["help"], language)
    text = post.ask(cast.amina, word, message_id="q@client.example")
    mail = post.mails(cast.amina)[-1]
    assert mail.headers.raw("content-language").lower() == language
    assert "SEARCH" in text and vocabulary.own(vocabulary.COMMANDS["search"], language) in text


@pytest.mark.django_db
def test_several_commands_get_one_answer_at_the_address_that_asked(cast, post, risk):
    cast.amina.emailaddress_set.create(email="amina@home.example", verified=True)
    raw = "From: amina@home.example\r\n\r\nNOMAIL\r\nGET 4711\r\nWHICH\r\nfrobnicate\r\n"
    accept(raw, "risk-request@lists.hub.example", member=cast.amina)
    drain()
    notice = Notice.objects.get()
    text = parse(bytes(notice.raw)).text
    assert notice.recipients == ["amina@home.example"]
    assert [line for line in text.splitlines() if line.startswith("> ")] == ["> NOMAIL", "> GET 4711", "> WHICH"]
    assert "no contribution 4711" in text and "frobnicate" in text
    assert risk.subscriptions.get(member=cast.amina).delivery == "none"


@pytest.mark.django_db
def test_what_nobody_understands_gets_help_once_a_day(cast, post):
    assert "frobnicate" in post.ask(cast.amina, "frobnicate")
    assert "SEARCH" in post.mails(cast.amina)[-1].text
    post.send(cast.amina, "xyzzy", message_id="2@x")
    assert Notice.objects.count() == 1
    assert post.send(cast.amina, "xyzzy", proven=False).startswith("550")
    assert Notice.objects.count() == 1


@pytest.mark.django_db
def test_machine_is_never_answered(cast, post):
    for headers in (
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<risk.lists.hub.example>"},
    ):
        for to in ("risk-request", "risk-help", "request"):
            post.send(cast.amina, "HELP", to=to, proven=False, **headers)
    assert not Notice.objects.exists()
    assert set(InboundMail.objects.values_list("state", flat=True)) == {"discarded"}


@pytest.mark.django_db
def test_help_names_what_leads_only_to_who_leads(cast, post):
    assert "HANDOVER" not in post.ask(cast.amina, "HELP")
    assert "HANDOVER" in post.ask(cast.chen, "HELP")
    assert "désabonner" in post.ask(cast.amina, "HELP UNSUBSCRIBE").lower()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "subject"), [("unsubscribe", "x"), ("", "[risk] Unsubscribe"), ("ОТПИСАТЬСЯ risk", ""), ("退订", "退订")]
)
def test_word_for_leaving_sent_to_the_list_itself_is_no_contribution(cast, post, risk, text, subject):
    post.ask(cast.amina, text, to="risk", subject=subject)
    assert risk.subscriptions.get(member=cast.amina).delivery == "none"
    assert not Contribution.objects.exists()


@pytest.mark.django_db
def test_get_in_answer_to_a_copy_brings_the_whole(cast, post, risk, now):
    contribution = cast.say(cast.boris, "The whole text.", now=now)
    to = tokens.reply_address("risk", member_id=cast.amina.pk, number=contribution.number, list_id=risk.pk)
    text = f"GET {contribution.number}\n\nOn Tue, 24 Nov 2026 at 09:00, Boris <b@x.example> wrote:\n> The whole"
    before = Contribution.objects.count()
    raw = plain_message(text.replace("\n", "\r\n"), who=cast.amina, subject="Re: A word", message_id="q@x")
    accept(raw, [to, risk.address])
    drain()
    assert "The whole text." in post.mails(cast.amina)[-1].text and len(post.mails(cast.amina)) == 1
    assert Contribution.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["Leave it as it is.", "Get 12 samples of maize.", "Join us at noon.", "Help", "Yes", "12"]
)
def test_sentence_is_a_contribution(cast, post, text):
    post.send(cast.amina, text, to="risk")
    assert Contribution.objects.get().text == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_setting_may_follow_set_and_the_name_of_a_list(language):
    put, nomail = vocabulary.own(vocabulary.SET, language), vocabulary.own(vocabulary.COMMANDS["nomail"], language)
    for text in (f"{put} risk {nomail}", f"{put} {nomail}", f"{put.lower()}: {nomail} risk"):
        assert orders(text) == ["nomail"], text
