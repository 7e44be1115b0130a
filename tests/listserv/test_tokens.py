"""Reply addresses: bound to a list, proof for a while, and those of before still read."""

from datetime import timedelta

import pytest
import time_machine

from hub.lib import tokens as signed
from hub.lib.clock import now as clock
from listserv import tokens

PLACE = {"member_id": 4, "number": 3142, "list_id": 9}


def token_of(address: str) -> str:
    return address.partition("+r.")[2].partition("@")[0]


def test_a_reply_address_is_its_lists_alone():
    token = token_of(tokens.reply_address("risk", **PLACE))
    assert tokens.read_reply(token, list_id=9) == tokens.ReplyToken(4, 3142, 9)
    assert tokens.read_reply(token, list_id=8) is None
    assert tokens.read_reply(token.upper(), list_id=9) == tokens.ReplyToken(4, 3142, 9)
    for wrong in (token[:-1], token + "a", token[1:], "", signed.sign("reply:9", [4, 3142]), tokens.leave_token(9)):
        assert tokens.read_reply(wrong, list_id=9) is None


@pytest.mark.parametrize("days, expired", [(0, False), (180, False), (181, True), (4_000, True), (-2, False)])
def test_it_proves_its_owner_for_so_many_days(days, expired, settings):
    settings.HUB_REPLY_DAYS = 180
    token = token_of(tokens.reply_address("risk", **PLACE))
    with time_machine.travel(clock() + timedelta(days=days), tick=False):
        reply_token = tokens.read_reply(token, list_id=9)
    # It leads to its contribution for ever.
    assert reply_token is not None and (reply_token.number, reply_token.is_expired) == (3142, expired)


def test_those_of_the_first_form_are_read_and_grow_old_too(settings):
    old = signed.sign("reply", [4, 3142, 9])
    assert tokens.read_reply(old, list_id=9) == tokens.ReplyToken(4, 3142, 9)
    assert tokens.read_reply(old, list_id=8) is None
    with time_machine.travel("2026-12-24T12:00:00Z", tick=False):
        assert not tokens.read_reply(old, list_id=9).is_expired
    with time_machine.travel("2027-06-24T12:00:00Z", tick=False):
        assert tokens.read_reply(old, list_id=9).is_expired


@pytest.mark.parametrize("size", [1, 2**14, 2**28 - 1])
def test_the_longest_reply_address_fits(size):
    address = tokens.reply_address("x" * tokens.NAME_MAX, member_id=size, number=size, list_id=2**40)
    assert len(address.partition("@")[0]) <= 64
    with time_machine.travel("2070-01-01T00:00:00Z"):
        address = tokens.reply_address("x" * tokens.NAME_MAX, member_id=size, number=size, list_id=1)
        assert len(address.partition("@")[0]) <= 64
