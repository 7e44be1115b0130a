"""Mails judged together get the verdicts they would get one after the other."""

from dataclasses import replace
from typing import Any

import pytest

from hub.lib.clock import now as clock
from listserv import tokens
from listserv.gateway import rules, spool
from listserv.gateway.evaluation import Evaluation, evaluate, evaluate_all
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.reading import read
from listserv.gateway.recipients import resolve
from listserv.models import InboundMail
from tests.listserv.gateway.conftest import plain_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def incoming(cast: Any) -> Any:
    """Return a function: a mail to the list at the end of DATA, from a member who signed in or only says so."""
    address = cast.policy.forum.mailing_list.address

    def make(raw: str | bytes, *, auth: Any = None, to: str = address) -> IncomingMessage:
        raw = raw.encode() if isinstance(raw, str) else raw
        auth_id = auth.pk if auth else None
        return IncomingMessage(
            "192.0.2.1", "client.example", auth_id, "a@b.example", (resolve(to),), raw, len(raw), clock()
        )

    return make


def verdicts(messages: list[IncomingMessage]) -> list[tuple[str, str]]:
    return [
        (row.state, row.code)
        for evaluation in evaluate_all([read(message) for message in messages])
        for row in evaluation.rows
    ]


def test_verdicts_of_a_group_are_those_of_each(cast, incoming):
    raws = [
        incoming(plain_message("One.", who=cast.amina), auth=cast.amina),
        incoming(plain_message("Two.", who=cast.boris), auth=cast.amina),
        incoming(plain_message("Three.", who=cast.boris)),
        incoming(plain_message("", who=cast.chen), auth=cast.chen),
        incoming(plain_message("Five.", who=cast.stella), auth=cast.stella),
        incoming(plain_message("Six.", who=cast.oona), auth=cast.oona),
        incoming("From: nobody@elsewhere.example\r\n\r\nSeven.\r\n"),
        incoming("From: a@b.example, c@d.example\r\n\r\nEight.\r\n"),
        incoming(plain_message("Nine.", who=cast.amina, Auto_Submitted="auto-replied")),
        incoming(b"bare\nnewline"),
        incoming(plain_message("Ten.", who=cast.boris), to="risk-owner@lists.hub.example"),
    ]
    alone = [(row.state, row.code) for one in raws for row in evaluate(one).rows]
    assert verdicts(raws) == alone
    assert len({state for state, _code in alone}) == 4


def test_second_copy_in_a_group_is_a_copy(cast, incoming):
    first = incoming(plain_message("A word.", who=cast.amina, message_id="a@client"), auth=cast.amina)
    second = incoming(plain_message("Another.", who=cast.amina, message_id="a@client"), auth=cast.amina)
    assert verdicts([first, first, second]) == [("queued", "ok"), ("discarded", "duplicate"), ("queued", "ok")]


def test_proven_copy_is_taken_beside_the_held_one_of_a_group(cast, incoming, now):
    contribution = cast.say(cast.boris, now=now)
    risk = cast.policy.forum.mailing_list
    reply = tokens.reply_address(risk.name, member_id=cast.amina.pk, number=contribution.number, list_id=risk.pk)
    raw = plain_message("A word.", who=cast.amina, message_id="a@client")
    assert verdicts([incoming(raw), incoming(raw, to=reply), incoming(raw)]) == [
        ("held", "unproven"), ("queued", "ok"), ("discarded", "duplicate")
    ]  # fmt: skip


def test_limits_count_what_the_group_has_taken(cast, incoming, settings):
    settings.HUB_RATE_PER_HOUR = 2
    mails = [incoming(plain_message(f"Word {number}", who=cast.amina), auth=cast.amina) for number in range(3)]
    assert verdicts(mails) == [("queued", "ok"), ("queued", "ok"), ("rejected", "rate")]
    unproven = [incoming(plain_message(f"Word {number}", who=cast.boris)) for number in range(rules.MAX_HELD + 1)]
    assert verdicts(unproven) == [("held", "unproven")] * rules.MAX_HELD + [("rejected", "too-many-held")]


@pytest.mark.parametrize("count", [1, 50])
def test_group_costs_the_same_for_one_and_for_fifty(cast, incoming, settings, count, django_assert_max_num_queries):
    settings.HUB_RATE_PER_HOUR = 100
    mails = [
        incoming(plain_message(f"Word {number}", who=cast.amina, message_id=f"{number}@client"), auth=None)
        for number in range(count)
    ]
    proven = [read(replace(mail, auth_id=None)) for mail in mails]
    evaluate_all(proven)
    with django_assert_max_num_queries(9):
        evaluate_all(proven)


def test_mail_that_no_database_can_be_asked_about_harms_no_other(cast, incoming):
    good = incoming(plain_message("A word.", who=cast.amina), auth=cast.amina)
    for header in (b"From: \xed\xa0\x80@b.example", b"From: a@b.example\r\nMessage-ID: <\xed\xa0\x80@b>"):
        charset = b"\r\nContent-Type: text/plain; charset=utf-16-surrogatepass\r\n\r\nx\r\n"
        outcomes = spool._outcomes([good, incoming(header + charset)])
        assert [type(outcome) for outcome in outcomes] == [Evaluation, Evaluation]
    assert InboundMail.objects.count() == 4
