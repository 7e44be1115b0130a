"""Attacks by commands, decisions and aliases: nobody acts in the name of somebody else."""

from listserv import tokens
from listserv.models import InboundMail, Notice, Subscription
from tests.listserv.gateway.conftest import drain
from tests.listserv.red_team import AMINA, ELSEWHERE, FORGER, HELD, REFUSED, Attack, R, Stage, failures, mail, say

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
           to=lambda s: tokens.confirm_address("risk", inbound_id=1, member_id=s.cast.amina.pk)),
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
