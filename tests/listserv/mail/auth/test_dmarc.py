"""DMARC: records, the walk up the tree, alignment, and what a domain's policy is for others."""

import pytest

from listserv.mail.auth import author_policy, dmarc
from listserv.mail.auth.resolver import Unanswered
from tests.listserv.mail.auth.zone import Zone


def zone(**records: str) -> Zone:
    """Return a zone with DMARC records; a double underscore in a name is a dot."""
    return Zone({f"_dmarc.{name.replace('__', '.')}": {"TXT": [text]} for name, text in records.items()})


async def test_the_record_of_the_domain_itself_holds_first():
    policy = await dmarc.discover("a.org", zone(a__org="v=DMARC1; p=reject; sp=none; adkim=s; rua=mailto:x@a.org"))
    assert policy is not None and (policy.policy, policy.organization) == ("reject", "a.org")
    assert policy.record.strict_dkim and not policy.record.strict_spf and policy.record.reports == "mailto:x@a.org"


async def test_subdomains_follow_the_organization_with_a_policy_of_their_own():
    records = zone(a__org="v=DMARC1; p=reject; sp=quarantine; np=none")
    policy = await dmarc.discover("deep.mail.a.org", records)
    assert policy is not None and (policy.policy, policy.organization) == ("none", "a.org")
    records.rows["deep.mail.a.org"] = {"A": ["192.0.2.1"]}
    policy = await dmarc.discover("deep.mail.a.org", records)
    assert policy is not None and policy.policy == "quarantine"


async def test_a_domain_that_tries_a_policy_out_asks_for_one_step_less():
    for policy_asked, meant in (("reject", "quarantine"), ("quarantine", "none"), ("none", "none")):
        policy = await dmarc.discover("a.org", zone(a__org=f"v=DMARC1; p={policy_asked}; t=y"))
        assert policy is not None and policy.policy == meant


async def test_below_a_public_suffix_each_is_an_organization_of_its_own():
    records = zone(gov__xx="v=DMARC1; p=reject; psd=y", org="v=DMARC1; p=none")
    policy = await dmarc.discover("mail.health.gov.xx", records)
    assert policy is not None and (policy.organization, policy.policy) == ("health.gov.xx", "reject")
    assert not await dmarc.is_aligned("trade.gov.xx", "mail.health.gov.xx", policy, records, strict=False)
    assert await dmarc.is_aligned("health.gov.xx", "mail.health.gov.xx", policy, records, strict=False)
    # A record at a top-level domain makes nobody's neighbours his own.
    policy = await dmarc.discover("victim.org", records)
    assert policy is not None and policy.organization == "victim.org"
    assert not await dmarc.is_aligned("evil.org", "victim.org", policy, records, strict=False)


async def test_psd_n_ends_the_walk_at_an_organization_below_another():
    records = zone(a__org="v=DMARC1; p=none", dept__a__org="v=DMARC1; p=reject; psd=n")
    policy = await dmarc.discover("x.dept.a.org", records)
    assert policy is not None and (policy.organization, policy.policy) == ("dept.a.org", "reject")
    assert not await dmarc.is_aligned("a.org", "x.dept.a.org", policy, records, strict=False)


@pytest.mark.parametrize(
    "domain, strict, aligned",
    [
        ("a.org", False, True), ("mail.a.org", False, True), ("a.org", True, True), ("mail.a.org", True, False),
        ("b.org", False, False), ("evila.org", False, False), ("", False, False), ("", True, False),
        ("org", False, False),
    ],
)  # fmt: skip
async def test_alignment(domain, strict, aligned):
    records = zone(a__org="v=DMARC1; p=reject")
    policy = await dmarc.discover("a.org", records)
    assert policy is not None
    assert await dmarc.is_aligned(domain, "a.org", policy, records, strict=strict) is aligned


async def test_a_long_name_costs_eight_questions():
    records = zone(a__org="v=DMARC1; p=reject")
    name = ".".join("x" * 40) + ".a.org"
    policy = await dmarc.discover(name, records)
    assert policy is not None and policy.organization == "a.org"
    walked = [asked for asked, kind in records.asked if kind == "TXT"]
    assert len(walked) == 8


@pytest.mark.parametrize("text", ["", "v=DMARC2; p=reject", "p=reject; v=DMARC1", "v=spf1 -all", "v = dmarc1"])
async def test_what_is_no_record_is_none(text):
    assert await dmarc.discover("a.org", zone(a__org=text)) is None


async def test_two_records_are_none_and_a_silent_zone_is_no_answer():
    two = Zone({"_dmarc.a.org": {"TXT": ["v=DMARC1; p=reject", "v=DMARC1; p=none", "other text"]}})
    assert await dmarc.discover("a.org", two) is None
    with pytest.raises(Unanswered):
        await dmarc.discover("a.org", Zone({}, silent=["_dmarc.a.org"]))
    assert await dmarc.discover("a..org", Zone({})) is None


def test_a_policy_that_is_none_of_the_three_is_none():
    policy = dmarc.parse("v=DMARC1; p=block; sp=REJECT", "a.org")
    assert policy is not None and (policy.policy, policy.subdomains, policy.missing) == ("none", "reject", "reject")


def test_international_domains_are_compared_as_dns_knows_them():
    assert (
        dmarc.ascii_domain("Bücher.Example.") == dmarc.ascii_domain("xn--bcher-kva.example") == "xn--bcher-kva.example"
    )
    assert dmarc.ascii_domain("\u202e.org") == "\u202e.org"


def test_policy_of_is_what_a_writer_must_know(settings):
    records = zone(a__org="v=DMARC1; p=reject; sp=none", b__org="v=DMARC1; p=quarantine")
    assert [author_policy.policy_of(name, resolver=records) for name in ("a.org", "x.a.org", "B.org", "c.org", "")] == [
        "reject", "none", "quarantine", None, None,
    ]  # fmt: skip
    # What cannot be policy out is treated with care, and a domain of the documents is asked for nothing.
    assert author_policy.policy_of("a.org", resolver=Zone({}, silent=["_dmarc.a.org"])) == "reject"
    settings.HUB_DMARC = "off"
    assert author_policy.policy_of("a.org") == "reject"
    assert author_policy.policy_of("people.example") is None
