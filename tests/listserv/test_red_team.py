"""Attacks on the mail door, one a row: each is refused or held in the session, and nobody forged is written to.

What "forged" means for each policy of a domain stands in decision record 0009.
"""

import ipaddress
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from forums import services
from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv import tokens
from listserv.mail.auth import domain_checks
from listserv.models import AddressHealth, Bounce, InboundMail, Notice, Subscription
from tests.listserv.gateway.conftest import drain
from tests.listserv.gateway.test_protocol import VECTORS
from tests.listserv.mail.auth.zone import signed
from tests.listserv.red_team import (
    DOMAINS,
    ELSEWHERE,
    FORGER,
    HONEST,
    NO_POLICY,
    RELAY,
    Attack,
    Stage,
    Wire,
    dns,
    failures,
    mail,
    say,
)  # fmt: skip

REFUSED, NO_AUTHOR, HELD = "550 5.7.1", "550 5.6.0", "250 2.0.0 The mail is held"
AMINA = {domain: f"amina@{domain}" for domain in [*DOMAINS, NO_POLICY]}
R = AMINA["reject.org"]


@pytest.fixture(autouse=True)
def _world(settings, monkeypatch):
    """Let each client say where it comes from, and DNS be ours."""
    settings.HUB_SMTP_PROXY = (ipaddress.ip_network("127.0.0.0/8"),)
    settings.HUB_SMTP_CONNECTIONS_PER_MINUTE = settings.HUB_SMTP_MAILS_PER_MINUTE = 0
    settings.HUB_TRUSTED_RELAYS = (ipaddress.ip_network(f"{RELAY}/32"),)
    settings.HUB_AUTHSERV_ID = "mx.hub.org"
    zone = dns()
    monkeypatch.setattr(domain_checks, "shared", lambda: zone)


@pytest.fixture
def stage(_world, door, people):
    return Stage.build(people, door)


def policies() -> list[Attack]:
    """Return forged From × policy × evidence."""
    rows = []
    for domain, address in AMINA.items():
        refused = domain in {"reject.org", "quarantine.org"}
        reply, state = (REFUSED, "rejected") if refused else (HELD, "held")
        plain = mail(f"Amina <{address}>")
        vouched = signed(plain, domain)
        for what, raw, mail_from in (
            ("nothing signed, another envelope", plain, "bounces@evil.org"),
            ("the envelope forged too", plain, address),
            ("signed by the forger's own domain", signed(plain, "evil.org"), FORGER),
            ("a signature of the domain, its text changed", vouched.replace(b"words", b"lies"), FORGER),
            ("a signature of the domain, its subject changed", vouched.replace(b"A tho", b"No tho"), FORGER),
            ("a second From over a signed one", b"From: x@evil.org\r\n" + vouched, FORGER),
            ("null envelope", plain, ""),
        ):  # fmt: skip
            row = Attack(f"{domain}: {what}", raw, reply, state, asked=not refused, mail_from=mail_from)
            if what.startswith("a second"):
                row = Attack(row.what, raw, NO_AUTHOR, "rejected", mail_from=mail_from)
            if not mail_from:
                row = Attack(row.what, raw, "250", "discarded", mail_from="")
            rows.append(row)
    return rows


def test_forged_authors_by_the_policy_of_their_domain(stage):
    assert failures(stage, policies()) == {}


def test_what_the_domain_vouches_for_is_taken(stage):
    """The same grid, honest: otherwise the rows above would prove nothing."""
    for domain in ("reject.org", "quarantine.org", "none.org"):
        plain = mail(f"Amina <amina@{domain}>", f"Honest words by {domain}.")
        assert say(stage.port, HONEST, f"amina@{domain}", [stage.risk], plain).startswith("250 2.0.0 Accepted")
        by_key = signed(mail(f"amina@{domain}", f"Signed words by {domain}."), domain)
        assert say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], by_key).startswith("250 2.0.0 Accepted")
    rows = InboundMail.objects.all()
    assert {(row.proof, row.state) for row in rows} == {("dmarc", "queued")}
    assert all("dmarc=pass" in row.checks for row in rows)
    drain()
    assert Contribution.objects.filter(author=stage.cast.amina).count() == 6
    sub = signed(mail("amina@mail.reject.org", "From a subdomain."), "reject.org")
    assert say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], sub).startswith("250 2.0.0 Accepted")


