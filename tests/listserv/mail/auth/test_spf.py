"""SPF by a table: the record, the client, the result."""

import pytest

from listserv.mail.auth import spf
from tests.listserv.mail.auth.zone import Zone

HOSTS = {
    "mail.org": {"A": ["192.0.2.10"], "AAAA": ["2001:db8::10"], "MX": ["10 mx.mail.org"]},
    "mx.mail.org": {"A": ["192.0.2.20"]},
    "pass.org": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]},
    "fail.org": {"TXT": ["v=spf1 -all"]},
    "soft.org": {"TXT": ["v=spf1 ~all"]},
    "loop.org": {"TXT": ["v=spf1 include:loop.org -all"]},
    "two.org": {"TXT": ["v=spf1 -all", "v=spf1 +all"]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["host.mail.org"]},
    "host.mail.org": {"A": ["192.0.2.1"]},
    "1.2.0.192.list.org": {"A": ["127.0.0.2"]},
    "joe.user.org": {"A": ["127.0.0.2"]},
}
MANY = " ".join(f"a:h{number}.mail.org" for number in range(11))
CASES = [
    ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.1", "pass"),
    ("v=spf1 ip4:192.0.2.0/24 -all", "198.51.100.1", "fail"),
    ("v=spf1 ip4:192.0.2.0/24 -all", "::ffff:192.0.2.1", "pass"),
    ("v=spf1 ip6:2001:db8::/32 ~all", "2001:db8::1", "pass"),
    ("v=spf1 ip6:2001:db8::/32 ~all", "192.0.2.1", "softfail"),
    ("v=spf1 a:mail.org ?all", "192.0.2.10", "pass"),
    ("v=spf1 a:mail.org/28 ?all", "192.0.2.1", "pass"),
    ("v=spf1 a:mail.org//64 ?all", "2001:db8::99", "pass"),
    ("v=spf1 a:mail.org ?all", "192.0.2.1", "neutral"),
    ("v=spf1 mx:mail.org -all", "192.0.2.20", "pass"),
    ("v=spf1 include:pass.org -all", "192.0.2.1", "pass"),
    ("v=spf1 include:fail.org ~all", "192.0.2.1", "softfail"),
    ("v=spf1 include:missing.org ~all", "192.0.2.1", "permerror"),
    ("v=spf1 redirect=soft.org", "192.0.2.1", "softfail"),
    ("v=spf1 redirect=missing.org", "192.0.2.1", "permerror"),
    ("v=spf1 ptr:mail.org -all", "192.0.2.1", "pass"),
    ("v=spf1 exists:%{ir}.list.org -all", "192.0.2.1", "pass"),
    ("v=spf1 exists:%{l}.user.org -all", "192.0.2.1", "pass"),
    ("v=spf1 exists:%{l1r-}.user.org -all", "192.0.2.1", "pass"),
    ("v=spf1", "192.0.2.1", "neutral"),
    ("v=spf10 -all", "192.0.2.1", "none"),
    ("something else", "192.0.2.1", "none"),
    ("v=spf1 include:loop.org -all", "192.0.2.1", "permerror"),
    (f"v=spf1 {MANY} -all", "192.0.2.99", "permerror"),
    ("v=spf1 a:no1.org a:no2.org a:no3.org -all", "192.0.2.1", "permerror"),
    ("v=spf1 a:no1.org a:no2.org -all", "192.0.2.1", "fail"),
    ("v=spf1 include:two.org -all", "192.0.2.1", "permerror"),
    ("v=spf1 ip4:192.0.2.300 -all", "192.0.2.1", "permerror"),
    ("v=spf1 ip4:192.0.2.1/33 -all", "192.0.2.1", "permerror"),
    ("v=spf1 ip4:192.0.2.0/024 -all", "192.0.2.1", "permerror"),
    ("v=spf1 a:%{c}.org -all", "192.0.2.1", "permerror"),
    ("v=spf1 a:%{z}.org -all", "192.0.2.1", "permerror"),
    ("v=spf1 a:% -all", "192.0.2.1", "permerror"),
    ("v=spf1 include -all", "192.0.2.1", "permerror"),
    ("v=spf1 all:x -all", "192.0.2.1", "permerror"),
    ("v=spf1 nonsense -all", "192.0.2.1", "permerror"),
    ("v=spf1 a:localhost -all", "192.0.2.1", "permerror"),
    ("v=spf1 redirect=a.org redirect=b.org", "192.0.2.1", "permerror"),
    ("v=spf1 moo.cow-far_out=whatever -all", "192.0.2.1", "fail"),
    ("v=spf1 ip4:192.0.2.1 é -all", "192.0.2.1", "permerror"),
    ("v=spf1 a:silent.org -all", "192.0.2.1", "temperror"),
    ("v=spf1 +all", "not an address", "none"),
]


@pytest.mark.parametrize("record, ip, result", CASES)
async def test_a_record_and_a_client_give_the_result(record, ip, result):
    hosts = {f"h{number}.mail.org": {"A": ["192.0.2.200"]} for number in range(11)}
    zone = Zone({**HOSTS, **hosts, "sender.org": {"TXT": [record]}}, silent=["silent.org"])
    assert await spf.check_host(ip=ip, mail_from="joe@sender.org", helo="helo.org", resolver=zone) == result
    assert len(zone.asked) <= 1 + 2 * spf.MAX_LOOKUPS + spf.MAX_VOID


async def test_an_empty_envelope_sender_is_looked_at_by_the_name_of_the_client():
    zone = Zone({"helo.org": {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]}})
    assert await spf.check_host(ip="192.0.2.1", mail_from="", helo="helo.org", resolver=zone) == "pass"
    assert await spf.check_host(ip="192.0.2.1", mail_from="", helo="[192.0.2.1]", resolver=zone) == "none"


@pytest.mark.parametrize("domain", ["", "org", "a..org", f"{'a' * 64}.org", "sender"])
async def test_what_is_no_domain_has_no_result_and_is_not_asked_for(domain):
    zone = Zone({})
    assert await spf.check_host(ip="192.0.2.1", mail_from=f"joe@{domain}", helo="x", resolver=zone) == "none"
    assert zone.asked == []
