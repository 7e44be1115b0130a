"""DKIM against signatures that dkimpy made, and what must not pass."""

import re
import time
from datetime import UTC, datetime

import pytest

from listserv.mail.auth import dkim
from listserv.mail.auth.canonical import SignedMessage, body
from listserv.mail.auth.dkim_signature import BadSignatureError, tags, without_b
from tests.growth import assert_linear
from tests.listserv.mail.auth.zone import Zone, keys, rsa_key, signed

RAW = (
    b"From: Joe  <joe@org.org>\r\nTo: x@list.org\r\nSubject: A \t  long\r\n  subject\r\nX-Empty:\r\n\r\n"
    b"Hello   you \t\r\n there \r\n\r\n\r\n"
)
FORMS = [(head, text) for head in (b"simple", b"relaxed") for text in (b"simple", b"relaxed")]


async def verified(raw: bytes, zone: Zone | None = None, now: datetime | None = None) -> list[str]:
    zone = zone or Zone(keys("org.org"))
    rows = await dkim.verify(message=SignedMessage(raw), resolver=zone, now=now or datetime.now(UTC))
    return [f"{row.result} {row.reason}".strip() for row in rows]


@pytest.mark.parametrize("form", FORMS)
async def test_a_signature_passes_and_each_change_breaks_it(form):
    raw = signed(RAW, "org.org", form=form)
    assert await verified(raw) == ["pass"]
    assert await verified(raw.replace(b"Hello", b"HellO")) == ["fail body"]
    assert await verified(raw.replace(b"Subject: A", b"Subject: B")) == ["fail"]
    assert await verified(raw.replace(b"From: Joe", b"From: Eve <eve@org.org>\r\nFrom: Joe")) == ["fail"]


async def test_white_space_may_change_in_relaxed_form_alone():
    changed = {b"Hello   you \t\r\n": b"Hello you\r\n", b"Subject: A \t  long\r\n  subject": b"SUBJECT:A long subject"}
    for form, result in ((FORMS[3], "pass"), (FORMS[0], "fail body")):
        raw = signed(RAW, "org.org", form=form)
        for old, new in changed.items():
            raw = raw.replace(old, new)
        assert await verified(raw) == [result]


# RFC 8463, appendix A.3.
ED25519 = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace(b"\n", b"\r\n")
BRISBANE = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


async def test_ed25519_passes():
    zone = Zone({"brisbane._domainkey.football.example.com": {"TXT": [BRISBANE]}})
    assert await verified(ED25519, zone) == ["pass"]
    assert await verified(ED25519.replace(b"dinner", b"supper"), zone) == ["fail"]


async def test_a_body_signed_in_part_proves_nothing():
    assert await verified(signed(RAW, "org.org", length=True)) == ["permerror part of the body only"]


async def test_a_short_key_proves_nothing():
    assert await verified(signed(RAW, "org.org", bits=1_024), Zone(keys("org.org", bits=1_024))) == ["pass"]
    small = (
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+Ct"
    )
    zone = Zone({"s1._domainkey.org.org": {"TXT": [f"p={small}vjWYzwQwECAwEAAQ=="]}})
    assert await verified(signed(RAW, "org.org"), zone) == ["permerror key size"]


RECORDS = {
    "": "permerror key revoked",
    "v=DKIM1; p=": "permerror key revoked",
    "v=DKIM2; p=AAAA": "permerror key version",
    "k=ed25519; p=AAAA": "permerror key type",
    "p=!!!": "permerror base64",
    "p=AAAA": "permerror key unreadable",
    "p": "permerror syntax",
    "{key}; t=y": "none testing",
    "{key}; h=sha1": "permerror key hash",
    "{key}; s=tlsrpt": "permerror key service",
    "{key}; s=email:x; h=sha1:sha256; n=note": "pass",
}


@pytest.mark.parametrize("record, result", RECORDS.items())
async def test_a_key_is_used_only_for_what_its_record_allows(record, result):
    zone = Zone({"s1._domainkey.org.org": {"TXT": [record.replace("{key}", rsa_key(2_048)[1])]}})
    assert await verified(signed(RAW, "org.org"), zone) == [result]


async def test_no_key_is_an_error_and_no_answer_a_temporary_one():
    raw = signed(RAW, "org.org")
    assert await verified(raw, Zone({})) == ["permerror no key"]
    assert (await verified(raw, Zone({}, silent=["s1._domainkey.org.org"])))[0].startswith("temperror")