FROM_TRICKS = [
    Attack("a subdomain that publishes nothing", mail("amina@mail.reject.org"), REFUSED, "rejected"),
    Attack("two addresses in From", mail(f"{R}, {FORGER}"), NO_AUTHOR, "rejected"),
    Attack("two From fields", mail(FORGER, "x", f"From: {R}"), NO_AUTHOR, "rejected"),
    Attack("two From fields, the same", mail(R, "x", f"From: {R}"), NO_AUTHOR, "rejected"),
    Attack("two From fields in other letters", mail(R, "x", f"fROM : {FORGER}"), NO_AUTHOR, "rejected"),
    Attack("a group", mail(f"friends: {R}, {FORGER};"), NO_AUTHOR, "rejected"),
    Attack("a group of one", mail(f"friends: {R};"), REFUSED, "rejected"),
    Attack("an empty group", mail("undisclosed:;"), NO_AUTHOR, "rejected"),
    Attack("an empty From", mail(""), NO_AUTHOR, "rejected"),
    Attack("no From", b"Subject: x\r\nSender: amina@none.org\r\n\r\nx\r\n", NO_AUTHOR, "rejected"),
    Attack("the member as a display name", mail(f'"{R}" <{FORGER}>'), REFUSED, "rejected"),
    Attack("the member in brackets of a name", mail(f'"Amina <{R}>" <{FORGER}>'), REFUSED, "rejected"),
    Attack("the member in a comment", mail(f"{FORGER} (<{R}>)"), REFUSED, "rejected"),
    Attack("the member as Sender", mail(FORGER, "x", f"Sender: {R}"), REFUSED, "rejected"),
    Attack("the member as Reply-To", mail(FORGER, "x", f"Reply-To: {R}"), REFUSED, "rejected"),
    Attack("the member as envelope sender alone", mail(FORGER), REFUSED, "rejected", mail_from=R),
    Attack("the member in Resent-From", mail(FORGER, "x", f"Resent-From: {R}"), REFUSED, "rejected"),
    Attack("a source route", mail(f"<@evil.org:{R}>"), REFUSED, "rejected"),
    Attack("the domain in capitals", mail("Amina <AMINA@REJECT.ORG>"), REFUSED, "rejected"),
    Attack("From folded", mail(f"Amina\r\n <{R}>"), REFUSED, "rejected"),
    Attack("an encoded word that holds the address", mail("=?utf-8?q?amina=40reject=2Eorg?= <eve@evil.org>"),
           REFUSED, "rejected"),
    Attack("letters that look alike", mail("amina@rejеct.org"), REFUSED, "rejected"),
    Attack("a header that ends early", mail(R, "x", "not a field", "DKIM-Signature: v=1"), REFUSED, "rejected"),
    Attack("an authority of its own", mail(R, "x", "X-Originating-IP: [192.0.2.10]", "Received-SPF: pass"),
           REFUSED, "rejected"),
]  # fmt: skip


def test_tricks_with_from(stage):
    assert failures(stage, FROM_TRICKS) == {}


def test_forwarded_and_replayed_reply_addresses(stage):
    amina, boris = stage.cast.amina, stage.cast.boris

    def changed(place: Stage) -> str:
        address = place.reply(amina)
        at = address.index("+r.") + 5
        return address[:at] + ("a" if address[at] != "a" else "b") + address[at + 1 :]

    none = mail(AMINA["none.org"])
    gone = [
        Attack("one letter changed", none, "550 5.1.1", "", to=changed),
        Attack("cut short", none, "550 5.1.1", "",
               to=lambda s: f"{s.reply(amina)[:20]}@lists.hub.example"),
        Attack("of another list", none, "550 5.1.1", "", to=lambda s: s.reply(amina, of="other")),
        Attack("a leave token as one", none, "550 5.1.1", "",
               to=lambda s: tokens.address(f"risk+r.{tokens.leave_token(s.subscription.pk)}")),
    ]  # fmt: skip
    rows = [
        Attack("forwarded to a stranger", mail(FORGER), REFUSED, "rejected", to=lambda s: s.reply(amina)),
        Attack("forwarded to another member, whose From anybody may write", none, HELD, "held", asked=True,
               to=lambda s: s.reply(boris)),
        Attack("replayed under its owner's name, which the domain disowns", mail(R), REFUSED, "rejected",
               to=lambda s: s.reply(amina)),
        Attack("replayed in capitals, disowned", mail(R), REFUSED, "rejected", to=lambda s: s.reply(amina).upper()),
    ]  # fmt: skip
    assert failures(stage, gone + rows) == {}
    old = stage.reply(amina)
    with time_machine.travel(clock() + timedelta(days=200), tick=True):
        expired = Attack("too old", mail(AMINA["none.org"]), HELD, "held", asked=True, to=lambda s: old)
        assert failures(stage, [expired]) == {}
    # Genuine, from its owner, in other letters: it is the owner's.
    own = mail(stage.cast.amina.email, "My own answer.")
    assert say(stage.port, ELSEWHERE, amina.email, [stage.reply(amina).upper()], own).startswith("250 2.0.0 Accepted")


