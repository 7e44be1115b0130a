"""Nothing that strangers write makes a reader of theirs raise, or slow."""

import asyncio
import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listserv.mail.auth import authentication_results, dkim, dmarc, spf
from listserv.mail.auth.canonical import SignedMessage, plain_author
from listserv.mail.auth.spf_macros import BadRecordError
from tests.growth import TIMES, assert_linear
from tests.listserv.mail.auth.zone import Zone, signed

PIECES = (
    'v=spf1 include: a mx ip4: %{ i} % / // 0 - = . x ; p= reject v=DMARC1 dmarc=pass ( ) " \\ b= h= from @ é'.split(
        " "
    )
)
WORDS = st.lists(st.sampled_from([*PIECES, " ", "\r\n"]), max_size=30).map("".join)


@given(WORDS)
def test_records_are_read_or_refused(text):
    with contextlib.suppress(BadRecordError):
        spf.parse(f"v=spf1 {text}")
    dmarc.parse(f"v=DMARC1; {text}", "a.org")
    authentication_results.parse(text)
    plain_author(f"From: {text}\r\n\r\n".encode())


@given(WORDS, WORDS)
async def test_mails_are_looked_at_whatever_they_hold(first, second):
    raw = f"DKIM-Signature: {first}\r\nFrom: {first}\r\n\r\n{second}".encode()
    message = SignedMessage(raw)
    assert isinstance(message.author, str)
    await dkim.verify(message=message, resolver=Zone({}), now=datetime.now(UTC))


@pytest.mark.parametrize(
    "begin, piece, count",
    [
        (b"DKIM-Signature: v=1; a=rsa-sha256; d=a.org; s=s; b=; bh=; h=", b"x:", 50_000),
        (b"DKIM-Signature: ", b";", 100_000),
        (b"", b"DKIM-Signature: v=1\r\n", 5_000),
        (b"Authentication-Results: x", b"(", 100_000),
        (b"Authentication-Results: x;", b"a=b ", 25_000),
        (b"From: ", b"a", 100_000),
        (b"", b"From: x\r\n", 10_000),
        (b"X: ", b" \t", 50_000),
        (b"Received: ", b"[1.2.3.4]", 10_000),
    ],
)
def test_hostile_headers_cost_what_their_length_does(begin, piece, count):
    def look(head: bytes) -> None:
        raw = head + b"\r\nFrom: a@a.org\r\n\r\nx\r\n"
        plain_author(raw)
        message = SignedMessage(raw)
        assert isinstance(message.author, str)
        asyncio.run(dkim.verify(message=message, resolver=Zone({}), now=datetime.now(UTC)))
        authentication_results.trusted_results(message, peer="127.0.0.1", networks=(), authserv_id="x")
        authentication_results.parse(head.decode()[16:])

    assert_linear(look, lambda size: begin + piece * size, count // TIMES)


def test_a_signature_over_many_fields_is_one_pass():
    def make(fields: int) -> bytes:
        head = b"".join(b"X-%d: %s\r\n" % (number, b"v " * 40) for number in range(fields))
        return signed(head + b"From: a@a.org\r\n\r\nx\r\n", "a.org")

    def look(raw: bytes) -> None:
        asyncio.run(dkim.verify(message=SignedMessage(raw), resolver=Zone({}), now=datetime.now(UTC)))

    assert_linear(look, make, 56)
