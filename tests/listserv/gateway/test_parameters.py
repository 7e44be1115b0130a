"""What real mail servers write behind the address in MAIL and RCPT is taken; what would break silently is refused."""

import pytest

from listserv.gateway.parameters import ParameterError, decode_xtext, parse_mail, parse_recipient
from tests.listserv.gateway.conftest import only_row, plain_message
from tests.listserv.gateway.test_protocol import Wire

MAIL = [
    "SIZE=1234 RET=FULL ENVID=QQ314159", "ret=hdrs envid=a+2Bb+3d", "BODY=8BITMIME SIZE=99", "body=7bit",
    "SMTPUTF8 BODY=8BITMIME", "AUTH=<>", "auth=amina+40people.example", "BY=120;R", "by=-10;NT", "MT-PRIORITY=3",
    "mt-priority=-4", "XVERP", "XVERP=+=", "SUBMITTER=a@b.example", "TRANSID=<12@b.example>", "SIZE=0",
    "SIZE=10 BODY=8BITMIME SMTPUTF8 AUTH=<> RET=HDRS ENVID=x BY=1;n MT-PRIORITY=9",
]  # fmt: skip
RECIPIENT = [
    "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;risk@lists.hub.example", "notify=never", "NOTIFY=failure",
    "ORCPT=rfc822;risk-bounces+2B1.abc@lists.hub.example", "orcpt=RFC822;a+3Db@c.example",
    "ORCPT=utf-8;آمنة@مثال.example", r"ORCPT=utf-8;\x{622}@c.example", "ORCPT=x400;/c+3Dus/",
]  # fmt: skip
WRONG_MAIL = {
    "SIZE": "501", "SIZE=": "501", "SIZE=x": "501", "SIZE=-1": "501", "SIZE=1 size=2": "501", "BODY=9BIT": "501",
    "BODY": "501", "BODY=BINARYMIME": "555 5.6.1", "SMTPUTF8=1": "501", "RET=ALL": "501", "RET": "501",
    "ENVID=a+zz": "501", "ENVID=" + "x" * 101: "501", "ENVID=a=b": "501", "BY=soon": "501", "MT-PRIORITY=10": "501",
    "AUTH": "501", "=": "501", "é=1": "501", "HOLDFOR=3600": "555 5.5.4", "HOLDUNTIL=2030-01-01T00:00:00Z": "555 5.5.4",
    "REQUIRETLS": "555 5.7.30", "X-NOBODYS=1": "555 5.5.4 The parameter X-NOBODYS is not known here.",
}  # fmt: skip
WRONG_RECIPIENT = {
    "NOTIFY": "501", "NOTIFY=": "501", "NOTIFY=NEVER,SUCCESS": "501", "NOTIFY=OFTEN": "501",
    "NOTIFY=DELAY,DELAY": "501", "NOTIFY=DELAY NOTIFY=FAILURE": "501", "ORCPT=risk@lists.hub.example": "501",
    "ORCPT=rfc822;": "501",
    "ORCPT=rfc822;é": "501", "ORCPT=rfc822;" + "x" * 500: "501", "ORCPT=rfc822;a+4": "501", "SIZE=4": "555",
    "RRVS=2014-04-03T23:01:00Z": "555", "X-NOBODYS": "555",
}  # fmt: skip


@pytest.mark.parametrize("text", MAIL)
def test_parameters_of_mail_that_servers_send_are_taken(text):
    parse_mail(text)


@pytest.mark.parametrize("text", RECIPIENT)
def test_parameters_of_rcpt_that_servers_send_are_taken(text):
    parse_recipient(text)


@pytest.mark.parametrize(("text", "reply"), WRONG_MAIL.items())
def test_parameters_of_mail_that_are_malformed_or_cannot_be_kept_are_refused(text, reply):
    with pytest.raises(ParameterError) as refused:
        parse_mail(text)
    assert refused.value.reply.startswith(reply)


@pytest.mark.parametrize(("text", "reply"), WRONG_RECIPIENT.items())
def test_parameters_of_rcpt_that_are_malformed_or_unknown_are_refused(text, reply):
    with pytest.raises(ParameterError) as refused:
        parse_recipient(text)
    assert refused.value.reply.startswith(reply)