def test_a_reply_address_of_a_rotated_key_ends_with_the_key(stage, settings):
    old = stage.reply(stage.cast.amina)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key that is long enough for this", [settings.SECRET_KEY]
    own = mail(stage.cast.amina.email, "My own answer.")
    assert say(stage.port, ELSEWHERE, "x@evil.org", [old], own).startswith("250 2.0.0 Accepted")
    settings.SECRET_KEY_FALLBACKS = []
    assert say(stage.port, ELSEWHERE, "x@evil.org", [old], own).startswith("550 5.1.1")


def test_guessed_message_ids_lead_nowhere(stage):
    hidden = stage.cast.boris
    secret = services.publish(
        draft=services.Draft(forum_id=stage.other.forum_id, text="The secret of the others.", subject="Secret"),
        author=hidden, origin="web", now=clock(),
    ).contribution  # fmt: skip
    for field in ("In-Reply-To", "References"):
        raw = signed(mail("amina@reject.org", f"Guess by {field}.", f"{field}: <{secret.message_id}>"), "reject.org")
        assert say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], raw).startswith("250 2.0.0 Accepted")
    drain()
    guesses = Contribution.objects.filter(author=stage.cast.amina)
    assert [row.parent for row in guesses] == [None, None]
    assert {row.post.topic.forum_id for row in guesses} == {stage.cast.forum_id}
    InboundMail.objects.all().delete()
    theirs = stage.reply(stage.cast.amina, number=secret.number, of="other", name="other")
    for guess in (theirs, theirs.replace("other", "risk")):
        reply = say(stage.port, ELSEWHERE, "x@evil.org", [guess], mail(AMINA["none.org"], "Guess."))
        assert reply.startswith(("550 5.1.1", "550 5.7.1")), reply


PASS = "Authentication-Results: mx.hub.org; dmarc=pass (p=reject) header.from=reject.org"
FAIL = PASS.replace("dmarc=pass", "dmarc=fail")
BORDER = f"Received: from x ([{ELSEWHERE}]) by mx.hub.org; Tue, 24 Nov 2026 09:00:00 +0000"


def relayed(what: str, *fields: str, client: str = RELAY) -> Attack:
    """Return an attack by fields on top of a mail; each is refused by the policy of the domain in From."""
    raw = "\r\n".join([*fields, mail(R).decode()]).encode()
    return Attack(what, raw, REFUSED, "rejected", client=client)


RESULTS = [
    relayed("from anybody", PASS, client=ELSEWHERE),
    relayed("from anybody, with a trace that names the relay", PASS, BORDER, client=ELSEWHERE),
    relayed("from the relay, in another name", PASS.replace("mx.hub.org", "mx.evil.org"), BORDER),
    relayed("from the relay, its name in a comment", PASS.replace("mx.hub.org", "evil.org (mx.hub.org)"), BORDER),
    relayed("from the relay, below where it took the mail", BORDER, PASS),
    relayed("from the relay, below a trace that claims to be within", BORDER.replace("[", "[127.0.0.1] (["), PASS),
    relayed("from the relay, under its own failure", FAIL, BORDER, PASS),
    relayed("from the relay, twice and differently", PASS, FAIL, BORDER),
    relayed("from the relay, folded into another field", f"X-Note: x\r\n {PASS}", BORDER),
    relayed("from the relay, in a quoted reason", 'Authentication-Results: mx.hub.org; spf=fail reason="; dmarc=pass"'),
    relayed("from the relay, about another author", PASS.replace("reject.org", "evil.org"), BORDER),
    relayed("from the relay, about nobody", PASS.replace("header.from=reject.org", ""), BORDER),
]


def test_forged_authentication_results(stage):
    assert failures(stage, RESULTS) == {}
    honest = "\r\n".join([PASS, BORDER, mail(R).decode()]).encode()
    assert say(stage.port, RELAY, "x@evil.org", [stage.risk], honest).startswith("250 2.0.0 Accepted")
    # The mail is kept as it came.
    assert b"Authentication-Results: mx.hub.org" in bytes(InboundMail.objects.get().raw)


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
        replies = [line.say(f"RCPT TO:<list{number}@lists.hub.example>")[:9] for number in range(40)]
    assert replies[0] == "550 5.1.1"
    assert replies[-1] in {"421 4.7.0", ""}, replies