TAGS = {
    b"a=rsa-sha256": (b"a=rsa-sha1", "permerror algorithm"),
    b"v=1": (b"v=2", "permerror version"),
    b"c=relaxed/relaxed": (b"c=nowsp", "permerror canonicalization"),
    b"i=@org.org": (b"i=@evil.org", "permerror identity"),
    b"d=org.org": (b"d=\xc3\x9f\xe2\x80\x8d.org.org", "permerror domain"),
    b"h=from": (b"h=" + b"x : " * 300 + b"from", "permerror too many fields"),
    b"s=s1": (b"s=s1; x=1", "permerror expired"),
    b"h=from : from": (b"h=to : subject", "permerror From not signed"),
    b"q=dns/txt": (b"q=dns/other", "permerror query method"),
}


@pytest.mark.parametrize("old", TAGS)
async def test_a_signature_that_says_too_much_is_not_looked_at(old):
    new, result = TAGS[old]
    raw = signed(RAW, "org.org")
    assert old in raw
    assert await verified(raw.replace(old, new, 1)) == [result]


async def test_a_signature_from_the_future_and_one_with_a_doubled_tag_are_errors():
    raw = re.sub(rb"; t=[0-9]+;", b"; t=%d;" % (time.time() + 9_999), signed(RAW, "org.org"))
    assert await verified(raw) == ["permerror from the future"]
    assert await verified(signed(RAW, "org.org").replace(b"v=1", b"v=1; v=1")) == ["permerror syntax"]


async def test_only_so_many_signatures_are_looked_at():
    field = signed(RAW, "org.org")[: -len(RAW)]
    zone = Zone(keys("org.org"))
    assert await verified(field * 40 + RAW, zone) == ["pass"] * dkim.MAX_SIGNATURES
    assert len(zone.asked) == dkim.MAX_SIGNATURES


async def test_domains_that_do_not_matter_are_not_asked_for():
    zone = Zone(keys("org.org"))
    raw = signed(signed(RAW, "evil.org"), "org.org")
    rows = await dkim.verify(
        message=SignedMessage(raw), resolver=zone, now=datetime.now(UTC), wanted=lambda domain: domain == "org.org"
    )
    assert [row.domain for row in rows] == ["org.org"]
    assert zone.asked == [("s1._domainkey.org.org", "TXT")]


async def test_a_header_that_ends_elsewhere_for_others_is_not_looked_at():
    lost = RAW.replace(b"\r\nTo:", b"\r\nnot a field\r\nTo:")
    assert await verified(signed(RAW, "org.org")[: -len(RAW)] + lost) == []
    assert not SignedMessage(b" folded first\r\n" + RAW).is_sound


def test_the_body_is_made_canonical():
    assert body(b"", relaxed=True) == b"" and body(b"", relaxed=False) == b"\r\n"
    assert body(b"\r\n\r\n", relaxed=True) == b""
    assert body(b"a \t b \r\n\r\n \r\n", relaxed=True) == b"a b\r\n"
    assert body(b"a \r\n\r\n\r\n", relaxed=False) == b"a \r\n"
    assert body(b"a", relaxed=True) == body(b"a", relaxed=False) == b"a\r\n"


@pytest.mark.parametrize("relaxed", [True, False], ids=["relaxed", "simple"])
@pytest.mark.parametrize("piece, end", [(b" ", b""), (b"\r\n", b""), (b" \r\n", b""), (b" \t", b"x")])
def test_a_body_of_nothing_but_space_is_made_canonical_in_linear_time(piece, end, relaxed):
    assert_linear(lambda text: body(text, relaxed=relaxed), lambda count: piece * count + end, 50_000)


def test_tags_and_the_emptied_signature():
    assert tags(" v = 1 ; a=b;\t c=; ") == {"v": "1", "a": "b", "c": ""}
    for wrong in ("v=1; v=2", "a=b;; c=d", "v", "=x", "a b=c"):
        with pytest.raises(BadSignatureError):
            tags(wrong)
    assert without_b(b" v=1; bh=xx; b = abc\r\n def; d=x\r\n") == b" v=1; bh=xx; b =; d=x\r\n"
    assert without_b(b" v=1; b=abc\r\n") == b" v=1; b=\r\n"
