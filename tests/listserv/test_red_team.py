"""Attacks by forged authors, one a row: each is refused or held in the session, and nobody forged is written to.

What "forged" means for each policy of a domain stands in decision record 0009.
"""

from datetime import timedelta

import time_machine

from forums import services
from forums.models import Contribution
from hub.lib.clock import now as clock
from listserv import tokens
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import drain
from tests.listserv.mail.auth.zone import signed
from tests.listserv.red_team import (
    AMINA,
    ELSEWHERE,
    FORGER,
    HELD,
    HONEST,
    NO_AUTHOR,
    REFUSED,
    RELAY,
    Attack,
    R,
    Stage,
    failures,
    mail,
    say,
)  # fmt: skip


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
