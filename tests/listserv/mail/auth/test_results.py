"""Authentication-Results: whose are believed, and what a forger may write."""

import ipaddress

import pytest

from listserv.mail.auth.authentication_results import agreed_result, parse, trusted_results
from listserv.mail.auth.canonical import SignedMessage

RELAY, OTHERS = "10.0.0.25", "203.0.113.9"
NETWORKS = (ipaddress.ip_network("10.0.0.0/24"), ipaddress.ip_network("2001:db8::25/128"))
BORDER = f"Received: from x.org (x.org [{OTHERS}]) by mx.hub.org; Tue, 24 Nov 2026 09:00:00 +0000"
INNER = "Received: from localhost (localhost [127.0.0.1]) by mx.hub.org; Tue, 24 Nov 2026 09:00:01 +0000"
REAL = "Authentication-Results: mx.hub.org; dmarc=pass (p=reject dis=none) header.from=a.org"
FORGED = REAL.replace("dmarc=fail", "dmarc=pass")


def believed(*fields: str, peer: str = RELAY, name: str = "mx.hub.org") -> str:
    """Return what is believed of DMARC; empty for nothing."""
    raw = "\r\n".join([*fields, "From: joe@a.org", "", "x", ""]).encode()
    results = trusted_results(SignedMessage(raw), peer=peer, networks=NETWORKS, authserv_id=name)
    result = agreed_result(results, "dmarc")
    return result.value if result else ""


FAIL = REAL.replace("dmarc=pass", "dmarc=fail")
ROWS = {
    "the relay's own": ((REAL, BORDER), "pass"),
    "below a hop within": ((INNER, REAL, BORDER), "pass"),
    "a mail without any": ((BORDER,), ""),
    "forged below the border": ((BORDER, FORGED), ""),
    "a real failure above a forged pass": ((FAIL, BORDER, FORGED), "fail"),
    "another name": ((FORGED.replace("mx.hub.org", "mx.evil.org"), BORDER), ""),
    "another name that begins alike": ((FORGED.replace("mx.hub.org", "mx.hub.org.evil.org"), BORDER), ""),
    "the name in a comment": ((FORGED.replace("mx.hub.org;", "evil.org (mx.hub.org);"), BORDER), ""),
    "the name folded": ((REAL.replace(": mx", ":\r\n mx"), BORDER), "pass"),
    "the name in quotes and capitals": ((REAL.replace("mx.hub.org", '"MX.hub.org"'), BORDER), "pass"),
    "an unknown version": ((REAL.replace("mx.hub.org;", "mx.hub.org 2;"), BORDER), ""),
    "two that contradict each other": ((FAIL, FORGED, BORDER), ""),
    "a border that claims to be within": ((INNER.replace("localhost (", "[127.0.0.1] (x [203.0.113.9] "), FORGED), ""),
    "a hop without an address": (("Received: from nowhere by mx.hub.org; x", FORGED), ""),
    "a result in a comment": ((REAL.replace("dmarc=pass", "x=y (dmarc=pass)"), BORDER), ""),
    "a result in a quoted reason": (
        ('Authentication-Results: mx.hub.org; spf=fail reason="x; dmarc=pass"', BORDER), "",
    ),
    "a comment that never ends": ((REAL.replace("(p=reject dis=none)", "(p=reject"), BORDER), ""),
    "none": (("Authentication-Results: mx.hub.org; none", BORDER), ""),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_what_is_believed_from_a_relay(row):
    fields, result = ROWS[row]
    assert believed(*fields) == result
    # From anybody else nothing is, nor when the relay has no name.
    assert believed(*fields, peer=OTHERS) == believed(*fields, peer="nonsense") == believed(*fields, name="") == ""


def test_a_relay_may_come_by_either_protocol():
    assert believed(REAL, BORDER, peer="::ffff:10.0.0.25") == believed(REAL, BORDER, peer="2001:db8::25") == "pass"


def test_a_field_is_read_with_its_properties_and_policy():
    who, rows = parse(
        "mx.hub.org 1; spf=pass (ok (really)) smtp.mailfrom=joe@a.org; dkim = pass header.d = a.org;"
        ' dmarc/1=fail reason="no; reason" (p=quarantine sp=none) header.from=a.org; auth=pass'
    )
    assert who == "mx.hub.org"
    assert [(row.method, row.value) for row in rows] == [
        ("spf", "pass"), ("dkim", "pass"), ("dmarc", "fail"), ("auth", "pass"),
    ]  # fmt: skip
    assert rows[0].properties == {"smtp.mailfrom": "joe@a.org"}
    assert rows[1].properties == {"header.d": "a.org"}
    assert (rows[2].policy, rows[2].properties["header.from"]) == ("quarantine", "a.org")
    assert parse("x; dmarc=fail policy.dmarc=reject")[1][0].policy == "reject"


@pytest.mark.parametrize("text", ["", ";", "(", '"', "a b c; spf=pass", "x;" * 4_000, "(" * 9_999, "x; spf=pass" * 999])
def test_nonsense_says_nothing_and_costs_nothing(text):
    assert parse(text)[1] == []
