"""Addresses in MAIL and RCPT, as servers and careless programs write them."""

import pytest

from listserv.gateway.paths import parse_path
from tests.growth import assert_linear

TAKEN = {
    "<a@b.example>": ("a@b.example", ""),
    "<>": ("", ""),
    "<> SIZE=3": ("", "SIZE=3"),
    "<postmaster>": ("postmaster", ""),
    "<Postmaster> NOTIFY=NEVER": ("Postmaster", "NOTIFY=NEVER"),
    "a@b.example SIZE=1": ("a@b.example", "SIZE=1"),
    '<"a > b"@c.example>': ('"a > b"@c.example', ""),
    r'<"a \" b"@c.example> SIZE=1': (r'"a \" b"@c.example', "SIZE=1"),
    "<@relay.example,@other.example:a@b.example>": ("a@b.example", ""),
    "<a@[127.0.0.1]>": ("a@[127.0.0.1]", ""),
    "<a@[IPv6:::1]>": ("a@[IPv6:::1]", ""),
    "<آمنة@مثال.example> SMTPUTF8": ("آمنة@مثال.example", "SMTPUTF8"),
    "<prvs=1234=a+b@c.example>": ("prvs=1234=a+b@c.example", ""),
}
REFUSED = [
    "", "<", "<a@b", "a", "<a>", "<a@b>x", "<a@b@c>", "<a b@c>", "<a@b\0c>", "<a@b> \x01", "<a@b><c@d>", "<a,b@c>",
    '<"a@b>', "(" * 400, "<" + "a" * 1_000 + "@b>", "<a@>", "<@b>", "postmaster",
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN)
def test_path_is_split_into_address_and_parameters(text):
    assert parse_path(text) == TAKEN[text]


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_path_is_refused(text):
    assert parse_path(text) is None


@pytest.mark.parametrize("piece", ["\\", "@a,", 'a\\"', "a", "a@", '"', " ", "<"])
def test_time_grows_with_the_text_and_not_faster(piece):
    assert_linear(parse_path, lambda count: "<" + '"' * (piece != '"') + piece * count, 20_000)
