"""Who the client is, behind proxies that are trusted and others that are not."""

from ipaddress import ip_network

import pytest

from hub.lib.clients import check_proxies, client_key, is_loopback, resolve

PROXIES = (ip_network("127.0.0.1"), ip_network("10.1.0.0/16"), ip_network("2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "proto", "host", "scheme"),
    [
        # Nobody named the peer: what it says of others is ignored.
        ("203.0.113.9", "198.51.100.1", "https", "203.0.113.9", ""),
        ("192.168.7.7", "198.51.100.1", "https", "192.168.7.7", ""),
        # A trusted proxy names its client, in any spelling of an address.
        ("127.0.0.1", "198.51.100.1", "https", "198.51.100.1", "https"),
        ("127.0.0.1", "198.51.100.1:4711", "http", "198.51.100.1", "http"),
        ("127.0.0.1", "[2001:db8:9::7]:443", "", "2001:db8:9::7", ""),
        ("::ffff:127.0.0.1", "::ffff:198.51.100.1", "HTTPS", "198.51.100.1", "https"),
        # What the client wrote itself stands left of what the proxy added.
        ("127.0.0.1", "1.2.3.4, 198.51.100.1", "https", "198.51.100.1", "https"),
        ("10.1.2.3", "1.2.3.4, 198.51.100.1, 10.1.9.9, 127.0.0.1", "https", "198.51.100.1", "https"),
        ("127.0.0.1", "198.51.100.1", "https, http", "198.51.100.1", "http"),
        ("127.0.0.1", "198.51.100.1, 10.1.0.9", "https, http", "198.51.100.1", "https"),
        # All hops trusted: the farthest one; nothing said, or nothing that is an address: the proxy itself.
        ("127.0.0.1", "10.1.0.7", "http", "10.1.0.7", "http"),
        ("127.0.0.1", "", "", "127.0.0.1", ""),
        ("127.0.0.1", "198.51.100.1, unknown", "ftp", "127.0.0.1", ""),
        ("127.0.0.1", ",".join(["1.2.3.4"] * 5_000) + ",198.51.100.1", "https", "198.51.100.1", "https"),
    ],
)
def test_the_client_is_the_first_hop_that_is_no_trusted_proxy(peer, forwarded_for, proto, host, scheme):
    client = resolve(peer, forwarded_for, proto, PROXIES)
    assert (client.host, client.scheme) == (host, scheme)


def test_without_trusted_proxies_nobody_is_believed():
    assert resolve("127.0.0.1", "198.51.100.1", "https", ()).host == "127.0.0.1"


def test_addresses_of_one_customer_count_as_one_client():
    assert client_key("2001:db8:a:b::1") == client_key("2001:db8:a:b:ffff::2") != client_key("2001:db8:a:c::1")
    assert client_key("2001:db8:1:2:3:4:5:6") == client_key("2001:db8:1:2:ffff::1%eth0")
    assert client_key("::ffff:192.0.2.1") == client_key("192.0.2.1") == "192.0.2.1" != client_key("192.0.2.2")
    assert client_key("unix") == "unix"


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False),
     ("::2", False), ("", False), ("localhost", False), ("127.0.0.1.example", False)],
)  # fmt: skip
def test_loopback_is_an_address_and_no_name(host, inside):
    assert is_loopback(host) is inside


def test_a_secure_hub_without_a_named_proxy_is_warned_of_at_the_start(settings):
    settings.SECURE, settings.HUB_TRUSTED_PROXIES = True, ()
    assert [warning.id for warning in check_proxies()] == ["hub.W001"]
    settings.HUB_TRUSTED_PROXIES = PROXIES
    assert not check_proxies()
