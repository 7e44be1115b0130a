"""DNS itself: a real question over UDP, what is remembered, and a name server that says nothing."""

import asyncio
import contextlib
import socket

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from listserv.mail.auth import resolver
from listserv.mail.auth.resolver import Dns, Unanswered

RECORDS = {
    ("a.org.", "TXT"): '300 IN TXT "v=spf1 " "-all"',
    ("a.org.", "MX"): "300 IN MX 10 mx.a.org.",
    ("a.org.", "AAAA"): "300 IN AAAA 2001:db8::1",
    ("1.2.0.192.in-addr.arpa.", "PTR"): "300 IN PTR host.a.org.",
}


class Stub(asyncio.DatagramProtocol):
    """A name server of a few records; ``asked`` is what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, peer: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name, kind = str(query.question[0].name), dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append(f"{name} {kind}")
        if name == "silent.org.":
            return
        answer = dns.message.make_response(query)
        if name == "broken.org.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif record := RECORDS.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, *record.split(" ", 3)))
        elif not any(known == name for known, _kind in RECORDS):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), peer)  # type: ignore[attr-defined]


def names_asked(mute: socket.socket) -> set[str]:
    """Return the names a socket that answers nothing was asked for."""
    mute.setblocking(False)
    names: set[str] = set()
    with contextlib.suppress(BlockingIOError):
        while True:
            names.add(str(dns.message.from_wire(mute.recv(4_096)).question[0].name))
    return names


@pytest.fixture
async def stub():
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Stub, local_addr=("127.0.0.1", 0))
    protocol.port = transport.get_extra_info("sockname")[1]
    yield protocol
    transport.close()


async def test_records_come_as_text_and_are_remembered(stub):
    servers = Dns([("127.0.0.1", stub.port)])
    assert await servers.ask("A.org", "TXT") == ["v=spf1 -all"]
    assert await servers.ask("a.org.", "TXT") == ["v=spf1 -all"]
    assert await servers.ask("a.org", "MX") == ["10 mx.a.org"]
    assert await servers.ask("a.org", "AAAA") == ["2001:db8::1"]
    assert await servers.ask("1.2.0.192.in-addr.arpa", "PTR") == ["host.a.org"]
    assert await servers.ask("a.org", "A") == await servers.ask("nobody.org", "A") == []
    assert await servers.ask("a..org", "A") == await servers.ask("x" * 64 + ".org", "A") == []
    assert await servers.ask("ß\u200d.org", "A") == await servers.ask("xn--\u0600.org", "A") == []
    assert stub.asked.count("a.org. TXT") == 1


async def test_a_broken_zone_is_no_answer_and_others_are_asked_on(stub):
    servers = Dns([("127.0.0.1", stub.port)], lifetime=0.2)
    for _time in range(2):
        with pytest.raises(Unanswered):
            await servers.ask("broken.org", "A")
    with pytest.raises(Unanswered):
        await servers.ask("silent.org", "A")
    # The root was asked in between: the name server is there, it is the zones that are not.
    assert ". NS" in stub.asked
    assert await servers.ask("a.org", "MX") == ["10 mx.a.org"]


async def test_a_silent_name_server_is_not_asked_again_and_again(monkeypatch):
    monkeypatch.setattr(resolver, "PROBE_SECONDS", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        servers = Dns([("127.0.0.1", mute.getsockname()[1])], lifetime=0.1)
        for number in range(50):
            with pytest.raises(Unanswered):
                await servers.ask(f"h{number}.org", "A")
        # The root is the question that tells a silent server from a silent zone.
        assert names_asked(mute) == {"h0.org.", "."}


async def test_what_is_in_no_dns_is_asked_of_nobody(monkeypatch):
    asked: list[str] = []

    async def question(self, name, kind, lifetime):
        asked.append(name)
        return [], 60.0

    monkeypatch.setattr(Dns, "_question", question)
    assert [await Dns().ask(name, "A") for name in ("people.example", "x.TEST.", "y.invalid", "z.org")] == [[]] * 4
    assert asked == ["z.org"]


def test_the_resolver_of_a_process_is_one(settings):
    assert resolver.shared() is resolver.shared()