def test_values_are_read_as_they_were_meant():
    mail = parse_mail("size=77 RET=hdrs ENVID=a+2Bb+3D SMTPUTF8")
    assert (mail.size, mail.ret, mail.envid, mail.utf8) == (77, "HDRS", "a+b=", True)
    recipient = parse_recipient("NOTIFY=success,DELAY ORCPT=rfc822;a+2Bb@c.example")
    assert (recipient.notify, recipient.orcpt) == ({"SUCCESS", "DELAY"}, "a+b@c.example")
    assert parse_mail("").size is None and parse_recipient("").notify == frozenset()


def test_xtext_is_decoded_and_what_is_none_is_seen():
    assert decode_xtext("+D8+A7+2B") == "ا+"
    assert [decode_xtext(text) for text in ("a+", "a+4", "a+g0", "a=b", "a b", "é")] == [None] * 6
    assert decode_xtext("") == ""


def test_mail_of_a_stock_server_with_dsn_is_taken(smtp_server, people, risk):
    local, _at, domain = risk.partition("@")
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO mail.example")
        assert wire.sign_in(people.amina).startswith("235")
        reply = wire.say(f"mail from:<{people.amina.email}> size=400 RET=HDRS ENVID=QQ31+2B4 BODY=8BITMIME AUTH=<>")
        assert reply.startswith("250")
        reply = wire.say(f"RCPT TO:<{risk}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{local}+40{domain}")
        assert reply.startswith("250")
        assert wire.say("DATA").startswith("354")
        assert wire.say(plain_message(who=people.amina) + ".").startswith("250")
    assert (only_row().state, only_row().recipient) == ("queued", risk)


def test_refused_parameter_leaves_the_session_as_it_was(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        assert wire.say("MAIL FROM:<a@b.example>") == "503 5.5.1 Say EHLO first."
        wire.say("EHLO mail.example")
        assert wire.say(f"RCPT TO:<{risk}>").startswith("503 5.5.1")
        assert wire.say("MAIL FROM:<a@b.example> X-NOBODYS").startswith("555 5.5.4")
        assert wire.say("MAIL FROM:<a@b.example>").startswith("250")
        assert wire.say("MAIL FROM:<a@b.example>").startswith("503 5.5.1")
        assert wire.say(f"RCPT TO:<{risk}> NOTIFY=OFTEN").startswith("501 5.5.4")
        assert wire.say(f"RCPT TO:<{risk}>").startswith("250")
        assert wire.say("HELO old.example").startswith("250")
        assert wire.say("MAIL FROM:<a@b.example> SIZE=4").startswith("501 5.5.4")


def test_postmaster_needs_no_domain(smtp_server, people):
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO mail.example")
        wire.say("MAIL FROM:<>")
        assert wire.say("RCPT TO:<Postmaster> NOTIFY=NEVER").startswith("250")
        assert wire.say("RCPT TO:<somebody>").startswith("5")


def test_commands_that_ask_about_addresses_learn_nothing(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        wire.say("EHLO mail.example")
        assert wire.say(f"VRFY {risk}") == wire.say("VRFY nobody@lists.hub.example")
        assert wire.say("VRFY").startswith("501 5.5.4")
        assert wire.say("HELP").startswith("214 2.0.0")
        for command in ("EXPN risk", "ETRN lists.hub.example", "TURN", "BDAT 5 LAST"):
            assert (command, wire.say(command)[:9]) == (command, "502 5.5.1")
            assert wire.say("NOOP") == "250 OK"


def test_every_refusal_has_an_enhanced_status_code(smtp_server, people, risk):
    with Wire(smtp_server.port) as wire:
        for line in (
            "MAIL FROM:<a@b>", "EHLO", "HELO", "AUTH", "NONSENSE", "EHLO mail.example", "AUTH X-NONE", "QUIT now",
            "RSET now", "DATA now", "STARTTLS", "RCPT", "MAIL", "x" * 3_000,
        ):  # fmt: skip
            reply = wire.say(line)
            assert reply.startswith("250") or reply[4:6] == f"{reply[0]}.", (line, reply)