COMMANDS = [
    Attack(f"{what} as a member of a domain with a policy", mail(R, "UNSUBSCRIBE risk"), REFUSED, "rejected", to=to)
    for what, to in (
        ("leave", lambda s: tokens.address("risk-leave")),
        ("join", lambda s: tokens.address("risk-join")),
        ("no mail", lambda s: tokens.address("risk-nomail")),
        ("words", lambda s: tokens.address("risk-request")),
        ("the owners", lambda s: tokens.address("risk-owner")),
        ("a desk", lambda s: tokens.address("postmaster")),
        ("a decision", lambda s: tokens.moderate_address("risk", member_id=s.cast.amina.pk, number=s.said.number)),
    )
] + [
    Attack("leave as anybody's name", mail(AMINA["none.org"]), HELD, "held", asked=True,
           to=lambda s: tokens.address("risk-leave")),
    Attack("words as anybody's name", mail(AMINA["none.org"], "UNSUBSCRIBE risk"), HELD, "held", asked=True,
           to=lambda s: tokens.address("risk-request")),
    Attack("words of a stranger", mail(FORGER, "WHICH"), REFUSED, "rejected",
           to=lambda s: tokens.address("risk-request")),
    Attack("a moderator's address, forwarded", mail(FORGER, "APPROVE"), REFUSED, "rejected",
           to=lambda s: tokens.moderate_address("risk", member_id=s.cast.chen.pk, number=s.said.number)),
    Attack("a moderator's address, used by another member", mail(AMINA["none.org"], "APPROVE"), REFUSED, "rejected",
           to=lambda s: tokens.moderate_address("risk", member_id=s.cast.chen.pk, number=s.said.number)),
    Attack("a confirmation guessed", mail(R), "550 5.1.1", "",
           to=lambda s: tokens.confirm_address("risk", mail_id=1, member_id=s.cast.amina.pk)),
    Attack("a leave token guessed", mail(R), "550 5.1.1", "", to=lambda s: tokens.address(f"risk-leave+{'a' * 18}")),
]  # fmt: skip


def test_orders_in_somebody_elses_name(stage):
    before = Subscription.objects.values_list("pk", "delivery", "ended_at").order_by("pk")
    known = list(before)
    assert failures(stage, COMMANDS) == {}
    assert list(before.all()) == known


def alias(stage: Stage, *, of: str = "risk") -> str:
    """Return the alias under which Boris is written to."""
    return tokens.alias_address("risk", member_id=stage.cast.boris.pk, list_id=stage.lists[of].pk)


ALIASES = [
    Attack("by a stranger", mail(FORGER), REFUSED, "rejected", to=alias),
    Attack("in the name of a member of a domain with a policy", mail(R), REFUSED, "rejected", to=alias),
    Attack("in anybody's name", mail(AMINA["none.org"]), HELD, "held", asked=True, to=alias),
    Attack("of another list", mail(AMINA["none.org"]), REFUSED, "rejected", to=lambda s: alias(s, of="other")),
    Attack("cut short", mail(AMINA["none.org"]), REFUSED, "rejected",
           to=lambda s: alias(s).replace("@", "", 1)[:-20] + "@lists.hub.example"),
    Attack("made of a reply token", mail(AMINA["none.org"]), REFUSED, "rejected",
           to=lambda s: s.reply(s.cast.boris).replace("+r.", "+a.")),
    Attack("by a machine", mail(AMINA["none.org"], "x", "Auto-Submitted: auto-replied"), "250", "discarded", to=alias),
]  # fmt: skip


def test_aliases_bring_nobody_mail_that_nobody_proved(stage):
    found = failures(stage, ALIASES)
    # A token that leads nowhere may be refused before the mail is sent as well.
    early = {what for what, row in found.items() if str(row.get("reply", "")).startswith("550 5.1.1")}
    assert set(found) <= early <= {"of another list", "cut short", "made of a reply token"}, found


def test_nobody_is_told_of_a_forged_mail_that_one_of_its_recipients_took(stage):
    """One reply for all recipients: what the others refused must not become a letter to the forged author."""
    too_long = "Word. " * 30_000
    to = [stage.risk, tokens.address("risk-owner")]
    assert say(stage.port, ELSEWHERE, "x@evil.org", to, mail(AMINA["none.org"], too_long))[:3] == "250"
    assert {row.kind: row.state for row in InboundMail.objects.all()} == {"post": "rejected", "owner": "queued"}
    assert say(stage.port, ELSEWHERE, "x@evil.org", to, mail(R)).startswith(REFUSED)
    drain()
    told = {address for notice in Notice.objects.all() for address in notice.recipients}
    assert told == {stage.cast.chen.email}


