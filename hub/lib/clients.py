"""Tell who is at the other end of a request, through the proxies that the operator named.

No other proxy is believed. Source: RFC 7239 §8.1 (what a client writes into such a field proves
nothing), RFC 4291 §2.5.4 (a /64 is one network).
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# Hops that are looked at, from the nearest one; longer chains are nobody's.
MAX_HOPS = 20

# This host and the networks that are an organisation's own (RFC 1122, 1918, 3927, 4193, 4291).
_NEAR = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 "
        "::1/128 fc00::/7 fe80::/10"
    ).split()
)


@dataclass(frozen=True)
class Client:
    """The client as the hub counts it, and the scheme it used.

    ``scheme`` is empty where no proxy named it.
    """

    host: str
    scheme: str = ""


@lru_cache(1_000)
def parse_address(host: str) -> Address | None:
    """Return the IP address that a host is, None for a host that is none.

    It may have a port; IPv4 may be written in IPv6's form.
    """
    text = host.strip().partition("%")[0][:64]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_in(host: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks; what is no address is in none."""
    address = parse_address(host)
    return address is not None and any(address in network for network in networks)


def is_private(host: str) -> bool:
    """Whether an address is on this host or in a private network."""
    return is_in(host, _NEAR)


def is_loopback(host: str) -> bool:
    """Whether an address is this host's own."""
    address = parse_address(host)
    return address is not None and address.is_loopback


def is_signed_in(request: HttpRequest) -> bool:
    """Whether a request comes from somebody who is signed in; False before sessions are read."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def is_signed_out(request: HttpRequest) -> bool:
    """Whether a request comes from a visitor; False before sessions are read."""
    user = getattr(request, "user", None)
    return user is not None and not user.is_authenticated


def client_key(host: str) -> str:
    """Return the key under which a client is counted.

    That is its address; for IPv6 it is the /64 that one customer has.
    """
    address = parse_address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address or host)


def resolve(
    peer: str, forwarded_for: str, forwarded_proto: str, trusted: Sequence[Network]
) -> Client:
    """Return the client behind ``peer``, which connected to the hub.

    The chain is read from its end: each trusted proxy is believed about the hop before it, and the
    first hop that is no trusted proxy is the client. What stands further left was written by the
    client. The scheme is the one that the proxy next to the client saw.

    Args: forwarded_for, forwarded_proto: the fields X-Forwarded-For and X-Forwarded-Proto; empty
    when absent.
    """
    host, depth = str(parse_address(peer) or peer), 0
    if not is_in(peer, trusted):
        return Client(host)
    for hop in reversed(_words(forwarded_for)):
        address = parse_address(hop)
        if address is None:
            break
        host, depth = str(address), depth + 1
        if not any(address in network for network in trusted):
            break
    return Client(host, _scheme(_words(forwarded_proto), depth))


def _scheme(schemes: list[str], depth: int) -> str:
    """Return the scheme that the proxy next to the client saw, ``depth`` hops from the hub."""
    if not schemes:
        return ""
    scheme = schemes[-min(max(depth, 1), len(schemes))].lower()
    return scheme if scheme in {"http", "https"} else ""


def _words(field: str) -> list[str]:
    return [word.strip() for word in field.rsplit(",", MAX_HOPS)[-MAX_HOPS:] if word.strip()]


@register()
def check_proxies(**_: object) -> list[CheckMessage]:
    """Warn at the start where a proxy must stand before the web and none is named.

    The hub itself speaks no TLS.
    """
    if not settings.SECURE:
        return []
    if settings.HUB_TRUSTED_PROXIES:
        return []
    return [
        Warning(
            "HUB_URL is https and HUB_TRUSTED_PROXIES names no proxy: all clients count as one, "
            "and no HSTS is sent.",
            hint=(
                "Set HUB_TRUSTED_PROXIES to the address from which your proxy connects, such as "
                "127.0.0.1."
            ),
            id="hub.W001",
        )
    ]
