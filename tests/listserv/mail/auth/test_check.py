"""The checks of one mail: when they are made, and what they come to."""

import ipaddress
from datetime import UTC, datetime
from typing import Any

import pytest

from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import Recipient
from listserv.mail.auth.canonical import SignedMessage, plain_author
from listserv.mail.auth.domain_checks import DomainChecks, check
from tests.listserv.mail.auth.zone import Zone, keys, signed

RAW = b"From: Amina <amina@a.org>\r\nSubject: Hello\r\n\r\nMy words.\r\n"
CLIENT, ELSEWHERE = "192.0.2.1", "203.0.113.9"


def zone(policy: str = "reject", **more: Any) -> Zone:
    """Return the DNS of a.org, which sends from :data:`CLIENT` and signs."""
    rows = {
        "a.org": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]},
        "_dmarc.a.org": {"TXT": [f"v=DMARC1; p={policy}"]},
        "evil.org": {"TXT": ["v=spf1 +all"]},
        **keys("a.org"),
        **keys("evil.org"),
    }
    return Zone({**rows, **more.pop("rows", {})}, **more)


async def checked(
    raw: bytes = RAW, *, peer: str = CLIENT, mail_from: str = "amina@a.org", dns: Zone | None = None, **fields: Any
) -> DomainChecks | None:
    """Return the checks of a mail from a member at a.org."""
    options: dict[str, Any] = {
        "auth_id": None, "size": len(raw), "received_at": datetime.now(UTC),
        "recipients": (Recipient("risk@hub.org", "post"),), **fields,
    }  # fmt: skip
    incoming = IncomingMessage(peer=peer, helo="client.org", mail_from=mail_from, raw=raw, **options)

    async def is_member(address: str) -> bool:
        return address.endswith("@a.org")

    return await check(incoming, is_member=is_member, resolver=dns or zone())


async def summary(*args: Any, **kwargs: Any) -> str:
    """Return DMARC's result, and whether the mail is disowned."""
    checks = await checked(*args, **kwargs)
    assert checks is not None
    return f"{checks.dmarc}{' forged' if checks.is_forged else ''}"


@pytest.mark.parametrize("policy, forged", [("reject", " forged"), ("quarantine", " forged"), ("none", "")])
async def test_each_policy_with_each_evidence(policy, forged):
    dns = zone(policy)
    assert await summary(dns=dns) == "pass"
    assert await summary(peer=ELSEWHERE, dns=dns) == f"fail{forged}"
    assert await summary(signed(RAW, "a.org"), peer=ELSEWHERE, dns=dns) == "pass"
    assert await summary(signed(RAW, "evil.org"), peer=ELSEWHERE, dns=dns) == f"fail{forged}"
    assert await summary(peer=ELSEWHERE, mail_from="x@evil.org", dns=dns) == f"fail{forged}"
    assert await summary(signed(RAW, "a.org").replace(b"words", b"lies"), peer=ELSEWHERE, dns=dns) == f"fail{forged}"


async def test_a_subdomain_speaks_for_the_organization_unless_it_asks_for_more():
    rows = keys("mail.a.org")
    assert await summary(signed(RAW, "mail.a.org"), peer=ELSEWHERE, dns=zone(rows=rows)) == "pass"
    strict = {**rows, "_dmarc.a.org": {"TXT": ["v=DMARC1; p=reject; adkim=s; aspf=s"]}}
    assert await summary(signed(RAW, "mail.a.org"), peer=ELSEWHERE, dns=zone(rows=strict)) == "fail forged"
    assert await summary(dns=zone(rows=strict)) == "pass"


@pytest.mark.parametrize("silent", ["_dmarc.a.org", "a.org", "s1._domainkey.a.org"])
async def test_no_answer_proves_nothing_and_refuses_nothing(silent):
    raw = signed(RAW, "a.org")
    mail_from = "amina@a.org" if silent == "a.org" else "bounces@elsewhere.org"
    if silent == "a.org":
        raw = RAW
    assert await summary(raw, peer=ELSEWHERE, mail_from=mail_from, dns=zone(silent=[silent])) == "temperror"


async def test_a_client_behind_a_relay_that_nobody_named_is_not_guessed_at():
    for peer in ("127.0.0.1", "10.1.2.3", "::1"):
        assert await summary(peer=peer) == "temperror"
        assert await summary(signed(RAW, "a.org"), peer=peer) == "pass"
        # Neither could have vouched: the envelope is of another domain and nothing is signed.
        assert await summary(peer=peer, mail_from="x@evil.org") == "fail forged"


async def test_a_domain_without_a_policy_vouches_for_nothing():
    checks = await checked(signed(RAW, "a.org"), dns=Zone(keys("a.org")))
    assert checks == DomainChecks(domain="a.org")
    assert str(checks) == "spf=none dkim=none dmarc=none (p=none) header.from=a.org"