REPORT = """\
From: MAILER-DAEMON@evil.org
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It failed.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; evil.org

Final-Recipient: rfc822; {who}
Action: failed
Status: 5.1.1

--b--
"""


def test_forged_bounces_change_nobody(stage):
    amina, boris = stage.cast.amina, stage.cast.boris
    genuine = tokens.bounce_address("risk", subscription_id=stage.subscription.pk, number=stage.said.number)
    for to in (
        tokens.address("risk-bounces"),
        tokens.address(f"risk-bounces+{'a' * 20}"),
        genuine.replace("+", "+a", 1),
        genuine[: genuine.index("@") - 2] + genuine[genuine.index("@") :],
        tokens.address(f"risk-bounces+{tokens.leave_token(stage.subscription.pk)}"),
        tokens.address("hub"),
    ):
        raw = REPORT.format(to=to, who=amina.email).replace("\n", "\r\n").encode()
        reply = say(stage.port, ELSEWHERE, "", [to], raw)
        assert reply[:3] in {"250", "550"}, reply
    drain()
    assert not AddressHealth.objects.filter(address=amina.email, score__gt=0).exists()
    assert not Bounce.objects.filter(counted=True).exists()
    # A genuine token speaks of its own subscription alone, whomever the report names.
    raw = REPORT.format(to=genuine, who=boris.email).replace("\n", "\r\n").encode()
    assert say(stage.port, ELSEWHERE, "", [genuine], raw).startswith("250")
    drain()
    assert not AddressHealth.objects.filter(address=boris.email).exists()
    assert not Subscription.objects.exclude(suspended_at=None).exists()
    assert not Notice.objects.exists()


COMPLAINT = """\
From: feedback@evil.org
To: {to}
Subject: Complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

Abuse.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Evil/1.0
Version: 1
Original-Mail-From: {sender}
Original-Rcpt-To: {who}

--b
Content-Type: message/rfc822

Return-Path: <{sender}>
From: risk@lists.hub.example
To: {who}
Subject: A copy
List-Unsubscribe: <mailto:{way_out}>

x

--b--
"""


def test_forged_complaints_stop_nobodys_mail(stage):
    senders = (
        "risk-bounces@lists.hub.example",
        tokens.address(f"risk-bounces+{'a' * 20}"),
        tokens.address(f"risk-bounces+{tokens.leave_token(stage.subscription.pk)}"),
    )
    for to in (tokens.address("abuse"), tokens.address("hub"), tokens.address("risk-bounces")):
        for sender in senders:
            for mail_from in ("", "feedback@evil.org"):
                raw = COMPLAINT.format(
                    to=to, sender=sender, who=stage.cast.amina.email, way_out=tokens.address(f"risk-leave+{'a' * 18}")
                )
                say(stage.port, ELSEWHERE, mail_from, [to], raw.replace("\n", "\r\n").encode())
    drain()
    assert not Subscription.objects.exclude(suspended_at=None).exists()
    told = {address for notice in Notice.objects.all() for address in notice.recipients}
    assert stage.cast.amina.email not in told and "feedback@evil.org" not in told


def test_links_that_machines_follow_change_nothing(stage, client):
    amina = stage.cast.amina
    say(stage.port, ELSEWHERE, "x@evil.org", [stage.risk], mail(AMINA["none.org"]))
    held = InboundMail.objects.get()
    token = tokens.confirm_token(mail_id=held.pk, member_id=amina.pk)
    pages = {
        "confirm": reverse("listserv:confirm", args=("risk", token)),
        "leave": reverse("listserv:leave", args=("risk", tokens.leave_token(stage.subscription.pk))),
    }
    for url in pages.values():
        assert client.get(url).status_code == client.head(url).status_code == 200
        assert client.get(url, {"disown": "1", "again": "1", "List-Unsubscribe": "One-Click"}).status_code == 200
        assert client.options(url).status_code == 405
    held.refresh_from_db()
    stage.subscription.refresh_from_db()
    assert (held.state, stage.subscription.delivery) == ("held", "each")
    client.post(pages["leave"], {"List-Unsubscribe": "One-Click"})
    client.post(pages["confirm"], {"disown": "1"})
    held.refresh_from_db()
    stage.subscription.refresh_from_db()
    assert (held.state, held.code, stage.subscription.delivery) == ("discarded", "disowned", "none")
