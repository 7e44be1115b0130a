"""Attacks on SMTP itself: smuggled mails, bare octets, injected header lines, guessed addresses."""

import pytest

from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import drain
from tests.listserv.gateway.test_protocol import VECTORS
from tests.listserv.mail.auth.zone import signed
from tests.listserv.red_team import AMINA, ELSEWHERE, Attack, R, Wire, failures, mail, say


def test_thirteen_ways_of_smuggling(stage):
    assert len(VECTORS) == 13
    second = f"MAIL FROM:<{R}>\r\nRCPT TO:<{stage.risk}>\r\nDATA\r\n".encode() + mail(R, "Smuggled.")
    seen = {}
    for name, vector in VECTORS.items():
        carrier = mail(AMINA["none.org"], "Carrier.").rstrip(b"\r\n") + vector + second
        reply = say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], carrier)
        rows = list(InboundMail.objects.all())
        seen[name] = (reply[:9], [row.state for row in rows])
        InboundMail.objects.all().delete()
    # What is no line end to anybody stays one mail, held like any other.
    one = [name for name, found in seen.items() if found == ("250 2.0.0", ["held"])]
    assert len(one) <= 1
    assert all(found == ("554 5.6.0", ["rejected"]) for name, found in seen.items() if name not in one), seen
    drain()
    assert Contribution.objects.count() == 1


BARE = [
    Attack(f"{name} in the {place}", make(octet), "554 5.6.0", "rejected")
    for name, octet in (("bare CR", b"\r"), ("bare LF", b"\n"), ("NUL", b"\0"))
    for place, make in (
        ("header", lambda octet: mail(R).replace(b"A thought", b"A " + octet + b"Bcc: eve@evil.org")),
        ("From", lambda octet: mail(R).replace(b"reject.org", b"reject.org" + octet + b" <eve@evil.org>", 1)),
        ("body", lambda octet: mail(R, "x").replace(b"\r\n\r\nx", b"\r\n\r\nx" + octet + b"y")),
    )
]


def test_bare_octets(stage):
    assert failures(stage, BARE) == {}


@pytest.mark.parametrize("octet", [b"\r", b"\n", b"\0"])
def test_bare_octets_in_commands(stage, octet):
    with Wire(stage.port, ELSEWHERE) as line:
        line.say("EHLO client.org")
        line.say("MAIL FROM:<x@evil.org>")
        reply = line.say(b"RCPT TO:<" + stage.risk.encode() + octet + b"RCPT TO:<x@evil.org>>")
        assert reply[0] in "45"
    assert not InboundMail.objects.exists()


def test_injected_header_lines_reach_no_copy(stage, sent, deliver, settings):
    evil = "=?utf-8?q?Plan=0D=0ABcc=3A_eve=40evil=2Eorg=0D=0AX-Injected=3A_yes?="
    raw = mail(f"=?utf-8?q?Amina=0D=0AX-Injected=3A_yes?= <{R}>", "Words.", "Message-ID: <a\u00a0b@x>")
    raw = signed(raw.replace(b"A thought", evil.encode()), "reject.org")
    assert say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], raw).startswith("250 2.0.0 Accepted")
    settings.HUB_NAME = "Hub\r\nX-Injected: yes"
    found, forum = stage.lists["risk"], stage.cast.policy.forum
    # What no form lets in, in the database all the same.
    type(found).objects.filter(pk=found.pk).update(tag="x\r\nX-Injected: 1")
    type(forum).objects.filter(pk=forum.pk).update(name="Risk\r\nX-Injected: yes\r\nBcc: eve@evil.org")
    drain()
    deliver(clock())
    copies = [copy for copy in sent() if "Words." in copy.as_string()]
    assert copies
    for copy in copies:
        assert "x-injected" not in copy and "bcc" not in copy
        assert not any("\n" in str(value) or "\r" in str(value) for value in copy.values())
    assert {one.addr_spec for copy in copies for one in copy["To"].addresses} == {stage.risk}


def test_addresses_are_not_to_be_guessed(stage):
    with Wire(stage.port, ELSEWHERE) as line:
        line.say("EHLO client.org")
        for command in (f"VRFY {stage.cast.amina.email}", "VRFY risk", f"VRFY {stage.risk}"):
            assert line.say(command)[:3] in {"252", "502"}
        assert line.say("EXPN risk")[:3] == "502"
        line.say("MAIL FROM:<x@evil.org>")
        # A member's address and a stranger's get the same answer: neither is here.
        answers = {line.say(f"RCPT TO:<{one}>") for one in (stage.cast.amina.email, "nobody@people.example")}
        assert len(answers) == 1 and answers.pop().startswith("550 5.7.1")
        replies = []
        while len(replies) < 40 and "421 4.7.0" not in replies:
            replies.append(line.say(f"RCPT TO:<list{len(replies)}@lists.hub.example>")[:9])
        assert line.file.read() == b"", "The session goes on after 421"
    assert replies[0] == "550 5.1.1"
    assert replies[-1] == "421 4.7.0", replies