async def test_it_is_only_asked_where_it_matters(settings):
    dns = zone()
    assert await checked(auth_id=7, dns=dns) is None
    assert await checked(RAW.replace(b"amina@a.org", b"joe@b.org"), dns=dns) is None
    assert await checked(RAW.replace(b"From: Amina <amina@a.org>", b"From: a@a.org, b@a.org"), dns=dns) is None
    assert await checked(RAW.replace(b"Subject", b"From: eve@a.org\r\nSubject"), dns=dns) is None
    assert await checked(b"Subject: nobody\r\n\r\nx\r\n", dns=dns) is None
    assert await checked(size=settings.HUB_MAIL_MAX_SIZE + 1, dns=dns) is None
    settings.HUB_DMARC = "off"
    assert await checked(dns=dns) is None
    settings.HUB_DMARC = "relay"
    assert await checked(dns=dns) == DomainChecks(domain="a.org")
    assert dns.asked == []


RELAYED = b"Authentication-Results: mx.hub.org; %s\r\nReceived: from x ([203.0.113.9]) by mx.hub.org; x\r\n" + RAW


@pytest.mark.parametrize(
    "results, verdict",
    [
        (b"dmarc=pass header.from=a.org", "pass"),
        (b"dmarc=pass header.from=evil.org", "temperror"),
        (b"dmarc=pass", "temperror"),
        (b"dmarc=fail (p=none) header.from=a.org", "fail"),
        (b"dmarc=fail (p=reject) header.from=a.org", "fail forged"),
        (b"dmarc=fail header.from=a.org", "fail forged"),
        (b"dmarc=temperror header.from=a.org", "temperror"),
        # Only SPF was looked at by the relay: DKIM is looked at here.
        (b"spf=pass smtp.mailfrom=amina@a.org", "pass"),
        (b"spf=pass smtp.mailfrom=x@evil.org", "temperror"),
        (b"spf=fail smtp.mailfrom=amina@a.org", "fail forged"),
    ],
)
async def test_a_trusted_relay_is_believed_about_the_author_we_read(settings, results, verdict):
    settings.HUB_TRUSTED_RELAYS = (ipaddress.ip_network("10.0.0.25/32"),)
    settings.HUB_AUTHSERV_ID = "mx.hub.org"
    assert await summary(RELAYED.replace(b"%s", results), peer="10.0.0.25") == verdict
    assert await summary(RELAYED.replace(b"%s", results), peer=ELSEWHERE) == "fail forged"


async def test_a_fault_of_ours_proves_nothing_and_loses_nothing(caplog):
    class Broken(Zone):
        async def ask(self, name: str, kind: str) -> list[str]:
            raise RuntimeError("a fault")

    assert await summary(dns=Broken({})) == "temperror"
    assert "The checks of a mail from a.org failed" in caplog.text


@pytest.mark.parametrize(
    "field",
    ["From: a@b.example", "from:a@b.example", "FROM: Amina Diallo <a@b.example>", 'From: "Diallo, A." <a@b.example>',
     "From: <a@b.example>", "From: Zoë <a@b.example>"],
)  # fmt: skip
def test_a_plain_author_is_read_at_a_glance(field):
    raw = f"Subject: x\r\n{field}\r\nTo: y@z.example\r\n\r\nFrom: x@body.org\r\n".encode()
    assert plain_author(raw) == SignedMessage(raw).author == "a@b.example"


@pytest.mark.parametrize(
    "field",
    ["From: a@b.example, c@d.org", "From: a@b.example\r\nFrom: c@d.org", "From: a@b.example\r\n c@d.org",
     "From: c@d.org (a@b.example)", 'From: "<a@b.example>" <c@d.org>', "From: x: a@b.example;", "Subject: From",
     "From: c@d.org\r\nfrom : a@b.example", 'From: "a <a@b.example>\r\n', "From: <@c.org:a@b.example>",
     "From a@b.example"],
)  # fmt: skip
def test_anything_else_is_looked_at_closely(field):
    assert plain_author(f"{field}\r\nTo: y@z.example\r\n\r\nx".encode()) == ""


async def test_a_domain_in_no_dns_asks_nobody(settings):
    async def nobody(address: str) -> bool:
        raise AssertionError(address)

    incoming = IncomingMessage(
        peer=CLIENT, helo="x", auth_id=None, mail_from="", size=9, received_at=datetime.now(UTC),
        raw=b"From: a@people.example\r\n\r\nx\r\n", recipients=(Recipient("risk@hub.org", "post"),),
    )  # fmt: skip
    assert await check(incoming, is_member=nobody) == DomainChecks(domain="people.example")
